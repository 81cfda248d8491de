"""A seeded store behind a real server on the loopback interface, with a client that has its token."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, NamedTuple

import httpx
from aiohttp import web

from bot.sandbox.store import Store, application
from tests.seeded import seed

TOKEN = {"X-Auth-Token": "sandbox-token"}


class Clock:
    """A clock that stands still until it is told otherwise; to sleep is to move it."""

    def __init__(self) -> None:
        self.now = 1_775_000_000.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


class Served(NamedTuple):
    """The store, and a client whose base is the API's root."""

    store: Store
    api: httpx.AsyncClient
    clock: Clock

    def segment(self, name: str) -> str:
        """Return the id of a segment."""
        return next(str(row["id"]) for row in self.store.overview()["segments"] if row["name"] == name)

    async def outsiders(self, segment: str, count: int) -> list[str]:
        """Return ids of profiles that are not in a segment."""
        inside = await self.everything(f"/segments/{segment}/shopper-profiles")
        everybody = await self.everything("/shopper-profiles")
        members = {profile["id"] for profile in inside}
        return [profile["id"] for profile in everybody if profile["id"] not in members][:count]

    async def get_v2(self, path: str, **query: Any) -> httpx.Response:
        """Return what version 2 of the API answers."""
        return await self.api.get(f"{str(self.api.base_url).removesuffix('v3/')}v2{path}", params=query)

    async def everything(self, path: str) -> list[dict[str, Any]]:
        """Return the rows of all pages."""
        rows: list[dict[str, Any]] = []
        for page in range(1, 100):
            body = (await self.api.get(path, params={"page": page, "limit": 250})).json()
            rows += body["data"]
            if page >= body["meta"]["pagination"]["total_pages"]:
                return rows
        raise AssertionError("The pages never end.")


@asynccontextmanager
async def served(*, customers: int = 400, quota: int | None = None) -> AsyncIterator[Served]:
    """Serve a seeded store in memory."""
    clock = Clock()
    store = Store(":memory:", quota=quota, clock=clock, sleep=clock.sleep)
    seed(store, customers=customers)
    # The loopback speaks no TLS; loading certificates all the same would be most of a test's time.
    async with serving(application(store)) as url, httpx.AsyncClient(headers=TOKEN, verify=False) as api:
        api.base_url = httpx.URL(f"{url}/sandbox/v3")
        yield Served(store, api, clock)
    store.close()


@asynccontextmanager
async def serving_stores(store: Store) -> AsyncIterator[str]:
    """Serve a store where the vendor's stores are, as the bot is told of them; yield the URL before `/stores`."""
    app = web.Application()
    app.add_subapp("/stores", application(store))
    async with serving(app) as url:
        yield url


@asynccontextmanager
async def serving(app: web.Application) -> AsyncIterator[str]:
    """Serve an application on a free port; yield its URL."""
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        host, port = runner.addresses[0][:2]
        yield f"http://{host}:{port}"
    finally:
        await runner.cleanup()
