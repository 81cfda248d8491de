"""Answers what is on record: plans it, and carries out what comes of that."""

import logging
import secrets
from contextlib import suppress
from dataclasses import dataclass

from bot.bigcommerce import StoreError
from bot.core.answers import Answer
from bot.core.approval.changes import Decision
from bot.core.audit.entries import Entry, EntryKind
from bot.core.command import Context, Outcome, Post, find
from bot.core.errors import Impossible, Misuse, NotRecorded, Refusal
from bot.core.invocation import Ask
from bot.core.planning.plan import Plan
from bot.engine.answer_gate import AnswerGate
from bot.engine.decider import Decider
from bot.engine.planner import Planner, Trace
from bot.engine.ports import Announcer, Undeliverable
from bot.engine.process import Process
from bot.engine.proposing import Proposing
from bot.engine.replies import Replies

LATE = "I was not running when you asked for this, and it is too long ago now. Ask again if you still want it."
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Answering:
    """Answers each ask once: what comes of it is settled in the ledger, by the one process that has it in hand."""

    process: Process
    gate: AnswerGate
    planner: Planner
    decider: Decider
    proposing: Proposing
    replies: Replies
    announcer: Announcer

    async def answer(self, ask: Ask) -> None:
        """Answer what is on record, and tell the person alone what is refused."""
        refusal = await self.refusal(ask)
        # Where words were off, how to say it helps; in a form the field is at hand.
        if isinstance(refusal, Misuse) and not ask.decision:
            refusal = find(self.planner.groups, ask.command).misuse(refusal)
        if refusal:
            await self.replies.refuse(ask, refusal)

    async def refusal(self, ask: Ask) -> Refusal | None:
        """Answer what is on record. Returns what is refused, for the caller to show."""
        async with self.gate.turn():
            return await self._answer(ask)

    async def refuse_late(self, ask: Ask) -> None:
        """Tell the person that what they asked for comes too late now."""
        await self.process.ledger.settle(ask, EntryKind.REFUSED, at=self.process.clock(), detail={"reason": LATE})
        await self.replies.refuse(ask, Refusal(LATE))

    async def _answer(self, ask: Ask) -> Refusal | None:
        ctx = self.planner.context(ask.actor)
        try:
            await self._carry_out(ask, await self._outcome(ask, ctx), ctx)
        except (Refusal, StoreError, NotRecorded) as error:
            refusal = _refusal(error)
        except Exception:
            reference = secrets.token_hex(2).upper()
            log.exception("Reference %s: %s by %s broke", reference, ask.command, ask.actor)
            refusal = Refusal(
                f"Something broke, reference {reference}; whoever runs the bot finds it in its log. "
                "`/change list mine` shows whether anything came of it."
            )
        else:
            return None
        settled = await self._settle(EntryKind.REFUSED, ask, ctx, {"reason": refusal.for_log})
        return refusal if settled else None

    async def _settle(self, kind: EntryKind, ask: Ask, ctx: Context, detail: dict[str, str]) -> bool:
        trace = self._trace(ask, ctx)
        described = {"said": trace.said, **detail}
        at = self.process.clock()
        return await self.process.ledger.settle(ask, kind, at=at, detail=described, subjects=trace.subjects)

    def _trace(self, ask: Ask, ctx: Context) -> Trace:
        """What was said, as far as it can be told by now; a click says itself."""
        return self.planner.trace(ask, ctx) if ask.decision is None else Trace(ask.decision.said, ())

    async def _outcome(self, ask: Ask, ctx: Context) -> Outcome:
        return ask.decision or await self.planner.outcome(ask, ctx)

    async def _carry_out(self, ask: Ask, outcome: Outcome, ctx: Context) -> None:
        match outcome:
            case Plan() if ask.edits is None:
                await self.proposing.propose(ask, outcome, self._trace(ask, ctx))
                return
            case Plan():
                await self.decider.edit(ask, outcome)
            case Decision():
                await self._decide(ask, outcome)
            case Post():
                await self._publish(ask, outcome, self._trace(ask, ctx))
                return
            case _:
                await self.replies.show(ask, outcome)
        await self._settle(EntryKind.ANSWERED, ask, ctx, {})

    async def _decide(self, ask: Ask, decision: Decision) -> None:
        consequence = await self.decider.decide(decision, ask.actor)
        if ask.decision is None:  # it was typed: whoever pressed a button of the card looks at it
            await self.replies.show(ask, Answer(f"Change {decision.number} {consequence}."))

    async def _publish(self, ask: Ask, post: Post, trace: Trace) -> None:
        """Post it for everybody, at most once: it is settled before, so that nobody who takes over posts it again."""
        detail, now = {"said": trace.said}, self.process.clock()
        settle = self.process.ledger.settle_first
        if not await settle(ask, EntryKind.ANSWERED, at=now, detail=detail, subjects=trace.subjects):
            return
        try:
            await self._announce(post.answer)
        except Impossible as refusal:
            await self.replies.undelivered(ask, refusal.for_log)
            await self.replies.refuse(ask, refusal)
        else:
            await self._record_post(ask, post)
            await self.replies.show(ask, Answer("It is posted."))

    async def _announce(self, answer: Answer) -> None:
        try:
            await self.announcer.announce(answer)
        except Undeliverable as error:
            doubt = " Look whether it is there: Slack may have posted it all the same." if error.maybe_done else ""
            raise Impossible(f"It could not be posted in the summary channel ({error}).{doubt}") from error

    async def _record_post(self, ask: Ask, post: Post) -> None:
        place, workspace = ask.place.channel or "", ask.workspace
        entry = Entry(
            EntryKind.SUMMARY_POSTED, ask.actor, place, ask.command, None, post.record, "posted", workspace=workspace
        )
        with suppress(NotRecorded):  # it is there, and that it was asked for is on record
            await self.process.ledger.note(entry, at=self.process.clock())


def _refusal(error: Refusal | StoreError | NotRecorded) -> Refusal:
    if isinstance(error, Refusal):
        return error
    return Refusal(str(error), for_log=error.for_log if isinstance(error, StoreError) else "")
