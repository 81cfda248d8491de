"""An empty list of members has nothing that could contradict it: whoever relies on it asks customers, too."""

from typing import Any

import pytest

from tests.conftest import OpenWorld
from tests.harness import World, said

MEMBERS = "/segments/{id}/shopper-profiles"
HIDDEN = {"pages": "hidden"}
UNCOUNTED = {"status": 200, "body": {"data": []}}
LISTED = "It lists no one in a segment that customers are in"
LINES = (
    "/segment delete Wholesale",
    "/segment clear Wholesale",
    "/segment copy Wholesale Best",
    "/segment members Wholesale",
    "/segment export Wholesale",
    "/segment overlap VIPs Wholesale",
    "/segment combine VIPs Wholesale both Best",
    "/segment combine VIPs Reviewers both Wholesale mode:equal",
)


@pytest.mark.parametrize("line", LINES)
@pytest.mark.parametrize("fault", [HIDDEN, UNCOUNTED])
async def test_a_segment_that_customers_are_in_is_not_empty(slack: World, line: str, fault: dict[str, Any]) -> None:
    slack.store.faults.add("GET", MEMBERS, times=None, **fault)
    await slack.type(line)
    assert LISTED in slack.whisper()
    assert not slack.writes()


async def test_a_list_makes_no_segment_equal_whose_members_are_hidden(slack: World) -> None:
    await slack.type("/segment import Wholesale")
    slack.store.faults.add("GET", MEMBERS, times=None, **HIDDEN)
    outcome = await slack.submit({"What to do": "equal", "List": "\n".join(slack.emails(3, outside="Wholesale"))})
    assert LISTED in f"{outcome} {slack.form()} {slack.messages()} {slack.messages(channel='dm')}"
    assert not slack.writes()


async def test_who_was_seen_and_is_hidden_at_the_click_is_not_deleted(slack: World) -> None:
    await slack.type("/segment delete Wholesale")
    slack.store.faults.add("GET", MEMBERS, times=None, **HIDDEN)
    await slack.press("Delete Segment", by="ben")
    assert LISTED in slack.whisper(by="ben", channel="#approvals")
    assert "Waiting" in said(slack.card(1))
    assert "Wholesale" in slack.sizes()


async def test_in_a_large_store_customers_from_all_over_it_are_asked(open_world: OpenWorld) -> None:
    slack = await open_world(customers=3_000)
    slack.enrol("Wholesale", 0)
    slack.join("Wholesale", *slack.emails(3_000)[-40:])
    slack.store.faults.add("GET", MEMBERS, times=None, **HIDDEN)
    await slack.type("/segment delete Wholesale")
    assert LISTED in slack.whisper()
    assert slack.asked()["GET /customers"] == 10


async def test_what_is_empty_is_deleted_and_copied_and_costs_a_few_requests(slack: World) -> None:
    slack.enrol("Wholesale", 0)
    slack.enrol("Lapsed", 0)
    await slack.type("/segment copy Wholesale Best")
    assert slack.sizes()["Best"] == 0
    before = slack.store.requests()[-1]["number"]
    await slack.type("/segment delete Wholesale, Lapsed, Best")
    pages = [one for one in slack.store.requests(before) if "/customers?page" in one["path"] and "=250&" in one["path"]]
    assert len(pages) == 2  # for all three
    await slack.press("Delete Segment", by="ben")
    assert not {"Wholesale", "Lapsed", "Best"} & slack.sizes().keys()


async def test_a_profile_stays_whose_segments_a_list_of_customers_leaves_out(slack: World) -> None:
    (email,) = slack.emails(1, inside="VIPs")
    row = {"id": slack.customer_id(email), "email": email, "shopper_profile_id": slack.profile_id(email)}
    body = {"data": [{**row, "segment_ids": []}], "meta": {"pagination": {"total": 1}}}
    slack.store.faults.add("GET", "/customers", status=200, body=body, times=None)
    await slack.type(f"/shopper delete {email}")
    assert "It lists a shopper without a segment that they are in" in slack.whisper()
    assert not slack.writes()


async def test_a_store_that_hides_its_segments_or_their_members_does_not_look_empty(slack: World) -> None:
    slack.store.faults.add("GET", "/segments", times=None, **HIDDEN)
    for line in ("/segment list", "/segment list vip", "/summary"):
        await slack.type(line)
        assert "It lists no segments, and customers who are in some" in slack.whisper()
    assert "It lists no segments" in str(await slack.home(by="ana"))
    await slack.type("/segment create Loyal")
    assert "Loyal" in slack.sizes()
    slack.store.faults.clear()
    sizes = slack.sizes()
    row = {"id": 1, "email": "a@b.c", "shopper_profile_id": None, "segment_ids": []}
    body = {"data": [row], "meta": {"pagination": {"total": 1}}}
    slack.store.faults.add("GET", "/customers", status=200, body=body, times=None)
    await slack.type("/segment list")
    assert all(f"{size:,}" in slack.whisper() for size in sizes.values())


async def test_where_customers_do_not_tell_what_they_are_in_the_list_is_believed(slack: World) -> None:
    slack.store.faults.add("GET", "/customers", status=200, times=None, body={"data": [{"id": 1, "email": "a@b.c"}]})
    slack.store.faults.add("GET", MEMBERS, times=None, **HIDDEN)
    await slack.type("/segment copy Wholesale Best")
    assert slack.sizes()["Best"] == 0
