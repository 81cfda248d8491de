"""Determines whether what was approved once covers what the bot is about to do now: then that needs no click."""

import logging
from dataclasses import dataclass
from datetime import timedelta

from bot.core.approval.changes import Change
from bot.core.approval.covering import Covered
from bot.core.approval.ruled_changes import rules_set
from bot.core.approval.temporary import in_by
from bot.core.errors import Impossible
from bot.core.kept_lists import fetch_lists
from bot.core.planning.plan import REMOVAL, Plan
from bot.core.planning.steps import FollowRule
from bot.core.segment_rules.guard import Difference
from bot.engine.approvers import Approvers
from bot.engine.planner import Planner
from bot.engine.process import Process

log = logging.getLogger(__name__)
WINDOW = timedelta(hours=24)
"""The time over which joins and leaves of a rule's runs are summed, by their slots: a run a day counts alone."""
_OF_A_RUN = {"create_profiles", "add_members", "remove_members"}
"""What the Steps of a rule's run do."""


@dataclass(frozen=True)
class Claim:
    """What is to go without a click, since another change covers it. ``number``: its own, if it is recorded already."""

    plan: Plan
    covered: Covered
    requester: str
    command: str
    number: int = 0


@dataclass(frozen=True)
class Covers:
    """Compares Changes with those that cover them."""

    process: Process
    planner: Planner
    approvers: Approvers

    async def renewed(self, change: Change, plan: Plan) -> Change:
        """Return the Change with why it is not covered, planned like this; what lapsed once stays so."""
        covered = change.covered_by
        if covered is None or (covered.lapse and plan.does_as(change.plan)):
            return change
        looked_at = await self.look(Claim(plan, covered, change.requester, change.command, change.number))
        return change.model_copy(update={"covered_by": looked_at if looked_at.lapse else covered})

    async def look(self, claim: Claim) -> Covered:
        """Return what covers it, with why it does not, if so. Raises NotAllowed if Slack does not tell."""
        covering = await self.process.ledger.changes.load(claim.covered.change)
        lapse = await self._contradiction(covering, claim)
        lapse = lapse or await self._lost_people(covering, claim.requester)
        lapse = lapse or await self._beyond(covering, claim)
        return claim.covered.model_copy(update={"lapse": lapse})

    async def _contradiction(self, covering: Change, claim: Claim) -> str:
        """Return that the sealed log does not say that this was approved, or not all that it goes by."""
        number, after = covering.number, claim.covered.slot - WINDOW
        if fault := await self.process.ledger.changes.cover_fault(number, after=after):
            log.error("What change %s covers does not go by what the audit log says: %s", number, fault)
            return f"change {number}, which covers it, or what was done since is not what the audit log says"
        is_approved = covering.approvals and not covering.emergency
        return "" if is_approved else f"change {covering.number}, which covers it, ran without its approvals"

    async def _lost_people(self, covering: Change, requester: str) -> str:
        """Return that somebody who approved it may not any more, or whoever asked may not ask."""
        if await self.approvers.gone(covering):
            return f"someone who approved change {covering.number}, which covers it, may not approve it any more"
        try:
            await self.approvers.refuse_lost(requester)
        except Impossible:
            return "whoever asked for it may not ask any more"
        return ""

    async def _beyond(self, covering: Change, claim: Claim) -> str:
        """Return how this goes beyond what the covering change was approved for."""
        for step in rules_set(covering):
            if _is_run_of(claim.plan, step):
                return await self._beyond_rule(step, covering, claim)
        if covering.plan.until:
            return await self._beyond_end(covering, claim)
        return f"change {covering.number} was not approved for it"

    async def _beyond_end(self, covering: Change, claim: Claim) -> str:
        """Return that this takes out others than those whom an addition put in until now, and nobody added again."""
        if covering.ends_at != claim.covered.slot:
            return f"nothing of change {covering.number} is to end now"
        if await self.process.ledger.changes.is_of_backup(covering.number):
            return f"a backup was restored since change {covering.number}, and who was added again is not known"
        ledger, is_end = self.process.ledger, all(step.kind == REMOVAL for step in claim.plan.steps)
        ids = claim.plan.segment_ids if is_end else ()
        put_in = {id_: await in_by(covering.number, id_, ledger.changes, ledger.history) for id_ in ids}
        for step in claim.plan.steps:
            await fetch_lists(step)
            if not step.takes_out or not put_in.get(step.segment_ids[0], frozenset()).issuperset(step.takes_out):
                return f"it does more than take out again whom change {covering.number} added"
        return ""

    async def _beyond_rule(self, step: FollowRule, covering: Change, claim: Claim) -> str:
        """Return what this run of a rule has beyond its guard, or why the rule has lapsed."""
        (segment_id,), ledger = step.segment_ids, self.process.ledger
        now = await ledger.segment_rules.of(segment_id)
        if now is None or now.change != covering.number:
            return f"the rule is not the one that change {covering.number} was approved for"
        if lapse := await self._restored(covering):
            return lapse
        if step.after.policy != self.approvers.policy.digest:
            return "the policy changed since the rule was approved"
        after = claim.covered.slot - WINDOW
        before = await ledger.changes.moved_by_runs(claim.command, segment_id, after=after, apart_from=claim.number)
        moves = [one.moves for one in claim.plan.steps]
        run = Difference(sum(one.added for one in moves), sum(one.removed for one in moves))
        is_live = await self.planner.is_live(segment_id)
        beyond = step.after.guard.exceeded(run, Difference(*before), size=claim.plan.size or 0, is_live=is_live)
        return " and ".join(beyond)

    async def _restored(self, covering: Change) -> str:
        """Return that a backup was restored since the rule was approved, until people approve a run that says so."""
        changes, number = self.process.ledger.changes, covering.number
        if not await changes.is_of_backup(number):
            return ""
        since = f"a backup was restored since change {number}"
        lapse = f"{since}, so whoever approves this confirms that its rule still holds"
        contradictions = [await changes.contradiction(one) for one in await changes.confirmed_by(number, lapse)]
        return lapse if all(contradictions) else ""


def _is_run_of(plan: Plan, step: FollowRule) -> bool:
    """Return whether all that a plan does is to let shoppers join and leave the segment of this rule."""
    return set(plan.segment_ids) == set(step.segment_ids) and _OF_A_RUN.issuperset(one.kind for one in plan.steps)
