"""The transports of Slack's deliveries: a websocket (Socket Mode), or signed HTTP requests."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp

PATH = "/slack/events"
Health = Callable[[], Awaitable[bool]]


@asynccontextmanager
async def socket(app: AsyncApp, app_token: str) -> AsyncIterator[None]:
    """Connect to Slack while the context lasts; the client reconnects by itself."""
    handler = AsyncSocketModeHandler(app, app_token)
    await handler.connect_async()  # type: ignore[no-untyped-call]  # Bolt annotates none of its handlers
    try:
        yield
    finally:
        await handler.close_async()  # type: ignore[no-untyped-call]


def http(app: AsyncApp, healthy: Health) -> web.Application:
    """Build the web application for Slack's requests at ``/slack/events`` (Bolt checks signatures) and ``/healthz``."""

    async def events(request: web.Request) -> web.Response:
        return await to_aiohttp_response(await app.async_dispatch(await to_bolt_request(request)))

    async def healthz(_: web.Request) -> web.Response:
        ok = await healthy()
        return web.json_response({"ok": ok}, status=200 if ok else 503)

    served = web.Application()
    served.add_routes([web.post(PATH, events), web.get("/healthz", healthz)])
    return served


@asynccontextmanager
async def listening(served: web.Application, host: str, port: int) -> AsyncIterator[int]:
    """Serve on this address while the context lasts; yield the port, which the system chooses if it is 0."""
    runner = web.AppRunner(served, access_log=None)
    await runner.setup()
    try:
        site = web.TCPSite(runner, host, port)
        await site.start()
        yield int(runner.addresses[0][1])
    finally:
        await runner.cleanup()
