"""Somebody edits the tables that ends and runs of rules go by: these wait for a click, and say why."""

import logging
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import closing, contextmanager
from typing import Any

import pytest

from bot.core.approval.changes import State
from tests.conftest import OpenWorld
from tests.harness import World, said
from tests.records import read_ledger, verified
from tests.running_rules import RULED, SOURCE, next_hour, start_rule
from tests.stories.test_later import arrives, at, opened
from tests.stories.test_until import added

Statement = tuple[str, *tuple[Any, ...]]
TOLD = "change 1, which covers it, or what was done since is not what the audit log says"


@pytest.fixture
async def slack(open_world: OpenWorld, caplog: pytest.LogCaptureFixture) -> AsyncIterator[World]:
    """A world in which two were added to VIPs until Friday, and an edit of the ledger is logged as an error."""
    made = await opened(open_world)
    await added(made)
    yield made
    await _only_told(made, caplog)


@pytest.fixture
async def ruled(open_world: OpenWorld, caplog: pytest.LogCaptureFixture) -> AsyncIterator[World]:
    """A world in which Wholesale follows VIPs."""
    made = await open_world()
    await start_rule(made)
    yield made
    await _only_told(made, caplog)


async def _only_told(slack: World, caplog: pytest.LogCaptureFixture) -> None:
    records = caplog.get_records("call")
    assert {one.name for one in records if one.levelno >= logging.ERROR} <= {"bot.engine.covers"}
    records.clear()


@contextmanager
def edited(slack: World, edit: Statement, back: Statement) -> Iterator[None]:
    """Somebody with sqlite3 edits a row, and takes it back in the end; meanwhile, the log does not hold."""
    _execute(slack, *edit)
    yield
    with read_ledger(slack.database) as ledger:
        assert not verified(ledger).holds
    _execute(slack, *back)


def _execute(slack: World, statement: str, *values: Any) -> None:
    with closing(sqlite3.connect(slack.database)) as db:
        assert db.execute(statement, values).rowcount == 1
        db.commit()


async def waits(slack: World, number: int) -> None:
    """This change waits, and its card says that the ledger was edited."""
    assert (await slack.change(number)).state is State.WAITING
    assert TOLD in said(slack.card(number))


async def test_an_end_that_was_brought_forward_does_not_come_then_and_waits_at_its_time(slack: World) -> None:
    inside = slack.sizes()["VIPs"]
    tuesday, friday = at(4, 9).isoformat(), at(7, 16).isoformat()
    with edited(slack, ("UPDATE ends SET at = ?", tuesday), ("UPDATE ends SET at = ?", friday)):
        await arrives(slack, at(4, 10))
        assert not slack.cards(2)
        await arrives(slack, at(7, 16))
        await waits(slack, 2)
    assert slack.sizes()["VIPs"] == inside
    await slack.press("Take Them Out", by="ben", change=2)
    assert slack.sizes()["VIPs"] == inside - 2


async def test_an_end_takes_nobody_out_of_a_segment_that_is_only_said_to_be_the_same(slack: World) -> None:
    slack.put("Zed")
    slack.join("Zed", *slack.emails(400, inside="VIPs"))
    before, ids = slack.sizes()["Zed"], (slack.id_of("VIPs"), slack.id_of("Zed"))
    same = ("INSERT INTO restored (old, segment, change) VALUES (?, ?, 1)", *ids)
    with edited(slack, same, ("DELETE FROM restored",)):
        await arrives(slack, at(7, 16))
        await waits(slack, 2)
    assert slack.sizes()["Zed"] == before


async def test_whoever_was_added_again_stays_though_that_change_is_found_no_more(slack: World) -> None:
    await slack.type("/segment add VIPs #13")
    inside, vips = slack.sizes()["VIPs"], slack.id_of("VIPs")
    forgotten = ("DELETE FROM touches WHERE change = 2",)
    with edited(slack, forgotten, ("INSERT INTO touches (segment, change) VALUES (?, 2)", vips)):
        await arrives(slack, at(7, 16))
        await waits(slack, 3)
    assert slack.sizes()["VIPs"] == inside


async def test_a_rule_that_was_replaced_runs_no_more_though_the_table_says_that_it_is_followed(ruled: World) -> None:
    ruled.put("X")
    ruled.join("X", *ruled.emails(100, inside=SOURCE)[2:])
    await ruled.type(f"/segment rule {RULED} in {SOURCE} and in X hourly")
    await ruled.press("Start Rule", by="ben", change=2)
    inside = ruled.members(RULED)
    earlier = "UPDATE segment_rules SET change = ?, position = 0"
    with edited(ruled, (earlier, 1), (earlier, 2)):
        await next_hour(ruled)
        await waits(ruled, 3)
    assert ruled.members(RULED) == inside
