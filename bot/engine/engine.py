"""The Engine: takes what people ask, answers it, and proposes Changes."""

import asyncio
import logging
import secrets
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.bigcommerce import StoreError
from bot.core.answers import Answer, Sentence
from bot.core.approval.changes import Change, Decision, Event, State
from bot.core.audit.entries import Entry, EntryKind
from bot.core.command import Context, Group, Outcome, Post, find
from bot.core.errors import Impossible, Misuse, NotRecorded, Refusal
from bot.core.invocation import Ask
from bot.core.planning.plan import Plan
from bot.engine.answer_gate import AnswerGate
from bot.engine.card_reconciler import CardReconciler
from bot.engine.decider import Decider
from bot.engine.planner import Planner, Trace
from bot.engine.ports import Announcer, Undeliverable
from bot.engine.runner import Runner
from bot.engine.tasks import Tasks
from bot.ledger.ledger import Ledger

LATE = "I was not running when you asked for this, and it is too long ago now. Ask again if you still want it."
LATER = "is on record and has not begun: nothing more can be recorded now ({reason}). It goes on by itself afterwards."
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Engine:
    """The machine. ``owner`` names this process; ``approval_time`` is how long a Change waits for its approvals."""

    planner: Planner
    decider: Decider
    ledger: Ledger
    announcer: Announcer
    runner: Runner
    drawer: CardReconciler
    tasks: Tasks
    turns: AnswerGate
    clock: Callable[[], datetime]
    owner: str
    approval_time: timedelta

    @property
    def groups(self) -> tuple[Group, ...]:
        """What it is loaded with."""
        return self.planner.groups

    # Asking

    async def ask(self, ask: Ask, said: str, *, patience: float = 0.0) -> Refusal | None:
        """Put on record what was asked, and start to answer it; the same delivery twice is one ask.

        Returns a refusal only if it comes within ``patience`` seconds: then the caller shows it. Any later one is told
        to the person privately.
        """
        self.turns.delivered()
        if not await self.ledger.invocations.record(ask, owner=self.owner, at=self.clock(), detail={"said": said}):
            return None
        if not patience:
            self.tasks.start(self.answer(ask))
            return None
        answering = self.tasks.start(self._answer(ask))
        done, _ = await asyncio.wait({answering}, timeout=patience)
        if done:
            return answering.result()
        self.tasks.start(self._tell_when_known(ask, answering))
        return None

    async def refused(self, ask: Ask, refusal: Refusal, said: str) -> None:
        """Put on record what could not even be understood, and tell the person why."""
        await self.refused_in_form(ask, refusal, said)
        self.tasks.start(self._whisper(ask, Answer(str(refusal))))

    async def refused_in_form(self, ask: Ask, refusal: Refusal, said: str) -> None:
        """Put on record what the person reads in the form."""
        await self._note(EntryKind.REFUSED, ask, said, reason=refusal.for_log)

    async def answered(self, ask: Ask, answer: Answer, said: str) -> None:
        """Put on record what needs no planning, and show the answer."""
        await self._note(EntryKind.ANSWERED, ask, said)
        self.tasks.start(self._whisper(ask, answer))

    async def asked_for_form(self, ask: Ask, said: str) -> None:
        """Put on record that a form was asked for."""
        await self._note(EntryKind.FORM, ask, said)

    async def answer(self, ask: Ask) -> None:
        """Answer what is on record, and tell the person alone what is refused."""
        refusal = await self._answer(ask)
        # Where words were off, how to say it helps; in a form the field is at hand.
        if isinstance(refusal, Misuse) and not ask.decision:
            refusal = find(self.groups, ask.command).misuse(refusal)
        await self._tell(ask, refusal)

    async def refuse_late(self, ask: Ask) -> None:
        """Tell the person that what they asked for comes too late now."""
        await self.ledger.invocations.settle(ask, EntryKind.REFUSED, at=self.clock(), detail={"reason": LATE})
        await self._tell(ask, Refusal(LATE))

    async def _answer(self, ask: Ask) -> Refusal | None:
        async with self.turns.turn():
            return await self._answer_now(ask)

    async def _answer_now(self, ask: Ask) -> Refusal | None:
        ctx = self.planner.context(ask.actor)
        try:
            await self._carry(ask, await self._outcome(ask, ctx), ctx)
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
        told = {"said": trace.said, **detail}
        return await self.ledger.invocations.settle(ask, kind, at=self.clock(), detail=told, subjects=trace.subjects)

    def _trace(self, ask: Ask, ctx: Context) -> Trace:
        """What was said, as far as it can be told by now; a click says itself."""
        return self.planner.trace(ask, ctx) if ask.decision is None else Trace(ask.decision.said, ())

    async def _tell_when_known(self, ask: Ask, answering: asyncio.Task[Refusal | None]) -> None:
        await self._tell(ask, await answering)

    async def _tell(self, ask: Ask, refusal: Refusal | None) -> None:
        if refusal:
            await self._whisper(ask, Answer(str(refusal)))

    async def _outcome(self, ask: Ask, ctx: Context) -> Outcome:
        return ask.decision or await self.planner.outcome(ask, ctx)

    async def _carry(self, ask: Ask, outcome: Outcome, ctx: Context) -> None:
        match outcome:
            case Plan() if ask.edits is None:
                await self._propose(ask, outcome, self._trace(ask, ctx))
                return
            case Plan():
                await self.decider.edit(ask, outcome)
            case Decision():
                await self._decide(ask, outcome)
            case Post():
                await self._publish(ask, outcome, self._trace(ask, ctx))
                return
            case _:
                await self._whisper(ask, outcome)
        await self._settle(EntryKind.ANSWERED, ask, ctx, {})

    async def _decide(self, ask: Ask, decision: Decision) -> None:
        told = await self.decider.decide(decision, ask.actor)
        if ask.decision is None:  # it was typed: whoever pressed a button of the card looks at it
            await self._whisper(ask, Answer(f"Change {decision.number} {told}."))

    async def _publish(self, ask: Ask, post: Post, trace: Trace) -> None:
        """Post it for everybody, at most once: it is settled before, so that nobody who takes over posts it again."""
        detail, now = {"said": trace.said}, self.clock()
        if not await self.ledger.invocations.settle_at_once(
            ask, EntryKind.ANSWERED, at=now, detail=detail, subjects=trace.subjects
        ):
            return
        try:
            await self._announce(post.answer)
        except Impossible as refusal:
            await self._undelivered(ask, refusal.for_log)
            await self._tell(ask, refusal)
        else:
            await self._posted(ask, post)
            await self._whisper(ask, Answer("It is posted."))

    async def _announce(self, answer: Answer) -> None:
        try:
            await self.announcer.announce(answer)
        except Undeliverable as error:
            doubt = " Look whether it is there: Slack may have posted it all the same." if error.maybe_done else ""
            raise Impossible(f"It could not be posted in the summary channel ({error}).{doubt}") from error

    async def _posted(self, ask: Ask, post: Post) -> None:
        place, workspace = ask.place.channel or "", ask.workspace
        entry = Entry(
            EntryKind.SUMMARY_POSTED, ask.actor, place, ask.command, None, post.record, "posted", workspace=workspace
        )
        with suppress(NotRecorded):  # it is there, and that it was asked for is on record
            await self.ledger.audit.append(entry, at=self.clock())

    async def _whisper(self, ask: Ask, answer: Answer) -> None:
        try:
            await self.announcer.whisper(ask.actor, ask.place, answer)
        except Undeliverable as error:
            await self._undelivered(ask, str(error))

    async def _undelivered(self, ask: Ask, reason: str) -> None:
        with suppress(NotRecorded):  # what was answered stays answered
            await self._note(EntryKind.ANSWER_NOT_DELIVERED, ask, "", reason=reason)

    async def _note(self, kind: EntryKind, ask: Ask, said: str, **detail: str) -> None:
        told = {"said": said, **detail}
        place, outcome = ask.place.channel or "", "" if kind is EntryKind.FORM else kind
        entry = Entry(kind, ask.actor, place, ask.command, None, told, outcome, workspace=ask.workspace)
        await self.ledger.audit.append(entry, at=self.clock())

    # Proposing

    async def _propose(self, ask: Ask, plan: Plan, trace: Trace) -> None:
        need = await self.planner.need(plan)
        deciders = await self.planner.deciders(need, ask.actor)
        now = self.clock()
        draft = Change(
            number=0,
            requester=ask.actor,
            place=ask.place,
            command=ask.command,
            verb=find(self.groups, ask.command).submit,
            args=ask.values,
            plan=plan,
            need=need,
            deciders=deciders,
            created_at=now,
            updated_at=now,
            expires_at=now + self.approval_time,
        )
        detail = {"said": trace.said, "plan": plan.lines, "fingerprint": plan.fingerprint, "need": need.why}
        planned = await self.ledger.changes.create(ask, draft, owner=self.owner, detail=detail, subjects=trace.subjects)
        try:
            change = await self.post(planned)
        except NotRecorded as error:
            await self._whisper(ask, Answer(f"Change {planned.number} {LATER.format(reason=error.reason)}"))
            return
        if change.state is State.APPROVED:
            self.runner.start(change.number)

    async def post(self, change: Change) -> Change:
        """Post the card; only then can the Change be decided or run. This process holds its lease, and gives it up.

        Raises NotRecorded: then the next sweep goes on with it.
        """
        event = Event.POST if change.need.approvals else Event.CLEAR
        try:
            if change.card is None:
                card = await self.announcer.post(change)
                await self.ledger.changes.save_card(change, card)
            change = await self.ledger.changes.move(change, event, at=self.clock())
        except Undeliverable as error:
            reason = f"Its card could not be posted ({error}), so nothing may run. Ask again when that is mended."
            change = await self.ledger.changes.move(change, Event.CANCEL, at=self.clock(), update={"reason": reason})
            refusal = Answer(f"Change {change.number} was cancelled.", (Sentence(reason),))
            await self._whisper(_asked(change), refusal)
        finally:
            await self.ledger.leases.release(change.number, owner=self.owner)
        self.drawer.wake()
        await self._point_to(change)
        return change

    async def _point_to(self, change: Change) -> None:
        """Tell the requester where the card is, unless they see it."""
        if change.card is None:
            return
        url = await self.announcer.link(change.card)
        await self.ledger.changes.save_card_url(change.number, url)
        if change.card.channel == change.place.channel:
            return
        waits = "waits for approval" if change.state is State.WAITING else "was started"
        where = (Sentence("See its card", url=url),) if url else ()
        told = Answer(f"Change {change.number} {waits}: {change.plan.headline}", where)
        await self._whisper(_asked(change), told)


def _asked(change: Change) -> Ask:
    return Ask(id="", actor=change.requester, place=change.place, command=change.command)


def _refusal(error: Refusal | StoreError | NotRecorded) -> Refusal:
    if isinstance(error, Refusal):
        return error
    return Refusal(str(error), for_log=error.for_log if isinstance(error, StoreError) else "")
