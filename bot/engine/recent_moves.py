"""Counts whom a requester moved before, where rules of the policy ask for it."""

from bot.core.approval.changes import Change
from bot.core.approval.policy import Policy
from bot.core.approval.rule import Moved, window_of
from bot.core.planning.plan import Plan
from bot.engine.process import Process


async def moved_before(
    policy: Policy, process: Process, plan: Plan, requester: str, change: Change | None = None
) -> tuple[Moved, ...]:
    """Return whom the requester of ``plan`` moved without approval, in the segments and times that the rules count.

    ``change``: the one that asks for it, if it is recorded already. What was counted for it once counts as long as it
    waits: that time passes is no approval.
    """
    changes, now = process.ledger.changes, process.clock()
    counted = {(one.segment, one.per): one.shoppers for one in change.moved} if change else {}
    number = change.number if change else 0
    for segment_id, per in policy.windows(plan):
        since = now - window_of(per)
        moved = await changes.moved_unapproved(requester, segment_id, since=since, apart_from=number)
        counted[segment_id, per] = max(moved, counted.get((segment_id, per), 0))
    found = ((key, shoppers) for key, shoppers in sorted(counted.items()) if shoppers)
    return tuple(Moved(segment=segment_id, per=per, shoppers=shoppers) for (segment_id, per), shoppers in found)
