"""One connection, to somebody who says over it whatever a test wants."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from aiohttp import ClientSession, WSMsgType, web

from bot.slack.socket_mode.connection import Connection
from bot.slack.socket_mode.messages import Envelope
from bot.slack.socket_mode.upkeep import Stage

HELLO = {"type": "hello", "num_connections": 1}
GOODBYE = {"type": "disconnect", "reason": "warning"}
Side = Callable[[web.WebSocketResponse], Awaitable[None]]


async def acknowledged(envelope: Envelope) -> str:
    return envelope.id


@asynccontextmanager
async def connected(side: Side, stages: list[Stage]) -> AsyncIterator[tuple[Connection, asyncio.Task[None]]]:
    """A connection to somebody who acts so, and what attends to it; ``stages``: which ones it came to.

    It is there once it came to the first one.
    """
    moved = asyncio.Event()

    async def served(request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(autoping=False, autoclose=False)
        await socket.prepare(request)
        await side(socket)
        return socket

    server = web.Application()
    server.add_routes([web.get("/", served)])
    runner = web.AppRunner(server)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()

        def note() -> None:
            stages.append(made.stage)
            moved.set()

        made = Connection(acknowledged, note, lambda: 0.0)
        url = f"http://127.0.0.1:{runner.addresses[0][1]}/"
        async with ClientSession() as session, session.ws_connect(url, autoclose=False, autoping=False) as socket:
            attending = asyncio.create_task(made.attend(socket))
            await moved.wait()
            yield made, attending
    finally:
        await runner.cleanup()


async def test_slack_is_given_a_pong_and_what_is_no_message_is_passed_over() -> None:
    stages, pong = list[Stage](), list[bytes]()

    async def slack(socket: web.WebSocketResponse) -> None:
        await socket.send_str("Hello?")
        await socket.send_bytes(b"Hello?")
        await socket.ping(b"there?")
        pong.append((await socket.receive()).data)
        await socket.send_json(HELLO)
        await socket.send_json(GOODBYE)

    async with connected(slack, stages) as (_, attending):
        await attending
    assert (stages, pong) == ([Stage.OPEN, Stage.LEAVING], [b"there?"])


async def test_after_its_close_frame_the_bot_takes_what_comes_and_sends_nothing() -> None:
    stages, received = list[Stage](), list[WSMsgType]()

    async def slack(socket: web.WebSocketResponse) -> None:
        await socket.send_json(HELLO)
        received.append((await socket.receive()).type)
        await socket.send_json(GOODBYE)
        await socket.ping()
        await socket.send_json({"envelope_id": "late", "payload": {}})
        await socket.close()

    async with connected(slack, stages) as (connection, attending):
        assert connection.is_heard
        assert await connection.close()
        await attending
        await connection.answered()
    assert (stages, received) == ([Stage.OPEN], [WSMsgType.CLOSE])


async def test_a_connection_that_is_not_open_yet_is_just_given_up() -> None:
    connection = Connection(acknowledged, lambda: None, lambda: 0.0)
    assert not await connection.close()
    assert not connection.is_heard
