from collections.abc import Iterator
from contextlib import closing

import pytest

from bot.core.history import Effect, week_ago
from bot.ledger.ledger import Ledger
from tests.core.days import TODAY, snapshot


@pytest.fixture
def ledger() -> Iterator[Ledger]:
    with closing(Ledger.open(":memory:")) as opened:
        yield opened


@pytest.mark.parametrize(("days", "is_a_week"), [(6, False), (7, True), (10, True), (11, False)])
async def test_a_week_is_7_days_or_a_little_more(ledger: Ledger, days: int, is_a_week: bool) -> None:
    await ledger.remember(snapshot(days, {"VIPs": 40}))
    assert await week_ago(ledger, TODAY) == ({"VIPs": 40} if is_a_week else None)


async def test_the_shortest_week_counts(ledger: Ledger) -> None:
    for days in (9, 8, 1):
        await ledger.remember(snapshot(days, {"VIPs": days}))
    assert await week_ago(ledger, TODAY) == {"VIPs": 8}


async def test_a_shop_that_had_no_segments_a_week_ago_had_a_week_ago(ledger: Ledger) -> None:
    assert await week_ago(ledger, TODAY) is None
    await ledger.remember(snapshot(7))
    assert await week_ago(ledger, TODAY) == {}


def test_an_effect_is_what_came_less_what_went() -> None:
    assert Effect(added=5, removed=7).net == -2
    assert Effect().net == 0


def test_a_snapshot_finds_its_sizes_by_id() -> None:
    taken = snapshot(0, {"VIPs": 40, "Staff": 4})
    assert taken.by_id == {one.segment: one for one in taken.sizes}
