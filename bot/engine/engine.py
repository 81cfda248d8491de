"""The Engine: takes what people ask and decide, and moves Changes through their life."""

import asyncio
import logging
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.bigcommerce import Reader, StoreError
from bot.core.answers import Answer, Sentence
from bot.core.args import check
from bot.core.asks import Ask
from bot.core.changes import Approval, Change, Decision, Event, State, Verdict, refuse_late
from bot.core.command import Context, Group, Outcome, find
from bot.core.errors import Impossible, Misuse, NobodyCanApprove, NotAllowed, OldVersion, Refusal, TooLate
from bot.core.people import Standing
from bot.core.plan import Plan, drift
from bot.core.policy import Need, Policy
from bot.core.shop import Shop
from bot.engine.drawer import Drawer
from bot.engine.homes import Homes
from bot.engine.ports import Announcer, Directory, Undeliverable
from bot.engine.runner import LEASE, Runner
from bot.engine.tasks import Tasks
from bot.engine.turns import Turns
from bot.ledger.ledger import Ledger
from bot.ledger.log import Entry

FRESH = timedelta(minutes=10)
"""An ask that no process answered for so long is refused instead: its answer would come out of the blue."""
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Engine:
    """The machine. ``owner`` names this process; ``approval_time`` is how long a Change waits for its approvals."""

    groups: tuple[Group, ...]
    policy: Policy
    ledger: Ledger
    reader: Reader
    announcer: Announcer
    directory: Directory
    runner: Runner
    drawer: Drawer
    homes: Homes
    tasks: Tasks
    turns: Turns
    clock: Callable[[], datetime]
    owner: str
    approval_time: timedelta

    # Asking

    async def ask(self, ask: Ask, said: str, *, patience: float = 0.0) -> Refusal | None:
        """Put on record what was asked, and start to answer it; the same delivery twice is one ask.

        Returns a refusal only if it comes within ``patience`` seconds: then the caller shows it. Any later one is told
        to the person privately.
        """
        self.turns.delivered()
        if not await self.ledger.ask(ask, owner=self.owner, at=self.clock(), detail={"said": said}):
            return None
        if not patience:
            self.tasks.start(self._answer_privately(ask))
            return None
        answering = self.tasks.start(self._answer(ask))
        done, _ = await asyncio.wait({answering}, timeout=patience)
        if done:
            return answering.result()
        self.tasks.start(self._tell_when_known(ask, answering))
        return None

    async def may_ask(self, user_id: str) -> None:
        """Raise NotAllowed unless this person may use the bot."""
        self.policy.refuse_asking(await self.directory.actor(user_id))

    async def refused(self, ask: Ask, refusal: Refusal, said: str) -> None:
        """Put on record what could not even be understood, and tell the person why."""
        await self.refused_in_form(ask, refusal, said)
        self.tasks.start(self._whisper(ask, Answer(str(refusal))))

    async def refused_in_form(self, ask: Ask, refusal: Refusal, said: str) -> None:
        """Put on record what the person reads in the form."""
        await self._note("refused", ask, said, reason=refusal.for_log)

    async def answered(self, ask: Ask, answer: Answer, said: str) -> None:
        """Put on record what needs no planning, and show the answer."""
        await self._note("answered", ask, said)
        self.tasks.start(self._whisper(ask, answer))

    async def asked_for_form(self, ask: Ask, said: str) -> None:
        """Put on record that a form was asked for."""
        await self._note("form", ask, said)

    async def may_decide(self, number: int, version: int | None, user_id: str) -> Change:
        """The Change, if this person may decide it now. Raises Refusal."""
        change = await self.ledger.change(number)
        refuse_late(change, version)
        if change.expires_at <= self.clock():
            await self._expire(change)
            raise TooLate(f"Too late: change {change.number} has expired.")
        actor = await self.directory.actor(user_id)
        self.policy.refuse_approving(actor, number=number, requester=change.requester)
        return change

    def context(self, actor: str) -> Context:
        """What planning for this person looks at."""
        reader = self.reader.correlated(f"plan-{secrets.token_hex(8)}")
        return Context(actor=actor, shop=Shop(reader), changes=self.ledger)

    async def _answer(self, ask: Ask) -> Refusal | None:
        async with self.turns.turn():
            return await self._answer_now(ask)

    async def _answer_now(self, ask: Ask) -> Refusal | None:
        try:
            await self._carry(ask, await self._outcome(ask))
        except (Refusal, StoreError) as error:
            refusal = error if isinstance(error, Refusal) else Refusal(str(error))
        except Exception:
            reference = secrets.token_hex(2).upper()
            log.exception("Reference %s: %s by %s broke", reference, ask.command, ask.actor)
            refusal = Refusal(
                f"Something broke, reference {reference}; whoever runs the bot finds it in its log. "
                "`/change list mine` shows whether anything came of it."
            )
        else:
            return None
        settled = await self.ledger.settle(ask, "refused", at=self.clock(), detail={"reason": refusal.for_log})
        return refusal if settled else None

    async def _answer_privately(self, ask: Ask) -> None:
        refusal = await self._answer(ask)
        # Where words were off, how to say it helps; in a form the field is at hand.
        if isinstance(refusal, Misuse) and not ask.decision:
            refusal = find(self.groups, ask.command).misuse(refusal)
        await self._tell(ask, refusal)

    async def _tell_when_known(self, ask: Ask, answering: asyncio.Task[Refusal | None]) -> None:
        await self._tell(ask, await answering)

    async def _tell(self, ask: Ask, refusal: Refusal | None) -> None:
        if refusal:
            await self._whisper(ask, Answer(str(refusal)))

    async def _outcome(self, ask: Ask) -> Outcome:
        if ask.decision:
            return ask.decision
        await self.may_ask(ask.actor)
        command = find(self.groups, ask.command)
        return await command.function(check(command.args, ask.values), self.context(ask.actor))

    async def _carry(self, ask: Ask, outcome: Outcome) -> None:
        if isinstance(outcome, Plan):
            await self._propose(ask, outcome)
            return
        if isinstance(outcome, Decision):
            await self._decide(outcome, ask.actor)
        else:
            await self._whisper(ask, outcome)
        await self.ledger.settle(ask, "answered", at=self.clock(), detail={})

    async def _whisper(self, ask: Ask, answer: Answer) -> None:
        try:
            await self.announcer.whisper(ask.actor, ask.place, answer)
        except Undeliverable as error:
            await self._note("answer not delivered", ask, "", reason=str(error))

    async def _note(self, kind: str, ask: Ask, said: str, **detail: str) -> None:
        told = {"said": said, **detail}
        entry = Entry(kind, ask.actor, ask.place.channel or "", ask.command, None, told)
        await self.ledger.note(entry, at=self.clock())

    # Proposing

    async def _need(self, plan: Plan) -> Need:
        undone = (await self.ledger.change(plan.undoes)).need.approvals if plan.undoes else 0
        return self.policy.need(plan, undone_approvals=undone)

    async def _propose(self, ask: Ask, plan: Plan) -> None:
        need = await self._need(plan)
        await self._refuse_without_approvers(need, ask.actor)
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
            created_at=now,
            updated_at=now,
            expires_at=now + self.approval_time,
        )
        detail = {"plan": plan.lines, "fingerprint": plan.fingerprint, "need": need.why}
        change = await self._post(await self.ledger.plan(ask, draft, owner=self.owner, detail=detail))
        if change.state is State.APPROVED:
            self.runner.start(change.number)

    async def _refuse_without_approvers(self, need: Need, requester: str) -> None:
        candidates = await self.directory.members(self.policy.approvers) if need.approvals else frozenset()
        standings: list[Standing] = []
        for user_id in sorted(candidates - {requester}):
            if standings.count(Standing.MEMBER) < need.approvals:
                standings.append((await self.directory.actor(user_id)).standing)
        found = standings.count(Standing.MEMBER)
        if found >= need.approvals:
            return
        if Standing.UNKNOWN in standings or (await self.directory.actor(requester)).unread & self.policy.approvers:
            raise NotAllowed(
                f"This {need.why}. Who may approve could not be read from Slack just now, so it was not asked for. "
                "Try again in a minute."
            )
        raise NobodyCanApprove(need.approvals, found)

    async def _post(self, change: Change) -> Change:
        """Post the card; only then can the Change be decided or run. This process holds its lease, and gives it up."""
        event = Event.POST if change.need.approvals else Event.CLEAR
        try:
            if change.card is None:
                card = await self.announcer.post(change)
                await self.ledger.drew(change, card)
            change = await self.ledger.move(change, event, at=self.clock())
        except Undeliverable as error:
            reason = f"Its card could not be posted ({error}), so nothing may run. Ask again when that is mended."
            change = await self.ledger.move(change, Event.CANCEL, at=self.clock(), update={"reason": reason})
            refusal = Answer(f"Change {change.number} was cancelled.", (Sentence(reason),))
            await self._whisper(_asked(change), refusal)
        finally:
            await self.ledger.release(change.number, owner=self.owner)
        self.drawer.nudge()
        await self._point_to(change)
        return change

    async def _point_to(self, change: Change) -> None:
        """Tell the requester where the card is, unless they see it."""
        if change.card is None or change.card.channel == change.place.channel:
            return
        url = await self.announcer.link(change.card)
        waits = "waits for approval" if change.state is State.WAITING else "is under way"
        where = (Sentence("See its card", url=url),) if url else ()
        told = Answer(f"Change {change.number} {waits}: {change.plan.headline}", where)
        await self._whisper(_asked(change), told)

    # Deciding

    async def _decide(self, decision: Decision, user_id: str) -> None:
        change = await self.ledger.change(decision.number)
        if decision.verdict is Verdict.WITHDRAW:
            if user_id != change.requester:
                raise NotAllowed(f"Only the one who asked for change {change.number} can withdraw it.")
            await self._settle(change, Event.WITHDRAW, user_id, decision.reason)
            return
        change = await self.may_decide(change.number, decision.version, user_id)
        if decision.verdict is Verdict.REJECT:
            await self._settle(change, Event.REJECT, user_id, decision.reason)
        else:
            await self._approve(change, user_id)

    async def _settle(self, change: Change, event: Event, user_id: str, reason: str) -> None:
        detail = {"reason": reason}
        update = {"settled_by": user_id, "reason": reason}
        await self.ledger.move(change, event, at=self.clock(), actor=user_id, detail=detail, update=update)
        self.drawer.nudge()

    async def _approve(self, change: Change, user_id: str) -> None:
        if change.has_approved(user_id):
            raise NotAllowed(f"You have approved change {change.number} already; somebody else has to, too.")
        if not await self._still_holds(change):
            raise OldVersion(change.number)
        approvals = (*change.approvals, Approval(actor=user_id, at=self.clock()))
        event = Event.APPROVE if len(approvals) >= change.need.approvals else Event.SIGN
        detail = {"version": change.version, "fingerprint": change.plan.fingerprint}
        try:
            moved = await self.ledger.move(
                change, event, at=self.clock(), actor=user_id, detail=detail, update={"approvals": approvals}
            )
        except TooLate:
            # Somebody moved it in this very instant. If they only signed, this signature counts beside theirs.
            await self._approve(await self.may_decide(change.number, change.version, user_id), user_id)
            return
        self.drawer.nudge()
        if moved.state is State.APPROVED:
            self.runner.start(change.number)

    async def _still_holds(self, change: Change) -> bool:
        """Plan again: whether the very same plan comes out. If not, the Change moves to the new one.

        Raises TooLate where no plan comes out any more; the Change is stale then.
        """
        try:
            plan = await self._planned_again(change)
            if plan.fingerprint == change.plan.fingerprint:
                return True
            need = await self._need(plan)
            if not need.approvals:
                raise Impossible("The store changed meanwhile, and nobody has to look at this again. Ask once more.")
        except Refusal as error:
            told, logged = {"reason": str(error)}, {"reason": error.for_log}
            await self.ledger.move(change, Event.SPOIL, at=self.clock(), detail=logged, update=told)
            self.drawer.nudge()
            lost = f"Change {change.number} can no longer be done:"
            raise TooLate(f"{lost} {error}", for_log=f"{lost} {error.for_log}") from error
        update = {
            "plan": plan,
            "need": need,
            "version": change.version + 1,
            "approvals": (),
            "drift": drift(change.plan, plan),
        }
        detail = {"plan": plan.lines, "fingerprint": plan.fingerprint, "version": change.version + 1}
        await self.ledger.move(change, Event.REPLAN, at=self.clock(), detail=detail, update=update)
        self.drawer.nudge()
        return False

    async def _planned_again(self, change: Change) -> Plan:
        command = find(self.groups, change.command)
        outcome = await command.function(check(command.args, change.args), self.context(change.requester))
        if not isinstance(outcome, Plan):
            raise Impossible("There is nothing to do any more.")
        return outcome

    async def _expire(self, change: Change) -> None:
        reason = "Nobody decided in time. No answer is never a yes."
        await self.ledger.move(change, Event.EXPIRE, at=self.clock(), update={"reason": reason})
        self.drawer.nudge()

    # Keeping

    async def live(self) -> None:
        """Say that this process lives, for a while: what it has in hand stays with it."""
        await self.ledger.renew(owner=self.owner, until=self.clock() + LEASE)

    async def sweep(self) -> None:
        """What is due: leases renewed, overdue Changes expired, work of processes that died taken over, cards drawn.

        Called every second, and once at the start.
        """
        now = self.clock()
        await self.live()
        for ask, at in await self.ledger.claim_asks(owner=self.owner, now=now):
            self.tasks.start(self._refuse_late(ask) if now - at > FRESH else self._answer_privately(ask))
        for number in await self.ledger.overdue(now):
            self.tasks.start(self._expire_unless_moved(number))
        for number in await self.ledger.unattended(State.PLANNED, now=now):
            self.tasks.start(self._post_unposted(number))
        for number in await self.ledger.unattended(State.APPROVED, now=now):
            self.tasks.start(self._run_if_it_holds(number))
        for number in await self.ledger.unattended(State.RUNNING, now=now):
            self.runner.start(number)
        self.drawer.nudge()

    async def _refuse_late(self, ask: Ask) -> None:
        told = "I was not running when you asked for this, and it is too long ago now. Ask again if you still want it."
        await self.ledger.settle(ask, "refused", at=self.clock(), detail={"reason": told})
        await self._tell(ask, Refusal(told))

    async def _expire_unless_moved(self, number: int) -> None:
        try:
            await self._expire(await self.ledger.change(number))
        except TooLate:
            log.info("Change %s was decided just before it expired", number)

    async def _post_unposted(self, number: int) -> None:
        if not await self.runner.claim(number):
            return
        change = await self.ledger.change(number)
        if change.state is not State.PLANNED:  # its own process was only slow
            await self.ledger.release(number, owner=self.owner)
        elif (await self._post(change)).state is State.APPROVED:
            await self._run_if_it_holds(number)

    async def _run_if_it_holds(self, number: int) -> None:
        """A Change that may run, and whose process died before it did: what was planned may not hold any more."""
        if not await self.runner.claim(number):
            return
        holds = False
        try:
            holds = await self._still_holds(await self.ledger.change(number))
        except (StoreError, TooLate) as error:
            log.warning("Change %s could not be started yet: %s", number, error)
        finally:
            await self.ledger.release(number, owner=self.owner)
        if holds:
            await self.runner.run(number)


def _asked(change: Change) -> Ask:
    return Ask(id="", actor=change.requester, place=change.place, command=change.command)
