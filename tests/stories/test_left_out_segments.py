"""A list of segments that leaves some out, once and at the wrong time, ends nothing that people asked for."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from tests.conftest import OpenWorld
from tests.harness import World, said
from tests.running_rules import RULED, SOURCE, follows_it, next_hour, start_rule
from tests.stories.test_later import arrives, at, opened
from tests.stories.test_until import added

HIDDEN = {"pages": "hidden"}


def without(slack: World, name: str) -> dict[str, Any]:
    """An answer with all segments but this one, beside a count that fits it."""
    rows = [{"id": id_, "name": one} for one in slack.sizes() if one != name and (id_ := slack.id_of(one))]
    return {"status": 200, "body": {"data": rows, "meta": {"pagination": {"total": len(rows)}}}}


def all_hidden(slack: World, name: str) -> list[dict[str, Any]]:
    """No segments at all."""
    return [HIDDEN]


def left_out(slack: World, name: str) -> list[dict[str, Any]]:
    """All segments but one, which is there when it is asked for by itself."""
    return [without(slack, name)]


def left_out_twice(slack: World, name: str) -> list[dict[str, Any]]:
    """All segments but one, which is hidden when it is asked for by itself."""
    return [without(slack, name), HIDDEN]


Odd = Callable[[World, str], list[dict[str, Any]]]
odd_lists = pytest.mark.parametrize("odd", [all_hidden, left_out, left_out_twice])


def answers_oddly(slack: World, odd: Odd, name: str = "VIPs") -> None:
    """Have the store answer like this, once."""
    for fault in odd(slack, name):
        slack.store.faults.add("GET", "/segments", times=1, **fault)


async def settles(slack: World) -> None:
    """What is odd passes."""
    slack.store.faults.clear()
    for _ in range(3):
        slack.clock.forward(minutes=5)
        await slack.sweep()


@odd_lists
async def test_an_end_comes_all_the_same(open_world: OpenWorld, odd: Odd) -> None:
    slack = await opened(open_world)
    before = slack.sizes()["VIPs"]
    await added(slack)
    answers_oddly(slack, odd)
    await arrives(slack, at(7, 16))
    await settles(slack)
    assert slack.sizes()["VIPs"] == before
    assert "Ended by change 2." in said(slack.card(1))


@odd_lists
async def test_a_change_waits_on_where_it_is_approved_at_that_moment(slack: World, odd: Odd) -> None:
    await slack.type("/segment delete VIPs")
    answers_oddly(slack, odd)
    await slack.press("Delete Segment", by="ben")
    assert "contradict each other" in slack.whisper(by="ben", channel="#approvals")
    assert "Waiting" in said(slack.card(1))
    slack.store.faults.clear()
    await slack.press("Delete Segment", by="ben")
    assert "VIPs" not in slack.sizes()


@odd_lists
async def test_an_undo_waits_on_and_leaves_nothing_out(slack: World, odd: Odd) -> None:
    before = slack.sizes()["VIPs"]
    await slack.type("/segment add VIPs #13, #14")
    await slack.type("/change undo 1")
    answers_oddly(slack, odd)
    await slack.press("Undo Change", by="ben", change=2)
    assert (await slack.change(2)).is_open
    slack.store.faults.clear()
    await slack.press("Undo Change", by="ben", change=2)
    assert slack.sizes()["VIPs"] == before


@odd_lists
@pytest.mark.parametrize("look", [at(6, 16), at(7, 14), at(7, 15, 45), at(7, 16)])
async def test_what_is_approved_for_a_time_stays_approved(open_world: OpenWorld, odd: Odd, look: datetime) -> None:
    slack = await opened(open_world)
    await slack.type("/segment delete VIPs at:friday 16:00")
    slack.clock.forward(minutes=1)
    await slack.press("Delete Segment", by="ben")
    answers_oddly(slack, odd)
    await arrives(slack, look)
    assert (await slack.change(1)).is_open
    slack.store.faults.clear()
    await arrives(slack, at(7, 16))
    await settles(slack)
    assert "VIPs" not in slack.sizes()


@odd_lists
async def test_a_rule_goes_on(slack: World, odd: Odd) -> None:
    await start_rule(slack)
    slack.leave(SOURCE, *slack.emails(2, inside=SOURCE))
    answers_oddly(slack, odd, RULED)
    await next_hour(slack)
    assert "no longer in the store" not in slack.whisper()
    await settles(slack)
    assert follows_it(slack)


async def test_what_is_really_gone_is_believed_to_be(slack: World) -> None:
    await slack.type("/segment add VIPs #13")
    await slack.type("/segment delete Lapsed")
    slack.drop("VIPs")
    slack.drop("Lapsed")
    await slack.type("/change undo 1")
    assert "The segment “VIPs” is no longer in the store." in slack.whisper()
    await slack.press("Delete Segment", by="ben", change=2)
    assert "No longer possible" in said(slack.card(2))
