"""Requests from the shell: the person named is asked in Slack, and only what they confirm is planned and proposed.

Who has the shell could else ask as one person and approve as another. Confirming is no approval: who confirms is the
requester, with all that follows from it.
"""

import asyncio
from contextlib import suppress
from datetime import datetime, timedelta

from bot.core.answers import Answer, Sentence, mention
from bot.core.approval.changes import Card
from bot.core.audit.entries import Entry, EntryKind
from bot.core.errors import Impossible, NotAllowed, Refusal, TooLate
from bot.core.invocation import Confirming, FromShell
from bot.core.planning.plan import Plan
from bot.engine.coalescer import Coalescer
from bot.engine.growing_waits import GrowingWaits
from bot.engine.planner import Planner
from bot.engine.ports import Announcer, Undeliverable
from bot.engine.process import Process
from bot.engine.proposing import Proposing
from bot.engine.replies import Replies

ANSWERED = "This request from the shell was answered already, or is not on record any more. Nothing was done."
UNASKED = "This request from the shell is not in the audit log as it is in the ledger, so nothing was done."
LAPSED = "No one confirmed in time what was asked from the shell, so nothing was requested."
DISOWNED = "The person named did not ask for it, so nothing was requested."


class Confirmations:
    """What this process holds of them. ``patience``: how long each waits for its person."""

    def __init__(
        self,
        process: Process,
        planner: Planner,
        proposing: Proposing,
        replies: Replies,
        announcer: Announcer,
        patience: timedelta,
    ) -> None:
        self._process = process
        self._invocations = process.ledger.invocations
        self._planner = planner
        self._proposing = proposing
        self._replies = replies
        self._announcer = announcer
        self._patience = patience
        self._waits = GrowingWaits(process.clock)
        self._held = dict[str, tuple[FromShell, datetime]]()
        self._coalescer = Coalescer(self._attend_all, process.tasks)

    def hold(self, request: FromShell, asked_at: datetime) -> None:
        """Begin to look after a request that this process claimed."""
        self._held[request.id] = (request, asked_at)

    def wake(self) -> None:
        """Start doing what is due: ask, or give up."""
        if self._held:
            self._coalescer.wake()

    async def _attend_all(self) -> None:
        for request, asked_at in tuple(self._held.values()):
            # Each for itself: one that breaks is logged, and holds up no other.
            await asyncio.wait({self._process.tasks.start(self._attend(request, asked_at + self._patience))})

    async def _attend(self, request: FromShell, until: datetime) -> None:
        if not await self._invocations.waiting(request.id):
            del self._held[request.id]
            self._waits.clear(request.id)
        elif self._process.clock() >= until:
            await self._lapse(request)
        elif self._waits.is_due(request.id) and not await self._invocations.is_recorded(_question_of(request)):
            await self._ask(request, until)

    async def _ask(self, request: FromShell, until: datetime) -> None:
        """Ask the person named, once: a process that takes over finds it on record."""
        self._waits.failed(request.id)  # until it is on record: what breaks is not tried every second either
        try:
            await self._announcer.ask_to_confirm(request, until=until)
        except Undeliverable as error:
            if error.final:
                await self._settle(request, f"The person named could not be asked ({error}).")
            return
        entry = Entry(EntryKind.CONFIRMATION_ASKED, request.actor, command=request.command, workspace=request.workspace)
        await self._invocations.record_once(_question_of(request), entry, at=self._process.clock())

    async def _lapse(self, request: FromShell) -> None:
        if await self._settle(request, LAPSED):
            await self._replies.show(request, Answer(LAPSED, (Sentence(request.headline),)))

    async def take(self, click: Confirming) -> None:
        """Take a person's word: propose what they confirm, and tell people of what was not theirs. Raises Refusal."""
        found = await self._invocations.waiting(click.answer.request)
        if found and found[0].actor != click.actor:
            raise NotAllowed(f"Only {mention(found[0].actor)}, in whose name it was asked, can answer this.")
        try:
            said = await self._answer(click)
        except Refusal as refusal:
            await self._close(click, str(refusal))
            raise
        await self._close(click, said)

    async def _answer(self, click: Confirming) -> str:
        """Return what came of it."""
        request = await self._load(click)
        if not click.answer.is_mine:
            told = "The approvals channel was told." if await self._disown(request) else "The log says so."
            return f"You said that this was not you, so nothing was requested. {told}"
        await self._propose(request)
        return f"You confirmed: {request.headline}"

    async def _load(self, click: Confirming) -> FromShell:
        """Return the request that was clicked about. Raises Refusal unless it can be answered now."""
        request, asked_at = await self._invocations.waiting(click.answer.request) or (None, self._process.clock())
        if not isinstance(request, FromShell):
            raise TooLate(ANSWERED)
        if not await self._invocations.was_asked(request):
            await self._settle(request, UNASKED)
            raise Impossible(UNASKED)
        if self._process.clock() >= asked_at + self._patience:
            await self._settle(request, LAPSED)
            raise TooLate(LAPSED)
        return request

    async def _propose(self, request: FromShell) -> None:
        """Plan it for the store as it is now, and propose that: an approval, if it needs one, is another person's."""
        planned = await self._planner.plan(self._planner.request(request), request.actor)
        try:
            plan = planned.result()
            if not isinstance(plan, Plan):
                raise Impossible("There is nothing to do any more.")
            is_new = await self._proposing.propose(request, plan, planned)
        except Refusal as refusal:
            await self._settle(request, refusal.for_log)
            raise
        if not is_new:
            await self._settle(request, "Another change that waits does the same.")

    async def _disown(self, request: FromShell) -> bool:
        """Close it, and return whether the approvals channel could be told. Raises TooLate."""
        if not await self._settle(request, DISOWNED):
            raise TooLate(ANSWERED)
        who = mention(request.actor)
        title = f"{who} did not ask for what the shell asked for in their name, so nothing was requested."
        login = f" It was typed by the login “{request.login}”." if request.login else ""
        advice = f"Whoever runs the bot should find out who used its shell.{login}"
        try:
            await self._announcer.warn(Answer(title, (Sentence(request.headline), Sentence(advice))))
        except Undeliverable as error:
            await self._replies.undelivered(request, str(error))
            return False
        return True

    async def _settle(self, request: FromShell, reason: str) -> bool:
        """Close the request without a change. Return False if it was answered before."""
        detail, at = {"said": request.said, "reason": reason}, self._process.clock()
        return await self._invocations.settle(request, EntryKind.REFUSED, at=at, detail=detail)

    async def _close(self, click: Confirming, said: str) -> None:
        if click.place.channel and click.ts:
            with suppress(Undeliverable):  # its buttons are refused in words
                question = Card(channel=click.place.channel, ts=click.ts)
                await self._announcer.close_question(question, Answer(said))


def _question_of(request: FromShell) -> str:
    """Return the delivery by which it is on record that the person was asked."""
    return f"{request.id}/confirm"
