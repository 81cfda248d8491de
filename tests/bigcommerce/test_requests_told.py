"""Every request that is made, as it is sent, and what is known of it: whether it may be sent again, and about what."""

from datetime import UTC, datetime

import pytest

from bot.bigcommerce import behaviour_endpoints as of_behaviour
from bot.bigcommerce.wire_format import Listing, Request
from tests.bigcommerce.conftest import uuid
from tests.bigcommerce.test_endpoints import EVERYTHING

SINCE = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)
BEHAVIOUR: list[Request | Listing] = [
    of_behaviour.orders(SINCE, after=7),
    of_behaviour.orders(None, after=0),
    of_behaviour.order_count(SINCE),
    of_behaviour.order_count(None, 11),
    of_behaviour.groups(2),
    of_behaviour.customers(SINCE, ""),
    of_behaviour.customers(None, "a+b="),
    of_behaviour.all_customers(None),
    of_behaviour.attributes(),
    of_behaviour.attribute_values(SINCE),
    of_behaviour.subscribers(SINCE),
]


def told(one: Request | Listing) -> str:
    request = one.page(1) if isinstance(one, Listing) else one
    body = "" if request.body is None else f" {request.body}"
    signs = f"{'' if request.repeatable else ', once'}{', whole' if request.whole else ''}"
    target = request.target.replace(uuid(0xA), "A")
    return f"{request.method} {request.version}/{target}{body.replace(uuid(0xA), 'A')} ({request.about}{signs})"


TOLD = [
    "GET v3/segments?page=1&limit=250&id:in=A (segment)",
    "GET v3/segments/A/shopper-profiles?page=1&limit=250 (segment)",
    "GET v3/shopper-profiles?page=1&limit=250 (shopper profile)",
    "GET v3/shopper-profiles/A/segments?page=1&limit=250 (shopper profile)",
    "GET v3/customers?page=1&limit=250&include=shopper_profile_id,segment_ids&email:in=ada@example.com (customer)",
    "GET v3/customers?page=1&limit=250&include=shopper_profile_id,segment_ids&id:in=1 (customer)",
    "GET v3/customers?page=1&limit=250&include=shopper_profile_id,segment_ids&name:like=ada (customer)",
    "GET v3/customers?page=1&limit=250&include=shopper_profile_id,segment_ids&company:in=Moss%20%26%20Co (customer)",
    "GET v3/customers?page=1&limit=250&include=shopper_profile_id,segment_ids&phone:in=%28202%29%20555-0143 (customer)",
    "GET v3/promotions?page=1&limit=250&status=ENABLED&query=vip (promotion)",
    "GET v3/promotions/1 (promotion)",
    "PUT v3/promotions/1 {} (promotion, once, whole)",
    "POST v3/segments [{'name': 'VIPs', 'description': ''}] (segment, once)",
    "PUT v3/segments [{'id': 'A', 'name': 'VIPs'}] (segment, whole)",
    "DELETE v3/segments?id:in=A (segment)",
    "POST v3/segments/A/shopper-profiles ['A'] (segment)",
    "DELETE v3/segments/A/shopper-profiles?id:in=A (segment)",
    "POST v3/shopper-profiles [{'customer_id': 1}] (customer)",
    "DELETE v3/shopper-profiles?id:in=A (shopper profile)",
    "POST v3/customers [{'email': 'ada@example.com', 'first_name': 'Ada', 'last_name': 'Byron'}] (customer, once)",
    "GET v2/orders?page=1&limit=250&min_date_modified=2026-05-04T09%3A30%3A00%2B00%3A00&min_id=8&sort=id:asc (order)",
    "GET v2/orders?page=1&limit=250&min_id=1&sort=id:asc (order)",
    "GET v2/orders/count?min_date_modified=2026-05-04T09%3A30%3A00%2B00%3A00 (order)",
    "GET v2/orders/count?status_id=11 (order)",
    "GET v2/customer_groups?page=2&limit=250 (customer group)",
    "GET v3/customers?page=1&limit=250&date_modified:min=2026-05-04T09:30:00Z&include=attributes,addresses (customer)",
    "GET v3/customers?page=1&limit=250&include=attributes,addresses&after=a%2Bb%3D (customer)",
    "GET v3/customers?page=1&limit=250 (customer)",
    "GET v3/customers/attributes?page=1&limit=250 (customer attribute)",
    "GET v3/customers/attribute-values?page=1&limit=250&date_modified:min=2026-05-04T09:30:00Z (customer attribute)",
    "GET v3/customers/subscribers?page=1&limit=250&date_modified:min=2026-05-04T09:30:00Z (subscriber)",
]


@pytest.mark.parametrize(("one", "as_told"), list(zip([*EVERYTHING, *BEHAVIOUR], TOLD, strict=True)), ids=TOLD)
def test_each_request_is_what_it_is(one: Request | Listing, as_told: str) -> None:
    assert told(one) == as_told
