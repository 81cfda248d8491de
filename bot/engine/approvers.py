"""Determines what a plan needs and who may approve it: the policy, applied to people as Slack knows them now."""

from dataclasses import dataclass

from bot.core.approval.changes import Change
from bot.core.approval.policy import Need, Policy
from bot.core.errors import NobodyCanApprove, NotAllowed
from bot.core.people import Standing
from bot.core.planning.plan import Plan
from bot.engine.ports import Directory
from bot.engine.process import Process

NAMED = 5
"""The most people that a card names as those who may decide: each has to be looked up."""


@dataclass(frozen=True)
class Approvers:
    """Those who may approve Changes and break the glass under this policy."""

    process: Process
    policy: Policy
    directory: Directory

    async def need(self, plan: Plan) -> Need:
        """Return the approvals that this plan needs; an undo needs at least those of what it undoes."""
        undone = (await self.process.ledger.changes.load(plan.undoes)).need if plan.undoes else None
        return self.policy.need(plan, undone=undone)

    async def user_ids(self, need: Need) -> frozenset[str]:
        """Return all user ids whose approvals count for this need."""
        return await self.directory.members(self.policy.approvers_of(need))

    async def deciders(self, need: Need, requester: str) -> tuple[str, ...]:
        """Return some who may give these approvals now. Raises NotAllowed if they are too few or unknown."""
        if not need.approvals:
            return ()
        ids = self.policy.approvers_of(need)
        approvers, standings = list[str](), set[Standing]()
        for user_id in sorted(await self.directory.members(ids) - {requester}):
            standing = (await self.directory.actor(user_id)).standing
            standings.add(standing)
            approvers += [user_id] if standing is Standing.MEMBER else []
            if len(approvers) == NAMED:
                break
        if len(approvers) >= need.approvals:
            return tuple(approvers)
        asker = await self.directory.actor(requester)
        if any(group in ids for group, _ in asker.unreadable):
            raise NotAllowed(f"This {need.why}, so it was not requested. {asker.doubt(ids)}")
        if Standing.UNKNOWN in standings or asker.unread & ids:
            raise NotAllowed(
                f"This {need.why}. Who may approve could not be read from Slack just now, so it was not requested. "
                "Try again in a minute."
            )
        raise NobodyCanApprove(need.approvals, len(approvers))

    async def refuse_others(self, change: Change, user_id: str) -> None:
        """Raise NotAllowed unless this person may approve the Change now."""
        actor = await self.directory.actor(user_id)
        self.policy.refuse_approving(actor, number=change.number, requester=change.requester, need=change.need)

    async def refuse_breaking(self, user_id: str) -> None:
        """Raise NotAllowed unless this person may run Changes without approval now."""
        self.policy.refuse_breaking(await self.directory.actor(user_id))
