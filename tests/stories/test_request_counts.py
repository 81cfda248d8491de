"""How many requests the store gets: as few as its limits allow."""

from collections import Counter
from collections.abc import Iterable
from math import ceil
from typing import Any
from urllib.parse import quote

import pytest

from bot.bigcommerce.endpoints import MEMBERS_AT_ONCE
from tests.conftest import OpenWorld
from tests.engine.bench import bench
from tests.harness import World, said
from tests.seeded import register

LONGEST_URL = 2_000
BASE = "http://127.0.0.1:00000"
"""Stands before the path that the emulated store notes."""


def counted(requests: Iterable[dict[str, Any]]) -> Counter[str]:
    """Requests by what they are for."""
    return Counter(_purpose(one["method"], one["path"].partition("/v3/")[2]) for one in requests)


def _purpose(method: str, target: str) -> str:
    path, _, query = target.partition("?")
    parts = path.split("/")
    filtered = "by email" if "email:in" in query else "by id" if "id:in" in query else ""
    return " ".join(filter(None, (method, parts[-1] if len(parts) < 3 else f"segment's {parts[-1]}", filtered)))


def look_ups(emails: list[str], requests: Iterable[dict[str, Any]]) -> int:
    """Return how many URLs have to be, with as many e-mails in each as fit."""
    urls = [f"{BASE}{one['path']}" for one in requests if "email:in" in one["path"]]
    assert all(len(url) <= LONGEST_URL for url in urls)
    room = LONGEST_URL - len(urls[0].partition("email:in=")[0]) - len("email:in=") - len("0000")  # of a page's number
    needed, size = 1, 0
    for length in (len(quote(email, safe="@")) for email in emails):
        if size + length > room:
            needed, size = needed + 1, 0
        size += length + 1
    return needed


def called(length: int, number: int) -> str:
    """An e-mail of so many characters."""
    return f"{number:04}{'x' * (length - 16)}@example.com"


async def test_adding_1000_shoppers_by_email_costs_no_more_than_the_store_asks_for(open_world: OpenWorld) -> None:
    slack = await open_world(customers=1150)
    slack.enrol("VIPs", 0)
    emails = slack.emails(940) + slack.emails_without_profile(60)
    await slack.type(f"/segment add VIPs {' '.join(emails)}")
    asked = slack.store.requests()
    once = {"GET segments": 1, "GET customers by email": look_ups(emails, asked)}
    assert counted(asked) == once
    await slack.press("Add Shoppers", by="ben")
    assert slack.sizes()["VIPs"] == 1000
    clicked = slack.store.requests(since=asked[-1]["number"])
    assert counted(clicked) == {**once, "POST shopper-profiles": ceil(60 / 50), "POST segment's shopper-profiles": 20}


@pytest.mark.parametrize(("length", "missing"), [(25, 0), (25, 60), (25, 510), (100, 1000), (250, 51)])
async def test_where_nobody_has_to_approve_the_bound_holds_in_all(length: int, missing: int) -> None:
    emails = [called(length, number) for number in range(1000)]
    async with bench(customers=0, rules=()) as machine:
        register(machine.store, [(email, "2026-01-01T00:00:00Z") for email in emails])
        with machine.store.shop.db as db:
            db.execute(
                "INSERT INTO profiles (id, customer_id, created_at, updated_at) SELECT "
                "format('00000000-0000-4000-8000-%012d', id), id, date_created, date_created FROM customers LIMIT ?",
                (1000 - missing,),
            )
        await machine.asks("segment add", segment="VIPs", shoppers=emails)
        assert len(machine.members("VIPs")) == 1000
        requests = machine.store.requests()
    adds = ceil(1000 / MEMBERS_AT_ONCE)
    expected = {"GET segments": 1, "GET customers by email": look_ups(emails, requests)}
    expected |= {"POST shopper-profiles": ceil(missing / 50), "POST segment's shopper-profiles": adds}
    assert counted(requests) == {purpose: number for purpose, number in expected.items() if number}


async def test_adding_1000_shoppers_by_customer_id_looks_up_250_at_a_time(open_world: OpenWorld) -> None:
    slack = await open_world(customers=1000)
    slack.enrol("VIPs", 0)
    await slack.type(f"/segment add VIPs {' '.join(map(str, range(1, 1001)))}")
    assert "shoppers to VIPs" in said(slack.card(1))
    assert counted(slack.store.requests()) == {"GET segments": 1, "GET customers by id": 4}


async def test_a_list_of_1000_is_looked_up_once_by_address_and_once_by_id(open_world: OpenWorld) -> None:
    slack = await open_world(customers=1150)
    slack.enrol("VIPs", 0)
    emails = slack.emails(940) + slack.emails_without_profile(60)
    await slack.type("/segment import VIPs")
    before = len(slack.store.requests())
    lines = ("email", *emails, *map(str.upper, emails[:50]))
    file = {"name": "list.csv", "content": "\n".join(lines)}
    await slack.submit({"What to do": "add", "File": file})
    asked = slack.store.requests()[before:]
    beside = {"GET segments": 1, "GET promotions": 1, "GET segment's shopper-profiles": 1}
    assert counted(asked) == beside | {"GET customers by email": look_ups(emails, asked)}
    await slack.press("Import List", by="ben")
    assert slack.sizes()["VIPs"] == 1000
    clicked = counted(slack.store.requests(since=asked[-1]["number"]))
    writes = {"POST shopper-profiles": 2, "POST segment's shopper-profiles": 20}
    assert clicked == beside | {"GET customers by id": ceil(1000 / 249) - 1} | writes


async def test_one_shopper_is_added_with_three_requests_and_with_a_new_profile_with_four(slack: World) -> None:
    await slack.type(f"/segment add VIPs {slack.emails(1, outside='VIPs')[0]}")
    assert len(slack.store.requests()) == 3
    await slack.type(f"/segment add VIPs {slack.emails_without_profile(1)[0]}")
    assert len(slack.store.requests()) == 3 + 4


async def test_a_page_of_members_costs_three_requests_whatever_its_number(slack: World) -> None:
    slack.enrol("VIPs", 250)
    for page in (1, 2, 3):
        before = len(slack.store.requests())
        await slack.type(f"/segment members VIPs page:{page}")
        found = counted(slack.store.requests()[before:])
        assert found == {"GET segments": 1, "GET segment's shopper-profiles": 1, "GET customers by id": 1}


async def test_a_page_of_nobody_costs_two_requests_and_up_to_ten_pages_of_customers(slack: World) -> None:
    await slack.type("/segment members spring launch waitlist")
    found = counted(slack.store.requests())
    assert found == {"GET segments": 1, "GET segment's shopper-profiles": 1, "GET customers": 2}


async def test_a_shopper_is_shown_by_email_with_three_requests(slack: World) -> None:
    await slack.type(f"/shopper show {slack.emails(1)[0]}")
    expected = {"GET customers by email": 1, "GET segments": 1, "GET promotions": 1}
    assert counted(slack.store.requests()) == expected


async def test_a_shopper_is_shown_by_profile_id_with_a_look_through_the_profiles(slack: World) -> None:
    """The vendor has no filter that would tell whose profile it is."""
    await slack.type(f"/shopper show {slack.profile_id(slack.emails(400)[-1])}")
    expected = {"GET shopper-profiles": 2, "GET customers by id": 1, "GET segments": 1, "GET promotions": 1}
    assert counted(slack.store.requests()) == {**expected, "GET segment's segments": 1}


async def test_1000_members_are_exported_with_a_request_for_250_profiles_and_for_250_customers(
    open_world: OpenWorld,
) -> None:
    slack = await open_world(customers=1150)
    slack.enrol("VIPs", 1000)
    await slack.type("/segment export VIPs")
    expected = {"GET segments": 1, "GET segment's shopper-profiles": 5, "GET customers by id": 4}
    assert counted(slack.store.requests()) == expected


async def test_a_registration_costs_one_look_up_and_one_write_for_each_thing_it_makes(slack: World) -> None:
    await slack.type("/shopper register ada@example.com Ada Byron VIPs Lapsed")
    requests = counted(slack.store.requests())
    assert requests["POST customers"] == requests["POST shopper-profiles"] == requests["GET segments"] == 1
    assert requests["POST segment's shopper-profiles"] == 2
    assert requests["GET customers by email"] == 2
    assert requests.total() == 7
