"""The way to the emulated store without sockets: a request takes some turns of the loop, and may get lost on it.

So what happens between two turns is the same each time it is tried, and a process can be stopped at any of them.
"""

import asyncio
import json
import random
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qs, unquote

import httpx

from bot.bigcommerce.exchanges import correlation_uuid
from bot.bigcommerce.network import LET_OUT
from bot.sandbox.store import Store
from bot.sandbox.store.api.endpoint import Body, Endpoint
from bot.sandbox.store.api.endpoints import ENDPOINTS
from bot.sandbox.store.api.request import Request
from bot.sandbox.store.refusals import Refusal
from tests.approvals.pauses import Pauses

MOST_TURNS = 4


@dataclass(frozen=True)
class Sent:
    """A request that writes, as the store gets it. ``about`` is its correlation id, ``ids`` whatever it names.

    ``status`` is the answer's; None before it is carried out.
    """

    about: str
    method: str
    path: str
    ids: frozenset[str]
    status: int | None = None

    @property
    def wrote(self) -> bool:
        """Whether the store did it."""
        return self.status is not None and self.status < 300


@dataclass
class Sight:
    """What one bot knows of the store, and how long it has known it, by a clock that nobody sets.

    ``answered_at``: when the store last answered it. ``read_at``: when it read each document, since it wrote it.
    """

    elapsed: Callable[[], float]
    answered_at: float = float("-inf")
    read_at: dict[str, float] = field(default_factory=dict)

    @property
    def age(self) -> float:
        """Seconds since the store last answered."""
        return self.elapsed() - self.answered_at

    def age_of(self, documents: Iterable[str]) -> float:
        """Seconds since the oldest of these was read; endless, if one was not, or was written since."""
        return self.elapsed() - min(self.read_at.get(one, float("-inf")) for one in documents)


class Wire(httpx.AsyncBaseTransport):
    """Carries one process's requests to the store; its sender may be stopped right before it lets a write out.

    ``heard`` is told of each one that writes, just before and after it does; ``leaves``, of each as its sender lets it
    out, and ``answers``, of each to which the store did not say "not now". ``holds``: one whose sender is stopped may
    be held up on the way, so that it arrives when its sender goes on.
    """

    def __init__(
        self, store: Store, dice: random.Random, heard: Callable[[Sent], None], pauses: Pauses, sight: Sight
    ) -> None:
        self._store = store
        self._dice = dice
        self._heard = heard
        self._pauses = pauses
        self.sight = sight
        self.leaves: Callable[[httpx.Request], None] = lambda _: None
        self.answers: Callable[[httpx.Request], None] = lambda _: None
        self.holds = False

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Answer it; one whose sender is killed on the way may arrive all the same, as if sent just before."""
        is_write = request.method != "GET"
        if is_write:
            await self._pauses.here("unsent")
        await request.extensions[LET_OUT]()
        self.leaves(request)
        for one in documents(request) if request.method == "PUT" else ():
            self.sight.read_at.pop(one, None)
        if self.holds:
            await self._pauses.here()
        try:
            await travel(self._dice)
        except asyncio.CancelledError:
            if self._dice.random() < 0.5:
                self._answer(request)
            raise
        response = self._met(request)
        self._see(request, response)
        await travel(self._dice)
        if await self._pauses.here("write" if is_write else "read") and is_write and self._dice.random() < 0.5:
            raise httpx.ReadTimeout("Nobody waited for the answer any more.", request=request)
        return response

    def _see(self, request: httpx.Request, response: httpx.Response) -> None:
        if response.status_code < 500 and response.status_code != 429:
            self.answers(request)
            self.sight.answered_at = self.sight.elapsed()
            if request.method == "GET":
                self.sight.read_at.update(dict.fromkeys(documents(request), self.sight.elapsed()))

    def _met(self, request: httpx.Request) -> httpx.Response:
        """The answer, unless a fault was ordered for it."""
        fault = self._store.faults.strike(request.method, _path(request))
        if fault is None:
            return self._answer(request)
        if fault.lets_through:
            self._answer(request)
        if fault.drop:
            raise httpx.ReadError("The connection was dropped.", request=request)
        return httpx.Response(fault.status or 500, json={"status": fault.status, "title": "A fault was ordered."})

    def _answer(self, request: httpx.Request) -> httpx.Response:
        query = parse_qs(request.url.query.decode())
        about = change_of(request.headers.get("X-Correlation-Id", ""))
        sent = Sent(about, request.method, _path(request), _named(request, query))
        self._hear(sent)
        status, body = self._carried_out(request, query)
        self._store.note_request(request.method, str(request.url), status, 0)
        self._hear(replace(sent, status=status))
        return httpx.Response(status) if body is None else httpx.Response(status, json=body)

    def _carried_out(self, request: httpx.Request, query: dict[str, list[str]]) -> tuple[int, Body]:
        endpoint, names = _endpoint(request)
        try:
            reply = endpoint.answer(self._store.shop, Request(names, query, request.content))
        except Refusal as refusal:
            return refusal.status, refusal.body()
        return reply.status, reply.body

    def _hear(self, sent: Sent) -> None:
        if sent.method != "GET":
            self._heard(sent)


_CHANGES = {correlation_uuid(f"change-{number}"): f"change-{number}" for number in range(1, 3000)}


def change_of(correlation_id: str) -> str:
    """Return what was made a UUID of, ``change-7``; anything but a change stays as it is."""
    return _CHANGES.get(correlation_id, correlation_id)


async def travel(dice: random.Random) -> None:
    """Take some turns of the loop."""
    for _ in range(dice.randrange(MOST_TURNS)):
        await asyncio.sleep(0)


def documents(request: httpx.Request) -> set[str]:
    """Return what it reads or writes: each of a list that it names, or all that is at its path."""
    ids = _named(request, parse_qs(request.url.query.decode())) if _path(request) == "/segments" else ()
    return {f"{_path(request)}/{id_}" for id_ in ids} or {_path(request)}


def _path(request: httpx.Request) -> str:
    return _VERSIONS.split(request.url.path, maxsplit=1)[-1]


_VERSIONS = re.compile(r"/v[23](?=/)")
_NAMED = re.compile(r"\{(\w+)\}")
_SHAPES = [(one, re.compile(f".*/{one.version}" + _NAMED.sub(r"(?P<\1>[^/]+)", one.path))) for one in ENDPOINTS]


def _endpoint(request: httpx.Request) -> tuple[Endpoint, dict[str, str]]:
    for endpoint, shape in _SHAPES:
        if endpoint.method == request.method and (found := shape.fullmatch(request.url.path)):
            return endpoint, {name: unquote(value) for name, value in found.groupdict().items()}
    raise LookupError(f"{request.method} {request.url}")


def _named(request: httpx.Request, query: dict[str, list[str]]) -> frozenset[str]:
    """Ids of the query, and whatever tells the items of the body apart."""
    ids = {id_ for value in query.get("id:in", []) for id_ in value.split(",")}
    return frozenset(ids | {_key(item) for item in json.loads(request.content or b"[]")})


def _key(item: Any) -> str:
    if not isinstance(item, dict):
        return str(item)
    return str(next(item[key] for key in ("id", "customer_id", "name", "email") if key in item))
