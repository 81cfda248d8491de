"""The vendor's API as an aiohttp application for a Store.

The pipeline of a request: at most ten at once → quota → injected fault → store hash and token → scope and plan → the
endpoint, which calls one of the resources.
"""

import json
import re
import time
import uuid

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from bot.sandbox.store.api.access import check_caller, check_permission
from bot.sandbox.store.api.endpoint import MARKETING, Endpoint
from bot.sandbox.store.api.endpoints import ENDPOINTS
from bot.sandbox.store.api.request import Request
from bot.sandbox.store.faults import StoreFault
from bot.sandbox.store.paging import NO_META, misrepresented
from bot.sandbox.store.refusals import Invalid, NotAllowed, NotFound, Refusal, TooLarge, TooLong, TooMany
from bot.sandbox.store.resources import profiles
from bot.sandbox.store.state import Store

__all__ = ["Store", "application"]

_VERSIONS = re.compile(r"(?<=/v[23])(?=/)")


def application(store: Store) -> web.Application:
    """Build the API of a store, serving `/{store_hash}/v3/…` and `/v2/…`: alone, or by `add_subapp("/stores", …)`."""
    app = web.Application(middlewares=[_pipeline(store)])
    for endpoint in ENDPOINTS:
        app.router.add_route(
            endpoint.method, f"/{{store_hash}}/{endpoint.version}{endpoint.path}", _handler(store, endpoint)
        )
    return app


def _pipeline(store: Store) -> Middleware:
    @web.middleware
    async def pipeline(request: web.Request, handler: Handler) -> web.StreamResponse:
        began, status = time.perf_counter(), None
        store.in_flight += 1
        try:
            response = await _answer(store, request, handler)
            if response is None:
                return _dropped(request)
            status = response.status
            if not response.prepared:
                response.headers["X-Request-Id"] = uuid.uuid4().hex
            return response
        finally:
            store.in_flight -= 1
            store.note_request(request.method, request.path_qs, status, (time.perf_counter() - began) * 1000)

    return pipeline


async def _answer(store: Store, request: web.Request, handler: Handler) -> web.StreamResponse | None:
    """Return the response, or None if the connection should be dropped instead."""
    excess = _refused(TooMany("Too many requests at once.")) if store.in_flight > store.at_once else None
    if excess and not store.settings.excess_tells_quota:
        return excess
    try:
        headers = store.spend()
    except TooMany as refusal:
        return _refused(refusal)
    if excess:
        return _with(excess, headers)
    fault = store.faults.strike(request.method, _path(request))
    if fault is None:
        return _with(await _carried_out(store, request, handler), headers)
    return await _answer_faultily(store, request, handler, fault, headers)


async def _answer_faultily(
    store: Store, request: web.Request, handler: Handler, fault: StoreFault, headers: dict[str, str]
) -> web.StreamResponse | None:
    if fault.lets_through:
        await request.read()  # received in full, even if the client disconnects
    await store.sleep(fault.delay)
    response = await _carried_out(store, request, handler) if fault.lets_through else None
    if fault.drop:
        return None
    if response is None or fault.status is not None:
        response = _struck(fault)
    elif fault.pages:
        response = _mispaged(store, request, response, fault.pages)
    response = response if fault.status == TooMany.status else _with(response, headers)
    return await _trickled(store, request, response, fault.trickle) if fault.trickle else response


async def _carried_out(store: Store, request: web.Request, handler: Handler) -> web.Response:
    longest = store.settings.longest_url
    if longest is not None and len(str(request.url)) > longest:
        return _refused(TooLong("The URL is too long."))
    asked, shown = request.match_info.get("store_hash"), request.headers.get("X-Auth-Token")
    try:
        check_caller(store.store_hash, store.token, asked=asked, shown=shown)
        answer = await handler(request)
        assert isinstance(answer, web.Response)  # noqa: S101 - nothing here streams
        return answer
    except Refusal as refusal:
        return _refused(refusal)
    except web.HTTPMethodNotAllowed as error:
        return _refused(NotAllowed(", ".join(sorted(error.allowed_methods))))
    except web.HTTPRequestEntityTooLarge:
        return _refused(TooLarge("The request payload is too large."))
    except web.HTTPNotFound:
        return _refused(NotFound("The requested resource was not found."))


def _handler(store: Store, endpoint: Endpoint) -> Handler:
    async def answer(request: web.Request) -> web.StreamResponse:
        if endpoint.version == "v2":
            return await _answer_as_v2(store, request, endpoint)
        check_permission(endpoint, store.scopes, store.plan)
        asked = Request(request.match_info, _query(request), await request.read())
        if writes := endpoint.method != "GET":
            store.shop.keep_for_readers()
        try:
            reply = endpoint.answer(store.shop if writes else store.shop.as_read, asked)
        except (NotFound, Invalid) as refusal:
            if endpoint.scope != MARKETING:
                raise
            # promotions.v3.yml alone documents its errors as a list.
            return web.json_response({"errors": [refusal.body()]}, status=refusal.status)
        if writes:
            store.note_write()
        if reply.body is None:
            return web.Response(status=reply.status)
        return _json(store.settings.render(reply.body), reply.status)

    return answer


async def _answer_as_v2(store: Store, request: web.Request, endpoint: Endpoint) -> web.Response:
    """Answer as version 2 does: its errors are an array, and nothing but 400 is said of a query; it only reads here."""
    try:
        check_permission(endpoint, store.scopes, store.plan)
        reply = endpoint.answer(store.shop.as_read, Request(request.match_info, _query(request)))
    except Refusal as refusal:
        status = 400 if isinstance(refusal, Invalid | TooLarge) else refusal.status
        return _json([{"status": status, "message": refusal.title}], status)
    return web.Response(status=reply.status) if reply.body is None else _json(reply.body, reply.status)


def _query(request: web.Request) -> dict[str, list[str]]:
    return {name: request.query.getall(name) for name in request.query}


def _path(request: web.Request) -> str:
    """Return the path after `/v3` or `/v2`."""
    return _VERSIONS.split(request.path, maxsplit=1)[-1]


def _json(body: object, status: int) -> web.Response:
    return web.json_response(body, status=status)


def _refused(refusal: Refusal) -> web.Response:
    return web.json_response(refusal.body(), status=refusal.status, headers=refusal.headers)


def _struck(fault: StoreFault) -> web.Response:
    refusal = Refusal("A fault was ordered for this request.")
    refusal.status = fault.status or Refusal.status
    if isinstance(fault.body, str):
        return web.Response(text=fault.body, content_type="text/html", status=refusal.status, headers=fault.headers)
    body = refusal.body() if fault.body is None else fault.body
    return web.json_response(body, status=refusal.status, headers=fault.headers)


def _mispaged(store: Store, request: web.Request, response: web.Response, way: str) -> web.Response:
    """Return the answer with a page that is wrong about the list; anything else is returned as it is."""
    body = json.loads(response.body) if isinstance(response.body, bytes) and response.body else None
    if isinstance(body, list) and way != "alone":
        return _json(misrepresented(body, NO_META, way)["data"], response.status)
    if not isinstance(body, dict) or "pagination" not in body.get("meta", {}):
        return response
    segment_id = request.match_info.get("segment_id")
    if segment_id and way in ("shrinking", "swapping") and "next" in body["meta"]["pagination"]["links"]:
        _change_members(store, segment_id, body["data"][0]["id"], way)
    return _json({**body, **misrepresented(body["data"], body["meta"], way)}, response.status)


def _change_members(store: Store, segment_id: str, first: str, way: str) -> None:
    profiles.remove_members(store.shop, segment_id, [first])
    if way == "swapping":
        profiles.add_another_member(store.shop, segment_id, but=first)


async def _trickled(store: Store, request: web.Request, response: web.Response, seconds: float) -> web.StreamResponse:
    """Send an answer byte by byte."""
    stream = web.StreamResponse(
        status=response.status, headers={**response.headers, "Content-Type": "application/json"}
    )
    await stream.prepare(request)
    for byte in response.body if isinstance(response.body, bytes) else b"":
        await stream.write(bytes([byte]))
        await store.sleep(seconds)
    await stream.write_eof()
    return stream


def _with(response: web.Response, headers: dict[str, str]) -> web.Response:
    response.headers.update(headers)
    return response


def _dropped(request: web.Request) -> web.StreamResponse:
    """Close the connection; the returned response reaches nobody."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()
