"""Edge sizes: segments of nobody and of a thousand, a store that is full, plans with very many lines."""

import asyncio

import pytest

from tests.conftest import OpenWorld
from tests.harness import World, buttons, said
from tests.stories.judge import read

MEMBERS_USAGE = "Type `/segment members <segment> [page:…]`. For example: `/segment members VIPs`."


@pytest.mark.parametrize("size", [0, 1, 50, 51, 1000])
async def test_a_segment_comes_back_by_undo_with_exactly_its_members(open_world: OpenWorld, size: int) -> None:
    slack = await open_world(customers=1150 if size == 1000 else 60)
    slack.enrol("VIPs", size)
    members = slack.members("VIPs")
    assert len(members) == size
    await slack.type("/segment delete VIPs")
    await slack.press("Delete Segment", by="ben")
    assert "VIPs" not in slack.sizes()
    await slack.type("/change undo 1")
    await slack.press("Undo Change", by="ben", change=2)
    assert slack.members("VIPs") == members
    added = [path for method, path in slack.writes() if method == "POST" and "shopper-profiles" in path]
    assert len(added) == -(-size // 50)


async def test_who_joined_while_the_deletion_ran_late_is_restored_too(slack: World) -> None:
    await slack.type("/segment delete VIPs")
    slack.enrol("VIPs", 41)
    await slack.press("Delete Segment", by="ben")
    await slack.press("Delete Segment", by="ben")
    await slack.type("/change undo 1")
    await slack.press("Undo Change", by="ben", change=2)
    assert slack.sizes()["VIPs"] == 41


async def test_a_store_with_1000_segments_is_listed_page_by_page(slack: World) -> None:
    slack.put(*(f"Segment {number:04}" for number in range(988)))
    await slack.type("/segment list")
    assert "1,000 segments, 1 to 50 shown" in slack.whisper()
    assert "Next Page" in buttons(slack.messages()[-1])
    await slack.press("Next Page", by="ana", channel="#segments")
    assert "1,000 segments, 51 to 100 shown" in slack.whisper()
    await slack.type("/segment list page:20")
    assert "951 to 1,000 shown" in slack.whisper()
    assert "Next Page" not in buttons(slack.messages()[-1])
    await slack.type("/segment list segment 09 page:2")
    assert "51 to 100 shown" in slack.whisper()


async def test_a_full_store_refuses_one_more_segment_and_says_why(slack: World) -> None:
    slack.put(*(f"Segment {number:04}" for number in range(988)))
    await slack.type("/segment create One too many")
    assert len(slack.sizes()) == 1000
    assert "1000" in read(slack.messages()[-1]).replace(",", "")


async def test_type_ahead_of_1000_segments_offers_what_slack_shows(slack: World) -> None:
    slack.put(*(f"Segment {number:04}" for number in range(988)))
    await slack.type("/segment show")
    assert len(await slack.suggest("segment", field="segment")) == 100
    assert await slack.suggest("0987", field="segment") == ["Segment 0987"]


async def test_50_segments_are_deleted_and_restored_by_one_command(slack: World) -> None:
    names = [f"Old{number:02}" for number in range(50)]
    slack.put(*names)
    slack.enrol("Old07", 51)
    members = slack.members("Old07")
    await slack.type(f"/segment delete {' '.join(names)}")
    card = read(slack.card(1))
    assert "Delete the segment Old00" in card
    assert "and 35 more" in card
    await slack.press("Delete Segment", by="ben")
    assert len(slack.sizes()) == 12
    assert "Done" in said(slack.card(1))
    await slack.type("/change undo 1")
    await slack.press("Undo Change", by="ben", change=2)
    assert len(slack.sizes()) == 62
    assert slack.members("Old07") == members


async def test_51_segments_in_one_command_are_refused_with_a_sentence(slack: World) -> None:
    names = [f"Old{number:02}" for number in range(51)]
    slack.put(*names)
    await slack.type(f"/segment delete {' '.join(names)}")
    assert "50" in slack.whisper()
    assert "planned" not in slack.kinds()


@pytest.mark.parametrize("letter", ["N", "&"])
async def test_a_plan_with_many_long_lines_fits_its_card_through_its_whole_life(slack: World, letter: str) -> None:
    names = [f"{letter * 240}{number:02}" for number in range(50)]
    ids = slack.put(*names)
    await slack.type(f"/segment delete {' '.join(ids)}")
    assert "Waiting for 1 approval" in said(slack.card(1))
    for name in names:
        slack.enrol(name, 1)
    await slack.press("Delete Segment", by="ben")
    assert "Was:" in read(slack.card(1))
    await slack.press("Delete Segment", by="ben")
    assert "Done" in said(slack.card(1))
    assert len(slack.sizes()) == 12
    await slack.type("/change show 1")
    assert "Change 1 is done" in slack.whisper()
    assert slack.files()["change 1.txt"].splitlines() == [f"• Delete the segment {name} (1 shopper)" for name in names]
    await slack.type("/change list all")
    assert "1 change Change" in slack.whisper()
    assert "Done: Delete 50 segments" in read(await slack.home(by="ana"))
    assert "card lost" not in slack.kinds()


async def test_segments_with_names_of_1000_characters_fit_card_list_and_home(slack: World) -> None:
    ids = slack.put(*(f"{'N' * 990}{number:02}" for number in range(50)))
    await slack.type("/segment list NNN")
    assert "50 segments" in slack.whisper()
    await slack.type(f"/segment delete {' '.join(ids)}")
    assert "Waiting for 1 approval" in said(slack.card(1))
    await slack.press("Delete Segment", by="ben")
    assert "Done" in said(slack.card(1))
    await slack.type("/change show 1")
    assert "Change 1 is done" in slack.whisper()


async def test_10000_shoppers_are_copied_in_few_steps_and_requests(open_world: OpenWorld) -> None:
    slack = await open_world(customers=11_200)
    slack.enrol("VIPs", 10_000)
    assert slack.sizes()["VIPs"] == 10_000
    await slack.type("/segment copy VIPs Everyone")
    assert "Add 10,000 shoppers to Everyone" in read(slack.card(1))
    assert len((await slack.change(1)).plan.steps) == 1 + 10_000 // 500
    before = slack.store.requests()[-1]["number"]
    await slack.press("Copy Segment", by="ben")
    assert slack.members("Everyone") == slack.members("VIPs")
    asked = slack.asked(before)
    assert asked["POST /segments/{id}/shopper-profiles"] == 10_000 // 50
    pages = 10_000 // 250 + 1  # the last one is full, and so followed by one more
    assert asked["GET /segments/{id}/shopper-profiles"] == pages
    # Beyond those: the segments (once), the new segment, and nothing else.
    assert asked.total() <= 10_000 // 50 + pages + 2


async def test_a_very_large_deletion_needs_two_people_and_one_of_them_never_counts_twice(
    open_world: OpenWorld,
) -> None:
    slack = await open_world(customers=11_200)
    slack.enrol("VIPs", 10_000)
    members = slack.members("VIPs")
    await slack.type("/segment delete VIPs", by="ana")
    await slack.press("Delete Segment", by="ben")
    assert "1 of 2 approved" in said(slack.card(1))
    await slack.press("Delete Segment", by="ben")
    assert "You have already approved change 1" in slack.whisper(by="ben", channel="#approvals")
    assert not slack.writes()
    await slack.press("Delete Segment", by="cleo")
    assert "VIPs" not in slack.sizes()
    await slack.type("/change undo 1", by="ana")
    await asyncio.gather(
        slack.press("Undo Change", by="ben", change=2), slack.press("Undo Change", by="cleo", change=2)
    )
    assert slack.members("VIPs") == members


async def test_10000_members_are_shown_page_by_page_and_nothing_lies_beyond_the_last(open_world: OpenWorld) -> None:
    slack = await open_world(customers=11_200)
    slack.enrol("VIPs", 10_000)
    await slack.type("/segment members VIPs")
    assert "VIPs: 10,000 shoppers, 1 to 100 shown" in slack.whisper()
    await slack.press("Next Page", by="ana", channel="#segments")
    assert "10,000 shoppers, 101 to 200 shown" in slack.whisper()
    await slack.type("/segment members VIPs page:100")
    assert "9,901 to 10,000 shown" in slack.whisper()
    assert "Next Page" not in buttons(slack.messages()[-1])
    await slack.type("/segment members VIPs page:101")
    assert read(slack.messages()[-1]) == "There are only 100 pages. " + MEMBERS_USAGE


async def test_1000_shoppers_are_added_and_taken_out_again_by_undo(open_world: OpenWorld) -> None:
    slack = await open_world(customers=1150)
    slack.enrol("VIPs", 0)
    emails = slack.emails(900) + slack.emails_without_profile(100)
    await slack.type(f"/segment add VIPs {' '.join(emails)}")
    assert "Create 100 shopper profiles · Add 1,000 shoppers to VIPs" in said(slack.card(1))
    await slack.press("Add Shoppers", by="ben")
    assert slack.sizes()["VIPs"] == 1000
    await slack.type("/change undo 1")
    await slack.press("Undo Change", by="ben", change=2)
    assert slack.sizes()["VIPs"] == 0
    assert len(slack.emails_without_profile(1000)) >= 100


async def test_1000_profiles_are_created_and_deleted_and_come_back(open_world: OpenWorld) -> None:
    slack = await open_world(customers=1000)
    with slack.store.shop.db as db:
        db.execute("DELETE FROM profiles")
    emails = slack.emails_without_profile(1000)
    await slack.type(f"/shopper create {' '.join(emails)}")
    assert "Create 1,000 shopper profiles" in said(slack.card(1))
    assert len(slack.emails(1001)) == 1000
    slack.enrol("VIPs", 1000)
    await slack.type(f"/shopper delete {' '.join(emails)}")
    card = read(slack.card(2))
    assert "Delete 1,000 shopper profiles" in card
    assert "Takes 1,000 shoppers out of VIPs." in card
    await slack.press("Delete Profiles", by="ben", change=2)
    assert not slack.emails(1)
    await slack.type("/change undo 2")
    await slack.press("Undo Change", by="ben", change=3)
    assert slack.sizes()["VIPs"] == 1000
