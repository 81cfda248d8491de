"""What is shown of a plan under its headline: nothing that the headline says, and each thing once."""

import pytest

from bot.core.kept_lists import SHORT, kept_list
from bot.core.planning.plan import Plan
from bot.core.planning.plan_lines import ROOM, in_one_line, lines_of, summed_up
from bot.core.planning.shown_plan import lines_shown, rule_shown, warnings_shown
from bot.core.planning.steps import AddMembers, AnyStep, CreateProfiles, DropRule, FollowRule, SegmentRef, removed
from bot.core.segment_rules.followed import Followed
from bot.core.segment_rules.rule import NeverOrdered
from tests.core.samples import VIPS, add, delete, plan, uuid

LOYAL = SegmentRef(name="Loyal", id=uuid(7))
NEVER = Followed(rule=NeverOrdered(), words="never ordered")
FOLLOWS = FollowRule(segment=VIPS, after=NEVER)
LEAVE = removed(VIPS, (uuid(1), uuid(2)))
PROFILES = CreateProfiles(customers=(5,))


@pytest.mark.parametrize(
    ("steps", "shown"),
    [
        ((FOLLOWS,), ("First run: no one joins or leaves",)),
        ((FOLLOWS, *LEAVE), ("First run: 0 join, 2 leave",)),
        ((FOLLOWS, PROFILES, add(4), add(3), *LEAVE), ("First run: 7 join, 2 leave", "Create 1 shopper profile")),
        ((*LEAVE, PROFILES), ("Create 1 shopper profile",)),
        (LEAVE, ()),
        ((DropRule(segment=VIPS),), ("Make the segment VIPs a plain list again",)),
    ],
)
def test_a_title_stands_for_whoever_joins_and_leaves(steps: tuple[AnyStep, ...], shown: tuple[str, ...]) -> None:
    assert lines_shown(plan(*steps).titled("As it says")) == shown
    assert lines_shown(plan(*steps)) == plan(*steps).lines


def test_of_long_lists_that_differ_no_number_is_told_for_all_segments() -> None:
    long = AddMembers(segment=VIPS, profile_ids=kept_list([uuid(number) for number in range(SHORT + 1)]))
    same = long.model_copy(update={"segment": LOYAL})
    assert summed_up([long, same]) == (f"Add {SHORT + 1} shoppers to 2 segments",)
    assert summed_up([long, add(1, LOYAL)]) == ("Add shoppers to 2 segments",)
    assert summed_up([add(2), add(1, LOYAL)]) == ("Add 2 shoppers to 2 segments",)


def test_two_lines_stand_in_one_while_there_is_room_to_the_last_character() -> None:
    short = delete("A")
    room = ROOM - len("".join(lines_of([short, delete("")])))
    fits, too_long = [short, delete("x" * room)], [short, delete("x" * (room + 1))]
    assert in_one_line(fits) == " · ".join(lines_of(fits))
    assert in_one_line(too_long) == "Delete 2 segments"


def test_of_several_segments_each_is_told() -> None:
    found = plan(add(2), add(3, LOYAL)).titled("End of change 1: remove 5 shoppers from “VIPs” and “Loyal”")
    assert lines_shown(found) == ("Add 2 shoppers to VIPs", "Add 3 shoppers to Loyal")


@pytest.mark.parametrize(
    ("found", "rule"),
    [
        (plan(FOLLOWS, add(2)).titled("Let the segment VIPs follow a rule"), "never ordered"),
        (plan(FOLLOWS, add(2)), ""),
        (plan(add(2)).titled("Run the rule of VIPs"), ""),
    ],
)
def test_a_rule_that_is_quoted_is_no_warning(found: Plan, rule: str) -> None:
    assert rule_shown(found) == rule
    assert ("Rule: never ordered" in warnings_shown(found)) is ("Rule: never ordered" in found.warnings and not rule)
    assert set(found.warnings) - set(warnings_shown(found)) == ({f"Rule: {rule}"} if rule else set())
