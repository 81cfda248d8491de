"""The transports of Slack's deliveries: a websocket (Socket Mode), or signed HTTP requests."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, cast

from aiohttp import web
from slack_bolt.async_app import AsyncApp

from bot.engine.process import elapsed
from bot.slack.http.connections import READ_SECONDS, Connection, Connections, most_connections, open_files
from bot.slack.http.endpoint import MOST_BYTES, Endpoint, closing
from bot.slack.http.refusals import Refusals, ServerLog
from bot.slack.http.replays import Replays
from bot.slack.socket_mode.connections import Connections as Sockets

PATH = "/slack/events"
BACKLOG = 128
"""The most connections that are accepted at once; a quarter of those that may be open, if that is less."""
LINGER_SECONDS = 2.0
"""How long the rest of a refused request is read and dropped, so that its sender can read the refusal."""
Health = Callable[[], Awaitable[bool]]
_CONNECTIONS = web.AppKey("connections", Connections)
_LOG = web.AppKey("log", ServerLog)


@asynccontextmanager
async def socket(
    app: AsyncApp,
    app_token: str,
    *,
    wanted: Callable[[], int] = lambda: 1,
    elapsed: Callable[[], float] = elapsed,
) -> AsyncIterator[Sockets]:
    """Be connected to Slack while the context lasts: by as many connections as are ``wanted``, from its hello on."""
    sockets = Sockets(app, app_token, wanted=wanted, elapsed=elapsed)
    async with sockets.kept():
        yield sockets


def http(
    app: AsyncApp,
    healthy: Health,
    secret: str,
    *,
    now: Callable[[], float] = time.time,
    most: int | None = None,
    read_within: float = READ_SECONDS,
) -> web.Application:
    """Build the web application for Slack's requests at ``/slack/events`` and for ``/healthz``.

    ``secret`` is what Slack signs with. ``most``: open connections; ``read_within``: seconds for a request to arrive.
    """
    refusals = Refusals()
    connections = Connections(refusals, most=most or most_connections(open_files()), read_within=read_within)
    endpoint = Endpoint(app, secret, connections, refusals, Replays(now=now), now)

    async def healthz(_: web.Request) -> web.Response:
        ok = await healthy()
        return web.json_response({"ok": ok}, status=200 if ok else 503)

    served = web.Application(client_max_size=MOST_BYTES, middlewares=[closing(connections)])
    served[_CONNECTIONS], served[_LOG] = connections, ServerLog(refusals)
    served.add_routes([web.post(PATH, endpoint.events), web.get("/healthz", healthz)])
    return served


@asynccontextmanager
async def listening(served: web.Application, host: str, port: int) -> AsyncIterator[int]:
    """Serve on this address while the context lasts; yield the port, which the system chooses if it is 0."""
    connections = served[_CONNECTIONS]
    # Bodies stay as they came, since that is what is signed.
    options: dict[str, Any] = {"auto_decompress": False, "lingering_time": LINGER_SECONDS, "logger": served[_LOG]}
    runner = web.AppRunner(served, access_log=None, **options)
    await runner.setup()
    protocol = cast("web.Server", runner.server)
    try:
        server = await asyncio.get_running_loop().create_server(
            lambda: Connection(protocol(), connections),
            host,
            port,
            backlog=min(BACKLOG, max(1, connections.most // 4)),
        )
        try:
            yield int(server.sockets[0].getsockname()[1])
        finally:
            server.close()
            connections.close_idle()
    finally:
        await runner.cleanup()
