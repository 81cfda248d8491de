"""What schemathesis needs to try the emulated store against one of the vendor's own documents."""

import asyncio
import json
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import pytest
import yaml
from hypothesis import HealthCheck, settings
from schemathesis.checks import CheckContext
from schemathesis.config import SchemathesisConfig
from schemathesis.core.transport import Response
from schemathesis.generation.case import Case
from schemathesis.specs.openapi.checks import positive_data_acceptance, status_code_conformance

from bot.sandbox.store import Store, application
from bot.sandbox.store.seeds import seed
from tests.sandbox.served_store import TOKEN, serving

VENDOR = Path(__file__).parents[3] / "shared" / "bigcommerce"
CUSTOMERS = 60
AnyCase = Case[Any]
Check = Callable[[CheckContext, Response, AnyCase], bool | None]
# Each request has the token; that requests without it are refused is a check of its own (ignored_auth).
WITHOUT_TOKEN = SchemathesisConfig.from_dict({"generation": {"with-security-parameters": False}})

FUZZED = settings(
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


def vendor_document(name: str) -> dict[str, Any]:
    """Return a document without its header parameters; skip the module where it is not on this machine."""
    path = VENDOR / name
    if not path.exists():
        pytest.skip(f"the vendor's {name} is not on this machine", allow_module_level=True)
    # Dates become the texts that JSON would have.
    document = json.loads(json.dumps(yaml.load(path.read_text("utf-8"), yaml.CSafeLoader), default=datetime.isoformat))
    return without_header_parameters(document)


def without_header_parameters(document: dict[str, Any]) -> dict[str, Any]:
    """Return the document without its header parameters."""
    headers = [{"$ref": f"#/components/parameters/{name}"} for name in ("Accept", "ContentType")]
    for path in document["paths"].values():
        for part in [path, *(operation for operation in path.values() if isinstance(operation, dict))]:
            part["parameters"] = [
                one for one in part.get("parameters", []) if one not in headers and one.get("in") != "header"
            ]
    return document


class Served(NamedTuple):
    """A store that is served in another thread, and the shop to which it is put back before each request."""

    store: Store
    untouched: Store
    url: str
    """That of the store's endpoints, without their version."""

    def put_back(self) -> None:
        self.untouched.shop.db.backup(self.store.shop.db)

    def known(self, table: str, seen: str) -> str:
        """Return one of the shop's ids, always the same one for what was seen."""
        rows = self.untouched.shop.rows(f"SELECT id FROM {table} ORDER BY position")
        return str(rows[int(UUID(seen)) % len(rows)]["id"])


@contextmanager
def served_apart() -> Iterator[Served]:
    """Serve a seeded store in another thread."""
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
    yield Served(store, untouched, f"{urls[0]}/sandbox")
    loop.call_soon_threadsafe(over.set)
    thread.join()
    loop.close()
    store.close()
    untouched.close()


def query(response: Response) -> dict[str, list[str]]:
    return parse_qs(urlsplit(str(response.request.url)).query, keep_blank_values=True)


def is_broken(case: AnyCase, response: Response) -> bool:
    return case.meta is not None and case.meta.generation.mode.is_negative


def paged_wrong(case: AnyCase, response: Response) -> bool:
    sent = [value for name in ("page", "limit") for value in query(response).get(name, [])]
    return case.method == "GET" and any(not value.isdecimal() or int(value) < 1 for value in sent)


def paged_too_large(case: AnyCase, response: Response) -> bool:
    return any(value.isdecimal() and int(value) > 250 for value in query(response).get("limit", []))


class Departure(NamedTuple):
    """A status that is neither documented nor what schemathesis expects, when it is right, and why."""

    status: int
    applies: Callable[[AnyCase, Response], bool]
    why: str


class Departures(NamedTuple):
    """Where the store departs from a document: statuses that this does not have, and refusals of what it allows."""

    undocumented: Sequence[Departure]
    unwelcome: Sequence[Departure]

    def call_and_validate(
        self, case: AnyCase, url: str, *, without: Sequence[Check] = (), more: Sequence[Check] = ()
    ) -> Response:
        """Send a case and check the answer as schemathesis does, but for departures: without some checks, with more."""
        return case.call_and_validate(
            base_url=url,
            headers=TOKEN,
            excluded_checks=[status_code_conformance, positive_data_acceptance, *without],
            additional_checks=[self._documented_status, self._valid_is_accepted, *more],
        )

    def _documented_status(self, ctx: CheckContext, response: Response, case: AnyCase) -> bool | None:
        return None if _excepted(self.undocumented, case, response) else status_code_conformance(ctx, response, case)

    def _valid_is_accepted(self, ctx: CheckContext, response: Response, case: AnyCase) -> bool | None:
        if case.meta is None or is_broken(case, response) or _excepted(self.unwelcome, case, response):
            return None
        return positive_data_acceptance(ctx, response, case)


def _excepted(exceptions: Sequence[Departure], case: AnyCase, response: Response) -> bool:
    return any(one.status == response.status_code and one.applies(case, response) for one in exceptions)
