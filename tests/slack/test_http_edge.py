"""What reaches the port is refused before it is parsed, unless Slack signed it just now; over real sockets."""

import asyncio
import hashlib
import hmac
import logging
import resource
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any
from urllib.parse import urlencode

import pytest

from bot.sandbox.workspace import people
from bot.slack import transports
from bot.slack.http.connections import Connections, most_connections, open_files
from bot.slack.http.refusals import Refusals
from tests.conftest import OpenWorld
from tests.harness import World

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]
HOST = "127.0.0.1"
FORGED = {"X-Slack-Request-Timestamp": "1", "X-Slack-Signature": f"v0={'0' * 64}"}


@pytest.fixture
async def slack(open_world: OpenWorld) -> World:
    """A world whose bot is served once more by each test, within bounds of its own."""
    return await open_world(signed_http=True)


@asynccontextmanager
async def serving(world: World, **bounds: Any) -> AsyncIterator[int]:
    """Serve the world's bot once more; yields the port."""
    assert world.bot
    bot, now = world.bot, world.clock.timestamp
    served = transports.http(bot.app, bot.healthy, people.SIGNING_SECRET, now=now, **bounds)
    async with transports.listening(served, HOST, 0) as port:
        yield port


def signed(world: World, body: str | bytes) -> dict[str, str]:
    """The headers with which Slack would send this body."""
    timestamp = str(int(world.clock.timestamp()))
    content = body.encode() if isinstance(body, str) else body
    digest = hmac.new(people.SIGNING_SECRET.encode(), b"v0:%b:%b" % (timestamp.encode(), content), hashlib.sha256)
    return {"X-Slack-Request-Timestamp": timestamp, "X-Slack-Signature": f"v0={digest.hexdigest()}"}


def post(body: str | bytes = "", headers: dict[str, str] | None = None, *, path: str = transports.PATH) -> bytes:
    """A request as bytes; its length unless the headers say something else."""
    content = body.encode() if isinstance(body, str) else body
    lines = {"Host": "bot", "Content-Length": str(len(content))} | (headers or {})
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items() if value)
    return f"POST {path} HTTP/1.1\r\n{head}\r\n".encode() + content


def command(world: World, text: str = "/segment list") -> bytes:
    """A signed slash command."""
    body = urlencode(world.command(text))
    return post(body, signed(world, body))


async def send(port: int, request: bytes) -> bytes:
    """Send this over a connection of its own; return the head of the response."""
    reader, writer = await asyncio.open_connection(HOST, port)
    writer.write(request)
    try:
        return await reader.readuntil(b"\r\n\r\n")
    finally:
        writer.close()


async def begun(port: int, request: bytes) -> Streams:
    """A connection on which this much was sent."""
    reader, writer = await asyncio.open_connection(HOST, port)
    writer.write(request)
    return reader, writer


async def closed(*connections: Streams) -> None:
    """Wait until the bot has closed each of these."""
    for reader, writer in connections:
        with suppress(ConnectionResetError):
            await reader.read()
        writer.close()


def lines(caplog: pytest.LogCaptureFixture) -> list[str]:
    """What was logged as warnings or worse."""
    return [one.getMessage() for one in caplog.records if one.levelno >= logging.WARNING]


async def test_a_body_is_taken_as_it_came_whatever_is_said_of_its_encoding(slack: World) -> None:
    """What was signed is the bytes; whoever unpacked them first could be sent a gigabyte in a megabyte."""
    body = urlencode(slack.command("/segment list"))
    async with serving(slack) as port:
        answered = await send(port, post(body, signed(slack, body) | {"Content-Encoding": "gzip"}))
    assert answered.startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-Slack-Request-Timestamp": "²", "X-Slack-Signature": f"v0={'0' * 64}"},
        {"Content-Length": "1048577"},
    ],
)
async def test_a_request_without_a_signature_is_refused_unread(
    slack: World, caplog: pytest.LogCaptureFixture, headers: dict[str, str]
) -> None:
    """Its body does not even have to arrive."""
    async with serving(slack) as port:
        answered = await send(port, post("", {"Content-Length": "100"} | headers))
    assert answered.startswith(b"HTTP/1.1 401")
    assert lines(caplog) == ["A request was refused: not signed by Slack"]
    assert slack.kinds() == []


async def test_a_request_of_another_time_is_refused_unread(slack: World, caplog: pytest.LogCaptureFixture) -> None:
    async with serving(slack) as port:
        answered = await send(port, post("", {"Content-Length": "100"} | FORGED))
    assert answered.startswith(b"HTTP/1.1 401")
    told = "signed more than five minutes ago, or ahead of this machine's clock"
    assert lines(caplog) == [f"A request was refused: {told}"]
    assert slack.kinds() == []


async def test_a_forged_body_is_refused_before_it_is_parsed(slack: World, caplog: pytest.LogCaptureFixture) -> None:
    async with serving(slack) as port:
        answered = await send(port, post('{"no": JSON', signed(slack, "another body")))
    assert answered.startswith(b"HTTP/1.1 401")
    assert lines(caplog) == ["A request was refused: not signed by Slack"]


async def test_a_body_of_more_than_a_megabyte_is_refused(slack: World, caplog: pytest.LogCaptureFixture) -> None:
    timely = signed(slack, "")
    async with serving(slack) as port:
        announced = await send(port, post("", timely | {"Content-Length": "1048577"}))
        chunk = b"%x\r\n%b\r\n" % (1048577, b"x" * 1048577)
        chunked = await send(port, post(b"", timely | {"Content-Length": "", "Transfer-Encoding": "chunked"}) + chunk)
    assert announced.startswith(b"HTTP/1.1 413")
    assert chunked.startswith(b"HTTP/1.1 413")
    assert lines(caplog) == ["A request was refused: larger than 1,048,576 bytes"]


async def test_a_malformed_request_gets_400_and_one_line(slack: World, caplog: pytest.LogCaptureFixture) -> None:
    chunked = signed(slack, "") | {"Content-Length": "", "Transfer-Encoding": "chunked"}
    async with serving(slack) as port:
        answered = [
            await send(port, b"POST /slack/events HTTP/1.1\r\nno header\r\n\r\n"),
            await send(port, b"\x16\x03\x01 / HTTP/1.1\r\n\r\n"),
            await send(port, b"POST /%b HTTP/1.1\r\nHost: bot\r\n\r\n" % (b"x" * 100_000)),
            await send(port, post(b"no length\r\n", chunked)),
        ]
    assert [one.split()[1] for one in answered] == [b"400"] * 4
    assert lines(caplog) == ["A request was refused: not well-formed HTTP"]
    assert "Traceback" not in caplog.text


async def test_many_refusals_are_few_lines(caplog: pytest.LogCaptureFixture) -> None:
    refusals = Refusals(every=0)
    for reason in ("late",) * 1000 + ("unsigned",):
        refusals.note(reason)
    later = asyncio.Event()
    asyncio.get_running_loop().call_later(0, later.set)
    await later.wait()
    refusals.note("late")
    assert lines(caplog) == [
        "A request was refused: late",
        "1,000 more requests were refused: late (999), unsigned (1)",
    ]


async def test_half_open_requests_leave_room_for_signed_ones(slack: World, caplog: pytest.LogCaptureFixture) -> None:
    """The oldest ones are closed, whether they sent nothing or a half of something."""
    async with serving(slack, most=4, read_within=60) as port:
        halves = [await begun(port, b"POST /slack/ev" * (number % 2)) for number in range(12)]
        assert (await send(port, command(slack))).startswith(b"HTTP/1.1 200")
        await closed(*halves[:9])
        assert not any(reader.at_eof() for reader, _ in halves[9:])
    await closed(*halves[9:])
    await slack.settled()
    assert slack.kinds() == ["asked", "answered"]
    first, *later = lines(caplog)
    assert first == "A request was refused: one of too many connections without a request"
    assert all("more requests were refused: one of too many connections" in line for line in later)  # after a second


async def test_connections_that_are_kept_are_closed_after_the_half_open_ones(slack: World) -> None:
    async with serving(slack, most=2, read_within=60) as port:
        kept, half = await begun(port, command(slack)), await begun(port, b"POST")
        await kept[0].readuntil(b"\r\n\r\n")
        other = await begun(port, command(slack))
        await other[0].readuntil(b"\r\n\r\n")
        await closed(half)
        third = await begun(port, b"")
        await closed(kept)
    await closed(other, third)
    await slack.settled()


@pytest.mark.parametrize("begin", [b"", b"POST /slack/events HTTP/1.1\r\nHost:"])
async def test_a_request_that_does_not_arrive_in_time_is_closed(
    slack: World, caplog: pytest.LogCaptureFixture, begin: bytes
) -> None:
    async with serving(slack, read_within=0.01) as port:
        await closed(await begun(port, begin))
    assert lines(caplog) == ["A request was refused: did not arrive in time"]


async def test_a_slow_body_and_a_slow_second_request_are_closed(slack: World, caplog: pytest.LogCaptureFixture) -> None:
    async with serving(slack, read_within=0.05) as port:
        await closed(await begun(port, post("half", signed(slack, "half a body") | {"Content-Length": "11"})))
        kept = await begun(port, command(slack))
        assert (await kept[0].readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200")
        kept[1].write(b"POST")
        await closed(kept)
    assert lines(caplog)[0] == "A request was refused: did not arrive in time"
    assert "Traceback" not in caplog.text


async def test_only_slack_gets_a_second_response_over_one_connection(slack: World) -> None:
    health = b"GET /healthz HTTP/1.1\r\nHost: bot\r\n\r\n"
    async with serving(slack) as port:
        answered = [await send(port, one) for one in (health, post(path="/nowhere"), post(), command(slack))]
    await slack.settled()
    assert [one.split()[1] for one in answered] == [b"200", b"404", b"401", b"200"]
    assert [b"Connection: close" in one for one in answered] == [True, True, True, False]


@pytest.mark.parametrize("body", [b"{", b"payload=[]", b"command=\xff"])
async def test_what_is_signed_but_no_payload_is_refused(
    slack: World, caplog: pytest.LogCaptureFixture, body: bytes
) -> None:
    async with serving(slack) as port:
        answered = await send(port, post(body, signed(slack, body)))
    assert answered.startswith(b"HTTP/1.1 400")
    assert lines(caplog) == ["A request was refused: signed, but not in Slack's shape"]


async def test_nothing_is_served_without_a_signing_secret(slack: World) -> None:
    assert slack.bot
    with pytest.raises(ValueError, match="without a signing secret"):
        transports.http(slack.bot.app, slack.bot.healthy, "")


async def test_any_other_error_of_the_server_is_logged_whole(slack: World, caplog: pytest.LogCaptureFixture) -> None:
    async def broken() -> bool:
        raise RuntimeError("nobody foresaw this")

    assert slack.bot
    served = transports.http(slack.bot.app, broken, people.SIGNING_SECRET)
    async with transports.listening(served, HOST, 0) as port:
        answered = await send(port, b"GET /healthz HTTP/1.1\r\nHost: bot\r\n\r\n")
    assert answered.startswith(b"HTTP/1.1 500")
    assert "nobody foresaw this" in caplog.text


async def test_a_kept_connection_that_slack_closes_leaves_its_place() -> None:
    connections, transport = Connections(Refusals(), most=1, read_within=60), asyncio.Transport()
    connections.opened(transport)
    with connections.busy(transport):
        pass
    assert connections.is_kept(transport)
    connections.lost(transport)
    assert not connections.is_kept(transport)


def test_connections_leave_two_thirds_of_the_files_to_the_rest() -> None:
    assert most_connections(files=1024) == 341
    assert most_connections(files=1_000_000) == 512
    assert most_connections(files=resource.RLIM_INFINITY) == 512
    assert 0 < most_connections(open_files()) <= 512
