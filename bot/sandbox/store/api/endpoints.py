"""The endpoints of the emulated store: the resource for each method and path. No aiohttp here."""

from typing import Any

from bot.sandbox.store.api import bodies
from bot.sandbox.store.api.behaviour_endpoints import BEHAVIOUR, dates
from bot.sandbox.store.api.endpoint import MARKETING, Endpoint, Reply, paged
from bot.sandbox.store.api.request import Request, is_storable
from bot.sandbox.store.database import Shop
from bot.sandbox.store.refusals import Invalid
from bot.sandbox.store.resources import customers, profiles, promotions, segments


def _created(shop: Shop, rows: list[dict[str, Any]]) -> Reply:
    shown = rows[:-1] if shop.settings.created_lists == "all_but_last" else rows
    return Reply(201, {"data": shown, "meta": {}})


def get_segments(shop: Shop, request: Request) -> Reply:
    """GET /segments."""
    return paged(segments.page(shop, request.window(), request.uuids("id:in")))


def post_segments(shop: Shop, request: Request) -> Reply:
    """POST /segments."""
    return _created(shop, segments.create(shop, bodies.drafts(request)))


def put_segments(shop: Shop, request: Request) -> Reply:
    """PUT /segments, with status 201 as in the vendor's document."""
    return _created(shop, segments.update(shop, bodies.revisions(request)))


def delete_segments(shop: Shop, request: Request) -> Reply:
    """DELETE /segments: without id:in, every segment of the store."""
    segments.delete(shop, request.uuids("id:in"))
    return Reply(204)


def get_members(shop: Shop, request: Request) -> Reply:
    """GET /segments/{id}/shopper-profiles."""
    return paged(profiles.members(shop, request.uuid("segment_id"), request.window()))


def post_members(shop: Shop, request: Request) -> Reply:
    """POST /segments/{id}/shopper-profiles."""
    ids = bodies.profile_ids(request)
    return _created(shop, profiles.add_members(shop, request.uuid("segment_id"), ids))


def delete_members(shop: Shop, request: Request) -> Reply:
    """DELETE /segments/{id}/shopper-profiles: without id:in, every member of the segment."""
    profiles.remove_members(shop, request.uuid("segment_id"), request.uuids("id:in"))
    return Reply(204)


def get_profiles(shop: Shop, request: Request) -> Reply:
    """GET /shopper-profiles."""
    return paged(profiles.page(shop, request.window()))


def post_profiles(shop: Shop, request: Request) -> Reply:
    """POST /shopper-profiles."""
    return _created(shop, profiles.create(shop, bodies.customer_ids(request)))


def delete_profiles(shop: Shop, request: Request) -> Reply:
    """DELETE /shopper-profiles: without id:in, every profile of the store."""
    profiles.delete(shop, request.uuids("id:in"))
    return Reply(204)


def get_profile_segments(shop: Shop, request: Request) -> Reply:
    """GET /shopper-profiles/{id}/segments."""
    return paged(profiles.segments(shop, request.uuid("profile_id"), request.window()))


def get_customers(shop: Shop, request: Request) -> Reply:
    """GET /customers."""
    page, meta = customers.page(shop, _customer_search(request), request.window())
    return Reply(200, {"data": page.rows, "meta": meta})


def post_customers(shop: Shop, request: Request) -> Reply:
    """POST /customers, with status 200 as in the vendor's document."""
    return Reply(200, {"data": customers.create(shop, bodies.customers(request)), "meta": {}})


def get_promotions(shop: Shop, request: Request) -> Reply:
    """GET /promotions."""
    return paged(promotions.page(shop, _promotion_search(request), request.window()))


def get_promotion(shop: Shop, request: Request) -> Reply:
    """GET /promotions/{id}."""
    return Reply(200, {"data": promotions.one(shop, request.number("promotion_id")), "meta": {}})


def put_promotion(shop: Shop, request: Request) -> Reply:
    """PUT /promotions/{id}: the fields to change or, by the settings, the whole document."""
    document = promotions.update(shop, request.number("promotion_id"), bodies.promotion(request))
    return Reply(200, {"data": document, "meta": {}})


def _customer_search(request: Request) -> customers.Search:
    sorts = [f"{column}:{way}" for column in customers.SORTS for way in ("asc", "desc")]
    column, _, way = request.choice("sort", ["", *sorts], "").partition(":")
    after, before = request.text("after"), request.text("before")
    if after and before:
        raise Invalid("Invalid query parameter.", {"after": "after and before exclude each other."})
    return customers.Search(
        ids=request.numbers("id:in"),
        emails=request.texts("email:in"),
        names=request.texts("name:in"),
        like=request.texts("name:like"),
        fields=_customer_fields(request),
        dates=dates(request),
        include=_includes(request),
        sort=column or "id",
        descending=way == "desc",
        after=after,
        before=before,
    )


def _includes(request: Request) -> frozenset[str]:
    wanted = request.listed("include") or []
    if not set(wanted) <= set(customers.INCLUDES):
        raise Invalid("Invalid query parameter.", {"include": f"include is of {customers.INCLUDES}."})
    return frozenset(wanted)


def _customer_fields(request: Request) -> dict[str, list[Any]]:
    texts = {name: request.texts(f"{name}:in") for name in ("company", "phone", "registration_ip_address")}
    groups = {"customer_group_id": request.numbers("customer_group_id:in")}
    return {name: wanted for name, wanted in {**texts, **groups}.items() if wanted is not None}


def _promotion_search(request: Request) -> promotions.Search:
    for name in request.query:
        if not is_storable("".join(request.query[name])):
            raise Invalid("Invalid query parameter.", {name: f"{name} has characters that no text has."})
    ids = request.numbers("id")
    return promotions.Search(
        id=ids[-1] if ids else None,
        name=request.text("name"),
        query=request.text("query"),
        code=request.text("code"),
        currency_code=request.text("currency_code"),
        redemption_type=request.choice("redemption_type", ["", "automatic", "coupon"], "") or None,
        status=request.text("status"),
        channels=request.numbers("channels"),
        sort=request.choice("sort", promotions.SORTS, "id"),
        descending=request.choice("direction", ["asc", "desc"], "asc") == "desc",
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
    *BEHAVIOUR,
)
