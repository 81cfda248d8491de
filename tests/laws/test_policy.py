"""Laws over any policy and any plan."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.approval.policy import DESTRUCTIVE, MOST_APPROVALS, Need, Policy, Rule
from bot.core.errors import NotAllowed, SelfApproval
from bot.core.people import Actor, Standing
from bot.core.planning.plan import Plan
from bot.core.planning.steps import BATCH, STEPS, AddMembers, AnyStep, SegmentRef, added, removed
from tests.core.samples import VIPS, delete, uuid
from tests.laws.steps import planned
from tests.laws.values import LAW, values_of

LAPSED = SegmentRef(name="Lapsed", id=uuid(9))
people = st.frozensets(st.sampled_from(("UANA", "UBEN", "SAPPROVERS", "SOTHERS")))


@st.composite
def rules(draw: st.DrawFn) -> Rule:
    steps = tuple(draw(st.lists(st.sampled_from(tuple(STEPS)), min_size=1, max_size=4)))
    least = 1 if set(steps) & set(DESTRUCTIVE) else 0
    return Rule(
        steps=steps,
        shoppers=draw(st.sampled_from((0, 1, 3, 500))),
        share=draw(st.sampled_from((0, 0.01, 0.5, 1))),
        live=draw(st.booleans()),
        approvals=draw(st.integers(least, MOST_APPROVALS)),
        approvers=draw(people),
        requesters=draw(people),
    )


policies = st.builds(
    Policy, approvers=people, requesters=people, breakers=people, rules=st.lists(rules(), max_size=5).map(tuple)
)
steps: st.SearchStrategy[AnyStep] = st.one_of(*map(values_of, STEPS.values()))
plans = st.builds(Plan, steps=st.lists(steps, min_size=1, max_size=4).map(tuple))
needs = st.builds(Need, approvals=st.integers(0, MOST_APPROVALS), why=st.just("needs"), approvers=people)


@pytest.mark.parametrize("kind", DESTRUCTIVE)
@given(data=st.data())
@LAW
def test_a_destructive_step_needs_one_although_no_rule_mentions_it(kind: str, data: st.DataObject) -> None:
    silent = Policy(approvers=frozenset({"UBEN"}), rules=(Rule(steps=("add_members",), approvals=0),))
    step = data.draw(planned(STEPS[kind]))
    need = silent.need(Plan(steps=(step, AddMembers(segment=LAPSED, profile_ids=("one",)))))
    assert (need.approvals, need.why) == (1, f"needs 1 approval: {step.risk}")


@given(policies, plans)
@LAW
def test_what_hurts_never_goes_without_an_approval(policy: Policy, plan: Plan) -> None:
    need = policy.need(plan)
    assert need.approvals >= (1 if plan.destructive else 0)
    assert need.approvals <= MOST_APPROVALS


@given(policies, plans)
@LAW
def test_no_rule_that_holds_is_asked_for_more_than_is_needed(policy: Policy, plan: Plan) -> None:
    need = policy.need(plan)
    assert all(need.approvals >= rule.approvals for rule in policy.rules if rule.applies(plan))


@given(policies, plans, rules())
@LAW
def test_one_more_rule_never_lowers_what_is_needed(policy: Policy, plan: Plan, rule: Rule) -> None:
    more = policy.model_copy(update={"rules": (*policy.rules, rule)})
    assert more.need(plan).approvals >= policy.need(plan).approvals


@given(policies, plans)
@LAW
def test_the_order_of_the_rules_changes_nothing_of_how_many_are_needed(policy: Policy, plan: Plan) -> None:
    backwards = policy.model_copy(update={"rules": policy.rules[::-1]})
    assert backwards.need(plan).approvals == policy.need(plan).approvals


@given(policies, plans, st.none() | needs)
@LAW
def test_why_says_how_many_and_names_everything_that_hurts(policy: Policy, plan: Plan, undone: Need | None) -> None:
    need = policy.need(plan, undone=undone)
    assert all(risk in need.why for risk in plan.risks)
    if need.approvals:
        assert need.why.startswith(f"needs {need.approvals} approval")
        assert need.why.split(": ", 1)[1]
    else:
        assert need == Need(approvals=0, why="needs no approval")


@given(policies, plans, needs)
@LAW
def test_undoing_needs_no_fewer_and_where_it_needs_more_than_else_the_same_people(
    policy: Policy, plan: Plan, undone: Need
) -> None:
    need, alone = policy.need(plan, undone=undone), policy.need(plan)
    assert need.approvals == max(undone.approvals, alone.approvals)
    assert need.approvers == (undone.approvers if undone.approvals > alone.approvals else alone.approvers)


@given(policies, plans)
@LAW
def test_whose_approvals_count_is_said_by_a_rule_that_holds_or_by_nobody(policy: Policy, plan: Plan) -> None:
    need = policy.need(plan)
    deciding = [one for one in policy.rules if one.applies(plan) and one.approvals == need.approvals > 0]
    named = [one.approvers for one in deciding if one.approvers]
    assert need.approvers == (named[0] if named else frozenset())


@given(policies, st.integers(1, 3 * BATCH), st.integers(0, BATCH), st.data())
@LAW
def test_more_shoppers_never_need_fewer_approvals(policy: Policy, count: int, more: int, data: st.DataObject) -> None:
    def need(shoppers: int) -> int:
        return policy.need(Plan(steps=batched(shoppers))).approvals

    kind = data.draw(st.sampled_from(("add", "remove", "delete")))

    def batched(shoppers: int) -> tuple[AnyStep, ...]:
        ids = tuple(map(uuid, range(shoppers)))
        if kind == "delete":
            return (delete(members=shoppers),)
        if kind == "add":
            return added(VIPS, ids)
        return tuple(step.model_copy(update={"out_of": 4 * BATCH}) for step in removed(VIPS, ids))

    assert need(count + more) >= need(count)


@given(policies, st.integers(1, BATCH), st.integers(1, 2 * BATCH), st.integers(0, BATCH))
@LAW
def test_a_larger_part_of_a_segment_never_needs_fewer_approvals(policy: Policy, count: int, of: int, more: int) -> None:
    (step,) = removed(VIPS, tuple(map(uuid, range(count))))
    smaller, larger = (Plan(steps=(step.model_copy(update={"out_of": count + others}),)) for others in (of + more, of))
    assert policy.need(larger).approvals >= policy.need(smaller).approvals
    assert larger.largest_share(("remove_members",)) == count / (count + of)


@given(policies, plans, st.sampled_from(Standing), people)
@LAW
def test_nobody_approves_who_asked_or_is_no_full_member_or_does_not_count(
    policy: Policy, plan: Plan, standing: Standing, groups: frozenset[str]
) -> None:
    need = policy.need(plan)
    actor = Actor(id="UBEN", standing=standing, groups=groups - {"UANA", "UBEN"})
    assert refused(policy, actor, requester="UBEN", need=need) is SelfApproval
    counts = bool({actor.id, *actor.groups} & policy.approvers_of(need))
    allowed = standing is Standing.MEMBER and counts
    assert refused(policy, actor, requester="UANA", need=need) is (None if allowed else NotAllowed)


def refused(policy: Policy, actor: Actor, **change: Any) -> type[NotAllowed] | None:
    try:
        policy.refuse_approving(actor, number=42, **change)
    except NotAllowed as error:
        return type(error)
    return None


@given(policies)
@LAW
def test_a_policy_goes_through_json(policy: Policy) -> None:
    assert Policy.model_validate_json(policy.model_dump_json()) == policy
    assert Policy.model_validate(policy.model_dump()) == policy
