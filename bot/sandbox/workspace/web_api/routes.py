"""Slack's HTTP routes: /api/<method>, /socket, /response/<id>, /upload/<file>, /files/<file>/<name>."""

import asyncio
import json
import uuid
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from bot.sandbox.workspace.faults import MethodFault
from bot.sandbox.workspace.people import BOT_TOKEN
from bot.sandbox.workspace.refusals import Json, Misuse, Refusal
from bot.sandbox.workspace.state import Workspace, bot_author
from bot.sandbox.workspace.triggers import ResponseUrl
from bot.sandbox.workspace.web_api.call import Call, content_of
from bot.sandbox.workspace.web_api.files import is_open_to_app, may_see, receive
from bot.sandbox.workspace.web_api.methods import METHODS, answer
from bot.sandbox.workspace.workspace_database import Posting

RESPONSE_URL, UPLOAD, DOWNLOAD = "response_url", "upload", "download"
"""What faults call a message to a response URL, and a file's content on its way."""
DOORS = (RESPONSE_URL, UPLOAD, DOWNLOAD)
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
MOST_BYTES = 20 * 1024 * 1024


def routes(workspace: Workspace) -> list[web.RouteDef]:
    """Build the routes of one workspace."""
    wire = _Wire(workspace)
    return [
        web.route("*", "/api/{method}", wire.call),
        web.get("/socket", workspace.sockets.serve),
        web.post("/response/{name}", wire.respond),
        web.route("*", "/upload/{file}", wire.through(UPLOAD, wire.upload)),
        web.get("/files/{file}/{name}", wire.through(DOWNLOAD, wire.download)),
    ]


class _Wire:
    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    async def call(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info["method"]
        token, args = await _read(request)
        self._workspace.overheard(name, args)
        fault = self._workspace.faults.strike(name, *_types(args))
        if fault is None:
            return self._answer(name, token, args)
        await asyncio.sleep(fault.delay)
        carried_out = self._answer(name, token, args) if fault.lets_through else None
        return _troubled(request, fault, carried_out)

    def _answer(self, name: str, token: str, args: Json) -> web.Response:
        scopes = ",".join(sorted(self._workspace.manifest.scopes))
        headers = {"x-oauth-scopes": scopes, "x-slack-req-id": uuid.uuid4().hex}
        if name in METHODS:
            headers["x-accepted-oauth-scopes"] = METHODS[name].scope or ""
        return web.json_response(answer(self._workspace, name, token, args), headers=headers)

    async def respond(self, request: web.Request) -> web.Response:
        """Receive a message at a response URL."""
        try:
            body = json.loads(await request.text())
            self._workspace.overheard("response_url", body)
            if fault := self._workspace.faults.strike(RESPONSE_URL, *_types(body)):
                raise Refusal(fault.error or "internal_error")
            url = self._workspace.responses.use(request.match_info["name"])
            respond(self._workspace, url, body)
        except ValueError:
            return web.json_response({"ok": False, "error": "invalid_payload"}, status=400)
        except Refusal as refusal:
            status = 404 if refusal.error in ("expired_url", "used_url") else 400
            return web.json_response({"ok": False, "error": refusal.error, **refusal.extra}, status=status)
        return web.Response(text="ok")

    def through(self, door: str, carry_out: Handler) -> Handler:
        """Let faults strike what comes to this door."""

        async def handle(request: web.Request) -> web.StreamResponse:
            fault = self._workspace.faults.strike(door)
            if fault is None:
                return await carry_out(request)
            await asyncio.sleep(fault.delay)
            return _troubled(request, fault, await carry_out(request) if fault.lets_through else None)

        return handle

    async def upload(self, request: web.Request) -> web.StreamResponse:
        """Receive a file's content, raw or as the multipart field `file`."""
        try:
            receive(self._workspace, request.match_info["file"], await _content(request))
        except Refusal as refusal:
            return web.Response(status=400, text=refusal.error)
        size = self._workspace.archive.files[request.match_info["file"]]["size"]
        return web.Response(text=f"OK - {size}")

    async def download(self, request: web.Request) -> web.StreamResponse:
        """Send a file to the bot (token, files:read) or to a person who sees it (`?as=ana`).

        Like Slack, send an unauthorized app the sign-in page, with status 200.
        """
        file = self._workspace.archive.files.get(request.match_info["file"])
        if file is None:
            return web.Response(status=404, text="file_not_found")
        if not self._may_download(request, file):
            return web.Response(status=403, text="file_not_found") if "as" in request.query else _sign_in()
        content = self._workspace.archive.content(file["id"])
        name = {"Content-Disposition": f'attachment; filename="{request.match_info["name"]}"'}
        return web.Response(body=content, content_type=file["mimetype"], headers=name)

    def _may_download(self, request: web.Request, file: Json) -> bool:
        if _bearer(request) == BOT_TOKEN:
            return "files:read" in self._workspace.manifest.scopes and is_open_to_app(self._workspace, file)
        try:
            person = self._workspace.directory.human(request.query.get("as", ""))
        except Misuse:
            return False
        return may_see(self._workspace, file, person.id)


def _types(args: Json) -> set[str]:
    """Return the types of the blocks in a message or view."""
    parts = [_decoded(args.get(name)) for name in ("blocks", "view")]
    blocks = [block for part in parts for block in (part.get("blocks") if isinstance(part, dict) else part) or []]
    return {str(block.get("type")) for block in blocks if isinstance(block, dict)}


def _decoded(value: Any) -> Any:
    try:
        return json.loads(value) if isinstance(value, str) else value
    except ValueError:
        return None


def _sign_in() -> web.Response:
    return web.Response(text="<!doctype html><title>Sign in to Slack</title>", content_type="text/html")


def _troubled(request: web.Request, fault: MethodFault, carried_out: web.StreamResponse | None) -> web.StreamResponse:
    if fault.drop:
        if request.transport is not None:
            request.transport.abort()
        return web.Response(status=500)  # reaches nobody: the connection is closed
    if fault.status == 429:
        headers = {"Retry-After": str(fault.retry_after)}
        return web.json_response({"ok": False, "error": "ratelimited"}, status=429, headers=headers)
    if fault.status is not None:
        return web.Response(status=fault.status, text="an error on request")
    if fault.error is not None:
        return web.json_response({"ok": False, "error": fault.error})
    return carried_out or web.Response(status=500)


async def _read(request: web.Request) -> tuple[str, Json]:
    """Read token and arguments from wherever Slack accepts them: header, query, form or JSON body."""
    args: Json = dict(request.query)
    if request.content_type == "application/json":
        args |= _object(await request.text())
    elif request.can_read_body:
        args |= dict(await request.post())
    return _bearer(request) or str(args.pop("token", "")), args


def _object(text: str) -> Json:
    try:
        body: Any = json.loads(text)
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def _bearer(request: web.Request) -> str:
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if kind == "Bearer" else ""


async def _content(request: web.Request) -> bytes:
    if request.content_type != "multipart/form-data":
        return await request.read()
    field = (await request.post()).get("file")
    return field.file.read() if isinstance(field, web.FileField) else b""


def respond(workspace: Workspace, url: ResponseUrl, body: Json) -> None:
    """Apply a message at a response URL: post, replace or delete; privately unless `in_channel`."""
    source = _still_there(workspace, url.source)
    if body.get("delete_original") and source is not None:
        workspace.delete(source)
        return
    content = content_of(Call(workspace, body))
    if body.get("replace_original") and source is not None:
        workspace.change(source, blocks=content.get("blocks"), text=content["text"])
        return
    openly = body.get("response_type") == "in_channel"
    workspace.post(url.channel, bot_author(), content, visible_to=None if openly else url.user_id)


def _still_there(workspace: Workspace, source: Posting | None) -> Posting | None:
    return workspace.archive.find(source.channel, source.ts) if source else None
