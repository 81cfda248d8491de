"""A line between two sides that takes its time, and can go dead without a word, as networks do."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from urllib.parse import urlsplit


class Relay:
    """Carries bytes both ways, until it is ``dead``: then it takes them, and nothing arrives.

    ``late``: seconds that they are on their way.
    """

    def __init__(self, url: str, late: float = 0.0) -> None:
        self._target = urlsplit(url)
        self._late = late
        self.dead = False
        self._carrying: set[asyncio.Task[None]] = set()
        self._ends: list[asyncio.StreamWriter] = []

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Take a new connection."""
        to, beyond = await asyncio.open_connection(self._target.hostname, self._target.port)
        self._ends += (writer, beyond)
        for pair in ((reader, beyond), (to, writer)):
            task = asyncio.create_task(self._carry(*pair))
            self._carrying.add(task)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        arrive = partial(asyncio.get_running_loop().call_later, self._late) if self._late else _at_once
        try:
            while part := await reader.read(65_536):
                if not self.dead:
                    arrive(writer.write, part)
        except ConnectionError:
            pass  # the other side is told of it below
        finally:
            arrive(writer.close)

    async def stop(self) -> None:
        """Cut every connection."""
        for task in self._carrying:
            task.cancel()
        await asyncio.gather(*self._carrying, return_exceptions=True)
        for end in self._ends:
            end.close()


def _at_once(arrives: Callable[..., None], *what: bytes) -> None:
    arrives(*what)


@asynccontextmanager
async def relayed(url: str, *, late: float = 0.0) -> AsyncIterator[tuple[Relay, str]]:
    """Yield a line to this address, and the address of its near end."""
    relay = Relay(url, late)
    server = await asyncio.start_server(relay, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    try:
        yield relay, f"http://127.0.0.1:{port}"
    finally:
        server.close()
        await relay.stop()
