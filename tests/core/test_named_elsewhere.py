"""What stands where it does not belong is offered to be shown: by address, id, name or number."""

import pytest

from bot.core.command import Call
from bot.core.context import Context
from bot.core.errors import Misuse, Question
from bot.core.named_elsewhere import named_elsewhere, with_elsewhere
from bot.core.understanding import understand
from commands import GROUPS
from tests.core.samples import uuid
from tests.engine.bench import Bench, bench


def call_of(line: str) -> Call:
    call = understand(GROUPS, line)
    assert isinstance(call, Call)
    return call


def context(machine: Bench) -> Context:
    return machine.engine.planner.context("UBEN")


async def refused(machine: Bench, line: str) -> Misuse:
    outcome = (await machine.engine.planner.plan(call_of(line), "UBEN")).outcome
    assert isinstance(outcome, Misuse), outcome
    assert not isinstance(outcome, Question)
    return outcome


@pytest.mark.parametrize(
    ("line", "instead"),
    [
        ("segment show nobody@x.org", [("Show Shopper: nobody@x.org", "shopper show nobody@x.org")]),
        ("segment show #3",
         [("Show Shopper: #3", "shopper show #3"), ("Show Promotion: Tasting week", "promotion show 3")]),
        ("segment show customer 3", [("Show Shopper: #3", "shopper show #3")]),
        (f"segment show {uuid(99)}", [(f"Show Shopper: {uuid(99)}", f"shopper show {uuid(99)}")]),
        ("segment show Tasting week", [("Show Promotion: Tasting week", "promotion show 3")]),
        ("segment show change 1", [("Show Change: 1", "change show 1")]),
        ("segment show change 9", []),
        ("segment show Alma Ahmed",
         [("Show Shopper: Alma Ahmed (alma.ahmed@example.com)", "shopper show #1")]),
        ("segment show Silva", [("Find Shoppers: Silva", "shopper find Silva")]),
        ("segment show Nobody", []),
        ("segment show 99999", []),
        ("segment show one two three four five six", []),
        ("segment a@x.org", [("Show Shopper: a@x.org", "shopper show a@x.org")]),
        ("segment promotions a@x.org", [("Show Shopper: a@x.org", "shopper show a@x.org")]),
        ("promotion show a@x.org", [("Show Shopper: a@x.org", "shopper show a@x.org")]),
        ("shopper show Tasting week", [("Show Promotion: Tasting week", "promotion show 3")]),
        ("change show a@x.org", [("Show Shopper: a@x.org", "shopper show a@x.org")]),
        ("change show Tasting week", [("Show Promotion: Tasting week", "promotion show 3")]),
    ],
)  # fmt: skip
async def test_what_belongs_elsewhere_is_one_click_away(line: str, instead: list[tuple[str, str]]) -> None:
    async with bench(customers=20) as machine:
        await machine.asks("segment create", name="Fresh")
        assert [(one.label, one.line) for one in (await refused(machine, line)).instead] == instead
        for _, words in instead:
            assert isinstance(call_of(words), Call)


async def test_a_segment_among_changes_offers_those_that_touch_it() -> None:
    async with bench(customers=20) as machine:
        await machine.asks("segment create", name="Fresh")
        misuse = await refused(machine, "change show Fresh")
        assert str(misuse) == "Change takes a number, not “Fresh”."
        assert [one.label for one in misuse.instead] == [
            "Show Change: 1 (Create the segment Fresh)",
            "Show Segment: Fresh",
        ]
        assert call_of(misuse.instead[0].line).args.model_dump() == {"number": 1}


async def test_nothing_is_offered_where_nobody_asks_or_the_store_does_not_answer() -> None:
    async with bench(customers=20) as machine:
        misuse, call = Misuse("No.", field="segment"), call_of("segment show a@x.org")
        assert (await with_elsewhere(call, misuse, context(machine))).instead
        nothing = call_of("summary show")
        assert (await with_elsewhere(nothing, misuse, context(machine))) is misuse
        unasked = machine.engine.planner.context("UBEN", can_ask=False)
        assert (await with_elsewhere(call, misuse, unasked)) is misuse
        asked = Question("Which?", (), field="segment", for_log="Unclear.")
        assert (await with_elsewhere(call, asked, context(machine))) is asked
        machine.store.faults.add("GET", "/promotions", status=500, times=9)
        assert (await with_elsewhere(call_of("segment show Tasting week"), misuse, context(machine))) is misuse


async def test_of_ones_own_kind_nothing_is_offered() -> None:
    async with bench(customers=20) as machine:
        assert await named_elsewhere("VIPs", context(machine), "segment") == ()
        assert [one.line for one in await named_elsewhere("3", context(machine), "shopper")] == ["promotion show 3"]
