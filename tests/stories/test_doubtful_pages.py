"""The store's pages contradict each other: nothing is done that could not be undone exactly, and people are told."""

import pytest

from tests.conftest import OpenWorld
from tests.harness import World, said

MEMBERS = "/segments/{id}/shopper-profiles"
CONTRADICTION = "The store's answers contradict each other"


async def test_a_full_page_that_claims_to_be_the_only_one_is_not_the_whole_segment(open_world: OpenWorld) -> None:
    slack = await open_world(customers=400)
    slack.enrol("VIPs", 310)
    slack.store.faults.add("GET", MEMBERS, pages="alone", times=None)
    for line in ("/segment delete VIPs", "/segment clear VIPs", "/segment export VIPs", "/segment copy VIPs Best"):
        await slack.type(line)
        assert CONTRADICTION in slack.whisper()
        assert "It counts 250 and lists" in slack.whisper()
    assert not slack.writes()
    slack.store.faults.clear()
    await slack.type("/segment delete VIPs")
    assert "Delete the segment VIPs (310 shoppers)" in said(slack.card(1))


async def test_an_export_begins_anew_after_pages_that_do_not_fit(open_world: OpenWorld) -> None:
    slack = await open_world(customers=400)
    slack.enrol("VIPs", 310)
    slack.store.faults.add("GET", MEMBERS, pages="twice", times=1)
    await slack.type("/segment export VIPs")
    assert "VIPs: 310 shoppers exported" in slack.whisper()
    assert len(set(slack.files()["VIPs.csv"].splitlines())) == 311


async def test_pages_that_become_wrong_before_the_click_leave_the_change_waiting(open_world: OpenWorld) -> None:
    slack = await open_world(customers=400)
    slack.enrol("VIPs", 310)
    before = slack.members("VIPs")
    await slack.type("/segment delete VIPs")
    slack.store.faults.add("GET", MEMBERS, pages="alone", times=None)
    await slack.press("Delete Segment", by="ben")
    assert CONTRADICTION in slack.whisper(by="ben", channel="#approvals")
    slack.store.faults.clear()
    await slack.press("Delete Segment", by="ben")
    await slack.type("/change undo 1")
    await slack.press("Undo Change", by="ben", change=2)
    assert slack.members("VIPs") == before


@pytest.mark.parametrize(
    "line", ["/segment clear VIPs", "/segment copy VIPs Best", "/segment delete VIPs", "/segment members VIPs"]
)
async def test_no_rows_beside_a_count_are_no_empty_segment(slack: World, line: str) -> None:
    slack.enrol("VIPs", 200)
    slack.store.faults.add("GET", MEMBERS, pages="empty", times=None)
    await slack.type(line)
    assert CONTRADICTION in slack.whisper()
    assert "It counts 200 and lists 0" in slack.whisper()
    assert not slack.writes()


async def test_a_row_that_is_there_twice_is_no_one_else(slack: World) -> None:
    slack.enrol("VIPs", 200)
    slack.store.faults.add("GET", MEMBERS, pages="twice", times=None)
    await slack.type("/segment clear VIPs")
    assert f"{CONTRADICTION}, so they can't be relied on" in slack.whisper()


async def test_who_left_between_two_pages_neither_comes_back_nor_takes_anyone_along(open_world: OpenWorld) -> None:
    slack = await open_world(customers=400)
    slack.enrol("VIPs", 310)
    await slack.type("/segment delete VIPs")
    slack.store.faults.add("GET", MEMBERS, pages="shrinking", times=1)
    await slack.press("Delete Segment", by="ben")  # one left while it was counted: the card shows it
    before = slack.members("VIPs")
    await slack.press("Delete Segment", by="ben")
    assert "VIPs" not in slack.sizes()
    await slack.type("/change undo 1")
    await slack.press("Undo Change", by="ben", change=2)
    assert slack.members("VIPs") == before


async def test_a_size_is_right_where_the_list_of_customers_is_not(slack: World) -> None:
    sizes = slack.sizes()
    slack.store.faults.add("GET", "/customers", pages="alone", times=None)
    await slack.type("/segment list")
    assert all(f"{size:,}" in slack.whisper() for size in sizes.values())


async def test_a_row_that_is_there_twice_is_no_one_else_where_nothing_is_counted(slack: World) -> None:
    slack.enrol("VIPs", 200)
    slack.store.faults.add("GET", MEMBERS, pages="uncounted", times=None)
    for line in ("/segment clear VIPs", "/segment copy VIPs Best", "/segment export VIPs"):
        await slack.type(line)
        assert "It lists the same one twice" in slack.whisper()
    assert not slack.writes()


async def test_members_who_change_with_each_reading_are_not_deleted(open_world: OpenWorld) -> None:
    slack = await open_world(customers=400)
    slack.enrol("VIPs", 310)
    await slack.type("/segment delete VIPs")
    slack.store.faults.add("GET", MEMBERS, pages="swapping", times=None)
    await slack.press("Delete Segment", by="ben")
    told = said(slack.card(1))
    assert "Failed" in told
    assert CONTRADICTION in told
    assert "It lists others each time" in told
    assert not slack.writes()


async def test_who_joined_while_another_left_comes_back_and_no_one_else(open_world: OpenWorld) -> None:
    slack = await open_world(customers=400)
    slack.enrol("VIPs", 310)
    await slack.type("/segment delete VIPs")
    slack.store.faults.add("GET", MEMBERS, pages="swapping", times=5)
    deleting = slack.client.press("ben", "#approvals", "Delete Segment")
    async with slack.meanwhile(deleting, "DELETE", "/segments"):
        before = slack.members("VIPs")
    await slack.type("/change undo 1")
    await slack.press("Undo Change", by="ben", change=2)
    assert slack.members("VIPs") == before
