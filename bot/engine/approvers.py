"""Says what a plan needs, and who may give it: the policy, asked about people as Slack knows them now."""

from dataclasses import dataclass

from bot.core.approval.changes import Change
from bot.core.approval.policy import Need, Policy
from bot.core.errors import NobodyCanApprove, NotAllowed
from bot.core.people import Standing
from bot.core.planning.plan import Plan
from bot.engine.ports import Directory
from bot.engine.process import Process

NAMED = 5
"""People whom a card names as those who may decide: each has to be looked up."""


@dataclass(frozen=True)
class Approvers:
    """Those who may approve Changes, and break the glass, by this policy."""

    process: Process
    policy: Policy
    directory: Directory

    async def need(self, plan: Plan) -> Need:
        """Return the approvals that this plan needs; an undo needs those of what it undoes, at least."""
        undone = (await self.process.ledger.changes.load(plan.undoes)).need if plan.undoes else None
        return self.policy.need(plan, undone=undone)

    async def everybody(self, need: Need) -> frozenset[str]:
        """Return all whose approvals count for this need."""
        return await self.directory.members(self.policy.approvers_of(need))

    async def deciders(self, need: Need, requester: str) -> tuple[str, ...]:
        """Return some who may give these approvals now. Raises NotAllowed where they are too few, or not known."""
        if not need.approvals:
            return ()
        ids = self.policy.approvers_of(need)
        found, standings = list[str](), set[Standing]()
        for user_id in sorted(await self.directory.members(ids) - {requester}):
            standing = (await self.directory.actor(user_id)).standing
            standings.add(standing)
            found += [user_id] if standing is Standing.MEMBER else []
            if len(found) == NAMED:
                break
        if len(found) >= need.approvals:
            return tuple(found)
        if Standing.UNKNOWN in standings or (await self.directory.actor(requester)).unread & ids:
            raise NotAllowed(
                f"This {need.why}. Who may approve could not be read from Slack just now, so it was not requested. "
                "Try again in a minute."
            )
        raise NobodyCanApprove(need.approvals, len(found))

    async def refuse_others(self, change: Change, user_id: str) -> None:
        """Raise NotAllowed unless this person may approve the Change now."""
        actor = await self.directory.actor(user_id)
        self.policy.refuse_approving(actor, number=change.number, requester=change.requester, need=change.need)

    async def refuse_breaking(self, user_id: str) -> None:
        """Raise NotAllowed unless this person may let Changes run without approval now."""
        self.policy.refuse_breaking(await self.directory.actor(user_id))
