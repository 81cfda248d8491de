"""Answers recorded invocations: plans them and carries out the outcome."""

import logging
from contextlib import suppress
from dataclasses import dataclass
from typing import cast

from bot.bigcommerce import StoreError
from bot.core import work
from bot.core.answers import Answer
from bot.core.approval.decisions import Decision
from bot.core.audit.entries import Entry, EntryKind
from bot.core.audit.trace import AuditTrace
from bot.core.command import Call, Post
from bot.core.errors import Impossible, Misuse, NotRecorded, Question, Refusal
from bot.core.invocation import Clicked, Confirmation, Confirming, Due, Edited, Invocation, Submitted, Typed
from bot.core.kept_values import with_kept
from bot.core.planning.plan import Plan
from bot.core.questions import has_room, question_answer
from bot.core.waiting_offers import with_waits
from bot.engine.ack_priority import AckPriority
from bot.engine.clicks import Clicks
from bot.engine.confirmations import Confirmations
from bot.engine.decider import Decider
from bot.engine.due_requests import DueRequests
from bot.engine.planner import Planned, Planner, Request, decides
from bot.engine.ports import Announcer, Undeliverable
from bot.engine.process import Process
from bot.engine.proposing import Proposing
from bot.engine.replies import Replies
from bot.engine.unforeseen import reference_of

LATE = "I was offline when you asked for this, and that is too long ago now. Ask again if you still want it."
UNASKED = (
    "This request is in the ledger, and the audit log does not say that it was asked, so nothing was done. "
    "Whoever runs the bot should look at the ledger's file now (`audit verify`): someone may have edited it."
)
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Answering:
    """Answers each invocation exactly once: the process that owns it settles it in the ledger."""

    process: Process
    gate: AckPriority
    planner: Planner
    decider: Decider
    proposing: Proposing
    replies: Replies
    announcer: Announcer
    clicks: Clicks
    confirmations: Confirmations
    dues: DueRequests

    async def answer(self, invocation: Invocation, request: Request) -> None:
        """Answer a recorded invocation; show a refusal privately."""
        if refusal := await self.refusal(invocation, request):
            await self.refuse(invocation, request, refusal)

    async def refuse(self, invocation: Invocation, request: Request, refusal: Refusal) -> None:
        """Show a refusal privately: a question with a button for each of its answers, unless one edits a change."""
        if isinstance(refusal, Question) and isinstance(request, Call) and not isinstance(invocation, Edited):
            await self.replies.show(invocation, question_answer(request.command, refusal))
            return
        # Where the words were wrong, the usage helps; in a form, the field was at hand.
        if isinstance(refusal, Misuse) and isinstance(request, Call) and isinstance(invocation, Typed):
            refusal = refusal if request.unknown else request.command.misuse(refusal)
        await self.replies.refuse(invocation, refusal)

    async def resume(self, invocation: Invocation) -> None:
        """Answer an invocation left behind by a process that died."""
        await self.answer(invocation, self.planner.request(invocation))

    async def ask_itself(self, due: Due) -> None:
        """Record what the bot asks itself, and start to answer it, unless another process did. Raises NotRecorded."""
        if await self.dues.record(due):
            self.process.tasks.start(self.resume(due))

    async def refuse_late(self, invocation: Invocation) -> None:
        """Tell the person that their request is too old to be answered."""
        detail, at = {"reason": LATE}, self.process.clock()
        await self.process.ledger.invocations.settle(invocation, EntryKind.REFUSED, at=at, detail=detail)
        await self.replies.refuse(invocation, Refusal(LATE))

    async def refuse_unasked(self, invocation: Invocation) -> None:
        """Refuse an invocation that stands in the ledger's table, and that the log does not have so: warn people.

        One that stands there no more was only answered late, by a process that had been asleep.
        """
        detail, at = {"reason": UNASKED}, self.process.clock()
        if not await self.process.ledger.invocations.settle(invocation, EntryKind.REFUSED, at=at, detail=detail):
            return
        log.error("A request by %s is not in the audit log as it is in the ledger", invocation.actor)
        await self.replies.refuse(invocation, Refusal(UNASKED))
        with suppress(Undeliverable):  # it is in the log, and the person named was told
            await self.announcer.warn(Answer(f"{invocation.command} by {invocation.actor}: {UNASKED}"))

    async def refusal_in_form(self, invocation: Invocation, request: Request) -> Refusal | None:
        """Answer a recorded form. Return a refusal for its field; None, too, if buttons ask what is meant."""
        refusal = await self.refusal(invocation, request)
        match refusal, request, invocation:
            case Question(), Call(), Submitted() if has_room(request.command, refusal):
                await self.refuse(invocation, request, refusal)
                return None
        return refusal

    async def refusal(self, invocation: Invocation, request: Request) -> Refusal | None:
        """Answer a recorded invocation. Return a refusal, for the caller to show."""
        with work.about("invocation", invocation.id):
            return await self._refusal(invocation, request)

    async def _refusal(self, invocation: Invocation, request: Request) -> Refusal | None:
        async with self.gate.turn(decides=decides(request)):
            planned = await self._plan(invocation, request)
            try:
                await self._carry_out(_as_read(invocation, planned), planned)
            except Exception as error:  # noqa: BLE001 - it becomes a sentence, and what nobody foresaw is logged
                refusal = _refusal(error, invocation)
                if isinstance(invocation, Due):
                    return await self.dues.failed(invocation, planned.trace, error, refusal)
            else:
                self.clicks.taken(invocation)
                return None
            settled = await self._settle(EntryKind.REFUSED, invocation, planned.trace, reason=refusal.for_log)
            self.clicks.refused(invocation)
            return refusal if settled else None

    async def _plan(self, invocation: Invocation, request: Request) -> Planned:
        """Plan the request, unless it came from a button that was not drawn for its change as it is now.

        Whatever goes wrong is part of the result, and so is answered: while this process lives, nobody else does it.
        """
        try:
            await self.clicks.check(invocation)
            request = await self._with_kept(invocation, request)
            return await self.planner.plan(request, invocation.actor, by_itself=isinstance(invocation, Due))
        except Exception as error:  # noqa: BLE001 - raised again by ``result``
            return Planned(error, AuditTrace(invocation.said), self.process.elapsed())

    async def _with_kept(self, invocation: Invocation, request: Request) -> Request:
        """Return the request with what its change keeps, if it is the edit of one. Raises Refusal."""
        if not (isinstance(invocation, Edited) and isinstance(request, Call)):
            return request
        change = await self.process.ledger.changes.load(invocation.edits)
        return with_kept(request, change.args)

    async def _settle(self, kind: EntryKind, invocation: Invocation, trace: AuditTrace, **detail: str) -> bool:
        recorded = {"said": trace.recorded_text, **detail}
        at = self.process.clock()
        return await self.process.ledger.invocations.settle(
            invocation, kind, at=at, detail=recorded, subjects=trace.subjects
        )

    async def _carry_out(self, invocation: Invocation, planned: Planned) -> None:
        outcome, trace = planned.result(), planned.trace
        if planned.preview:
            await self.replies.show(invocation, planned.preview)
        match outcome, invocation:
            case Plan(), Edited():
                await self.decider.edit(invocation, outcome, planned.due_at)
            case Plan(), Typed() | Submitted() | Due():
                if await self.proposing.propose(invocation, outcome, planned):
                    return  # creating the Change settles it
            case Post(), _:
                await self._publish(invocation, outcome, trace)
                return  # settled already
            case Decision(), _:
                await self._decide(invocation, outcome)
            case Confirmation(), Confirming():
                await self.confirmations.take(invocation)
            case _:  # a click comes with a Decision, never with a Plan
                await self.replies.show(invocation, with_waits(cast("Answer", outcome), self.planner.groups))
        await self._settle(EntryKind.ANSWERED, invocation, trace)

    async def _decide(self, invocation: Invocation, decision: Decision) -> None:
        consequence = await self.decider.decide(decision, invocation.actor)
        if not isinstance(invocation, Clicked):  # whoever clicked a button is looking at the card
            await self.replies.show(invocation, Answer(consequence))

    async def _publish(self, invocation: Invocation, post: Post, trace: AuditTrace) -> None:
        """Post an answer for everyone, at most once: it is settled first, so that no other process posts it again."""
        detail, at = {"said": trace.recorded_text}, self.process.clock()
        settle = self.process.ledger.invocations.settle_at_once
        if not await settle(invocation, EntryKind.ANSWERED, at=at, detail=detail, subjects=trace.subjects):
            return
        try:
            await self._announce(post.answer)
        except Impossible as refusal:
            await self.replies.undelivered(invocation, refusal.for_log)
            await self.replies.refuse(invocation, refusal)
        else:
            await self._record_post(invocation, post)
            await self.replies.show(invocation, Answer("Posted in the summary channel."))

    async def _announce(self, answer: Answer) -> None:
        try:
            await self.announcer.announce(answer)
        except Undeliverable as error:
            doubt = " Check the channel: Slack may have posted it anyway." if error.maybe_done else ""
            advice = f" {error.advice}" if error.advice else ""
            raise Impossible(f"It could not be posted in the summary channel ({error}).{advice}{doubt}") from error

    async def _record_post(self, by: Invocation, post: Post) -> None:
        who = (by.actor, by.place.recorded_text, by.command)
        entry = Entry(EntryKind.SUMMARY_POSTED, *who, None, post.record, "posted", workspace=by.workspace)
        with suppress(NotRecorded):  # it is posted, and the request for it is recorded
            await self.process.ledger.audit.append(entry, at=self.process.clock())


def _as_read(invocation: Invocation, planned: Planned) -> Invocation:
    """Return an invocation with the values as its words were read, or as they plan it again."""
    is_asked = isinstance(invocation, Typed | Submitted | Edited) and planned.values is not None
    return invocation.model_copy(update={"values": planned.values}) if is_asked else invocation


def _refusal(error: Exception, invocation: Invocation) -> Refusal:
    """Convert an error to the refusal that the person reads; log an unexpected one."""
    match error:
        case Refusal():
            return error
        case StoreError():
            return Refusal(str(error), for_log=error.for_log)
        case NotRecorded():
            return Refusal(str(error))
    reference = reference_of(error, f"{invocation.command} by {invocation.actor}")
    return Refusal(
        f"Something went wrong, reference {reference}; whoever runs the bot can find it in the log. "
        "`/change list mine` shows whether anything came of it."
    )
