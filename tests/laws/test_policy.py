"""Laws over any policy and any plan."""

from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.approval.need import MOST_APPROVALS, Counts, Need
from bot.core.approval.policy import Policy
from bot.core.approval.rule import DESTRUCTIVE, Moved, Rule
from bot.core.errors import NotAllowed, SelfApproval
from bot.core.people import Actor, Standing
from bot.core.planning.plan import Plan
from bot.core.planning.steps import BATCH, STEPS, AddMembers, AnyStep, SegmentRef, added, removed
from tests.core.samples import VIPS, delete, uuid
from tests.laws.steps import planned
from tests.laws.values import LAW, values_of

LAPSED = SegmentRef(name="Lapsed", id=uuid(9))
SEGMENTS = ("VIPs", "Big Spenders")
"""Ids of segments that random plans name."""
people = st.frozensets(st.sampled_from(("UANA", "UBEN", "SAPPROVERS", "SOTHERS")))


@st.composite
def rules(draw: st.DrawFn) -> Rule:
    steps = tuple(draw(st.lists(st.sampled_from(tuple(STEPS)), min_size=1, max_size=4)))
    least = 1 if set(steps) & set(DESTRUCTIVE) else 0
    meets = [STEPS[kind].conditions for kind in steps]
    every, some = frozenset.intersection(*meets), frozenset[str]().union(*meets)
    shoppers = draw(st.sampled_from((0, 1, 3, 500))) if "shoppers" in some else 0
    return Rule(
        steps=steps,
        shoppers=shoppers,
        per=draw(st.sampled_from(("", "30m", "24h"))) if shoppers and "per" in every else "",
        share=draw(st.sampled_from((0, 0.01, 0.5, 1))) if "share" in every else 0,
        live="live" in every and draw(st.booleans()),
        approvals=draw(st.integers(least, MOST_APPROVALS)),
        approvers=draw(people),
        requesters=draw(people),
    )


policies = st.builds(
    Policy, approvers=people, requesters=people, breakers=people, rules=st.lists(rules(), max_size=5).map(tuple)
)
steps: st.SearchStrategy[AnyStep] = st.one_of(*map(values_of, STEPS.values()))
plans = st.builds(Plan, steps=st.lists(steps, min_size=1, max_size=4).map(tuple))
ids = st.sampled_from(("UANA", "UBEN", "UCLEO", "UEVE"))
groups = st.frozensets(st.sampled_from(("SAPPROVERS", "SOTHERS")))
actors = st.builds(Actor, id=ids, standing=st.just(Standing.MEMBER), groups=groups)
signers = st.lists(actors, max_size=4, unique_by=lambda actor: actor.id)
segments = st.sampled_from(SEGMENTS)
before = st.lists(
    st.builds(
        Moved, segment=st.sampled_from(SEGMENTS), per=st.sampled_from(("30m", "24h")), shoppers=st.integers(0, 600)
    ),
    max_size=3,
    unique_by=lambda moved: (moved.segment, moved.per),
).map(tuple)
"""Whom the requester moved before, in the segments that plans name."""
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


def met_by(policy: Policy, need: Need, signers: Iterable[Actor]) -> bool:
    return not need.unmet(policy.counts_for(one, need) for one in signers)


def holds(actor: Actor, ids: frozenset[str]) -> bool:
    return bool({actor.id, *actor.groups} & ids)


def unmentioned(plan: Plan, rules: Iterable[Rule]) -> bool:
    """Whether it has destructive steps that no rule is about: somebody has to approve them all the same."""
    mentioned = {kind for rule in rules for kind in rule.steps}
    return any(step.destructive and step.kind not in mentioned for step in plan.steps)


@given(policies, plans, before, signers)
@LAW
def test_approvals_that_are_accepted_satisfy_every_rule_that_applies(
    policy: Policy, plan: Plan, moved: tuple[Moved, ...], signers: list[Actor]
) -> None:
    rules = [rule for rule in policy.rules if rule.approvals and rule.applies(plan, moved)]
    satisfied = all(
        sum(holds(one, rule.approvers or policy.approvers) for one in signers) >= rule.approvals for rule in rules
    )
    if unmentioned(plan, rules):
        satisfied = satisfied and any(holds(one, policy.approvers) for one in signers)
    assert met_by(policy, policy.need(plan, moved=moved), signers) is satisfied


@given(policies, plans, before, rules(), signers)
@LAW
def test_one_more_rule_never_lowers_what_is_needed(
    policy: Policy, plan: Plan, moved: tuple[Moved, ...], rule: Rule, signers: list[Actor]
) -> None:
    more = policy.model_copy(update={"rules": (*policy.rules, rule)})
    need, less = more.need(plan, moved=moved), policy.need(plan, moved=moved)
    assert need.approvals >= less.approvals
    if not unmentioned(plan, [one for one in policy.rules if one.approvals and one.applies(plan, moved)]):
        assert met_by(more, need, signers) <= met_by(policy, less, signers)


@given(policies, plans, before, before)
@LAW
def test_who_moved_more_before_never_needs_less(
    policy: Policy, plan: Plan, moved: tuple[Moved, ...], more: tuple[Moved, ...]
) -> None:
    shoppers = {(one.segment, one.per): one.shoppers for one in more}
    both = tuple(
        one.model_copy(update={"shoppers": one.shoppers + shoppers.get((one.segment, one.per), 0)}) for one in moved
    )
    assert policy.need(plan, moved=both).approvals >= policy.need(plan, moved=moved).approvals


@given(policies, plans, plans, before, signers)
@LAW
def test_narrowing_never_lowers_what_is_needed(
    policy: Policy, plan: Plan, rest: Plan, moved: tuple[Moved, ...], signers: list[Actor]
) -> None:
    before, alone = policy.need(plan, moved=moved), policy.need(rest, moved=moved)
    need = policy.at_least(alone, before)
    assert met_by(policy, need, signers) == (met_by(policy, before, signers) and met_by(policy, alone, signers))
    assert policy.at_least(need, need) == need


@given(policies, plans, signers)
@LAW
def test_the_order_of_the_rules_changes_nothing_of_what_is_needed(
    policy: Policy, plan: Plan, signers: list[Actor]
) -> None:
    backwards = policy.model_copy(update={"rules": policy.rules[::-1]})
    one, other = policy.need(plan), backwards.need(plan)
    assert one.approvals == other.approvals
    assert met_by(policy, one, signers) is met_by(policy, other, signers)


@given(policies, plans, signers, st.data())
@LAW
def test_no_more_people_are_asked_than_may_be(
    policy: Policy, plan: Plan, signers: list[Actor], data: st.DataObject
) -> None:
    """Who is accepted one after the other meets it all, in two at most."""
    need, waiting = policy.need(plan), {one.id: policy.counts_for(one, policy.need(plan)) for one in signers}
    given_: list[Counts] = []
    possible = need.can_be_met((), waiting.values())
    while need.unmet(given_) and possible:
        accepted = [
            one
            for one, counts in waiting.items()
            if need.accepts(given_, counts, [of for other, of in waiting.items() if other != one])
        ]
        assert accepted
        given_.append(waiting.pop(data.draw(st.sampled_from(accepted))))
    assert len(given_) <= MOST_APPROVALS


@given(policies, plans, st.none() | needs)
@LAW
def test_why_says_how_many_and_names_everything_that_hurts(policy: Policy, plan: Plan, undone: Need | None) -> None:
    need = policy.need(plan, undone=undone)
    assert all(risk in need.why for risk in plan.risks)
    if need.requirements:
        assert need.why.startswith(f"needs approvals under {len(need.requirements)} rules: ")
    elif need.approvals:
        assert need.why.startswith(f"needs {need.approvals} approval")
        assert need.why.split(": ", 1)[1]
    else:
        assert need == Need(approvals=0, why="needs no approval")


@given(policies, plans, needs, signers)
@LAW
def test_undoing_needs_no_fewer_and_where_it_needs_more_than_else_the_same_people(
    policy: Policy, plan: Plan, undone: Need, signers: list[Actor]
) -> None:
    need, alone = policy.need(plan, undone=undone), policy.need(plan)
    assert need.approvals == max(undone.approvals, alone.approvals)
    # What was approved before covers destructive steps to which no rule applies, which else anyone of APPROVERS could.
    applying = [rule for rule in policy.rules if rule.approvals and rule.applies(plan)]
    if not (undone.approvals and unmentioned(plan, applying)):
        assert met_by(policy, need, signers) <= met_by(policy, alone, signers)
    if undone.approvals > alone.approvals:
        assert met_by(policy, need, signers) <= met_by(policy, undone, signers)


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
