"""Determines what a plan needs and who may approve it: the policy, applied to people as Slack knows them now."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from bot.core.answers import mention
from bot.core.approval.changes import Change
from bot.core.approval.covering import Covered
from bot.core.approval.need import Counts, Need, for_reason
from bot.core.approval.policy import Policy
from bot.core.approval.rule import Moved
from bot.core.errors import Impossible, NobodyCanApprove, NotAllowed
from bot.core.language.phrases import and_list
from bot.core.people import Actor, Standing
from bot.core.planning.plan import Plan
from bot.engine.ports import Directory
from bot.engine.process import Process
from bot.engine.recent_moves import moved_before

NAMED = 5
"""The most people that a card names as those who may decide: each has to be looked up."""


@dataclass(frozen=True)
class Approvers:
    """Those who may approve Changes and break the glass under this policy."""

    process: Process
    policy: Policy
    directory: Directory

    async def need(
        self, plan: Plan, requester: str, change: Change | None = None, covered: Covered | None = None
    ) -> tuple[Need, tuple[Moved, ...]]:
        """Return the approvals that this plan needs, and whom its requester moved before.

        An undo needs at least those of what it undoes; a ``change`` that was narrowed, those that it needed before.
        What takes back a segment of the requester's own hurts nobody: nothing else that is destructive goes without.
        ``covered``: what covers it, of a change that is not recorded yet; what is covered needs none, and if that has
        lapsed one at least.
        """
        covered = change.covered_by if change else covered
        if covered and not covered.lapse:
            return Need(approvals=0, why=f"needs no approval: covered by change {covered.change}"), ()
        undone = (await self.process.ledger.changes.load(plan.undoes)).need if plan.undoes else None
        moved = await moved_before(self.policy, self.process, plan, requester, change)
        need = self.policy.need(await self._without_own(plan, requester), undone=undone, moved=moved)
        need = for_reason(need, covered.lapse) if covered else need
        return self.policy.at_least(need, change.least) if change and change.least else need, moved

    async def _without_own(self, plan: Plan, requester: str) -> Plan:
        """Return the plan without Steps that take back what the requester made, as the sealed log says."""
        segments = {step.takes_back for step in plan.steps if step.takes_back}
        own = {one for one in segments if await self.process.ledger.changes.maker_of(one.id) == requester}
        return plan.model_copy(update={"steps": tuple(step for step in plan.steps if step.takes_back not in own)})

    def recorded(self, need: Need) -> list[dict[str, Any]]:
        """Return what the log records of a need: each requirement, with the ids of those whose approvals count."""
        return [
            {"approvals": one.approvals, "why": one.why, "approvers": sorted(one.approvers or self.policy.approvers)}
            for one in need.each
        ]

    async def deciders(self, need: Need, requester: str, *, is_new: bool = True) -> dict[str, Any]:
        """Return some who may give these approvals now, as fields of a Change.

        Raises NotAllowed if they are too few or unknown. ``is_new``: nothing waits for them yet, so that its requester
        reads this.
        """
        if not need.approvals:
            return {"deciders": (), "deciders_by_rule": ()}
        ids = self.policy.approvers_of(need)
        found, standings = dict[str, Counts](), set[Standing]()
        for user_id in sorted(await self.directory.members(ids) - {requester}):
            actor = await self.directory.actor(user_id)
            standings.add(actor.standing)
            found |= {user_id: counts} if (counts := self.policy.counts_for(actor, need)) else {}
            if len(found) >= NAMED and need.can_be_met((), found.values()):
                break
        if need.can_be_met((), found.values()):
            return _some_of(found, need)
        so = "it was not requested" if is_new else "nothing was changed"
        asker = await self.directory.actor(requester)
        if any(group in ids for group, _ in asker.unreadable):
            raise NotAllowed(f"This {need.why}, so {so}. {asker.doubt(ids)}")
        if Standing.UNKNOWN in standings or asker.unread & ids:
            raise NotAllowed(
                f"This {need.why}. Who may approve could not be read from Slack just now, so {so}. "
                "Try again in a minute."
            )
        raise NobodyCanApprove(need.approvals, len(found), [one.why for one in need.requirements], is_new=is_new)

    async def refuse_lost(self, requester: str, plan: Plan | None = None, moved: Collection[Moved] = ()) -> None:
        """Raise Impossible if whoever asked may not ask for this plan any more; NotAllowed if Slack does not tell.

        ``moved``: whom they moved before.
        """
        actor = await self.directory.actor(requester)
        try:
            self.policy.refuse_asking(actor, plan, moved)
        except NotAllowed:
            is_member = actor.standing is Standing.MEMBER
            if actor.standing is Standing.UNKNOWN or (is_member and actor.doubt(self.policy.named)):
                raise
            lost = f"{mention(requester)}, who asked for it, may not ask for this any more."
            raise Impossible(f"{lost} Someone who may can ask for it again.", for_log=lost) from None

    async def refuse_others(self, change: Change, user_id: str) -> None:
        """Raise NotAllowed unless this person may approve the Change now."""
        await self._permitted(change, user_id)

    async def _permitted(self, change: Change, user_id: str) -> Actor:
        """Return this person as they are now. Raises NotAllowed unless they may approve the Change."""
        actor = await self.directory.actor(user_id)
        self.policy.refuse_approving(actor, number=change.number, requester=change.requester, need=change.need)
        return actor

    def refresh(self, change: Change, user_id: str) -> None:
        """Drop what is cached about those who decide about this Change: what counts is who they are now."""
        signers = {one.actor for one in change.approvals}
        self.directory.forget(self.policy.approvers_of(change.need) | signers | {user_id})

    async def counts_for(self, change: Change, user_id: str) -> Counts:
        """Return the requirements for which this person's approval counts now.

        Raises NotAllowed unless it meets one that is still unmet, and leaves no more than one other person can meet.
        """
        need, given = change.need, [one.counts_for for one in change.approvals]
        actor = await self._permitted(change, user_id)
        counts = self.policy.counts_for(actor, need)
        if not need.requirements or not need.unmet((*given, counts)):
            return counts
        others = dict[str, Counts]()
        asked = {change.requester, user_id, *(one.actor for one in change.approvals)}
        for other in sorted(await self.directory.members(self.policy.approvers_of(need)) - asked):
            others[other] = self.policy.counts_for(await self.directory.actor(other), need)
            if need.accepts(given, counts, others.values()):
                return counts
        if doubt := actor.doubt(self.policy.approvers_for(need, need.unmet(given))):
            raise NotAllowed(doubt)
        whys = and_list([*dict.fromkeys(need.requirements[at].why for at in need.unmet(given))])
        able = [one for one, of in others.items() if need.accepts(given, of, (*others.values(), counts))][:NAMED]
        who = f" {and_list([mention(one) for one in able])} can." if able else ""
        sentence = f"Change {change.number} still needs an approval that you can't give: it {whys}."
        raise NotAllowed(f"{sentence}{who}", for_log=sentence)

    async def gone(self, change: Change) -> tuple[str, ...]:
        """Return who approved and may not any more. Raises NotAllowed if Slack does not tell."""
        gone = list[str]()
        for one in change.approvals:
            actor = await self.directory.actor(one.actor)
            if {*one.counts_for} <= {*self.policy.counts_for(actor, change.need)}:
                continue
            if actor.standing is Standing.UNKNOWN or actor.doubt(self.policy.approvers_of(change.need)):
                who = f"whether {mention(one.actor)} may still approve"
                raise NotAllowed(f"Slack couldn't tell me just now {who}. Try again in a minute.")
            gone.append(one.actor)
        return tuple(gone)

    async def refuse_breaking(self, user_id: str) -> None:
        """Raise NotAllowed unless this person may run Changes without approval now."""
        self.policy.refuse_breaking(await self.directory.actor(user_id))


def _some_of(found: dict[str, Counts], need: Need) -> dict[str, Any]:
    """Return those whom a card names, and of several requirements those who satisfy each."""
    by_rule = [[one for one, of in found.items() if at in of][:NAMED] for at, _ in enumerate(need.requirements)]
    named = [*(one for rule in by_rule for one in rule), *found]
    return {"deciders": tuple(dict.fromkeys(named))[:NAMED], "deciders_by_rule": tuple(map(tuple, by_rule))}
