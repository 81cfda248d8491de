"""The control API: scripts and the page act as people, and read what those people see.

POST /control/type, upload, shortcut, press, submit, cancel, home, suggest, fault, store and shop; GET /control/state,
people and requests.
"""

import json
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import Any

from aiohttp import web

from bot.sandbox.faults import Faults
from bot.sandbox.store.api.endpoints import ENDPOINTS
from bot.sandbox.store.faults import StoreFault
from bot.sandbox.store.state import Store
from bot.sandbox.workspace.block_kit.schema.surfaces import BLOCK_TYPES
from bot.sandbox.workspace.client.client import Client
from bot.sandbox.workspace.faults import MethodFault
from bot.sandbox.workspace.people import BOT_NAME, BOT_USER_ID
from bot.sandbox.workspace.refusals import Json, Misuse
from bot.sandbox.workspace.state import Workspace
from bot.sandbox.workspace.web_api.methods import METHODS
from bot.sandbox.workspace.web_api.routes import DOORS


def routes(workspace: Workspace) -> list[web.RouteDef]:
    """Build the routes for acting in a workspace."""
    control = _Control(workspace)
    acts = ("type", "upload", "shortcut", "press", "submit", "cancel", "home", "suggest")
    return [
        *(web.post(f"/control/{act}", _answering(getattr(control, act))) for act in acts),
        web.get("/control/state", control.state),
        web.get("/control/people", control.people),
    ]


PLAIN = ("file", "text", "mode")
NO_STORE = "No store runs here."
"""Inputs of a form that /control/submit takes beside `values`, too: those of a list."""
Act = Callable[[Json], Awaitable[Json]]


def _answering(act: Act) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def answer(request: web.Request) -> web.Response:
        try:
            return web.json_response(await act(await body_of(request)))
        except Misuse as misuse:
            return misused(misuse)

    return answer


def misused(misuse: Misuse) -> web.Response:
    """Respond to misuse with 400 and its sentence."""
    return web.json_response({"ok": False, "ack_ms": None, "error": str(misuse)}, status=400)


async def body_of(request: web.Request) -> Json:
    """Read a JSON object from a request. Raises Misuse for anything else."""
    try:
        body = json.loads(await request.text() or "{}")
    except web.HTTPRequestEntityTooLarge:
        raise Misuse("That is larger than this sandbox takes: files of up to 15 MB.") from None
    except ValueError:
        raise Misuse("The body must be JSON.") from None
    if not isinstance(body, dict):
        raise Misuse("The body must be a JSON object.")
    return body


def _text(body: Json, name: str) -> str:
    value = body.get(name)
    if not isinstance(value, str) or not value:
        raise Misuse(f"Say {name!r} (a text) in the body.")
    return value


class _Control:
    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._client = Client(workspace)

    async def type(self, body: Json) -> Json:
        return await self._client.type(_text(body, "user"), _text(body, "channel"), _text(body, "text"))

    async def upload(self, body: Json) -> Json:
        _text(body, "name")
        return await self._client.upload(_text(body, "user"), _text(body, "channel"), body)

    async def shortcut(self, body: Json) -> Json:
        names = ("user", "channel", "ts", "callback")
        return await self._client.shortcut(*(_text(body, name) for name in names))

    async def press(self, body: Json) -> Json:
        return await self._client.press(
            _text(body, "user"),
            _text(body, "channel"),
            _text(body, "button"),
            ts=body.get("ts"),
            confirm=body.get("confirm", True),
            value=body.get("value"),
            values=body.get("values"),
            block_id=body.get("block_id"),
        )

    async def submit(self, body: Json) -> Json:
        values = body.get("values", {})
        if not isinstance(values, dict):
            raise Misuse("Say 'values' as an object: what to enter by label or block_id.")
        plain = {name: body[name] for name in PLAIN if name in body}
        await self._client.wait_for_form(_text(body, "user"))
        return await self._client.submit(_text(body, "user"), values | plain)

    async def cancel(self, body: Json) -> Json:
        return await self._client.cancel(_text(body, "user"), all_=bool(body.get("all")))

    async def home(self, body: Json) -> Json:
        return await self._client.home(_text(body, "user"))

    async def suggest(self, body: Json) -> Json:
        ids = _text(body, "action_id"), _text(body, "block_id")
        return await self._client.suggest(_text(body, "user"), *ids, str(body.get("query", "")))

    async def state(self, request: web.Request) -> web.Response:
        try:
            return web.json_response(self._workspace.state(request.query.get("user", "ana")))
        except Misuse as misuse:
            return misused(misuse)

    async def people(self, _request: web.Request) -> web.Response:
        return web.json_response(people(self._workspace))


def people(workspace: Workspace) -> Json:
    """List the people, channels, groups and commands."""
    directory = workspace.directory
    humans = [directory.people[one] for one in directory.humans]
    keys = ("id", "name", "real_name", "title", "guest", "initials", "color")
    return {
        "users": [{key: getattr(one, key) for key in keys} for one in humans],
        "channels": [{"id": one.id, "name": one.name} for one in directory.channels()],
        "groups": [{"id": one.id, "handle": one.handle, "name": one.name} for one in directory.groups.values()],
        "commands": [
            {key: value for key, value in asdict(one).items() if key != "should_escape"}
            for one in workspace.manifest.commands.values()
        ],
        "shortcuts": [asdict(one) for one in workspace.manifest.message_shortcuts],
        "bot": {"id": BOT_USER_ID, "name": BOT_NAME, **workspace.link()},
    }


def fault_route(workspace: Workspace | None, store: Store | None) -> web.RouteDef:
    """Build POST /control/fault {"target": "slack" or "store", …} or {"clear": true}."""
    targets: dict[str, Faults[Any]] = {}
    if store is not None:
        targets["store"] = store.faults
    if workspace is not None:
        targets["slack"] = workspace.faults

    async def set_fault(body: Json) -> Json:
        fields = dict(body)
        if fields.pop("clear", False):
            for one in targets.values():
                one.clear()
            return {"ok": True, "ack_ms": None}
        faults = targets.get(fields.pop("target", ""))
        if faults is None:
            raise Misuse("Say 'target': 'store' or 'slack', whichever runs here, or 'clear': true.")
        try:
            fault = faults.build(**fields)
        except (TypeError, ValueError) as wrong:
            raise Misuse(str(wrong)) from None
        _check_that_it_may_strike(fault)
        faults.put(fault)
        return {"ok": True, "ack_ms": None}

    return web.post("/control/fault", _answering(set_fault))


def settings_route(store: Store | None) -> web.RouteDef:
    """Build POST /control/store {setting: value, …}: how the store answers what BigCommerce leaves open.

    `scopes` are those of the token. It responds with all settings; an empty body changes none.
    """

    async def change(body: Json) -> Json:
        if store is None:
            raise Misuse(NO_STORE)
        fields = dict(body)
        scopes = fields.pop("scopes", sorted(store.scopes))
        if not isinstance(scopes, list) or not all(isinstance(one, str) for one in scopes):
            raise Misuse("'scopes' is a list of texts.")
        try:
            store.set(**fields)
        except ValueError as wrong:
            raise Misuse(str(wrong)) from None
        store.scopes = set(scopes)
        return {"ok": True, "ack_ms": None, "settings": store.settings.model_dump(), "scopes": sorted(scopes)}

    return web.post("/control/store", _answering(change))


def shop_route(store: Store | None) -> web.RouteDef:
    """Build POST /control/shop {"act": "place_order", …}: what shoppers and staff do in the store; see `outside`."""

    async def happen(body: Json) -> Json:
        if store is None:
            raise Misuse(NO_STORE)
        try:
            return {"ok": True, "ack_ms": None, **store.act(**body)}
        except (TypeError, ValueError) as wrong:
            raise Misuse(str(wrong)) from None

    return web.post("/control/shop", _answering(happen))


def _check_that_it_may_strike(fault: StoreFault | MethodFault) -> None:
    """Refuse a fault that would never strike, because no endpoint or method matches it."""
    if isinstance(fault, StoreFault):
        if not any(fault.may_strike(one.method, one.path) for one in ENDPOINTS):
            known = ", ".join(f"{one.method} {one.path}" for one in ENDPOINTS)
            raise Misuse(
                f"The store has no {fault.method} {fault.path}, so this would never happen. There is: {known}."
            )
    elif not any(fault.may_strike(name, BLOCK_TYPES) for name in (*METHODS, *DOORS)):
        known = ", ".join((*METHODS, *DOORS))
        block = f" with a block {fault.block}" if fault.block else ""
        raise Misuse(f"Slack has no {fault.method}{block} here, so this would never happen. There is: {known}.")
