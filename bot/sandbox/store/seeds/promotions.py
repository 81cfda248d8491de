"""Six promotions of the seeded shop: complete documents (promotions.v3.yml), so that a lost field shows."""

from collections.abc import Mapping
from typing import Any

Document = dict[str, Any]


def promotions(segment: Mapping[str, str]) -> list[Document]:
    """Return the documents. `segment` maps segments' names to ids.

    Two that are ENABLED name VIPs: one includes them, one excludes them.
    """
    return [
        _early_access(segment),
        _free_shipping(segment),
        _tasting_week(segment),
        _win_back(segment),
        _wholesale_prices(segment),
        _gift_wrap(segment),
    ]


def _early_access(segment: Mapping[str, str]) -> Document:
    content = "As one of our best customers you save %ACTION.DISCOUNT%."
    return _promotion(
        1,
        "VIP early access",
        "15% off, before everybody else",
        _cart_value("15", most="60.00"),
        {"id": [segment["VIPs"]]},
        notifications=[{"content": content, "type": "APPLIED", "locations": ["CART_PAGE", "CHECKOUT_PAGE"]}],
        current_uses=118,
    )


def _free_shipping(segment: Mapping[str, str]) -> Document:
    # VIPs and wholesale customers have terms of their own.
    content = "Spend a little more for free shipping."
    return _promotion(
        2,
        "Free shipping over 40",
        "Free shipping from $40",
        {"shipping": {"free_shipping": True, "zone_ids": "*"}},
        {"not": {"id": [segment["VIPs"], segment["Wholesale"]]}},
        condition={"cart": {"minimum_spend": "40.00"}},
        notifications=[{"content": content, "type": "UPSELL", "locations": ["HOME_PAGE", "CART_PAGE"]}],
        current_uses=2406,
        can_be_used_with_other_promotions=True,
        shipping_address={"countries": [{"iso2_country_code": "US"}, {"iso2_country_code": "CA"}]},
    )


def _tasting_week(segment: Mapping[str, str]) -> Document:
    drinkers = {"or": [{"id": [segment["Coffee lovers"]]}, {"id": [segment["Tea drinkers"]]}]}
    return _promotion(
        3,
        "Tasting week",
        "Three for two on single origins",
        {
            "cart_items": {
                "discount": {"percentage_amount": "100"},
                "strategy": "LEAST_EXPENSIVE",
                "quantity": 1,
                "as_total": False,
                "add_free_item": False,
                "exclude_items_on_sale": True,
                "include_items_considered_by_condition": False,
                "items": {"categories": [14, 15]},
            }
        },
        {"and": [drinkers, {"not": {"id": [segment["Wholesale"]]}}]},
        condition={"cart": {"items": {"categories": [14, 15]}, "minimum_quantity": 2}},
        schedule={
            "week_frequency": 1,
            "week_days": ["Friday", "Saturday"],
            "daily_start_time": "08:00:00",
            "daily_end_time": "20:00:00",
        },
        max_uses=500,
        current_uses=37,
    )


def _win_back(segment: Mapping[str, str]) -> Document:
    code = {"id": 1, "code": "WE-MISS-YOU", "current_uses": 12, "max_uses": 300, "max_uses_per_customer": 1}
    return _promotion(
        4,
        "Win back",
        "$10 off your next order",
        {"cart_value": {"discount": {"fixed_amount": "10.00"}}},
        {"id": [segment["Lapsed"]]},
        status="DISABLED",
        condition={"cart": {"minimum_spend": "25.00"}},
        redemption_type="COUPON",
        codes={**code, "created": "2025-09-01T09:00:00.000Z"},
        coupon_type="SINGLE",
        coupon_overrides_other_promotions=False,
        multiple_codes={"has_multiple_codes": False},
        current_uses=12,
        end_date="2025-12-31T23:59:59+00:00",
    )


def _wholesale_prices(segment: Mapping[str, str]) -> Document:
    return _promotion(
        5,
        "Wholesale prices",
        "Trade prices",
        _cart_value("22"),
        {"id": [segment["Wholesale"]]},
        condition={"cart": {"minimum_spend": "250.00", "minimum_quantity": 1}},
        group_ids=[2],
        channels=[{"id": 1}],
        currency_code="USD",
        stop=True,
        current_uses=341,
    )


def _gift_wrap(segment: Mapping[str, str]) -> Document:
    return _promotion(
        6,
        "Gift wrap on us",
        "We wrap it for you",
        {"gift_item": {"quantity": 1, "product_id": 188}},
        {"id": [segment["Gift buyers"], segment["VIPs"]]},
        status="DISABLED",
        start_date="2026-11-15T00:00:00+00:00",
        end_date="2026-12-24T18:00:00+00:00",
        max_uses=1000,
    )


def _cart_value(percent: str, *, most: str | None = None) -> Document:
    action: Document = {"discount": {"percentage_amount": percent}}
    if most is not None:
        action["maximum_allowed_discount_amount"] = most
    return {"cart_value": action}


def _promotion(
    id: int,  # noqa: A002 - the vendor's word
    name: str,
    display_name: str,
    action: Document,
    segments: Document,
    *,
    condition: Document | None = None,
    group_ids: list[int] | None = None,
    **own: Any,
) -> Document:
    rule: Document = {"action": action, "apply_once": True, "stop": False}
    if condition is not None:
        rule["condition"] = condition
    customer = {
        "group_ids": group_ids or [],
        "minimum_order_count": 0,
        "excluded_group_ids": [],
        "segments": segments,
    }
    return {
        "id": id,
        "redemption_type": "AUTOMATIC",
        "name": name,
        "display_name": display_name,
        "created_from": "react_ui",
        "channels": [],
        "customer": customer,
        "rules": [rule],
        "current_uses": 0,
        "max_uses": None,
        "status": "ENABLED",
        "start_date": "2026-01-05T08:00:00+00:00",
        "end_date": None,
        "stop": False,
        "can_be_used_with_other_promotions": False,
        "currency_code": "*",
        "notifications": [],
        "shipping_address": None,
        "schedule": None,
        **own,
    }
