"""Two bots in processes of their own, on one ledger and one workspace: Slack gives each click to either of them."""

import asyncio
from collections import Counter
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from bot.sandbox.workspace import people
from bot.slack.action_ids import APPROVE
from tests.approvals.bots import bot, until
from tests.conftest import OpenWorld
from tests.engine.bench import bench
from tests.engines import ENGINES, Engine
from tests.harness import Stuck, World

AT_ONCE = 10
"""Changes that are clicked in the same moment, each by two people."""
QUICK, DEEP = AT_ONCE, 200
"""Changes that are clicked in all."""
TWO_PEOPLE = """
[[rules]]
steps = ["delete_segment"]
approvals = 2
"""
CLICKERS = ("ben", "cleo")


async def clicked_by_both(slack: World, stack: AsyncExitStack, changes: int, **settings: str) -> None:
    """So many segments are asked to be deleted; both clickers press at the same time, and all that follows is over."""
    names = [f"Segment {number}" for number in range(1, changes + 1)]
    slack.put(*names)
    for _ in range(2):
        await stack.enter_async_context(bot(slack, **settings))
    for name in names:
        assert (await slack.client.type("ana", "#segments", f'/segment delete "{name}"'))["ok"]
    await until(slack, lambda: len(with_button(slack)) == changes)
    waiting = with_button(slack)
    for start in range(0, changes, AT_ONCE):
        presses = [
            slack.client.press(who, "#approvals", "Delete Segment", ts=ts)
            for ts in waiting[start : start + AT_ONCE]
            for who in CLICKERS
        ]
        assert all(outcome["ok"] for outcome in await asyncio.gather(*presses))
    await until(slack, lambda: outcomes(slack) == changes and settled(slack) == 2 * changes)


def with_button(slack: World) -> list[str]:
    """Where the cards stand that can be approved."""
    cards = slack.messages(by="ben", channel="#approvals")
    return sorted({card["ts"] for card in cards if APPROVE in str(card["blocks"])})


def outcomes(slack: World) -> int:
    """How many changes the requester was told about as done."""
    told = [body["text"] for door, body in slack.sent if door == "chat.postMessage" and "is done" in body["text"]]
    return len(set(told))


def settled(slack: World) -> int:
    """How many clicks became an approval, or a sentence to the one who clicked."""
    return len(told_too_late(slack)) + sum(slack.kinds().count(kind) for kind in ("approve", "sign"))


def told_too_late(slack: World) -> list[str | None]:
    """Who was told alone, beside the cards, that a click came too late."""
    beside = slack.workspace.archive.messages[people.APPROVALS].values()
    return [one.visible_to for one in beside if "Too late: change " in str(one.message)]


def each(slack: World, *kinds: str) -> Counter[int | None]:
    """How many entries of these kinds each change has."""
    return Counter(entry.change for entry in slack.entries() if entry.kind in kinds)


async def test_a_click_whose_plan_is_made_while_the_change_runs_elsewhere_is_told_that_it_comes_too_late(
    tmp_path: Path,
) -> None:
    path, stuck = tmp_path / "ledger.sqlite", Stuck()
    async with bench(path) as one, one.another(path) as two:
        await one.delete()
        one.store.sleep = stuck
        one.store.faults.add("GET", "/segments/{id}/shopper-profiles", delay=1)
        late = asyncio.create_task(two.decides("UCLEO"))
        await stuck.reached.wait()
        await one.decides("UBEN")
        assert "VIPs" not in one.segments()
        stuck.release.set()
        await late
        assert one.board.whispered[-1] == ("UCLEO", "Too late: change 1 is already done.")
        assert one.writes() == ["DELETE"]


@pytest.mark.parametrize("engine", ENGINES)
async def test_a_change_clicked_at_the_same_time_in_two_processes_runs_exactly_once(
    engine: Engine, open_world: OpenWorld, deep: bool
) -> None:
    slack, changes = await open_world(running=False, engine=engine), DEEP if deep else QUICK
    async with AsyncExitStack() as stack:
        await clicked_by_both(slack, stack, changes)
    once = Counter(range(1, changes + 1))
    for kind in ("approve", "start", "step started", "step done", "finish"):
        assert each(slack, kind) == once, kind
    assert [method for method, _ in slack.writes()] == ["DELETE"] * changes
    assert len(set(slack.writes())) == changes
    assert len(slack.sizes()) == 12
    winners = {entry.change: entry.actor for entry in slack.entries() if entry.kind == "approve"}
    assert set(winners.values()) <= {people.BEN, people.CLEO}
    losers = [entry for entry in slack.entries() if entry.kind == "refused"]
    assert len(losers) == changes
    assert all(entry.detail["reason"].startswith("Too late: change ") for entry in losers)
    assert Counter(entry.actor for entry in losers) == Counter(
        people.CLEO if actor == people.BEN else people.BEN for actor in winners.values()
    )
    assert Counter(told_too_late(slack)) == Counter(entry.actor for entry in losers)


@pytest.mark.parametrize("engine", ENGINES)
async def test_where_two_have_to_approve_both_of_two_clicks_at_the_same_time_count(
    engine: Engine, open_world: OpenWorld, deep: bool, tmp_path: Path
) -> None:
    slack, changes = await open_world(running=False, engine=engine), DEEP if deep else QUICK
    policy = tmp_path / "policy.toml"
    policy.write_text(TWO_PEOPLE)
    async with AsyncExitStack() as stack:
        await clicked_by_both(slack, stack, changes, POLICY=str(policy))
    once = Counter(range(1, changes + 1))
    for kind in ("sign", "approve", "start", "step started", "step done", "finish"):
        assert each(slack, kind) == once, kind
    signed = {entry.change: entry.actor for entry in slack.entries() if entry.kind == "sign"}
    approved = {entry.change: entry.actor for entry in slack.entries() if entry.kind == "approve"}
    assert all({signed[number], approved[number]} == {people.BEN, people.CLEO} for number in once)
    assert "refused" not in slack.kinds()
    assert len(set(slack.writes())) == len(slack.writes()) == changes
    assert len(slack.sizes()) == 12
