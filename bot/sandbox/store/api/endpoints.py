"""The endpoints of the emulated store: which method and path asks which noun for what. No aiohttp here."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bot.sandbox.store.api import bodies
from bot.sandbox.store.api.request import Ask, is_storable
from bot.sandbox.store.database import Shop
from bot.sandbox.store.paging import Page
from bot.sandbox.store.refusals import Invalid
from bot.sandbox.store.resources import customers, profiles, promotions, segments

CUSTOMERS, MARKETING = "store_v2_customers", "store_v2_marketing"  # OAuth scopes; `…_read_only` may read


@dataclass(frozen=True)
class Reply:
    """An answer: its status and its JSON body (None for none)."""

    status: int
    body: dict[str, Any] | None = None


@dataclass(frozen=True)
class Endpoint:
    """What answers to one method and path, the scope it needs, and whether it belongs to segmentation."""

    method: str
    path: str
    answer: Callable[[Shop, Ask], Reply]
    scope: str = CUSTOMERS
    modifies: bool = False
    segmentation: bool = True


def _paged(page: Page) -> Reply:
    return Reply(200, {"data": page.rows, "meta": page.meta})


def _created(rows: list[dict[str, Any]]) -> Reply:
    return Reply(201, {"data": rows, "meta": {}})


def get_segments(shop: Shop, ask: Ask) -> Reply:
    """GET /segments."""
    return _paged(segments.page(shop, ask.window(), ask.uuids("id:in")))


def post_segments(shop: Shop, ask: Ask) -> Reply:
    """POST /segments."""
    return _created(segments.create(shop, bodies.drafts(ask)))


def put_segments(shop: Shop, ask: Ask) -> Reply:
    """PUT /segments, which answers 201 as in the vendor's document."""
    return _created(segments.update(shop, bodies.revisions(ask)))


def delete_segments(shop: Shop, ask: Ask) -> Reply:
    """DELETE /segments: without id:in, every segment of the store."""
    segments.delete(shop, ask.uuids("id:in"))
    return Reply(204)


def get_members(shop: Shop, ask: Ask) -> Reply:
    """GET /segments/{id}/shopper-profiles."""
    return _paged(profiles.members(shop, ask.uuid("segment_id"), ask.window()))


def post_members(shop: Shop, ask: Ask) -> Reply:
    """POST /segments/{id}/shopper-profiles."""
    ids = bodies.profile_ids(ask)
    return _created(profiles.add_members(shop, ask.uuid("segment_id"), ids))


def delete_members(shop: Shop, ask: Ask) -> Reply:
    """DELETE /segments/{id}/shopper-profiles: without id:in, every member of the segment."""
    profiles.remove_members(shop, ask.uuid("segment_id"), ask.uuids("id:in"))
    return Reply(204)


def get_profiles(shop: Shop, ask: Ask) -> Reply:
    """GET /shopper-profiles."""
    return _paged(profiles.page(shop, ask.window()))


def post_profiles(shop: Shop, ask: Ask) -> Reply:
    """POST /shopper-profiles."""
    return _created(profiles.create(shop, bodies.customer_ids(ask)))


def delete_profiles(shop: Shop, ask: Ask) -> Reply:
    """DELETE /shopper-profiles: without id:in, every profile of the store."""
    profiles.delete(shop, ask.uuids("id:in"))
    return Reply(204)


def get_profile_segments(shop: Shop, ask: Ask) -> Reply:
    """GET /shopper-profiles/{id}/segments."""
    return _paged(profiles.segments(shop, ask.uuid("profile_id"), ask.window()))


def get_customers(shop: Shop, ask: Ask) -> Reply:
    """GET /customers."""
    page, meta = customers.page(shop, _customer_search(ask), ask.window())
    return Reply(200, {"data": page.rows, "meta": meta})


def post_customers(shop: Shop, ask: Ask) -> Reply:
    """POST /customers, which answers 200 as in the vendor's document."""
    return Reply(200, {"data": customers.create(shop, bodies.customers(ask)), "meta": {}})


def get_promotions(shop: Shop, ask: Ask) -> Reply:
    """GET /promotions."""
    return _paged(promotions.page(shop, _promotion_search(ask), ask.window()))


def get_promotion(shop: Shop, ask: Ask) -> Reply:
    """GET /promotions/{id}."""
    return Reply(200, {"data": promotions.one(shop, ask.number("promotion_id")), "meta": {}})


def put_promotion(shop: Shop, ask: Ask) -> Reply:
    """PUT /promotions/{id}: the whole document."""
    document = promotions.replace(shop, ask.number("promotion_id"), bodies.promotion(ask))
    return Reply(200, {"data": document, "meta": {}})


def _customer_search(ask: Ask) -> customers.Search:
    sorts = [f"{column}:{way}" for column in customers.SORTS for way in ("asc", "desc")]
    column, _, way = ask.choice("sort", ["", *sorts], "").partition(":")
    after, before = ask.text("after"), ask.text("before")
    if after and before:
        raise Invalid("Invalid query parameter.", {"after": "after and before exclude each other."})
    return customers.Search(
        ids=ask.numbers("id:in"),
        emails=ask.texts("email:in"),
        names=ask.texts("name:in"),
        like=ask.texts("name:like"),
        fields=_customer_fields(ask),
        dates=_customer_dates(ask),
        include=_includes(ask),
        sort=column or "id",
        descending=way == "desc",
        after=after,
        before=before,
    )


def _includes(ask: Ask) -> frozenset[str]:
    wanted = ask.listed("include") or []
    if not set(wanted) <= set(customers.INCLUDES):
        raise Invalid("Invalid query parameter.", {"include": f"include is of {customers.INCLUDES}."})
    return frozenset(wanted)


def _customer_fields(ask: Ask) -> dict[str, list[Any]]:
    texts = {name: ask.texts(f"{name}:in") for name in ("company", "phone", "registration_ip_address")}
    groups = {"customer_group_id": ask.numbers("customer_group_id:in")}
    return {name: wanted for name, wanted in {**texts, **groups}.items() if wanted is not None}


def _customer_dates(ask: Ask) -> list[tuple[str, str, str]]:
    operators = {"": "=", ":min": ">=", ":max": "<="}
    dates = []
    for column in ("date_created", "date_modified"):
        for suffix, operator in operators.items():
            if (moment := ask.text(column + suffix)) is not None:
                dates.append((column, operator, moment))
    return dates


def _promotion_search(ask: Ask) -> promotions.Search:
    for name in ask.query:
        if not is_storable("".join(ask.query[name])):
            raise Invalid("Invalid query parameter.", {name: f"{name} has characters that no text has."})
    ids = ask.numbers("id")
    return promotions.Search(
        id=ids[-1] if ids else None,
        name=ask.text("name"),
        query=ask.text("query"),
        code=ask.text("code"),
        currency_code=ask.text("currency_code"),
        redemption_type=ask.choice("redemption_type", ["", "automatic", "coupon"], "") or None,
        status=ask.text("status"),
        channels=ask.numbers("channels"),
        sort=ask.choice("sort", promotions.SORTS, "id"),
        descending=ask.choice("direction", ["asc", "desc"], "asc") == "desc",
    )


ENDPOINTS = (
    Endpoint("GET", "/segments", get_segments),
    Endpoint("POST", "/segments", post_segments, modifies=True),
    Endpoint("PUT", "/segments", put_segments, modifies=True),
    Endpoint("DELETE", "/segments", delete_segments, modifies=True),
    # "The modify Customers OAuth scope is a requirement for this endpoint", although it only reads.
    Endpoint("GET", "/segments/{segment_id}/shopper-profiles", get_members, modifies=True),
    Endpoint("POST", "/segments/{segment_id}/shopper-profiles", post_members, modifies=True),
    Endpoint("DELETE", "/segments/{segment_id}/shopper-profiles", delete_members, modifies=True),
    Endpoint("GET", "/shopper-profiles", get_profiles),
    Endpoint("POST", "/shopper-profiles", post_profiles, modifies=True),
    Endpoint("DELETE", "/shopper-profiles", delete_profiles, modifies=True),
    Endpoint("GET", "/shopper-profiles/{profile_id}/segments", get_profile_segments),
    Endpoint("GET", "/customers", get_customers, segmentation=False),
    Endpoint("POST", "/customers", post_customers, modifies=True, segmentation=False),
    Endpoint("GET", "/promotions", get_promotions, MARKETING, segmentation=False),
    Endpoint("GET", "/promotions/{promotion_id}", get_promotion, MARKETING, segmentation=False),
    Endpoint("PUT", "/promotions/{promotion_id}", put_promotion, MARKETING, modifies=True, segmentation=False),
)
