"""A store that stands at the HTTP seam, a clock that nobody waits for, and the vendor's own documents."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

import httpx
import pytest
import yaml

from bot.bigcommerce import API_URL, Store, connect
from tests.carried import Carried

VENDOR = Path(__file__).parents[2].parent / "shared" / "bigcommerce"
TOKEN = "t0ken-that-nobody-may-see"

Reply: TypeAlias = httpx.Response | type[httpx.RequestError]
Answering: TypeAlias = Callable[[httpx.Request], Reply]


@dataclass
class Clock:
    """Seconds that pass only when somebody sleeps."""

    now: float = 1_000.0
    naps: list[float] = field(default_factory=list)

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.naps.append(seconds)
        self.now += seconds
        await asyncio.sleep(0)


@dataclass
class Vendor(httpx.AsyncBaseTransport):
    """Answers each request by a function, and remembers what it was asked."""

    answering: Answering
    asked: list[httpx.Request] = field(default_factory=list)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        await request.aread()
        self.asked.append(request)
        reply = self.answering(request)
        if isinstance(reply, httpx.Response):
            return reply
        raise reply("no luck", request=request)

    @property
    def targets(self) -> list[str]:
        return [request.url.raw_path.decode().removeprefix("/stores/sandbox/v3/") for request in self.asked]


def scripted(*replies: Reply) -> Answering:
    """Give these replies one after the other."""
    waiting = iter(replies)
    return lambda _: next(waiting)


def listed(*rows: object, total: int | None = None, pages: int = 1) -> httpx.Response:
    counted = len(rows) if total is None else total
    return httpx.Response(200, json={"data": rows, "meta": {"pagination": {"total": counted, "total_pages": pages}}})


def uuid(number: int) -> str:
    return f"{number:08x}-0000-4000-8000-000000000000"


def profile(number: int) -> dict[str, object]:
    return {"id": uuid(number), "customer_id": number}


@pytest.fixture
def clock() -> Clock:
    return Clock()


@asynccontextmanager
async def store_of(answering: Answering, clock: Clock, jitter: float = 1.0) -> AsyncIterator[tuple[Store, Vendor]]:
    vendor = Vendor(answering)
    async with connect(
        API_URL, "sandbox", TOKEN, clock=clock, sleep=clock.sleep, jitter=lambda: jitter, transport=Carried(vendor)
    ) as store:
        yield store, vendor


def vendor_document(name: str) -> dict[str, Any]:
    path = VENDOR / name
    if not path.exists():
        pytest.skip(f"the vendor's document is not here: ../shared/bigcommerce/{name}")
    loaded: dict[str, Any] = yaml.load(path.read_text(), yaml.CSafeLoader)
    return loaded


@pytest.fixture(scope="session")
def segments_document() -> dict[str, Any]:
    return vendor_document("segments.v3.yml")


@pytest.fixture(scope="session")
def customers_document() -> dict[str, Any]:
    return vendor_document("customers.v3.yml")


@pytest.fixture(scope="session")
def promotions_document() -> dict[str, Any]:
    return vendor_document("promotions.v3.yml")
