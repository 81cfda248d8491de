"""Server-sent events for the page: `state` of one person, `bot`, `store` and `log`, each when it changes.

The workspace wakes the stream; store and log are polled a few times a second.
"""

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from bot.sandbox.control import misused
from bot.sandbox.store.state import Store
from bot.sandbox.workspace.refusals import Json, Misuse
from bot.sandbox.workspace.state import Workspace

LOOK_SECONDS = 0.3
HEARTBEAT_LOOKS = 50

Log = Callable[[int], Awaitable[list[dict[str, object]]]]
"""A function that returns the audit log's entries with a number above the given one."""


class EventStream:
    """The open streams of all pages; `stop` ends them."""

    def __init__(self, workspace: Workspace, store: Store | None, log: Log | None) -> None:
        self._workspace, self._store, self._log = workspace, store, log
        self._stopped = False

    def stop(self) -> None:
        """End every stream at once."""
        self._stopped = True
        self._workspace.touch()

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Respond to GET /control/events?user=."""
        user = request.query.get("user", "ana")
        try:
            self._workspace.directory.human(user)
        except Misuse as misuse:
            return misused(misuse)
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
        await response.prepare(request)
        try:
            async for text in self._events(user):
                await response.write(text.encode())
        except ConnectionError:
            return response  # the page was closed
        return response

    async def _events(self, user: str) -> AsyncIterator[str]:
        seen, idle = _Seen(), 0
        while not self._stopped:
            version = self._workspace.version
            for text in [*self._surface(user, seen), *self._shop(seen), *await self._records(seen)]:
                yield text
            woken = await self._workspace.next_change(version, within=LOOK_SECONDS)
            idle = 0 if woken else idle + 1
            if idle == HEARTBEAT_LOOKS:
                idle = 0
                yield ": still here\n\n"

    def _surface(self, user: str, seen: "_Seen") -> Iterator[str]:
        for name, value in (("state", self._workspace.state(user)), ("bot", self._workspace.link())):
            if seen.shown.get(name) != value:
                seen.shown[name] = value
                yield _event(name, value)

    def _shop(self, seen: "_Seen") -> Iterator[str]:
        if self._store is not None and self._store.version != seen.store_version:
            seen.store_version = self._store.version
            yield _event("store", self._store.overview())

    async def _records(self, seen: "_Seen") -> list[str]:
        entries = await self._log(seen.number) if self._log is not None else []
        if not entries:
            return []
        seen.number = max(int(str(entry["number"])) for entry in entries)
        return [_event("log", {"entries": entries})]


@dataclass
class _Seen:
    """What a stream has already sent."""

    shown: Json = field(default_factory=dict)
    store_version: int = -1
    number: int = 0


def _event(name: str, body: Any) -> str:
    return f"event: {name}\ndata: {json.dumps(body)}\n\n"
