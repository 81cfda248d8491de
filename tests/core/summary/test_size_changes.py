from hypothesis import given
from hypothesis import strategies as st

from bot.core.summary.history import Effect, Size
from bot.core.summary.size_changes import Baseline, SizeChange, compare_sizes
from tests.core.summary.days import snapshot, summary
from tests.laws.values import LAW

sizes = st.dictionaries(st.sampled_from("abcdefgh"), st.integers(0, 50))
effects = st.dictionaries(st.sampled_from("abcdefgh"), st.builds(Effect, st.integers(0, 9), st.integers(0, 9)))


def test_what_did_not_come_through_the_bot_came_from_outside() -> None:
    (row,) = summary(snapshot(0, {"VIPs": 41}), snapshot(1, {"VIPs": 40}), effects={"VIPs": Effect(5, 2)}).rows
    assert row.day == SizeChange(by=1, bot=3)
    assert (row.by, row.outside) == (1, -2)


def test_without_a_day_before_nothing_is_compared() -> None:
    found = summary(snapshot(0, {"VIPs": 41, "Staff": 0}))
    assert [(row.day, row.week, row.by, row.outside, row.is_new, row.was, row.restored) for row in found.rows] == [
        (None, None, 0, 0, False, "", 0)
    ] * 2
    assert (found.movers, found.created, found.renamed, found.gone, found.outside) == ((), (), (), (), frozenset())
    assert [row.size.name for row in found.empty] == ["Staff"]


def test_the_id_says_which_segment_it_is_whatever_its_name() -> None:
    before = snapshot(1, (Size("1", "VIPs", 40), Size("2", "Staff", 4), Size("3", "Old", 7)))
    now = snapshot(0, (Size("1", "Best", 40), Size("4", "Staff", 0)))
    found = summary(now, before)
    assert [(row.size.name, row.was) for row in found.renamed] == [("Best", "VIPs")]
    assert [(row.size.name, row.size.segment) for row in found.created] == [("Staff", "4")]
    assert [(size.name, size.segment) for size in found.gone] == [("Old", "3"), ("Staff", "2")]


def test_what_the_bot_changed_did_not_change_outside_it() -> None:
    before = snapshot(1, (Size("1", "VIPs", 40), Size("2", "Staff", 4)))
    now = snapshot(0, (Size("1", "Best", 40), Size("3", "New", 0)))
    assert summary(now, before).outside == {"1", "2", "3"}
    assert summary(now, before, shaped=frozenset("123")).outside == set()
    assert summary(now, before, shaped=frozenset("3")).outside == {"1", "2"}


def test_shares_of_bot_and_outside_show_where_the_size_stays() -> None:
    found = summary(snapshot(0, {"VIPs": 40}), snapshot(1, {"VIPs": 40}), effects={"VIPs": Effect(added=3)})
    assert found.movers == ()
    assert found.outside == {"VIPs"}


def test_rows_are_ordered_by_movement_then_size() -> None:
    before = snapshot(1, {"a": 5, "b": 50, "c": 9, "d": 8, "e": 8})
    now = snapshot(0, {"a": 5, "b": 48, "c": 19, "d": 8, "e": 8})
    found = summary(now, before, effects={"e": Effect(1)})
    assert [row.size.name for row in found.rows] == ["c", "b", "e", "d", "a"]
    assert [row.size.name for row in found.movers] == ["c", "b"]


@given(now=sizes, before=sizes, week=sizes, did=effects)
@LAW
def test_the_numbers_equal_a_recount(
    now: dict[str, int], before: dict[str, int], week: dict[str, int], did: dict[str, Effect]
) -> None:
    found = summary(snapshot(0, now), snapshot(1, before), snapshot(7, week), did)
    assert {row.size.segment: row.size.shoppers for row in found.rows} == now
    lost = sum(size.shoppers for size in found.gone)
    assert sum(row.by for row in found.rows) - lost == sum(now.values()) - sum(before.values())
    for row in found.rows:
        name = row.size.segment
        assert row.day
        assert row.week
        assert row.day.bot + row.day.outside == row.by == now[name] - before.get(name, 0)
        assert row.day.bot == did.get(name, Effect()).net
        assert row.week.by == now[name] - week.get(name, 0)
    assert {row.size.segment for row in found.created} == now.keys() - before.keys()
    assert {size.segment for size in found.gone} == before.keys() - now.keys()
    assert {row.size.segment for row in found.empty} == {name for name, size in now.items() if not size}
    moved = [abs(row.by) for row in found.rows]
    assert moved == sorted(moved, reverse=True)


@given(now=sizes, before=sizes)
@LAW
def test_the_order_does_not_depend_on_the_stores(now: dict[str, int], before: dict[str, int]) -> None:
    taken, last = snapshot(0, now), Baseline(snapshot(1, before), {})
    assert compare_sizes(taken.sizes, last, None) == compare_sizes(taken.sizes[::-1], last, None)
