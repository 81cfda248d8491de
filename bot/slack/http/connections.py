"""The open connections: a bounded number, and each has to bring a whole signed request soon."""

import asyncio
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain
from typing import cast

from bot.slack.http.refusals import Refusals

MOST = 512
"""The most open connections: a request takes milliseconds, so that this is room for thousands a second."""
READ_SECONDS = 10.0
"""How long a request may take to arrive, from the connection or its first byte on. Slack gives up after three."""
SLOW = "did not arrive in time"
CROWDED = "one of too many connections without a request"


def open_files() -> int:
    """Return how many files this process may have open at once."""
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0]


def most_connections(files: int) -> int:
    """Return how many connections there may be: at most a third of the ``files`` that may be open.

    They are accepted in batches, before any is closed, and the rest of the bot needs files, too.
    """
    return MOST if files == resource.RLIM_INFINITY else min(MOST, files // 3)


class Connections:
    """The open connections: some wait for a request, some have one in hand, and some are kept for the next one.

    If there are too many, the one that has waited longest is closed: of those that wait for a request, else of those
    that are kept. If every other one is busy, the new one is.
    """

    def __init__(self, refusals: Refusals, *, most: int, read_within: float) -> None:
        self.most = most
        self._refusals = refusals
        self._read_within = read_within
        self._waiting: dict[asyncio.Transport, asyncio.TimerHandle] = {}
        self._busy: set[asyncio.Transport] = set()
        self._kept: dict[asyncio.Transport, None] = {}

    def opened(self, transport: asyncio.Transport) -> None:
        """Take a new connection, which waits for a request. If there are too many, close one."""
        self._wait(transport)
        if len(self._waiting) + len(self._busy) + len(self._kept) > self.most:
            others = (one for one in self._waiting if one is not transport)
            self._close(next(chain(others, self._kept, (transport,))), CROWDED)

    def received(self, transport: asyncio.Transport) -> None:
        """Take down that something arrived: on a connection that was kept, the next request has begun."""
        if transport in self._kept:
            del self._kept[transport]
            self._wait(transport)

    @contextmanager
    def busy(self, transport: asyncio.Transport | None) -> Iterator[None]:
        """Spare a connection while its signed request is being answered, and keep it afterwards; None: it is closed."""
        if transport is None:
            yield
            return
        self.lost(transport)
        self._busy.add(transport)
        try:
            yield
        finally:
            if transport in self._busy:
                self._busy.remove(transport)
                self._kept[transport] = None

    def is_kept(self, transport: asyncio.Transport | None) -> bool:
        """Return whether the last request over this connection was a signed one."""
        return transport in self._kept

    def lost(self, transport: asyncio.Transport) -> None:
        """Forget a connection."""
        if timer := self._waiting.pop(transport, None):
            timer.cancel()
        self._busy.discard(transport)
        self._kept.pop(transport, None)

    def close_idle(self) -> None:
        """Close every connection that has no signed request in hand."""
        for transport in (*self._waiting, *self._kept):
            self.lost(transport)
            transport.abort()

    def _wait(self, transport: asyncio.Transport) -> None:
        loop = asyncio.get_running_loop()
        self._waiting[transport] = loop.call_later(self._read_within, self._close, transport, SLOW)

    def _close(self, transport: asyncio.Transport, reason: str) -> None:
        self._refusals.note(reason)
        self.lost(transport)
        transport.abort()


class Connection(asyncio.Protocol):
    """aiohttp's protocol of one connection, whose coming, reading and going the Connections watch."""

    def __init__(self, protocol: asyncio.Protocol, connections: Connections) -> None:
        self._protocol = protocol
        self._connections = connections
        self._transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the new connection."""
        self._transport = cast("asyncio.Transport", transport)
        self._protocol.connection_made(transport)
        self._connections.opened(self._transport)

    def data_received(self, data: bytes) -> None:
        """Take what arrived."""
        self._connections.received(self._transport)
        self._protocol.data_received(data)

    def eof_received(self) -> bool | None:
        """Take the end of what arrives."""
        return self._protocol.eof_received()

    def pause_writing(self) -> None:
        """Wait until the other side reads."""
        self._protocol.pause_writing()

    def resume_writing(self) -> None:
        """Continue to write."""
        self._protocol.resume_writing()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        self._connections.lost(self._transport)
        self._protocol.connection_lost(exc)
