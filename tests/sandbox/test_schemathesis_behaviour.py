"""The emulated store against the vendor's documents of orders, customers, attributes and subscribers, by schemathesis.

Only what the bot reads is emulated of them. What departs from the documents, or has to because they leave something
open, stands in UNDOCUMENTED and UNWELCOME.
"""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from schemathesis.checks import CheckContext
from schemathesis.core.transport import Response
from schemathesis.schemas import BaseSchema
from schemathesis.specs.openapi.checks import negative_data_rejection

from bot.sandbox.store.api.endpoints import ENDPOINTS
from bot.sandbox.store.api.request import Request, is_storable
from bot.sandbox.store.refusals import Refusal
from tests.sandbox.fuzzing import (
    FUZZED,
    WITHOUT_TOKEN,
    AnyCase,
    Departure,
    Departures,
    Served,
    is_broken,
    paged_too_large,
    paged_wrong,
    query,
    served_apart,
    vendor_document,
)


def reads(document: str, *paths: str) -> BaseSchema:
    """Return the schema of some endpoints of a document that read; of others, only what is emulated is known."""
    whole: dict[str, Any] = vendor_document(document)
    if channels := whole["components"]["schemas"].get("customerChannelIds"):
        channels["nullable"] = True  # "provide `channel_ids: null`", says the text of POST /customers
    emulated = {(one.path, one.method.lower()) for one in ENDPOINTS} | {(path, "parameters") for path in paths}
    found = {
        path: {name: part for name, part in whole["paths"][path].items() if (path, name) in emulated} for path in paths
    }
    return schemathesis.openapi.from_dict(whole | {"paths": found}, config=WITHOUT_TOKEN).include(method="GET")


ORDERS = reads("orders.v2.yml", "/orders", "/orders/count", "/orders/{order_id}")
CUSTOMERS = reads("customers.v3.yml", "/customers", "/customers/attributes", "/customers/attribute-values")
SUBSCRIBERS = reads("subscribers.v3.yml", "/customers/subscribers")


@pytest.fixture(scope="module")
def shop() -> Iterator[Served]:
    with served_apart() as shop:
        shop.put_back()
        yield shop


@pytest.fixture(scope="module")
def successes() -> Counter[str]:
    return Counter()


def asked(response: Response) -> list[tuple[str, str]]:
    return [(name, value) for name, values in query(response).items() for value in values]


def is_order_list(case: AnyCase, response: Response) -> bool:
    return case.path == "/orders"


def paged_oddly(case: AnyCase, response: Response) -> bool:
    return paged_wrong(case, response) or paged_too_large(case, response)


def is_no_time(case: AnyCase, response: Response) -> bool:
    return any(value and not is_time(value) for name, value in asked(response) if "date_" in name)


def is_time(text: str) -> bool:
    try:
        return Request({}, {"date": [text]}).moment("date") is not None
    except Refusal:
        return False


def text_impossible(case: AnyCase, response: Response) -> bool:
    return not all(is_storable(value) for _, value in asked(response))


def customers_impossible(case: AnyCase, response: Response) -> bool:
    """Return whether cursors are not of the store, or contradict each other, or an id is no number."""
    sent = query(response)
    groups = [one.strip() for value in sent.get("customer_group_id:in", []) for one in value.split(",")]
    is_cursor = any(value for name in ("after", "before") for value in sent.get(name, []))
    return case.path == "/customers" and (is_cursor or any(one and not is_number(one) for one in groups))


def is_number(text: str) -> bool:
    return text.isascii() and text.removeprefix("-").isdigit()


UNDOCUMENTED = (
    Departure(204, is_order_list, "the vendor's pages on version 2 say what an empty list is; the document does not"),
    Departure(400, is_broken, "orders.v2.yml documents no refusal of a query; version 2 refuses with 400"),
    Departure(422, is_broken, "documented for GET /customers alone"),
    *(Departure(status, paged_oddly, "a page is from 1, at most 250 rows: said outside") for status in (400, 413, 422)),
    *(Departure(status, is_no_time, "any text may be a date by the document") for status in (400, 422)),
    Departure(422, customers_impossible, "what the document's texts say of cursors and ids is not in its schema"),
    *(Departure(status, text_impossible, "the document allows any text, NUL too") for status in (400, 422)),
)
UNWELCOME = tuple(one for one in UNDOCUMENTED if one.applies not in (is_order_list, is_broken))
DEPARTURES = Departures(UNDOCUMENTED, UNWELCOME)


def invalid_is_refused(ctx: CheckContext, response: Response, case: AnyCase) -> bool | None:
    """Refuse what is invalid, but for what is ignored, and for the other ways to write a time that the texts allow."""
    is_ignored = any(not value or name.startswith("x-") for name, value in asked(response))
    is_short = any("T" not in value and is_time(value) for name, value in asked(response) if "date_" in name)
    return None if is_ignored or is_short else negative_data_rejection(ctx, response, case)


def check(case: AnyCase, url: str, successes: Counter[str]) -> None:
    response = DEPARTURES.call_and_validate(case, url, without=[negative_data_rejection], more=[invalid_is_refused])
    successes[case.operation.label] += response.status_code < 300


@ORDERS.parametrize()
@FUZZED
def test_orders_are_as_the_vendors_document_says(case: AnyCase, shop: Served, successes: Counter[str]) -> None:
    check(case, f"{shop.url}/v2", successes)


@CUSTOMERS.parametrize()
@FUZZED
def test_customers_are_as_the_vendors_document_says(case: AnyCase, shop: Served, successes: Counter[str]) -> None:
    check(case, f"{shop.url}/v3", successes)


@SUBSCRIBERS.parametrize()
@FUZZED
def test_subscribers_are_as_the_vendors_document_says(case: AnyCase, shop: Served, successes: Counter[str]) -> None:
    check(case, f"{shop.url}/v3", successes)


def test_fuzzing_met_success_on_every_operation(successes: Counter[str]) -> None:
    if not successes:
        pytest.skip("tells of the fuzzing, which did not run before it")
    assert all(successes.values()), successes
