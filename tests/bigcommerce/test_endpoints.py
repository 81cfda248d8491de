import re
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.bigcommerce import API_URL, Invalid, NewCustomer, NewSegment, SegmentChange
from bot.bigcommerce import endpoints as to
from bot.bigcommerce.connection import build_base_url
from bot.bigcommerce.wire_format import BASE_ROOM, PAGE_LIMIT, TARGET_ROOM, Listing, Request
from tests.bigcommerce.conftest import uuid
from tests.laws.values import PURE

A = uuid(0xA)
ADA = NewCustomer(email="ada@example.com", first_name="Ada", last_name="Byron")

Deleting = Callable[[Collection[str]], tuple[Request, ...]]
DELETES: list[Deleting] = [
    to.delete_segments,
    to.delete_profiles,
    lambda ids: to.remove_members(A, ids),
]
EVERYTHING: list[Request] = [
    *(listing.page(1) for listing in to.segments([A])),
    to.members(A).page(1),
    to.profiles().page(1),
    to.segments_of(A).page(1),
    *(listing.page(1) for listing in to.customers(emails=["ada@example.com"])),
    *(listing.page(1) for listing in to.customers(ids=[1])),
    *(listing.page(1) for listing in to.customers(name_like="ada")),
    *(listing.page(1) for listing in to.customers(company="Moss & Co")),
    *(listing.page(1) for listing in to.customers(phone="(202) 555-0143")),
    to.promotions("ENABLED", "vip").page(1),
    to.promotion(1),
    to.update_promotion(1, {}),
    *to.create_segments([NewSegment(name="VIPs")]),
    to.update_segment(SegmentChange(id=A, name="VIPs")),
    *to.delete_segments([A]),
    to.add_members(A, [A]),
    *to.remove_members(A, [A]),
    to.create_profiles([1]),
    *to.delete_profiles([A]),
    *to.create_customers([ADA]),
]


def listed_in(requests: Sequence[Request]) -> list[str]:
    return [each for request in requests for each in request.target.partition("?id:in=")[2].split(",")]


@pytest.mark.parametrize("delete", DELETES)
@PURE
@given(ids=st.lists(st.uuids().map(str), min_size=1, max_size=600))
def test_a_delete_names_exactly_the_ids_given(delete: Deleting, ids: list[str]) -> None:
    requests = delete(ids)

    assert listed_in(requests) == list(dict.fromkeys(ids))
    assert {request.method for request in requests} == {"DELETE"}
    assert max(len(request.target) for request in requests) <= TARGET_ROOM


@pytest.mark.parametrize("delete", DELETES)
@PURE
@given(ids=st.lists(st.uuids().map(str) | st.text(max_size=5), max_size=3))
def test_a_delete_without_ids_cannot_be_built(delete: Deleting, ids: list[str]) -> None:
    if ids and all(len(each) == 36 for each in ids):
        assert listed_in(delete(ids))
    else:
        with pytest.raises((ValueError, Invalid)):
            delete(ids)


@pytest.mark.parametrize("delete", DELETES)
def test_deleting_nothing_is_refused_before_a_url_exists(delete: Deleting) -> None:
    with pytest.raises(ValueError, match="would be wiped"):
        delete([])


@pytest.mark.parametrize("delete", DELETES)
def test_one_empty_id_among_many_refuses_them_all(delete: Deleting) -> None:
    with pytest.raises(Invalid, match="empty"):
        delete([*map(uuid, range(500)), ""])


@PURE
@given(st.lists(st.uuids().map(str), max_size=600))
def test_listing_segments_names_each_id_once_in_short_urls(ids: list[str]) -> None:
    listings = to.segments(ids)

    asked = [value.split(",") for listing in listings for _, value in listing.filters]
    assert [each for batch in asked for each in batch] == list(dict.fromkeys(ids))
    assert all(len(listing.page(99_999).target) <= TARGET_ROOM for listing in listings)


@PURE
@given(st.lists(st.emails() | st.text(max_size=300), max_size=60))
def test_listing_customers_names_each_possible_email_once(emails: list[str]) -> None:
    listings = [*to.customers(emails=emails)]

    asked = [unquote(each) for listing in listings for each in dict(listing.filters)["email:in"].split(",")]
    wanted = [each.strip() for each in emails]
    possible = [each for each in wanted if each and len(each) <= 255 and each.isprintable() and "," not in each]
    assert asked == list(dict.fromkeys(possible))
    assert all(len(listing.page(99_999).target) <= TARGET_ROOM for listing in listings)


def test_a_whole_url_stays_under_8000_characters() -> None:
    assert BASE_ROOM + TARGET_ROOM < 8_000
    assert len(build_base_url(API_URL, "x" * 300)) <= BASE_ROOM


@pytest.mark.parametrize(
    "listings",
    [
        to.segments([]),
        to.customers(ids=[]),
        to.customers(emails=[]),
        to.customers(emails=["", " ", "a,b@example.com", "x" * 256, "\ud800@example.com", "a\n@example.com"]),
        to.customers(name_like=""),
    ],
)
def test_an_empty_filter_lists_nothing_rather_than_everything(listings: Iterable[Listing]) -> None:
    assert not [*listings]


def test_no_filter_lists_all_customers_with_profile_and_segments() -> None:
    (listing,) = to.customers()

    assert listing.page(1).target == "customers?page=1&limit=250&include=shopper_profile_id,segment_ids"


def test_two_filters_at_once_are_refused() -> None:
    with pytest.raises(TypeError, match="one at a time"):
        to.customers(ids=[1], emails=["ada@example.com"])


def test_a_packed_batch_fits_on_one_page() -> None:
    assert all(len(dict(each.filters)["id:in"].split(",")) <= PAGE_LIMIT for each in to.customers(ids=range(999)))


def test_bodies_are_what_the_vendor_documents() -> None:
    bodies = {(request.method, request.target): request.body for request in EVERYTHING if request.body}

    assert bodies == {
        ("POST", "segments"): [{"name": "VIPs", "description": ""}],
        ("PUT", "segments"): [{"id": A, "name": "VIPs"}],
        ("POST", f"segments/{A}/shopper-profiles"): [A],
        ("POST", "shopper-profiles"): [{"customer_id": 1}],
        ("POST", "customers"): [{"email": "ada@example.com", "first_name": "Ada", "last_name": "Byron"}],
    }


@pytest.mark.parametrize(
    ("requests", "sizes"),
    [
        (to.create_segments([NewSegment(name=str(n)) for n in range(101)]), [50, 50, 1]),
        (to.create_customers([ADA] * 21), [10, 10, 1]),
    ],
)
def test_batches_keep_to_the_vendors_limits(requests: Sequence[Request], sizes: list[int]) -> None:
    assert [len(request.body) for request in requests if isinstance(request.body, list)] == sizes


def test_only_harmless_repeats_are_repeatable() -> None:
    once = {f"{request.method} {request.target}" for request in EVERYTHING if not request.repeatable}

    assert once == {"POST segments", "POST customers", "PUT promotions/1"}


@pytest.mark.parametrize(
    "build", [lambda: to.members(".."), lambda: to.segments_of(f"{A}/x"), lambda: to.add_members(A, ["x"])]
)
def test_a_hostile_id_never_reaches_a_path_or_a_body(build: Callable[[], object]) -> None:
    with pytest.raises(Invalid):
        build()


def test_every_request_is_in_the_vendors_documents(
    segments_document: dict[str, Any], customers_document: dict[str, Any], promotions_document: dict[str, Any]
) -> None:
    paths = {
        re.sub(r"\\{\w+\\}", "[^/]+", re.escape(path)): {*operations}
        for document in (segments_document, customers_document, promotions_document)
        for path, operations in document["paths"].items()
    }
    for request in EVERYTHING:
        path = "/" + request.target.partition("?")[0]
        assert any(
            re.fullmatch(known, path) and request.method.lower() in operations for known, operations in paths.items()
        ), request


def test_what_many_addresses_become_is_built_on_demand() -> None:
    listings = to.customers(emails=[f"shopper{at}@example.com" for at in range(100_000)])
    assert next(listings).filters[-1][1].startswith("shopper0@example.com,shopper1@example.com,")
    assert iter(listings) is listings


def test_a_list_knows_what_it_was_filtered_for() -> None:
    (few,) = to.customers(ids=[7, 8, 9, 7])
    assert few.asked("id:in") == frozenset("789")
    assert [half.asked("id:in") for half in few.halves] == [frozenset("78"), frozenset("9")]
    (named,) = to.customers(emails=["Ada+1@example.com"])
    assert named.asked("email:in") == frozenset({"ada+1@example.com"})
    assert named.asked("id:in") is None
