"""The port for probes and metrics, which stands apart from the one that Slack reaches."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web

from bot.health.readiness import Readiness


def probes(readiness: Readiness) -> web.Application:
    """Build the web application with ``/healthz`` and ``/readyz``."""

    async def healthz(_: web.Request) -> web.Response:
        return web.json_response({"ok": True})

    async def readyz(_: web.Request) -> web.Response:
        faults = readiness.faults()
        return web.json_response({"ok": not faults, "faults": faults}, status=503 if faults else 200)

    served = web.Application()
    served.add_routes([web.get("/healthz", healthz), web.get("/readyz", readyz)])
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
