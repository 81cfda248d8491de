"""The rows of a list are judged: whom each names, or why no one; their classes sum up to the rows read."""

import tracemalloc
from typing import Any

import pytest

from bot.bigcommerce import Customer, Invalid
from bot.core.list_files.row_classes import RowClass
from bot.core.list_files.rows import Row
from bot.core.store_view.cached_shop import Shop
from bot.core.store_view.judged_rows import JudgedRow
from bot.core.store_view.listed_shoppers import Listed, ListedShoppers
from bot.core.store_view.named_shoppers import find_listed
from tests.core.samples import uuid
from tests.core.store_view.test_shoppers import put, somebody
from tests.engine.bench import Bench, bench
from tests.judging import judged


async def judged_by(machine: Bench, *rows: Row) -> list[JudgedRow]:
    (segment,) = machine.store.shop.rows("SELECT id FROM segments LIMIT 1")
    return await judged(rows, str(segment["id"]), Shop(machine.client))


async def whys(machine: Bench, *rows: Row) -> list[object]:
    """The customer of each row, or its class with the reason."""
    return [
        one.shopper.customer_id or one.shopper.profile_id if one.shopper else (one.kind, one.why)
        for one in await judged_by(machine, *rows)
    ]


async def test_a_row_is_known_by_its_address_and_the_id_beside_it() -> None:
    async with bench(customers=20) as machine:
        put(machine, "käthe@example.com")
        put(machine, "KÄTHE@example.com")
        put(machine, "=eve@example.com", "eve@example.com")
        several = "Several accounts: customers 21, 22"
        assert await whys(machine, Row(1, "", "käthe@example.com"), Row(2, "", "", 22)) == [
            (RowClass.REFUSED, several),
            22,
        ]
        assert await whys(
            machine,
            Row(2, "", "käthe@example.com", 22),
            Row(3, "", "eve@example.com", 24),
            Row(4, "", "eve@example.com", 23),
            Row(5, "", "eve@example.com", 1),
            Row(6, "", "eve@example.com", 999),
            Row(7, "", "gone@example.com", 22),
            Row(8, "", "gone@example.com", 999),
            Row(9, "", "ada,byron@example.com"),
            Row(10, "", "gone@example.com"),
        ) == [
            22,
            24,
            23,
            (RowClass.REFUSED, "The address is that of customer 24, not of customer 1"),
            (RowClass.REFUSED, "The address is that of customer 24, not of customer 999"),
            (RowClass.REFUSED, "Customer 22 has another address"),
            (RowClass.UNKNOWN, "Not in the store"),
            (RowClass.REFUSED, "The store cannot look up an email with a comma"),
            (RowClass.UNKNOWN, "Not in the store"),
        ]


async def test_a_profile_is_known_by_its_id_whatever_its_address_became() -> None:
    async with bench(customers=20) as machine:
        one = somebody(machine)
        customer, profile = int(one["customer_id"]), str(one["profile"])
        put(machine, "eve@example.com")
        assert await whys(machine, Row(1, "", "gone@example.com", customer, profile)) == [customer]
        assert await whys(machine, Row(1, "", "gone@example.com", None, profile)) == [profile]
        assert await whys(machine, Row(1, "", "gone@example.com", 21, profile)) == [
            (RowClass.REFUSED, "Customer 21 has another address")
        ]
        assert await whys(machine, Row(1, "", "eve@example.com", None, profile)) == [21]


async def test_the_same_shopper_counts_once_however_named() -> None:
    async with bench(customers=20) as machine:
        one = somebody(machine)
        profile = str(one["profile"])
        assert await whys(
            machine,
            Row(1, "", str(one["email"])),
            Row(2, "", "", int(one["customer_id"])),
            Row(3, "", "", None, profile),
            Row(4, "", "gone@example.com"),
            Row(5, "", "Gone@example.com"),
            Row(6, "", fault="Bad"),
            Row(7, "", fault="Bad"),
        ) == [
            one["customer_id"],
            (RowClass.DUPLICATE, "The same as line 1"),
            (RowClass.DUPLICATE, "The same as line 1"),
            (RowClass.UNKNOWN, "Not in the store"),
            (RowClass.DUPLICATE, "The same as line 4"),
            (RowClass.UNREADABLE, "Bad"),
            (RowClass.UNREADABLE, "Bad"),
        ]


async def test_a_profile_is_found_alone_and_several_by_their_customers() -> None:
    async with bench(customers=20) as machine:
        one = somebody(machine)
        profile = str(one["profile"])
        put(machine, "ida@example.com")
        alone = (Row(1, "", "", 999, profile), Row(2, "", "", None, profile), Row(3, "", "ida@example.com"))
        assert await whys(machine, *alone) == [profile, (RowClass.DUPLICATE, "The same as line 1"), 21]
        assert await whys(machine, Row(1, "", "", None, uuid(1))) == [(RowClass.UNKNOWN, "Not in the store")]
        several = (Row(1, "", "", None, profile), Row(2, "", "", None, uuid(1)), Row(3, "", "", 999, uuid(2)))
        unknown = (RowClass.UNKNOWN, "Not in the store")
        assert await whys(machine, *several) == [one["customer_id"], unknown, unknown]


async def test_profiles_of_a_list_are_looked_through_once_and_known_by_id_from_then_on() -> None:
    async with bench(customers=20) as machine:
        rows = machine.store.shop.rows("SELECT id, customer_id FROM profiles")
        before = len(machine.store.requests())
        found = await judged_by(machine, *(Row(at, "", profile_id=str(one["id"])) for at, one in enumerate(rows, 1)))
        assert [one.shopper.customer_id for one in found if one.shopper] == [one["customer_id"] for one in rows]
        assert len(machine.store.requests()) - before == len(("the count", "all profiles", "their customers"))


async def test_shoppers_are_found_again_by_the_ids_that_were_kept() -> None:
    async with bench(customers=20) as machine:
        one = somebody(machine)
        (segment,) = machine.store.shop.rows("SELECT id FROM segments LIMIT 1")
        found = ListedShoppers(str(segment["id"]))
        await find_listed([1, 999], [str(one["profile"])], found, Shop(machine.client))
        assert [(each.customer_id, each.profile_id) for each in found][1:] == [(None, one["profile"])]
        assert len(found) == 2


async def test_addresses_of_a_long_list_are_looked_up_many_at_once() -> None:
    async with bench(customers=500) as machine:
        emails = [str(one["email"]) for one in machine.store.shop.rows("SELECT email FROM customers")]
        before = len(machine.store.requests())
        rows = await judged_by(machine, *(Row(at, "", email) for at, email in enumerate(emails)))
        assert all(one.shopper for one in rows)
        assert len(machine.store.requests()) - before < 12


def customer(number: int, **others: Any) -> Customer:
    return Customer(id=number, email=f"shopper{number}@example.com", **others)


def test_shoppers_are_what_was_noted_of_them() -> None:
    vips, loyal = uuid(1), uuid(2)
    shoppers = ListedShoppers(vips, [loyal])
    shoppers.add(
        customer(7, first_name="Ada\0", last_name="Byron", shopper_profile_id=uuid(7), segment_ids=(vips, uuid(3)))
    )
    shoppers.add(customer(8, segment_ids=(loyal,)))
    assert shoppers.are_known
    shoppers.add_profile(uuid(9), is_in=True)
    assert (
        list(shoppers)
        == list(shoppers[:])
        == [
            Listed(7, uuid(7), True, "Ada\0 Byron (shopper7@example.com)", 0),
            Listed(8, None, False, "shopper8@example.com", 1),
            Listed(None, uuid(9), True, uuid(9), 2),
        ]
    )
    assert shoppers.count_memberships(range(3)) == {frozenset({vips}): 2, frozenset({loyal}): 1}
    assert [shoppers.has_profile(at) for at in range(3)] == [True, False, True]
    assert not shoppers.are_known


def test_an_odd_profile_id_is_refused_before_it_is_kept() -> None:
    with pytest.raises(Invalid):
        ListedShoppers(uuid(1)).add(customer(1, shopper_profile_id="../segments"))


def test_a_shopper_takes_a_few_bytes() -> None:
    some = [customer(at, shopper_profile_id=uuid(at), segment_ids=(uuid(1),)) for at in range(1, 5001)]
    tracemalloc.start()
    try:
        shoppers = ListedShoppers(uuid(1))
        for one in some:
            shoppers.add(one)
        taken, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert taken < 100 * len(shoppers)


async def test_a_profile_beside_a_known_address_or_id_is_not_asked_for() -> None:
    async with bench(customers=20) as machine:
        put(machine, "ida@example.com")
        other = somebody(machine)
        known = (Row(1, "", "ida@example.com", None, uuid(1)), Row(2, "", "", other["customer_id"], uuid(2)))
        assert await whys(machine, *known) == [21, other["customer_id"]]
        asked = [one["path"] for one in machine.store.requests()]
        assert not [path for path in asked if uuid(1) in path or uuid(2) in path or "shopper-profiles?" in path]
