"""The way to the emulated store without sockets: its application is called, which takes less than half the time."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

import httpx
from aiohttp import web
from aiohttp.base_protocol import BaseProtocol
from aiohttp.http import HttpVersion11, RawRequestMessage
from aiohttp.streams import StreamReader
from multidict import CIMultiDict, CIMultiDictProxy
from yarl import URL

from bot.sandbox.store import Store, application

URL_OF_STORES = "http://store.example"


@dataclass
class Line:
    """What the application may do to the connection: hang up."""

    ssl_context: None = None
    peername: None = None
    sockname: None = None
    is_cut: bool = False

    @property
    def transport(self) -> "Line":
        return self

    def abort(self) -> None:
        self.is_cut = True


@dataclass
class Direct(httpx.AsyncBaseTransport):
    """Carries requests to the store's application. One whose sender is gone is carried out to its end all the same."""

    store: Store
    _app: web.Application = field(default_factory=web.Application)
    _handling: set[asyncio.Task[Any]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._app.add_subapp("/stores", application(self.store))
        self._app.freeze()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        line, content = Line(), await request.aread()
        handling = asyncio.ensure_future(self._app._handle(_asked(request, content, line)))
        self._handling.add(handling)
        handling.add_done_callback(self._handling.discard)
        response = await asyncio.shield(handling)
        if line.is_cut:
            raise httpx.RemoteProtocolError("Server disconnected without sending a response.", request=request)
        assert isinstance(response, web.Response), "what is sent byte by byte needs a socket"
        body = response.body if isinstance(response.body, bytes) else b""
        return httpx.Response(response.status, headers=list(response.headers.items()), content=body)

    async def aclose(self) -> None:
        for handling in self._handling:
            handling.cancel()
        await asyncio.gather(*self._handling, return_exceptions=True)


def _asked(request: httpx.Request, content: bytes, line: Line) -> web.Request:
    """The request as aiohttp's parser would build it."""
    headers = CIMultiDictProxy(CIMultiDict(request.headers.multi_items()))
    target = request.url.raw_path.decode("ascii")
    url = URL.build(path=target, encoded=True) if "?" not in target else URL(target, encoded=True)
    message = RawRequestMessage(request.method, target, HttpVersion11, headers, (), False, None, False, False, url)
    loop = asyncio.get_running_loop()
    reader = StreamReader(BaseProtocol(loop), 2**16, loop=loop)
    reader.feed_data(content)
    reader.feed_eof()
    connection: Any = line
    return web.Request(message, reader, connection, connection, connection, loop)
