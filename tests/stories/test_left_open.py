"""Where the vendor's documents leave open how a store answers, the bot is right under either answer."""

import asyncio
from typing import Any

import pytest

from tests.conftest import OpenWorld
from tests.harness import World, said
from tests.stories.judge import read

MEMBERS = "/segments/{id}/shopper-profiles"


async def others_first(_seconds: float) -> None:
    """Let other requests arrive before this one is answered."""
    for _ in range(50):
        await asyncio.sleep(0)


@pytest.mark.parametrize("put", ["partial", "whole"])
@pytest.mark.parametrize("name", ["Win back", "Tasting week"])
async def test_a_promotion_keeps_all_else_whether_a_put_replaces_it_or_not(slack: World, put: str, name: str) -> None:
    slack.store.set(promotion_put=put)
    (number,) = [number for number, one in slack.promotions().items() if one["name"] == name]
    before = slack.promotions()[number]
    await slack.type(f'/promotion target "{name}" is Newsletter')
    await slack.press("Retarget Promotion", by="ben")
    after = slack.promotions()[number]
    assert after["customer"]["segments"] == {"id": [slack.id_of("Newsletter")]}
    assert {**after, "customer": None} == {**before, "customer": None}


@pytest.mark.parametrize("null", ["clears", "keeps", "keeps_silently"])
async def test_a_promotion_that_keeps_its_targeting_is_told_plainly(slack: World, null: str) -> None:
    slack.store.set(null_segments=null)
    await slack.type('/promotion untarget "VIP early access"')
    await slack.press("Untarget Promotion", by="ben")
    is_kept = slack.promotions()[1]["customer"]["segments"] is not None
    assert is_kept is (null != "clears")
    told = "The store kept whom “VIP early access” reaches: it still reaches shoppers in VIPs."
    assert (told in read(slack.card(1))) is is_kept


@pytest.mark.parametrize("adds", ["none", "rest"])
async def test_an_undo_takes_out_only_those_whom_the_change_added(slack: World, adds: str) -> None:
    slack.store.set(conflict_adds=adds)
    slack.enrol("VIPs", 0)
    emails = slack.emails(30)
    await slack.type(f"/segment add VIPs {' '.join(emails)}")
    approving = slack.client.press("ben", "#approvals", "Add Shoppers")
    async with slack.meanwhile(approving, "POST", MEMBERS):
        slack.join("VIPs", emails[0])
    assert slack.sizes()["VIPs"] == 30
    await slack.type("/change undo 1")
    await slack.press("Undo Change", by="ben", change=2)
    assert slack.members("VIPs") == {slack.profile_id(emails[0])}


@pytest.mark.parametrize(
    "setting", [{"created_lists": "all_but_last"}, {"batch": 7}, {"batch": 7, "batch_refusal": 422}]
)
async def test_newcomers_get_profiles_and_are_added_however_the_store_lists_or_limits_them(
    slack: World, setting: dict[str, Any]
) -> None:
    slack.store.set(**setting)
    slack.enrol("VIPs", 0)
    await slack.type(f"/segment add VIPs {' '.join(slack.emails_without_profile(20))}")
    assert slack.sizes()["VIPs"] == 20
    await slack.type("/segment create Loyal")
    assert "Loyal" in slack.sizes()
    assert "Done" in said(slack.card(2))


async def test_a_batch_of_members_that_is_too_large_is_halved(slack: World) -> None:
    slack.enrol("VIPs", 0)
    slack.store.faults.add("POST", MEMBERS, status=413, times=3)
    await slack.type(f"/segment add VIPs {' '.join(slack.emails(20))}")
    assert slack.sizes()["VIPs"] == 20
    assert "Done" in said(slack.card(1))


@pytest.mark.parametrize("longest", [None, 2_048, 1_024, 500])
async def test_addresses_are_found_in_urls_as_long_as_the_store_takes(slack: World, longest: int | None) -> None:
    slack.store.set(longest_url=longest)
    slack.enrol("VIPs", 0)
    await slack.type(f"/segment add VIPs {' '.join(slack.emails(25))}")
    assert slack.sizes()["VIPs"] == 25


@pytest.mark.parametrize("tells", [True, False])
async def test_a_list_is_shown_by_a_store_that_takes_three_requests_at_once(open_world: OpenWorld, tells: bool) -> None:
    slack = await open_world(customers=3_100)
    slack.store.set(at_once=3, excess_tells_quota=tells)
    slack.store.sleep = others_first
    slack.store.faults.add("GET", "*", delay=1, times=None)
    await slack.type("/segment list")
    assert all(f"{size:,}" in slack.whisper() for size in slack.sizes().values())
    refused = sum(one["status"] == 429 for one in slack.store.requests())
    await slack.type("/segment list")
    again = sum(one["status"] == 429 for one in slack.store.requests()) - refused
    assert 0 < refused < 12
    assert again <= 2


@pytest.mark.parametrize("most", [1000, 12])
async def test_how_many_segments_a_store_may_have_is_told_by_the_store(slack: World, most: int) -> None:
    slack.store.set(most_segments=most)
    await slack.type("/segment create Loyal")
    assert ("Loyal" in slack.sizes()) is (most == 1000)
    if most == 12:
        assert "A store can have at most 12 segments" in said(slack.card(1))


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (
            {"status": 403, "title": "The store's owner has changed."},
            "BigCommerce says: The store's owner has changed.",
        ),
        ("<html><title>Attention Required!</title></html>", "BigCommerce says: Attention Required!."),
        ({"errors": ["You don't have a required scope"]}, "BigCommerce says: You don't have a required scope."),
    ],
)
async def test_a_403_is_told_with_the_usual_causes_and_the_stores_words(slack: World, body: Any, words: str) -> None:
    slack.store.faults.add("GET", "/segments", status=403, body=body)
    await slack.type("/segment list")
    for part in ("needs Enterprise", "store_v2_customers", words):
        assert part in slack.whisper()


async def test_a_507_is_told_as_a_limit_of_the_plan(slack: World) -> None:
    slack.store.faults.add("POST", "/segments", status=507, body={"title": "No more segments on this plan."})
    await slack.type("/segment create Loyal")
    told = said(slack.card(1))
    assert "The store's plan does not allow more of this. BigCommerce says: No more segments on this plan." in told
    assert "may" not in told
    assert "Loyal" not in slack.sizes()
    (email,) = slack.emails(1, outside="VIPs")
    slack.store.faults.add("POST", MEMBERS, status=507)
    await slack.type(f"/segment add VIPs {email}")
    assert "The store's plan does not allow more of this." in said(slack.card(2))
    assert slack.profile_id(email) not in slack.members("VIPs")


@pytest.mark.parametrize("given", [True, False])
async def test_absent_fields_are_never_taken_for_no_segments(slack: World, given: bool) -> None:
    slack.store.set(beta_fields=given)
    await slack.type("/segment list")
    assert all(f"{size:,}" in slack.whisper() for size in slack.sizes().values())
    await slack.type(f"/segment add VIPs {slack.emails(1, outside='VIPs')[0]}")
    if not given:
        assert "It lists customers without segment_ids and shopper_profile_id." in slack.whisper()
    assert bool(slack.writes()) is given


@pytest.mark.parametrize("dates", ["iso", "rfc2822", "empty", "null", "odd"])
async def test_dates_are_shown_in_utc_or_as_unknown(slack: World, dates: str) -> None:
    slack.store.set(dates=dates)
    await slack.type("/segment show VIPs")
    is_known = dates in ("iso", "rfc2822")
    assert ("reated unknown · updated unknown" in slack.whisper()) is not is_known
    await slack.type('/promotion show "Gift wrap on us"')
    assert ("2026-12-24" in slack.whisper()) is is_known
    assert ("unknown" in slack.whisper()) is (dates == "odd")
    await slack.type("/segment list")
    assert "12 segments" in slack.whisper()


@pytest.mark.parametrize("setting", [{"ids": "upper"}, {"order": "newest_first"}])
async def test_a_segment_is_deleted_and_restored_whatever_its_ids_and_pages_look_like(
    slack: World, setting: dict[str, Any]
) -> None:
    slack.store.set(**setting)
    slack.enrol("VIPs", 300)
    before = slack.members("VIPs")
    await slack.type("/segment show VIPs")
    assert "VIP early access" in slack.whisper()
    await slack.type("/segment delete VIPs")
    assert "promotions use" in read(slack.card(1))
    await slack.press("Delete Segment", by="ben")
    await slack.type("/change undo 1")
    await slack.press("Undo Change", by="ben", change=2)
    assert slack.members("VIPs") == before
    await slack.type(f"/segment remove VIPs {slack.emails(1, outside='Spring launch waitlist')[0]}")
    assert "Waiting for 1 approval" in said(slack.card(3))


@pytest.mark.parametrize("status", [202, 207])
async def test_what_was_perhaps_done_or_done_in_part_is_told_so(slack: World, status: int) -> None:
    slack.enrol("VIPs", 30)
    await slack.type(f"/segment remove VIPs {slack.emails(1)[0]}")
    slack.store.faults.add("DELETE", MEMBERS, status=status, carried_out=True)
    await slack.press("Remove Shoppers", by="ben")
    told = read(slack.card(1))
    assert ("The store took this on" if status == 202 else "Only part of this was done") in told
    assert "It may have been carried out anyway" in told


@pytest.mark.parametrize("named", [{}, {"Retry-After": "1"}, {"X-Retry-After": "1"}])
async def test_what_is_locked_for_a_moment_is_not_noticed(slack: World, named: dict[str, str]) -> None:
    slack.store.faults.add("POST", "/segments", status=423, headers=named, times=2)
    await slack.type("/segment create Loyal")
    assert "Done" in said(slack.card(1))


@pytest.mark.parametrize("seconds", [30, 10, 60])
async def test_a_quota_of_any_window_is_kept_to(seconds: int, slack: World) -> None:
    slack.store.set(window_seconds=seconds)
    slack.store.quota = 150
    await slack.type("/segment list")
    assert "12 segments" in slack.whisper()
    assert not any(one["status"] == 429 for one in slack.store.requests())
