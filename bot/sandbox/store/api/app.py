"""The vendor's API as an aiohttp application for a Store.

The pipeline of a request: at most ten at once → quota → injected fault → store hash and token → scope and plan → the
endpoint, which calls one of the resources.
"""

import time
import uuid

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from bot.sandbox.store.api.access import check_caller, check_permission
from bot.sandbox.store.api.endpoints import ENDPOINTS, MARKETING, Endpoint
from bot.sandbox.store.api.request import Request
from bot.sandbox.store.faults import StoreFault
from bot.sandbox.store.refusals import Invalid, NotAllowed, NotFound, Refusal, TooLarge, TooMany
from bot.sandbox.store.state import Store

__all__ = ["Store", "application"]


def application(store: Store) -> web.Application:
    """Build the API of a store, serving `/{store_hash}/v3/…`: alone, or with `add_subapp("/stores", …)`."""
    app = web.Application(middlewares=[_pipeline(store)])
    for endpoint in ENDPOINTS:
        app.router.add_route(endpoint.method, f"/{{store_hash}}/v3{endpoint.path}", _handler(store, endpoint))
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
            response.headers["X-Request-Id"] = uuid.uuid4().hex
            return response
        finally:
            store.in_flight -= 1
            store.note_request(request.method, request.path_qs, status, (time.perf_counter() - began) * 1000)

    return pipeline


async def _answer(store: Store, request: web.Request, handler: Handler) -> web.StreamResponse | None:
    """Return the response, or None if the connection should be dropped instead."""
    if store.in_flight > store.at_once:
        return _refused(TooMany("Too many requests at once."))
    try:
        headers = store.spend()
    except TooMany as refusal:
        return _refused(refusal)
    fault = store.faults.strike(request.method, _path(request))
    if fault is None:
        return _with(await _carried_out(store, request, handler), headers)
    if fault.lets_through:
        await request.read()  # received in full, even if the client disconnects
    await store.sleep(fault.delay)
    response = await _carried_out(store, request, handler) if fault.lets_through else None
    if fault.drop:
        return None
    if response is None or fault.status is not None:
        response = _struck(fault)
    return response if fault.status == TooMany.status else _with(response, headers)


async def _carried_out(store: Store, request: web.Request, handler: Handler) -> web.StreamResponse:
    asked, shown = request.match_info.get("store_hash"), request.headers.get("X-Auth-Token")
    try:
        check_caller(store.store_hash, store.token, asked=asked, shown=shown)
        return await handler(request)
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
        check_permission(endpoint, store.scopes, store.plan)
        query = {name: request.query.getall(name) for name in request.query}
        try:
            reply = endpoint.answer(store.shop, Request(request.match_info, query, await request.read()))
        except (NotFound, Invalid) as refusal:
            if endpoint.scope != MARKETING:
                raise
            # promotions.v3.yml alone documents its errors as a list.
            return web.json_response({"errors": [refusal.body()]}, status=refusal.status)
        if endpoint.method != "GET":
            store.note_write()
        return web.Response(status=reply.status) if reply.body is None else _json(reply.body, reply.status)

    return answer


def _path(request: web.Request) -> str:
    """Return the path after `/v3`."""
    return request.path.partition("/v3")[2]


def _json(body: object, status: int) -> web.Response:
    return web.json_response(body, status=status)


def _refused(refusal: Refusal) -> web.Response:
    return web.json_response(refusal.body(), status=refusal.status, headers=refusal.headers)


def _struck(fault: StoreFault) -> web.Response:
    refusal = Refusal("A fault was ordered for this request.")
    refusal.status = fault.status or Refusal.status
    return _json(refusal.body() if fault.body is None else fault.body, refusal.status)


def _with(response: web.StreamResponse, headers: dict[str, str]) -> web.StreamResponse:
    response.headers.update(headers)
    return response


def _dropped(request: web.Request) -> web.StreamResponse:
    """Close the connection; the returned response reaches nobody."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()
