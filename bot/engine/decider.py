"""Moves Changes according to what people decide about them."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from bot.bigcommerce import StoreError
from bot.core import work
from bot.core.answers import mention
from bot.core.approval.changes import Change, Emergency, Event, State
from bot.core.approval.decisions import CONSEQUENCES, Decision, Verdict
from bot.core.approval.need import Approval
from bot.core.approval.refusals import refuse_keeping, refuse_late, refuse_withdrawing, too_late
from bot.core.approval.rule import Limit
from bot.core.audit.entries import EntryKind
from bot.core.errors import Impossible, NotAllowed, OldVersion, TooLate
from bot.core.invocation import Edited
from bot.core.language.phrases import counted
from bot.core.planning.plan import Plan
from bot.engine.approvers import Approvers
from bot.engine.authorization import Authority
from bot.engine.card_reconciler import CardReconciler
from bot.engine.change_runner import ChangeRunner
from bot.engine.planner import Planner
from bot.engine.process import Process
from bot.engine.renewing import Renewing

UNATTENDED = "No bot is running change {number} right now. It stops before its next batch, once one goes on with it."
"""What becomes of a Change that is to stop, but whose process has died."""
LATE = "No one decided in time. Nothing was changed."
KEEPS = (
    "You asked for change {number}, and to let them stay {why}. Someone who can approve it lets them stay with "
    "`/change keep {number}`, or you ask for them to be added again."
)
STOPPED_EARLY = "Stopped before the time at which it was to run."


@dataclass(frozen=True)
class Decider:
    """Moves Changes according to decisions."""

    process: Process
    planner: Planner
    approvers: Approvers
    authority: Authority
    renewing: Renewing
    runner: ChangeRunner
    cards: CardReconciler

    async def decide(self, decision: Decision, user_id: str) -> str:
        """Carry out this person's decision. Return what became of the Change (see CONSEQUENCES). Raises Refusal."""
        verdicts: dict[Verdict, Callable[[Decision, str], Awaitable[None]]] = {
            Verdict.APPROVE: self._approve,
            Verdict.REJECT: self._reject,
            Verdict.WITHDRAW: self._withdraw,
            Verdict.NARROW: self._narrow,
            Verdict.STOP: self._stop,
            Verdict.BREAK: self._break_glass,
            Verdict.REVIEW: self._review,
            Verdict.KEEP: self._keep,
        }
        work.learn("change", decision.number)
        await self.authority.refuse_contradicted(decision.number)
        await verdicts[decision.verdict](decision, user_id)
        self.cards.wake(decision.number)
        sentence = CONSEQUENCES[decision.verdict]
        if decision.verdict is Verdict.STOP:
            sentence = await self._describe_stop(decision.number, sentence)
        return sentence.format(number=decision.number)

    async def may_decide(self, number: int, version: int | None, user_id: str) -> Change:
        """Return the Change if this person may decide it now. Raises Refusal."""
        change = await self._undecided(number, version)
        await self.approvers.refuse_others(change, user_id)
        return change

    async def may_edit(self, number: int, version: int | None, user_id: str) -> Change:
        """Return the Change if this person may edit it now. Raises Refusal."""
        change = await self._undecided(number, version)
        if user_id != change.requester:
            raise _only_requester(change, "edit")
        return change

    async def edit(self, invocation: Edited, plan: Plan, due_at: datetime | None) -> Change:
        """Replace the Change's plan: a new version, without approvals. Raises Refusal."""
        work.learn("change", invocation.edits)
        await self.authority.refuse_contradicted(invocation.edits)
        change = await self.may_edit(invocation.edits, invocation.shown.version, invocation.actor)
        note = f"{mention(invocation.actor)} edited it. Before: {change.plan.headline}"
        update = {"args": invocation.values, "without": (), "least": None, **self.renewing.dates(due_at, plan.until)}
        return await self.renewing.renew(change, Event.EDIT, plan, actor=invocation.actor, notes=(note,), **update)

    async def expire(self, change: Change) -> None:
        """Expire a Change that nobody decided in time. Raises TooLate if someone just did."""
        await self.process.ledger.changes.move(change, Event.EXPIRE, at=self.process.clock(), update={"reason": LATE})
        self.cards.wake(change.number)

    async def _undecided(self, number: int, version: int | None) -> Change:
        change = await self.process.ledger.changes.load(number)
        refuse_late(change, version)
        await self._unexpired_at(change)
        return change

    async def _unexpired_at(self, change: Change) -> datetime:
        """Return the time, if the Change has not expired by now. Otherwise expire it and raise TooLate."""
        now = self.process.clock()
        if change.expires_at <= now:
            await self.expire(change)
            raise TooLate(f"Too late: change {change.number} has expired.")
        return now

    async def _replanned_at(self, change: Change, *, in_emergency: bool = False) -> datetime:
        """Plan again; return the time afterwards, since the store may take longer than the Change has left.

        Raises Refusal if the plan no longer holds, and TooLate if the Change has expired meanwhile.
        """
        try:
            holds = await self.renewing.still_holds(change, in_emergency=in_emergency)
        except StoreError:
            # If the store no longer has something, this very change may just have deleted it.
            refuse_late(await self.process.ledger.changes.load(change.number), change.version)
            raise
        if not holds:
            raise OldVersion(change.number)
        return await self._unexpired_at(change)

    async def _approve(self, decision: Decision, user_id: str) -> None:
        self.approvers.refresh(await self.process.ledger.changes.load(decision.number), user_id)
        change = await self.may_decide(decision.number, decision.version, user_id)
        if change.has_approved(user_id):
            raise NotAllowed(f"You have already approved change {change.number}; someone else has to approve it too.")
        counts = await self.approvers.counts_for(change, user_id)
        planned_at, at = self.process.elapsed(), await self._replanned_at(change)
        approvals = (*change.approvals, Approval(actor=user_id, at=at, counts_for=counts))
        event = Event.APPROVE if change.need.satisfied_by(approvals) else Event.SIGN
        detail = {"version": change.version, "fingerprint": change.plan.fingerprint, "counts_for": list(counts)}
        update = {"approvals": approvals}
        try:
            moved = await self.process.ledger.changes.move(
                change, event, at=self.process.clock(), actor=user_id, detail=detail, update=update
            )
        except TooLate:
            # Someone moved it at this very moment. If they only signed, this signature is added to theirs.
            await self._approve(decision.model_copy(update={"version": change.version}), user_id)
            return
        if moved.state is State.APPROVED:
            self.runner.start(change.number, planned_at=planned_at)

    async def _reject(self, decision: Decision, user_id: str) -> None:
        change = await self.may_decide(decision.number, decision.version, user_id)
        await self._settle(change, Event.REJECT, user_id, decision.reason)

    async def _withdraw(self, decision: Decision, user_id: str) -> None:
        change = await self.process.ledger.changes.load(decision.number)
        refuse_withdrawing(change)
        if user_id != change.requester:
            raise _only_requester(change, "withdraw")
        if not change.can_be_withdrawn(self.process.clock()):
            too_late(change)
        await self._settle(change, Event.WITHDRAW, user_id, decision.reason)

    async def _keep(self, decision: Decision, user_id: str) -> None:
        """Let those stay whom a change would take out again.

        Whoever may approve it decides that; its requester only if adding them for good needs nobody's approval.
        """
        change = await self.process.ledger.changes.load(decision.number)
        refuse_keeping(change)
        limits: tuple[Limit, ...] = ()
        if user_id != change.requester:
            await self.approvers.refuse_others(change, user_id)
        else:
            limits = await self._limits_of_keeping(change)
        at, update = self.process.clock(), {"kept_by": user_id}
        await self.process.ledger.changes.amend(
            change, EntryKind.KEEP, actor=user_id, at=at, update=update, limits=limits
        )
        await self.process.ledger.changes.outdate_card(change.number)

    async def _limits_of_keeping(self, change: Change) -> tuple[Limit, ...]:
        """Return how much its requester may have moved by now to let those stay whom a change added.

        Raises NotAllowed if adding them for good needs somebody's approval.
        """
        created_ids = change.created_ids
        await created_ids.fetch()
        steps = tuple([step.resolved(created_ids) async for step in change.plan.each_step()])
        plan = change.plan.model_copy(update={"steps": steps, "until": None})
        need, _ = await self.approvers.need(plan, change.requester, change)
        if need.approvals:
            raise NotAllowed(KEEPS.format(number=change.number, why=need.why))
        return self.approvers.policy.limits(plan, self.process.clock())

    async def _narrow(self, decision: Decision, user_id: str) -> None:
        """Take items out: a new version, which needs approval again, even from the person who narrowed it."""
        change = await self.may_decide(decision.number, decision.version, user_id)
        plan = await self.planner.narrow(change.plan, decision.items)
        out = len(await change.plan.item_keys()) - len(await plan.item_keys())
        note = f"{mention(user_id)} left out {counted(out, 'item')}. Before: {change.plan.headline}"
        update = {"without": (*change.without, *decision.items), "least": change.need}
        await self.renewing.renew(change, Event.NARROW, plan, actor=user_id, notes=(note,), **update)

    async def _stop(self, decision: Decision, user_id: str) -> None:
        change = await self.process.ledger.changes.load(decision.number)
        if user_id != change.requester:
            await self.approvers.refuse_others(change, user_id)
        if change.state is State.WAITING:
            raise Impossible(
                f"Change {change.number} is not running yet, so there is nothing to stop. Reject it, or withdraw it."
            )
        if not change.can_be_stopped(self.process.clock()):
            too_late(change)
        if change.state is State.APPROVED:
            await self._settle(change, Event.STOP, user_id, STOPPED_EARLY)
            return
        await self.process.ledger.changes.request_stop(change, actor=user_id, at=self.process.clock())
        await self.process.ledger.changes.outdate_card(change.number)

    async def _describe_stop(self, number: int, sentence: str) -> str:
        """Return what becomes of a Change that somebody stopped; ``sentence``: if a process runs it."""
        ledger = self.process.ledger
        change = await ledger.changes.load(number)
        if change.is_stopped and not change.started_at:
            return "You stopped change {number} before it ran."
        # It may have ended at this very moment.
        is_seen = not change.is_open or await ledger.leases.is_held(number, now=self.process.lease_time())
        return sentence if is_seen else UNATTENDED

    async def _break_glass(self, decision: Decision, user_id: str) -> None:
        await self.approvers.refuse_breaking(user_id)
        change = await self._undecided(decision.number, decision.version)
        planned_at, at = self.process.elapsed(), await self._replanned_at(change, in_emergency=True)
        emergency = Emergency(actor=user_id, reason=decision.reason, at=at)
        # By ids, groups among them: who is in these is asked until Slack tells it.
        ids = sorted(self.approvers.policy.approvers_of(change.need) - {user_id})
        notices, event = tuple(("glass", one) for one in ids), Event.BREAK
        sight = {"version": change.version, "fingerprint": change.plan.fingerprint}
        detail = {"reason": decision.reason, **sight, "to_tell": ids}
        update = {"emergency": emergency, "due_at": None}
        await self.process.ledger.changes.move(
            change, event, at=at, actor=user_id, detail=detail, update=update, notices=notices
        )
        self.runner.start(change.number, planned_at=planned_at)

    async def _review(self, decision: Decision, user_id: str) -> None:
        change = await self.process.ledger.changes.load(decision.number)
        emergency = change.emergency
        if emergency is None:
            raise Impossible(f"Change {change.number} has no emergency to review.")
        if emergency.reviewed_by:
            raise Impossible(f"Change {change.number} was reviewed by {mention(emergency.reviewed_by)} already.")
        if change.is_open:  # its runner will record the outcome
            raise Impossible(f"Change {change.number} has not finished yet. Review it when it has.")
        if user_id in (emergency.actor, change.requester):
            raise NotAllowed(
                f"Change {change.number} has to be reviewed by someone who neither asked for it nor ran it."
            )
        await self.approvers.refuse_others(change, user_id)
        reviewed = emergency.model_copy(update={"reviewed_by": user_id})
        await self.process.ledger.changes.amend(
            change, EntryKind.REVIEW, actor=user_id, at=self.process.clock(), update={"emergency": reviewed}
        )

    async def _settle(self, change: Change, event: Event, user_id: str, reason: str) -> None:
        detail, update = {"reason": reason}, {"settled_by": user_id, "reason": reason}
        await self.process.ledger.changes.move(
            change, event, at=self.process.clock(), actor=user_id, detail=detail, update=update
        )


def _only_requester(change: Change, act: str) -> NotAllowed:
    end = f"can {act} change {change.number}."
    who = f"Only {mention(change.requester)}, who asked, {end}"
    return NotAllowed(who, for_log=f"Only the person who asked {end}")
