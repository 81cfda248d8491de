"""What the doctor says of a policy's rules is what comes of plans: no false alarm, and of one rule alone no miss."""

import asyncio

from hypothesis import given
from hypothesis import strategies as st

from bot.core.approval.policy import Policy
from bot.core.errors import NotAllowed
from bot.core.people import Standing
from bot.core.planning.plan import Plan
from bot.core.planning.steps import AnyStep
from bot.doctor.policy_checks import NamedRule, named_rules, unmet
from tests.engine.bench import People
from tests.laws.test_policy import policies, steps
from tests.laws.values import LAW

NAMED = ("UANA", "UBEN", "UCLEO", "UEVE")
EVERYONE = (*NAMED, "UZOE")
"""Whoever is named by an id or is in a group, and one who is not."""
GROUPS = {"SAPPROVERS": frozenset({"UBEN", "UEVE"}), "SOTHERS": frozenset({"UCLEO"})}
standings = st.dictionaries(st.sampled_from(NAMED), st.sampled_from((Standing.GUEST, Standing.DEACTIVATED)), max_size=3)


async def can_be_approved(policy: Policy, plan: Plan, people: People) -> bool:
    """Whether anyone may ask for this plan, and others can approve it then."""
    need = policy.need(plan)
    counts = {one: policy.counts_for(await people.actor(one), need) for one in EVERYONE}
    for requester in EVERYONE:
        try:
            policy.refuse_asking(await people.actor(requester), plan)
        except NotAllowed:
            continue
        if need.can_be_met((), [of for one, of in counts.items() if one != requester]):
            return True
    return False


@given(policies, standings, steps)
@LAW
def test_a_rule_that_no_one_can_satisfy_lets_no_plan_be_approved(
    policy: Policy, standings: dict[str, Standing], step: AnyStep
) -> None:
    async def told() -> None:
        people, plan = People(standings=standings, approvers=frozenset(NAMED), groups=GROUPS), Plan(steps=(step,))
        of_this_kind = [
            NamedRule(name, rule.model_copy(update={"steps": (step.kind,)}))
            for name, rule in named_rules(policy)
            if step.kind in rule.steps and rule.applies(plan)
        ]
        found = [await unmet(policy, people, rule) for rule in of_this_kind]
        possible = await can_be_approved(policy, plan, people)
        assert not (possible and any(found))
        if len(found) == 1:
            assert possible == (found[0] is None)

    asyncio.run(told())
