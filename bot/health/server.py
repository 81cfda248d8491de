"""The port for probes and metrics, which stands apart from the one that Slack reaches."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from aiohttp import web

from bot.health.readiness import Readiness

Scrape = Callable[[], Awaitable[bytes]]
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
"""Prometheus' text format, which whatever reads metrics understands."""
NO_METRICS = "There are no metrics, since prometheus-client is not installed: pip install 'segment-bot[metrics]'.\n"


def probes(readiness: Readiness, scrape: Scrape | None) -> web.Application:
    """Build the web application with ``/healthz``, ``/readyz`` and ``/metrics``; the last one says how to get any."""

    async def healthz(_: web.Request) -> web.Response:
        return web.json_response({"ok": True})

    async def readyz(_: web.Request) -> web.Response:
        faults = readiness.faults()
        return web.json_response({"ok": not faults, "faults": faults}, status=503 if faults else 200)

    async def metrics(_: web.Request) -> web.Response:
        if scrape is None:
            return web.Response(text=NO_METRICS, status=501)
        return web.Response(body=await scrape(), headers={"Content-Type": CONTENT_TYPE})

    served = web.Application()
    served.add_routes([web.get("/healthz", healthz), web.get("/readyz", readyz), web.get("/metrics", metrics)])
    return served


@asynccontextmanager
async def serving(served: web.Application, host: str, port: int) -> AsyncIterator[int]:
    """Serve on this address while the context lasts; yield the port, which the system chooses if it is 0."""
    runner = web.AppRunner(served, access_log=None)
    await runner.setup()
    try:
        site = web.TCPSite(runner, host, port)
        await site.start()
        yield int(runner.addresses[0][1])
    finally:
        await runner.cleanup()
