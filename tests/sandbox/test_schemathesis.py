"""The emulated store against the vendor's own document of the segmentation API, by schemathesis.

Every check that schemathesis knows runs on every operation. The header parameters `Accept` and `Content-Type`
are taken out of the document: it calls them required, but no one is refused for lack of them. What else
departs from the document, or has to because it leaves something open, stands in UNDOCUMENTED and UNWELCOME.
"""

import asyncio
import json
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import pytest
import schemathesis
import yaml
from hypothesis import HealthCheck, settings
from schemathesis.checks import CheckContext
from schemathesis.config import SchemathesisConfig
from schemathesis.core.transport import Response
from schemathesis.generation.case import Case
from schemathesis.specs.openapi.checks import positive_data_acceptance, status_code_conformance

from bot.sandbox.store import Store, application
from bot.sandbox.store.api.request import is_storable
from bot.sandbox.store.seeds import seed
from tests.sandbox.served_store import TOKEN, serving

DOCUMENT = Path(__file__).parents[3] / "shared" / "bigcommerce" / "segments.v3.yml"
if not DOCUMENT.exists():
    pytest.skip("the vendor's segments.v3.yml is not on this machine", allow_module_level=True)

CUSTOMERS = 60
MEMBERS, PROFILES = "/segments/{segmentId}/shopper-profiles", "/shopper-profiles"
AnyCase = Case[Any]
UUIDS = {"segmentId": "segments", "shopperProfileId": "profiles"}


def without_header_parameters(document: dict[str, Any]) -> dict[str, Any]:
    """Return the document without its header parameters."""
    headers = [{"$ref": f"#/components/parameters/{name}"} for name in ("Accept", "ContentType")]
    for path in document["paths"].values():
        for part in [path, *(operation for operation in path.values() if isinstance(operation, dict))]:
            part["parameters"] = [one for one in part.get("parameters", []) if one not in headers]
    return document


def as_json(document: Any) -> Any:
    """Return what YAML says, with its dates as the texts that JSON would have."""
    return json.loads(json.dumps(document, default=datetime.isoformat))


SCHEMA = schemathesis.openapi.from_dict(
    without_header_parameters(as_json(yaml.safe_load(DOCUMENT.read_text("utf-8")))),
    # Each request has the token; that requests without it are refused is a check of its own (ignored_auth).
    config=SchemathesisConfig.from_dict({"generation": {"with-security-parameters": False}}),
)


class Served(NamedTuple):
    """A store that is served in another thread, and the shop to which it is put back before each request."""

    store: Store
    untouched: Store
    url: str

    def put_back(self) -> None:
        self.untouched.shop.db.backup(self.store.shop.db)

    def known(self, table: str, seen: str) -> str:
        """Return one of the shop's ids, always the same one for what was seen."""
        rows = self.untouched.shop.rows(f"SELECT id FROM {table} ORDER BY position")
        return str(rows[int(UUID(seen)) % len(rows)]["id"])


@pytest.fixture(scope="module")
def shop() -> Iterator[Served]:
    store, untouched = Store(":memory:"), Store(":memory:")
    seed(untouched, customers=CUSTOMERS)
    loop, urls = asyncio.new_event_loop(), list[str]()
    began, over = threading.Event(), asyncio.Event()

    async def serve() -> None:
        async with serving(application(store)) as url:
            urls.append(url)
            began.set()
            await over.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),))
    thread.start()
    began.wait(timeout=10)
    yield Served(store, untouched, f"{urls[0]}/sandbox/v3")
    loop.call_soon_threadsafe(over.set)
    thread.join()
    loop.close()
    store.close()
    untouched.close()


@pytest.fixture(scope="module")
def successes() -> Counter[str]:
    return Counter()


def query(response: Response) -> dict[str, list[str]]:
    return parse_qs(urlsplit(str(response.request.url)).query, keep_blank_values=True)


def paged_wrong(case: AnyCase, response: Response) -> bool:
    sent = [value for name in ("page", "limit") for value in query(response).get(name, [])]
    return case.method == "GET" and any(not value.isdecimal() or int(value) < 1 for value in sent)


def paged_too_large(case: AnyCase, response: Response) -> bool:
    return any(value.isdecimal() and int(value) > 250 for value in query(response).get("limit", []))


def names_an_id(case: AnyCase, response: Response) -> bool:
    return "{" in case.path or (case.method, case.path) in (("PUT", "/segments"), ("POST", PROFILES))


def body_broken(case: AnyCase, response: Response) -> bool:
    broken = case.meta is not None and case.meta.generation.mode.is_negative
    return broken and (case.method, case.path) == ("POST", MEMBERS)


def exists_already(case: AnyCase, response: Response) -> bool:
    return (case.method, case.path) in (("PUT", "/segments"), ("POST", PROFILES))


def text_impossible(case: AnyCase, response: Response) -> bool:
    items: Any = case.body if case.path == "/segments" else []
    texts = [item[key] for item in items for key in ("name", "description") if key in item]
    names = [item["name"] for item in items if "name" in item]
    return not all(is_storable(text) for text in texts) or not all(name.strip() for name in names)


def customer_impossible(case: AnyCase, response: Response) -> bool:
    items: Any = case.body if case.path == PROFILES else []
    ids = [item.get("customer_id", 0) for item in items]
    return any(number != int(number) or not 0 < number < 2**63 for number in ids)


def body_xml(case: AnyCase, response: Response) -> bool:
    return case.media_type == "application/xml"


class Departure(NamedTuple):
    """A status that is neither documented nor what schemathesis expects, when it is right, and why."""

    status: int
    applies: Callable[[AnyCase, Response], bool]
    why: str


UNDOCUMENTED = (
    Departure(404, names_an_id, "the document does not say what an id answers that nothing has"),
    Departure(409, exists_already, "names and profiles are unique; documented for POST /segments alone"),
    Departure(400, body_broken, "documented for the bodies of /segments and /shopper-profiles, not of members"),
    Departure(422, paged_wrong, "page and limit count from 1; customers.v3.yml documents 422 for the query"),
    Departure(413, paged_too_large, "at most 250 a page is said outside the document"),
)
UNWELCOME = (
    Departure(422, paged_wrong, "the document sets no least page and limit, but there is no page before the first"),
    Departure(413, paged_too_large, "the document sets no largest limit; the vendor's guides do"),
    Departure(400, text_impossible, "the document allows any text, but a blank name or NUL is no name"),
    Departure(400, customer_impossible, "the document does not require customer_id, but it is all there is to say"),
    Departure(400, body_xml, "the document's XML body is an empty object, of which no segment can be made"),
)


def excepted(exceptions: tuple[Departure, ...], case: AnyCase, response: Response) -> bool:
    return any(one.status == response.status_code and one.applies(case, response) for one in exceptions)


def documented_status(ctx: CheckContext, response: Response, case: AnyCase) -> bool | None:
    return None if excepted(UNDOCUMENTED, case, response) else status_code_conformance(ctx, response, case)


def valid_is_accepted(ctx: CheckContext, response: Response, case: AnyCase) -> bool | None:
    if case.meta is None or case.meta.generation.mode.is_negative:
        return None
    return None if excepted(UNWELCOME, case, response) else positive_data_acceptance(ctx, response, case)


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
@settings(
    max_examples=30,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[
        HealthCheck.function_scoped_fixture,
        HealthCheck.too_slow,
        HealthCheck.filter_too_much,
    ],
)
def test_store_is_as_the_vendors_document_says(case: AnyCase, shop: Served, successes: Counter[str]) -> None:
    shop.put_back()
    aim(case, shop)
    response = case.call_and_validate(
        base_url=shop.url,
        headers=TOKEN,
        excluded_checks=[status_code_conformance, positive_data_acceptance],
        additional_checks=[documented_status, valid_is_accepted],
    )
    successes[case.operation.label] += response.status_code < 300


def test_fuzzing_met_success_on_every_operation(successes: Counter[str]) -> None:
    if not successes:
        pytest.skip("tells of the fuzzing, which did not run before it")
    # Where tests run on several workers, each tells of what it fuzzed itself.
    assert all(successes.values()), successes
