"""Changes whose lists of shoppers are kept by digest: narrowed, stopped, tried again and undone."""

import pytest

from bot.core.kept_lists import KeptList
from bot.core.planning.steps import BATCH, RemoveMembers
from tests.conftest import OpenWorld
from tests.harness import World, said
from tests.stories.test_decisions import MEMBERS as MEMBERS_URL

MEMBERS = BATCH + 100


@pytest.fixture
async def long(open_world: OpenWorld) -> World:
    """A store in which VIPs has more shoppers than one step takes."""
    slack = await open_world(customers=1_150)
    slack.enrol("VIPs", MEMBERS)
    return slack


async def test_some_are_left_out_of_a_long_list_and_the_rest_comes_back_by_undo(long: World) -> None:
    before, (stays, *_) = long.members("VIPs"), long.emails(1, inside="VIPs")
    await long.type("/segment clear VIPs")
    plan = (await long.change(1)).plan
    assert all(isinstance(step, RemoveMembers) and isinstance(step.profile_ids, KeptList) for step in plan.steps)
    await long.type(f"/change except 1 {stays}", by="ben")
    assert f"Remove {MEMBERS - 1} of {MEMBERS} shoppers from VIPs" in said(long.card(1))
    await long.press("Clear Segment", by="cleo")
    assert long.members("VIPs") == {long.profile_id(stays)}
    await long.type("/change undo 1")
    await long.press("Undo Change", by="ben", change=2)
    assert long.members("VIPs") == before


async def test_what_changed_in_a_long_list_is_counted_since_the_request(long: World) -> None:
    await long.type("/segment clear VIPs")
    gone, new = long.emails(2, inside="VIPs"), long.emails(1, outside="VIPs")
    long.leave("VIPs", *gone)
    long.join("VIPs", *new)
    await long.press("Clear Segment", by="ben")
    assert "+1 −2 since the request." in said(long.card(1))
    await long.press("Clear Segment", by="ben")
    assert long.members("VIPs") == set()


async def test_what_is_left_of_a_long_list_is_tried_again(long: World) -> None:
    await long.type("/segment clear VIPs")
    long.store.faults.add("DELETE", MEMBERS_URL, times=5)
    long.store.faults.add("DELETE", MEMBERS_URL, status=500, times=None)
    await long.press("Clear Segment", by="ben")
    long.store.faults.clear()
    assert 0 < len(long.members("VIPs")) < MEMBERS
    await long.type("/change retry 1")
    await long.press("Try Again", by="ben", change=2)
    assert long.members("VIPs") == set()
