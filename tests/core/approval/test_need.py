"""What is needed and what is left of it, when one rule asks for it and when several do."""

import pytest

from bot.core.approval.need import Approval, Counts, Need, Requirement, at_least, combined
from tests.core.samples import NOW

ONE, TWO = (Need(approvals=number, why=f"needs {number}") for number in (1, 2))
CLEO, BEN = frozenset({"UCLEO"}), frozenset({"UBEN"})
EVERYONE = frozenset({"SAPPROVERS"})
REMOVES = Requirement(approvals=1, why="removes shoppers", approvers=CLEO)
ADDS = Requirement(approvals=2, why="adds shoppers", approvers=BEN)
BOTH = combined((REMOVES, ADDS), ("removes shoppers", "adds shoppers", "adds shoppers"), everyone=EVERYONE)


def approvals(*counts: Counts) -> tuple[Approval, ...]:
    return tuple(Approval(actor=f"U{at}", at=NOW, counts_for=one) for at, one in enumerate(counts))


def test_what_is_needed_of_one_rule_is_stored_as_before() -> None:
    need = combined((REMOVES,), ("removes shoppers",), everyone=EVERYONE)
    assert need == Need(approvals=1, why="needs 1 approval: removes shoppers", approvers=CLEO)
    assert need.each == (Requirement(approvals=1, why=need.why, approvers=CLEO),)
    assert combined((), ("hurts",), everyone=EVERYONE).each == ()


def test_what_several_rules_ask_for_goes_through_json() -> None:
    assert (BOTH.approvals, BOTH.approvers, BOTH.each) == (2, CLEO | BEN, (REMOVES, ADDS))
    assert BOTH.why == "needs approvals under 2 rules: removes shoppers and adds shoppers"
    assert Need.model_validate_json(BOTH.model_dump_json()) == BOTH


@pytest.mark.parametrize(
    ("need", "counts", "left", "given"),
    [
        (ONE, (), "1 approval", "0 of 1 approved"),
        (TWO, (), "2 approvals", "0 of 2 approved"),
        (TWO, ((0,),), "1 more approval", "1 of 2 approved"),
        (BOTH, (), "approvals under 2 rules", "0 of 2 rules satisfied"),
        (BOTH, ((1,),), "approvals under 2 rules", "0 of 2 rules satisfied"),
        (BOTH, ((0,),), "2 more approvals", "1 of 2 rules satisfied"),
        (BOTH, ((0, 1),), "1 more approval", "1 of 2 rules satisfied"),
        (BOTH, ((0, 1), (1,)), "0 more approvals", "2 of 2 rules satisfied"),
    ],
)
def test_what_is_left_and_given_is_told(need: Need, counts: tuple[Counts, ...], left: str, given: str) -> None:
    signed = approvals(*counts)
    assert (need.describe_left(signed), need.describe_given(signed)) == (left, given)
    assert need.satisfied_by(signed) is left.startswith("0")


@pytest.mark.parametrize(
    ("given", "others", "possible"),
    [
        ((), [(0, 1), (1,)], True),
        ((), [(0,), (1,), (1,)], False),  # three people would have to approve
        (((1,),), [(0, 1)], True),
        (((0,),), [(1,), (1,), (0, 1)], False),
        (((0, 1), (1,)), [], True),
        (((0,), (1,), (1,)), [], True),
    ],
)
def test_no_more_than_two_people_are_ever_needed(
    given: tuple[Counts, ...], others: list[Counts], possible: bool
) -> None:
    assert BOTH.can_be_met(given, others) is possible


def test_an_approval_is_accepted_if_it_helps_and_one_other_can_complete_it() -> None:
    assert BOTH.accepts([], (0, 1), [(1,)])
    assert not BOTH.accepts([], (0,), [(1,), (1,)])
    assert not BOTH.accepts([(0, 1)], (0,), [(1,)])
    assert BOTH.accepts([(0, 1)], (1,), [])


def test_a_need_is_raised_by_what_was_needed_before() -> None:
    now = Need(approvals=1, why="needs 1 approval: removes shoppers", approvers=CLEO)
    assert at_least(now, now, everyone=EVERYONE) == now
    less = "it was asked for before it became less"
    managed = Need(approvals=2, why="needs 2 approvals: moves 500", approvers=CLEO)
    raised = Need(approvals=2, why=f"needs 2 approvals: {less}", approvers=CLEO)
    assert at_least(now, managed, everyone=EVERYONE) == raised
    assert at_least(Need(approvals=0, why="needs no approval"), managed, everyone=EVERYONE) == raised
    both = at_least(now, Need(approvals=1, why="x", approvers=BEN), everyone=EVERYONE)
    assert both.why == f"needs approvals under 2 rules: removes shoppers and {less}"
    assert [one.why for one in both.each] == [now.why, less]
    assert at_least(both, both, everyone=EVERYONE) == both
