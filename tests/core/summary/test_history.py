from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.summary.history import Effect, Restorations, Size, is_a_week, week_ago
from bot.ledger.ledger import Ledger
from tests.core.summary.days import TODAY, snapshot
from tests.laws.values import PURE
from tests.records import opened


@pytest.fixture
def ledger() -> Iterator[Ledger]:
    with opened(":memory:") as made:
        yield made


@pytest.mark.parametrize(("days", "counts"), [(6, False), (7, True), (10, True), (11, False)])
async def test_a_week_is_7_days_or_a_little_more(ledger: Ledger, days: int, counts: bool) -> None:
    taken = snapshot(days, {"VIPs": 40})
    await ledger.history.save(taken)
    assert await week_ago(ledger.history, TODAY) == (taken if counts else None)
    assert is_a_week(taken.day, TODAY) is counts


async def test_the_shortest_week_counts(ledger: Ledger) -> None:
    for days in (9, 8, 1):
        await ledger.history.save(snapshot(days, {"VIPs": days}))
    assert await week_ago(ledger.history, TODAY) == snapshot(8, {"VIPs": 8})


async def test_a_store_without_segments_a_week_ago_is_still_compared(ledger: Ledger) -> None:
    assert await week_ago(ledger.history, TODAY) is None
    await ledger.history.save(snapshot(7))
    found = await week_ago(ledger.history, TODAY)
    assert found
    assert (found.sizes, found.size("VIPs")) == ((), 0)


def test_an_effect_is_what_came_less_what_went() -> None:
    assert Effect(added=5, removed=7).net == -2
    assert Effect().net == 0


def test_a_snapshot_finds_its_sizes_by_id() -> None:
    taken = snapshot(0, {"VIPs": 40, "Staff": 4})
    assert taken.by_id == {one.segment: one for one in taken.sizes}


RESTORATIONS = Restorations({"1": ("2", 7), "2": ("3", 9), "5": ("6", 8)})


@pytest.mark.parametrize(("id_", "now"), [("1", ("3", 9)), ("2", ("3", 9)), ("3", ("3", 0)), ("9", ("9", 0))])
def test_a_segment_restored_repeatedly_is_known_by_its_last_id(id_: str, now: tuple[str, int]) -> None:
    assert RESTORATIONS.current_id(id_) == now


def test_a_segment_has_the_ids_of_all_that_it_was() -> None:
    assert RESTORATIONS.all_ids("1") == RESTORATIONS.all_ids("2") == RESTORATIONS.all_ids("3")
    assert (RESTORATIONS.all_ids("3"), RESTORATIONS.all_ids("6"), RESTORATIONS.all_ids("9")) == (
        ("3", "1", "2"),
        ("6", "5"),
        ("9",),
    )


@given(
    rows=st.dictionaries(st.sampled_from("abcde"), st.tuples(st.sampled_from("abcdef"), st.integers(1, 9))),
    segment=st.sampled_from("abcdef"),
)
@PURE
def test_whatever_a_hand_wrote_into_the_table_a_segment_has_each_of_its_ids_once(
    rows: dict[str, tuple[str, int]], segment: str
) -> None:
    ids = Restorations(rows).all_ids(segment)
    assert len(set(ids)) == len(ids)


def test_a_snapshot_knows_what_was_restored_since() -> None:
    taken = snapshot(1, (Size("1", "VIPs", 40), Size("9", "Staff", 4)))
    known = snapshot(1, (Size("3", "VIPs", 40), Size("9", "Staff", 4)), restored={"3": 9})
    assert taken.with_current_ids(RESTORATIONS) == known
    assert taken.with_current_ids(Restorations({})) == taken


def test_effects_add_up() -> None:
    assert Effect(5, 7) + Effect(1, 2) == Effect(6, 9)
