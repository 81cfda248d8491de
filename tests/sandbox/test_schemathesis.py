"""The emulated store against the vendor's own document of the segmentation API, by schemathesis.

Every check that schemathesis knows runs on every operation. The header parameters `Accept` and `Content-Type`
are taken out of the document: it calls them required, but no one is refused for lack of them. What else
departs from the document, or has to because it leaves something open, stands in DEPARTURES.
"""

from collections import Counter
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
import schemathesis
from schemathesis.core.transport import Response

from bot.sandbox.store.api.request import is_storable
from tests.sandbox.fuzzing import (
    CUSTOMERS,
    FUZZED,
    WITHOUT_TOKEN,
    AnyCase,
    Departure,
    Departures,
    Served,
    is_broken,
    paged_too_large,
    paged_wrong,
    served_apart,
    vendor_document,
)

MEMBERS, PROFILES = "/segments/{segmentId}/shopper-profiles", "/shopper-profiles"
UUIDS = {"segmentId": "segments", "shopperProfileId": "profiles"}
SCHEMA = schemathesis.openapi.from_dict(vendor_document("segments.v3.yml"), config=WITHOUT_TOKEN)


@pytest.fixture(scope="module")
def shop() -> Iterator[Served]:
    with served_apart() as shop:
        yield shop


@pytest.fixture(scope="module")
def successes() -> Counter[str]:
    return Counter()


def names_an_id(case: AnyCase, response: Response) -> bool:
    return "{" in case.path or (case.method, case.path) in (("PUT", "/segments"), ("POST", PROFILES))


def body_broken(case: AnyCase, response: Response) -> bool:
    return is_broken(case, response) and (case.method, case.path) == ("POST", MEMBERS)


def exists_already(case: AnyCase, response: Response) -> bool:
    return (case.method, case.path) in (("PUT", "/segments"), ("POST", PROFILES))


def text_impossible(case: AnyCase, response: Response) -> bool:
    items: Any = case.body if case.path == "/segments" and isinstance(case.body, list) else []
    texts = [item[key] for item in items for key in ("name", "description") if key in item]
    names = [item["name"] for item in items if "name" in item]
    return not all(is_storable(text) for text in texts) or not all(name.strip() for name in names)


def customer_impossible(case: AnyCase, response: Response) -> bool:
    items: Any = case.body if case.path == PROFILES else []
    ids = [item.get("customer_id", 0) for item in items]
    return any(number != int(number) or not 0 < number < 2**63 for number in ids)


def body_xml(case: AnyCase, response: Response) -> bool:
    return case.media_type == "application/xml"


DEPARTURES = Departures(
    undocumented=(
        Departure(404, names_an_id, "the document does not say what an id answers that nothing has"),
        Departure(409, exists_already, "names and profiles are unique; documented for POST /segments alone"),
        Departure(400, body_broken, "documented for the bodies of /segments and /shopper-profiles, not of members"),
        Departure(422, paged_wrong, "page and limit count from 1; customers.v3.yml documents 422 for the query"),
        Departure(413, paged_too_large, "at most 250 a page is said outside the document"),
    ),
    unwelcome=(
        Departure(422, paged_wrong, "the document sets no least page and limit, but there is no page before the first"),
        Departure(413, paged_too_large, "the document sets no largest limit; the vendor's guides do"),
        Departure(400, text_impossible, "the document allows any text, but a blank name or NUL is no name"),
        Departure(400, customer_impossible, "the document does not require customer_id, but it is all there is to say"),
        Departure(400, body_xml, "the document's XML body is an empty object, of which no segment can be made"),
    ),
)


def aim(case: AnyCase, shop: Served) -> None:
    """Make two of three ids of a case name what is there, so that requests meet more than emptiness."""
    for name, table in UUIDS.items():
        if name in case.path_parameters:
            case.path_parameters[name] = aimed(case.path_parameters[name], table, shop)
    body: Any = case.body
    if isinstance(body, list):
        members = case.path == MEMBERS
        case.body = [aimed(one, "profiles", shop) if members else aimed_item(one, shop) for one in body]


def aimed_item(item: Any, shop: Served) -> Any:
    if not isinstance(item, dict):
        return item
    number = item.get("customer_id")
    known = {"customer_id": number % CUSTOMERS + 1} if type(number) is int and number > 0 else {}
    return item | known | ({"id": aimed(item["id"], "segments", shop)} if "id" in item else {})


def aimed(seen: Any, table: str, shop: Served) -> Any:
    try:
        return shop.known(table, seen) if int(UUID(seen)) % 3 else seen
    except (ValueError, TypeError, AttributeError):
        return seen


@SCHEMA.parametrize()
@FUZZED
def test_store_is_as_the_vendors_document_says(case: AnyCase, shop: Served, successes: Counter[str]) -> None:
    shop.put_back()
    aim(case, shop)
    response = DEPARTURES.call_and_validate(case, f"{shop.url}/v3")
    successes[case.operation.label] += response.status_code < 300


def test_fuzzing_met_success_on_every_operation(successes: Counter[str]) -> None:
    if not successes:
        pytest.skip("tells of the fuzzing, which did not run before it")
    # Where tests run on several workers, each tells of what it fuzzed itself.
    assert all(successes.values()), successes
