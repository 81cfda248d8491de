"""Rules: which plans each is about, which of them decides, and what nobody can say."""

from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from bot.core.approval.need import Need, Requirement
from bot.core.approval.policy import Policy
from bot.core.approval.rule import DESTRUCTIVE, RULES, Limit, Moved, Rule
from bot.core.planning.plan import Plan
from bot.core.planning.steps import (
    STEPS,
    AddMembers,
    AnyStep,
    CreateProfiles,
    CreateSegment,
    DeleteProfiles,
    KeepMembers,
    Naming,
    PromotionRef,
    RemoveMembers,
    RetargetPromotion,
    SegmentRef,
)
from bot.core.planning.steps.lost_memberships import Memberships
from bot.core.store_view.cached_shop import PromotionUse
from tests.core.samples import NOW, VIPS, add, delete, plan, uuid

LAPSED = SegmentRef(name="Lapsed", id=uuid(9))
LIVE = (PromotionUse(id=1, name="Sale", live=True, way="included"),)
OFF = (PromotionUse(id=2, name="Old", live=False, way="excluded"),)
CREATE = CreateSegment(segment=Naming(name="New"))
ONE, OTHERS = frozenset({"UONE"}), frozenset({"SOTHERS"})


def remove(count: int, segment: SegmentRef = VIPS, **fields: Any) -> RemoveMembers:
    return RemoveMembers(segment=segment, profile_ids=tuple(map(uuid, range(count))), **fields)


def sized(count: int, before: int) -> AddMembers:
    """So many are added to a segment of that size."""
    return add(count).model_copy(update={"out_of": before})


def live_addition(promotions: tuple[PromotionUse, ...] | None) -> AddMembers:
    return add(1).model_copy(update={"promotions": promotions})


def retarget(*, live: bool) -> RetargetPromotion:
    return RetargetPromotion(promotion=PromotionRef(id=1, name="Sale", live=live))


def members_of(promotions: tuple[PromotionUse, ...] | None) -> DeleteProfiles:
    return DeleteProfiles(
        customer_ids=(1,), memberships=(Memberships(segment=VIPS, shoppers=1, promotions=promotions),)
    )


def rule(*steps: str, approvals: int = 1, **fields: Any) -> Rule:
    return Rule(steps=steps or ("remove_members", "delete_segment"), approvals=approvals, **fields)


def policy(*rules: Rule) -> Policy:
    return Policy(approvers=frozenset({"UBEN"}), rules=rules)


@pytest.mark.parametrize("kind", STEPS)
def test_a_rule_is_about_the_kinds_of_steps_that_it_names(kind: str) -> None:
    wanted = plan(delete())
    assert rule(kind).applies(wanted) is (kind == "delete_segment")
    assert rule("add_members", kind).applies(wanted) is (kind == "delete_segment")


@pytest.mark.parametrize(
    ("wanted", "applies"),
    [
        (plan(remove(9)), False),
        (plan(remove(10)), True),
        (plan(delete(members=9)), False),
        (plan(delete(members=10)), True),
        (plan(remove(4), delete(members=5)), False),
        (plan(remove(5), delete(members=5)), True),
        (plan(remove(9), add(400), CreateProfiles(customers=(1, 2))), False),
        (plan(remove(5), remove(5, LAPSED)), True),
    ],
)
def test_shoppers_are_counted_over_all_steps_that_the_rule_is_about(wanted: Plan, applies: bool) -> None:
    assert rule(shoppers=10).applies(wanted) is applies


def test_newcomers_are_shoppers_too() -> None:
    added = AddMembers(segment=VIPS, profile_ids=("x",), newcomers=(1, "new@example.com"))
    assert rule("add_members", shoppers=3).applies(plan(added))
    assert not rule("add_members", shoppers=4).applies(plan(added))


@pytest.mark.parametrize(
    ("wanted", "applies"),
    [
        (plan(remove(49, out_of=100)), False),
        (plan(remove(50, out_of=100)), True),
        (plan(remove(500, out_of=2000), remove(499, out_of=2000)), False),
        (plan(remove(500, out_of=2000), remove(500, out_of=2000)), True),
        (plan(remove(40, out_of=100), remove(40, LAPSED, out_of=100)), False),
        (plan(remove(1, out_of=100), remove(40, LAPSED, out_of=80)), True),
        (plan(remove(40, out_of=80), remove(1, LAPSED, out_of=100)), True),
        (plan(remove(40)), False),  # how many are in it is not known
        (plan(delete(members=1)), True),  # all of it
        (plan(delete()), False),  # of nothing
        (plan(remove(1, out_of=100), delete("Other", members=3)), True),
        (plan(add(400)), False),  # how many are in it is not known
        (plan(sized(99, 100)), False),
        (plan(sized(100, 100)), True),  # half of those who are in it then
        (plan(sized(1, 0)), True),
        (plan(sized(1, 100), remove(40, out_of=100)), False),
    ],
)
def test_a_share_is_of_one_segment_over_all_its_batches(wanted: Plan, applies: bool) -> None:
    assert rule("remove_members", "delete_segment", "add_members", share=0.5).applies(wanted) is applies


def test_a_share_counts_only_the_steps_that_the_rule_is_about() -> None:
    wanted = plan(remove(1, out_of=100), delete("Other", members=3))
    assert not rule("remove_members", share=0.5).applies(wanted)
    assert rule("remove_members", share=0.01).applies(wanted)


@pytest.mark.parametrize(
    ("step", "live"),
    [
        (delete(promotions=LIVE), True),
        (delete(promotions=(*OFF, *LIVE)), True),
        (delete(promotions=OFF), False),
        (delete(promotions=None), False),
        (delete(), False),
        (remove(1, promotions=LIVE), True),
        (remove(1, promotions=OFF), False),
        (remove(1, promotions=None), False),
        (members_of(LIVE), True),
        (members_of(OFF), False),
        (members_of(None), False),
        (DeleteProfiles(customer_ids=(1,)), False),
        (retarget(live=True), True),
        (retarget(live=False), False),
        (CREATE, False),
        (add(1), False),
        (live_addition(LIVE), True),
        (live_addition(OFF), False),
        (live_addition(None), True),  # one may, so somebody has to look
    ],
)
def test_live_is_what_a_live_promotion_uses_or_is(step: AnyStep, live: bool) -> None:
    assert step.live is live
    if "live" in step.conditions:
        assert rule(step.kind, live=True).applies(plan(step)) is live
    assert rule(step.kind).applies(plan(step))


def test_one_live_step_among_others_is_enough() -> None:
    assert rule("add_members", live=True).applies(plan(live_addition(OFF), live_addition(LIVE)))


def test_every_condition_of_a_rule_has_to_hold() -> None:
    strict = rule(shoppers=10, share=0.5, live=True)
    assert strict.applies(plan(remove(10, out_of=20, promotions=LIVE)))
    assert not strict.applies(plan(remove(9, out_of=18, promotions=LIVE)))
    assert not strict.applies(plan(remove(10, out_of=21, promotions=LIVE)))
    assert not strict.applies(plan(remove(10, out_of=20, promotions=OFF)))


def test_conditions_are_told_in_words() -> None:
    assert rule().conditions == ()
    assert rule(shoppers=1).conditions == ()
    assert rule(shoppers=2).conditions == ("2 shoppers or more",)
    assert rule(shoppers=1500, share=0.5, live=True).conditions == (
        "1,500 shoppers or more",
        "50% of a segment or more",
        "used by a live promotion",
    )
    assert rule("add_members", shoppers=26, per="24h").conditions == (
        "26 shoppers or more, also to one segment within 24 hours",
    )


# Which of them decides


def test_every_rule_that_applies_has_to_be_satisfied_wherever_it_stands() -> None:
    most, less = rule(approvals=2, approvers=ONE), rule(approvers=OTHERS)
    for rules in ((most, less), (less, most)):
        need = policy(*rules).need(plan(delete()))
        assert {(one.approvals, one.approvers) for one in need.requirements} == {(2, ONE), (1, OTHERS)}
        assert (need.approvals, need.approvers) == (2, ONE | OTHERS)
        assert need.why == "needs approvals under 2 rules: deletes a segment"


def test_a_rule_that_another_one_includes_asks_for_nothing_more() -> None:
    anybody = frozenset({"UBEN", "UONE", "UCLEO"})
    unnamed, ben, both = rule(), rule(approvers=frozenset({"UBEN"})), rule(approvers=frozenset({"UBEN", "UONE"}))
    for rules in ((unnamed, ben, both), (both, ben, unnamed)):
        need = Policy(approvers=anybody, rules=rules).need(plan(delete()))
        assert need == Need(approvals=1, why="needs 1 approval: deletes a segment", approvers=frozenset({"UBEN"}))
    assert policy(unnamed).need(plan(delete())).approvers == frozenset()
    assert policy(unnamed, rule(approvals=2)).need(plan(delete())).each == (
        Requirement(approvals=2, why="needs 2 approvals: deletes a segment"),
    )


def test_what_is_added_and_removed_needs_those_who_approve_either() -> None:
    cleo, ben = frozenset({"UCLEO"}), frozenset({"UBEN"})
    both = policy(rule("remove_members", approvers=cleo), rule("add_members", approvers=ben))
    need = both.need(plan(add(30), remove(2)))
    assert need.requirements == (
        Requirement(approvals=1, why="removes shoppers from a segment", approvers=cleo),
        Requirement(approvals=1, why="the policy asks for it", approvers=ben),
    )
    assert need.unmet([(1,)]) == (0,)
    assert need.unmet([(1,), (0,)]) == ()


def test_a_destructive_step_that_no_rule_is_about_needs_its_own_approval() -> None:
    (named, unnamed) = policy(rule("add_members", approvers=ONE)).need(plan(add(30), remove(2))).requirements
    assert (named.approvers, unnamed.approvers) == (ONE, frozenset())
    assert unnamed.why == "removes shoppers from a segment"


def test_a_rule_that_does_not_hold_has_no_say() -> None:
    need = policy(rule(), rule("add_members", approvals=2, approvers=ONE)).need(plan(delete()))
    assert (need.approvals, need.approvers) == (1, frozenset())


def test_why_names_each_rule_that_asks_for_most_or_that_no_other_includes() -> None:
    less = policy(rule("remove_members", approvals=2), rule("add_members", shoppers=3, approvers=ONE))
    told = "needs approvals under 2 rules: removes shoppers from a segment and adds more than 2 shoppers"
    assert less.need(plan(add(30), remove(2))).why == told
    included = policy(rule("create_segment", "add_members", shoppers=2), rule("add_members", shoppers=3))
    told = "needs 1 approval: moves 2 shoppers or more and adds more than 2 shoppers"
    assert included.need(plan(add(3))).why == told


def test_a_rule_that_asks_for_none_asks_for_none() -> None:
    silent = policy(rule("add_members", approvals=0))
    assert silent.need(plan(add(500))).approvals == 0


def test_a_rule_that_asks_for_none_takes_nothing_from_another() -> None:
    rules = (rule("add_members", approvals=0, approvers=OTHERS), rule("add_members", shoppers=100))
    assert policy(*rules).need(plan(add(99))).approvals == 0
    need = policy(*rules).need(plan(add(100)))
    assert (need.approvals, need.approvers) == (1, frozenset())


@pytest.mark.parametrize(
    ("deciding", "wanted", "why"),
    [
        (rule(approvals=2), plan(delete()), "needs 2 approvals: deletes a segment"),
        (
            rule(approvals=2, share=0.5),
            plan(remove(1, out_of=2)),
            "needs 2 approvals: removes shoppers from a segment and takes 50% of a segment or more",
        ),
        (
            rule(approvals=2, shoppers=1000, share=0.25),
            plan(delete(members=1000)),
            "needs 2 approvals: deletes a segment and moves 1,000 shoppers or more and takes 25% of a segment or more",
        ),
        (rule("add_members", shoppers=3), plan(add(3)), "needs 1 approval: adds more than 2 shoppers"),
        (rule("create_segment"), plan(CREATE), "needs 1 approval: the policy asks for it"),
        (
            rule("create_segment", "add_members", shoppers=2),
            plan(CREATE, add(2)),
            "needs 1 approval: moves 2 shoppers or more",
        ),
    ],
)
def test_why_is_told_by_what_hurts_and_by_the_rules_that_decide(deciding: Rule, wanted: Plan, why: str) -> None:
    assert policy(deciding).need(wanted).why == why


# What somebody moved before


def moved(shoppers: int, segment: SegmentRef = VIPS, per: str = "24h") -> Moved:
    return Moved(segment=segment.known_id, per=per, shoppers=shoppers)


@pytest.mark.parametrize(
    ("wanted", "before", "applies"),
    [
        (plan(add(25)), (), False),
        (plan(add(26)), (), True),
        (plan(add(1)), (moved(24),), False),
        (plan(add(1)), (moved(25),), True),
        (plan(add(1)), (moved(25, LAPSED),), False),
        (plan(add(1)), (moved(500, per="7d"),), False),
        (plan(add(13), add(13, LAPSED)), (), True),  # all of it, as without a window
        (plan(CREATE, add(25, SegmentRef(name="New"))), (moved(500),), False),
    ],
)
def test_a_window_counts_what_one_person_moved_in_a_segment(
    wanted: Plan, before: tuple[Moved, ...], applies: bool
) -> None:
    window = rule("add_members", shoppers=26, per="24h")
    assert window.applies(wanted, before) is applies
    assert (policy(window).need(wanted, moved=before).approvals == 1) is applies


def test_a_window_says_why_only_where_it_decides() -> None:
    window = policy(rule("add_members", shoppers=26, per="24h"))
    assert window.need(plan(add(26))).why == "needs 1 approval: adds more than 25 shoppers"
    within = "needs 1 approval: adds more than 25 shoppers to one segment within 24 hours"
    assert window.need(plan(add(25)), moved=(moved(1),)).why == within


def test_limits_are_what_may_have_been_moved_without_the_rule_applying() -> None:
    window = rule("add_members", shoppers=26, per="24h")
    (limit,) = policy(window, rule()).limits(plan(add(10)), NOW)
    assert limit == Limit(segment=VIPS.known_id, since=NOW - timedelta(hours=24), room=16)
    assert not window.applies(plan(add(10)), (moved(limit.room - 1),))
    assert window.applies(plan(add(10)), (moved(limit.room),))
    assert policy(rule("add_members", shoppers=26, per="24h", live=True)).limits(plan(add(10)), NOW) == ()
    assert policy(rule("add_members", shoppers=26, per="24h", approvals=0)).limits(plan(add(10)), NOW) == ()


def test_a_policy_knows_what_it_asks_of_additions() -> None:
    assert policy(*RULES).asked_of_additions(ends=False) == frozenset()
    assert policy(rule(live=True), rule("add_members", live=True)).asked_of_additions(ends=False) == {"live"}
    assert policy(rule("add_members", share=0.5)).asked_of_additions(ends=False) == {"share"}


def test_of_what_is_taken_out_again_a_policy_asks_what_it_asks_of_removals() -> None:
    asking = policy(rule("remove_members", live=True), rule("remove_members", share=0.5))
    assert asking.asked_of_additions(ends=False) == frozenset()
    assert asking.asked_of_additions(ends=True) == {"live", "share"}


UNTIL = NOW + timedelta(days=30)


def test_what_is_taken_out_again_needs_an_approval_whatever_the_policy() -> None:
    ending = plan(add(1)).ending(UNTIL)
    for rules in ((), RULES, (rule("add_members", approvals=0),)):
        assert policy(*rules).need(plan(add(1))).approvals == 0
        need = policy(*rules).need(ending)
        assert (need.approvals, need.why) == (1, "needs 1 approval: takes out again whom it adds")


def test_rules_about_removals_apply_to_what_is_taken_out_again() -> None:
    careful = policy(rule("remove_members", approvals=2), rule("add_members", shoppers=5, approvals=1))
    assert careful.need(plan(add(4))).approvals == 0
    assert careful.need(plan(add(4)).ending(UNTIL)).approvals == 2
    shares = rule("remove_members", share=0.5, approvals=2)
    assert policy(shares).need(plan(sized(4, before=4)).ending(UNTIL)).approvals == 2
    assert policy(shares).need(plan(sized(4, before=5)).ending(UNTIL)).approvals == 1


def test_rules_about_additions_apply_to_whom_somebody_keeps() -> None:
    kept = KeepMembers(segment=VIPS, profile_ids=tuple(map(uuid, range(5))))
    limited = policy(rule("add_members", shoppers=5, approvals=1))
    assert limited.need(plan(kept)).approvals == 1
    assert limited.need(plan(kept, add(1))).approvals == 1


# What nobody can say


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"steps": ()}, "at least 1 item"),
        ({"steps": ("delete_segments",)}, "delete_segments: not a kind of step; the kinds are create_segment, "),
        ({"approvals": 3}, "less than or equal to 2"),
        ({"approvals": -1}, "greater than or equal to 0"),
        ({"share": 2}, "less than or equal to 1"),
        ({"share": -0.1}, "greater than or equal to 0"),
        ({"shoppers": -1}, "greater than or equal to 0"),
        ({"approvers": {"ben"}}, "ben: not a user id"),
        ({"requesters": {"#team"}}, "#team: not a user id"),
        ({"maximum": 1}, "Extra inputs are not permitted"),
        ({"per": "24h"}, "per: it says during which time shoppers are counted; say how many, with shoppers"),
        ({"per": "24h", "shoppers": 9}, "per: this can never apply to delete_segment; take one or the other out"),
        ({"per": "soon", "shoppers": 9}, "soon: not a time like 24h, 7d or 30m, of 7 days at most"),
        ({"per": "8d", "shoppers": 9}, "8d: not a time like"),
        ({"per": "0h", "shoppers": 9}, "0h: not a time like"),
        ({"steps": ("add_members", "create_segment"), "live": True}, "live: this can never apply to create_segment"),
        ({"steps": ("retarget_promotion",), "share": 0.5}, "share: this can never apply to retarget_promotion"),
        ({"steps": ("retarget_promotion",), "shoppers": 5}, "shoppers: this can never apply to retarget_promotion"),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused(wrong: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValidationError, match=sentence):
        Rule.model_validate({"steps": ("delete_segment",), "approvals": 1} | wrong)


@pytest.mark.parametrize("kind", STEPS)
def test_what_hurts_can_never_be_said_to_go_without_approval(kind: str) -> None:
    if kind not in DESTRUCTIVE:
        assert rule(kind, "add_members", approvals=0).approvals == 0
        return
    with pytest.raises(ValidationError, match=f"{kind} can never go without an approval"):
        rule("add_members", kind, approvals=0)


# What holds where nobody says otherwise


@pytest.mark.parametrize(
    ("wanted", "approvals"),
    [
        (plan(CREATE), 0),
        (plan(CreateProfiles(customers=tuple(range(500)))), 0),
        (plan(add(25)), 0),
        (plan(add(26)), 1),
        (plan(*(add(500) for _ in range(20))), 1),  # adding moves nobody out
        (plan(remove(1)), 1),
        (plan(members_of(())), 1),
        (plan(retarget(live=False)), 1),
        (plan(retarget(live=True)), 1),
        (plan(delete(members=9_999)), 1),
        (plan(delete(members=10_000)), 2),
        (plan(*(remove(500) for _ in range(19)), remove(499)), 1),
        (plan(*(remove(500) for _ in range(20))), 2),
        (plan(delete(members=9_500), remove(500)), 2),
    ],
)
def test_the_rules_are_those_that_the_readme_promises(wanted: Plan, approvals: int) -> None:
    assert policy(*RULES).need(wanted).approvals == approvals


@pytest.mark.parametrize(("before", "approvals"), [(0, 0), (1, 1)])
def test_the_readmes_rule_counts_what_was_added_on_one_day(before: int, approvals: int) -> None:
    assert policy(*RULES).need(plan(add(25)), moved=[moved(before)]).approvals == approvals


def test_a_rule_that_counts_from_one_shopper_on_says_so_of_additions_alone() -> None:
    adds, removes = (Rule(steps=(kind,), shoppers=1, approvals=1) for kind in ("add_members", "remove_members"))
    assert adds.reasons(plan(add(1))) == ("adds more than 0 shoppers",)
    assert removes.reasons(plan(add(1))) == ()


def test_only_a_rule_about_live_promotions_gives_them_as_a_reason() -> None:
    adding = plan(live_addition(LIVE))
    reason = "adds to a segment that a live promotion uses"
    assert rule("add_members", live=True).reasons(adding) == (reason,)
    assert rule("add_members").reasons(adding) == ()
    assert rule("add_members", live=True).reasons(plan(live_addition(OFF))) == ()


def test_a_rule_that_counts_from_one_is_not_about_an_empty_segment() -> None:
    one = rule("delete_segment", shoppers=1)
    assert [one.applies(plan(delete(members=members))) for members in (0, 1)] == [False, True]
