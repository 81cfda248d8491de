"""The sandbox on one port: the emulated store, the emulated Slack, the control API and the page.

/stores/{hash}/v3/… /v2/…                    the store's API
/api /socket /response /upload /files        Slack's
/control/…                                   people at their screens, for scripts and the page
/  /page/…                                   the page
/healthz
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.typedefs import Handler

from bot.sandbox import control
from bot.sandbox.event_stream import EventStream, Log
from bot.sandbox.store import Store
from bot.sandbox.store import application as store_application
from bot.sandbox.workspace.refusals import Misuse
from bot.sandbox.workspace.state import Workspace
from bot.sandbox.workspace.web_api import routes as web_api

PAGE = Path(__file__).parent / "page"
LOCAL_NAMES = ("127.0.0.1", "localhost")
SHUTDOWN_SECONDS = 0.5


@web.middleware
async def only_from_here(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse requests of a foreign page in the browser: another Origin, or another name for this host."""
    origin = request.headers.get("Origin")
    host = urlsplit(f"//{request.host}").hostname
    if host not in LOCAL_NAMES or (origin is not None and urlsplit(origin).netloc != request.host):
        return web.json_response({"ok": False, "error": "The sandbox answers only to this machine."}, status=403)
    return await handler(request)


def application(
    *, store: Store | None, workspace: Workspace | None, log: Log | None, page: bool = True
) -> web.Application:
    """Build one application from the given parts."""
    app = web.Application(middlewares=[only_from_here], client_max_size=web_api.MOST_BYTES)
    app.router.add_get("/healthz", _health(store, workspace, log))
    of_store = (control.fault_route(workspace, store), control.settings_route(store), control.shop_route(store))
    app.router.add_routes([*of_store, _requests(store)])
    if workspace is not None:
        _add_workspace(app, workspace, store, log)
    if store is not None:
        app.add_subapp("/stores", store_application(store))
    if page:
        _add_page(app)
    return app


def _add_workspace(app: web.Application, workspace: Workspace, store: Store | None, log: Log | None) -> None:
    events = EventStream(workspace, store, log)
    app.router.add_routes([*web_api.routes(workspace), *control.routes(workspace)])
    app.router.add_get("/control/events", events.serve)

    async def stop(_app: web.Application) -> None:
        events.stop()
        await workspace.sockets.close()
        if workspace.http is not None:
            await workspace.http.close()

    app.on_shutdown.append(stop)


def _add_page(app: web.Application) -> None:
    async def index(_request: web.Request) -> web.FileResponse:
        return web.FileResponse(PAGE / "index.html")

    app.router.add_get("/", index)
    app.router.add_static("/page", PAGE)


def _health(store: Store | None, workspace: Workspace | None, log: Log | None) -> Handler:
    async def answer(_request: web.Request) -> web.Response:
        parts = {"store": store is not None, "workspace": workspace is not None, "bot": log is not None}
        link = workspace.link() if workspace is not None else {}
        return web.json_response({"ok": True, **parts, **link})

    return answer


def _requests(store: Store | None) -> web.RouteDef:
    async def answer(request: web.Request) -> web.Response:
        since = request.query.get("since", "0")
        if store is None or not since.isdigit():
            return control.misused(Misuse(control.NO_STORE if store is None else "'since' is a number."))
        return web.json_response(store.requests(int(since)))

    return web.get("/control/requests", answer)


@asynccontextmanager
async def serve(
    *,
    host: str = "127.0.0.1",
    port: int,
    store: Store | None,
    workspace: Workspace | None,
    log: Log | None,
    page: bool = True,
) -> AsyncIterator[str]:
    """Serve the given parts while the context lasts; yield the base URL. Port 0 takes any free port.

    Raises OSError if the port is taken. Store and workspace stay open: whoever opened them closes them.
    """
    app = application(store=store, workspace=workspace, log=log, page=page)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=SHUTDOWN_SECONDS)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
        url = f"http://{host}:{runner.addresses[0][1]}"
        if workspace is not None:
            workspace.public_url = url
        yield url
    finally:
        await asyncio.shield(runner.cleanup())
