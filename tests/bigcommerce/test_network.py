"""The pool of connections: what goes out, once and only if it may, and what is told of what gets no answer."""

import asyncio
import gzip
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing, asynccontextmanager, suppress

import httpx
import pytest

from bot.bigcommerce.network import LET_OUT, Connections, proxy_for

DONE = b"HTTP/1.1 204 No Content\r\n\r\n"
Answering = Callable[[int], bytes]


class Listener:
    """A server that answers each request by its number, and hangs up unless that says that it is done."""

    def __init__(self, answering: Answering) -> None:
        self.heads: list[str] = []
        self.connections = 0
        self.is_over = asyncio.Event()
        self._answering = answering

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        with suppress(asyncio.IncompleteReadError):
            while not writer.is_closing():
                self.heads.append((await reader.readuntil(b"\r\n\r\n")).decode())
                writer.write(answer := self._answering(len(self.heads)))
                if answer != DONE:
                    writer.close()
        writer.close()
        self.is_over.set()


@asynccontextmanager
async def opened(answering: Answering, most: int = 10) -> AsyncIterator[tuple[Listener, Connections, str]]:
    listener = Listener(answering)
    server = await asyncio.start_server(listener, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with server:
        async with aclosing(Connections(url, most)) as connections:
            yield listener, connections, url
        await listener.is_over.wait()
        await asyncio.sleep(0)


async def let_out() -> None:
    """Let everything out."""


async def send(connections: Connections, method: str, url: str, may: Callable[[], Awaitable[None]] = let_out) -> int:
    request = httpx.Request(method, url, headers={"X-Auth-Token": "secret"}, extensions={LET_OUT: may})
    return (await connections.handle_async_request(request)).status_code


async def test_a_url_goes_out_as_it_is_quoted() -> None:
    """A comma that is quoted is part of a value: aiohttp alone would send it as one that parts two."""
    async with opened(lambda _: DONE) as (listener, connections, url):
        target = "/customers?email:in=a%2Bb@x.example,c%2Cd@x.example&name:like=%C3%A9%20%27"
        assert await send(connections, "GET", url + target) == 204
        assert listener.heads[0].startswith(f"GET {target} HTTP/1.1\r\n")


async def test_a_connection_is_used_again() -> None:
    async with opened(lambda _: DONE) as (listener, connections, url):
        assert [await send(connections, "GET", url) for _ in range(3)] == [204] * 3
        assert listener.connections == 1


@pytest.mark.parametrize("most", [1, 2])
async def test_no_more_connections_are_opened_than_may_be(most: int) -> None:
    async with opened(lambda _: DONE, most) as (listener, connections, url):
        assert await asyncio.gather(*(send(connections, "GET", url) for _ in range(3))) == [204] * 3
        assert listener.connections == most


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "POST"])
async def test_nothing_is_sent_twice_by_itself(method: str) -> None:
    """Not on a connection, either, that was used before: who sends a document reads it again first."""
    async with opened(lambda number: DONE if number == 1 else b"") as (listener, connections, url):
        await send(connections, "GET", url)
        with pytest.raises(httpx.ReadError):
            await send(connections, method, url)
        assert len(listener.heads) == 2


@pytest.mark.parametrize("is_used_before", [False, True])
@pytest.mark.parametrize("reason", [LookupError, ConnectionResetError, TimeoutError])
async def test_what_is_not_let_out_is_not_sent(is_used_before: bool, reason: type[Exception]) -> None:
    """Whatever the reason is: a ledger that cannot be reached is no store that cannot be."""

    async def never() -> None:
        raise reason

    async with opened(lambda _: DONE) as (listener, connections, url):
        if is_used_before:
            await send(connections, "GET", url)
        with pytest.raises(reason):
            await send(connections, "POST", url, never)
        assert await send(connections, "POST", url) == 204
        assert len(listener.heads) == 1 + is_used_before


async def test_a_redirection_is_an_answer() -> None:
    moved = b"HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n"
    async with opened(lambda _: moved) as (listener, connections, url):
        assert await send(connections, "GET", url) == 302
        assert len(listener.heads) == 1


async def test_what_comes_compressed_is_read() -> None:
    packed = gzip.compress(b"[1, 2]")
    head = f"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {len(packed)}\r\n\r\n".encode()
    async with (
        opened(lambda _: head + packed) as (_, connections, url),
        httpx.AsyncClient(transport=connections) as http,
    ):
        assert (await http.get(url)).json() == [1, 2]


@pytest.mark.parametrize("answer", [b"", b"nonsense\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\ncut"])
async def test_what_got_no_answer_names_nobody(answer: bytes) -> None:
    async with opened(lambda _: answer) as (_, connections, url):
        with pytest.raises(httpx.ReadError) as caught:
            await send(connections, "GET", f"{url}/customers?email:in=ida@shop.example")
        assert "ida" not in f"{caught.value} {caught.value!r}"
        assert (caught.value.__cause__, caught.value.__context__) == (None, None)


@pytest.mark.parametrize(
    ("named", "expected"),
    [
        ({}, None),
        ({"https_proxy": "http://proxy.example:3128"}, "http://proxy.example:3128"),
        ({"all_proxy": "http://proxy.example:3128"}, "http://proxy.example:3128"),
        ({"https_proxy": "http://proxy.example:3128", "no_proxy": "store.example"}, None),
    ],
)
def test_a_proxy_is_taken_from_the_environment(
    named: dict[str, str], expected: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    for name, value in named.items():
        monkeypatch.setenv(name, value)
    assert proxy_for("https://store.example/v3/") == expected
