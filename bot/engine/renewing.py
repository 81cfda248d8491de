"""Gives Changes other plans, where people edit them, or the store, the policy or the approvers are not what they were.

A Change with another plan is a new version, without approvals.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bot.core.answers import mention
from bot.core.approval.changes import Change, Event
from bot.core.approval.due import expiry_of
from bot.core.approval.need import LESS, Need
from bot.core.errors import Impossible, NobodyCanApprove, NotAllowed, NotReadYet, Refusal, TooLate
from bot.core.items import texts
from bot.core.language.due_times import describe_due
from bot.core.planning.drift import drift
from bot.core.planning.plan import Plan
from bot.engine.approvers import Approvers
from bot.engine.card_reconciler import CardReconciler
from bot.engine.covers import Covers
from bot.engine.planner import Planner
from bot.engine.process import Process


@dataclass(frozen=True)
class Renewing:
    """Gives Changes other plans. ``approval_time``: how long one that is edited waits from then on."""

    process: Process
    planner: Planner
    approvers: Approvers
    covers: Covers
    cards: CardReconciler
    approval_time: timedelta

    async def still_holds(self, change: Change, *, in_emergency: bool = False) -> bool:
        """Plan again: return True if nothing changed: plan, policy, and who approved; otherwise renew the Change.

        Whoever asked must still be allowed to ask for it: a policy or a plan that changed, or people who left, end it.

        ``in_emergency``: whoever approved so far does not matter.

        Raises TooLate if planning fails; the Change becomes stale. Raises NotAllowed if it would be renewed but it is
        not known just now who may approve it, and NotReadYet if what it goes by has to be read first.
        """
        try:
            plan = await self.planner.replan(change)
            change = await self.covers.renewed(change, plan)
            need, moved = await self.approvers.need(plan, change.requester, change)
            if not change.covered_by:  # what is covered asks for itself whether they still may
                await self.approvers.refuse_lost(change.requester, plan, moved)
            need = _at_least_one(need) if change.asked else need
            gone = () if in_emergency or change.emergency else await self.approvers.gone(change)
            does_the_same = plan.does_as(change.plan)
            if does_the_same and need == change.need and not gone:
                return True
            if not (need.approvals or change.scheduled_for):
                raise Impossible("The store changed meanwhile, and this no longer needs approval. Ask again.")
            changed = await drift(change.plan, plan) if not does_the_same else ()
            rules = (f"Under the current policy, it {need.why}.",) if need != change.need else ()
            lost = tuple(
                f"The approval by {mention(one)}, who may not give it any more, does not count." for one in gone
            )
            await self.renew(change, Event.REPLAN, plan, **self._waiting_anew(change, (*changed, *rules, *lost)))
        except Refusal as error:
            await self._spoil(change, error)
        return False

    async def renew(
        self, change: Change, event: Event, plan: Plan, *, actor: str = "", notes: tuple[str, ...], **others: Any
    ) -> Change:
        """Give the Change another plan: a new version without approvals. Raises Refusal."""
        floored = change.model_copy(update={"least": others.get("least", change.least)})
        need, moved = await self.approvers.need(plan, change.requester, floored)
        need = _at_least_one(need)
        update = {
            "plan": plan,
            "need": need,
            "moved": moved,
            **await self.approvers.deciders(need, change.requester, is_new=False),
            "version": change.version + 1,
            "approvals": (),
            "emergency": None,
            "asked": change.asked or change.plan.headline,
            "drift": notes,
        }
        detail = {"plan": plan.lines, "fingerprint": plan.fingerprint, "version": change.version + 1}
        detail |= {"requirements": self.approvers.recorded(need)}
        detail |= {"without": texts(others["without"])} if others.get("without") else {}
        notices = (("again", ""),) if change.scheduled_for else ()
        return await self._move(change, event, actor, detail, update | others, notices)

    def dates(self, due_at: datetime | None, until: datetime | None) -> dict[str, Any]:
        """Return until when approval is waited for, and when it is to run, as fields of a Change."""
        return {"due_at": due_at, "expires_at": expiry_of(self.process.clock(), self.approval_time, due_at or until)}

    def _waiting_anew(self, change: Change, notes: tuple[str, ...]) -> dict[str, Any]:
        """Return what else becomes of a Change that is planned again: one that was approved for a time waits anew."""
        if change.scheduled_for is None:
            return {"notes": notes}
        if change.is_early(self.process.clock()):
            return {"notes": notes, **self.dates(change.due_at, change.plan.until)}
        was = f"It was to run {describe_due(change.scheduled_for)}, and runs once it is approved."
        return {"notes": (*notes, was), **self.dates(None, change.plan.until)}

    async def _spoil(self, change: Change, error: Refusal) -> None:
        # Someone else moved it, or it is not known yet who may approve it, or what it goes by: it keeps waiting.
        if isinstance(error, TooLate | NotAllowed | NotReadYet) and not isinstance(error, NobodyCanApprove):
            raise error
        detail, update = {"reason": error.for_log}, {"reason": str(error)}
        await self._move(change, Event.SPOIL, "", detail, update, ())
        lost = f"Change {change.number} is no longer possible:"
        raise TooLate(f"{lost} {error}", for_log=f"{lost} {error.for_log}") from error

    async def _move(
        self,
        change: Change,
        event: Event,
        actor: str,
        detail: dict[str, Any],
        update: dict[str, Any],
        notices: tuple[tuple[str, str], ...],
    ) -> Change:
        moved = await self.process.ledger.changes.move(
            change, event, at=self.process.clock(), actor=actor, detail=detail, update=update, notices=notices
        )
        self.cards.wake(moved.number)
        return moved


def _at_least_one(need: Need) -> Need:
    """Raise the need to one approval: what someone was asked to look at stays so, even if the rest would need none."""
    if need.approvals:
        return need
    return Need(approvals=1, why=f"needs 1 approval: {LESS}")
