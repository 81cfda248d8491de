"""A request that comes again gets the same response, for as long as it would be taken."""

import asyncio
from dataclasses import dataclass, field

import pytest
from slack_bolt.response import BoltResponse

from bot.slack.http.replays import KEPT_SECONDS, MOST_KEPT, Replays, Reply


@dataclass
class Dispatched:
    """Counts what is dispatched."""

    replies: list[Reply] = field(default_factory=list)
    now: float = 0.0

    async def __call__(self) -> Reply:
        await asyncio.sleep(0)
        self.replies.append(Reply(200, str(len(self.replies))))
        return self.replies[-1]

    def clock(self) -> float:
        return self.now


async def test_the_same_request_is_dispatched_once_even_at_once() -> None:
    dispatched = Dispatched()
    replays = Replays(now=dispatched.clock)
    at_once = await asyncio.gather(*(replays.reply("v0=a", dispatched) for _ in range(3)))
    assert [*at_once, await replays.reply("v0=a", dispatched)] == [Reply(200, "0")] * 4
    assert await replays.reply("v0=b", dispatched) == Reply(200, "1")


async def test_a_request_is_remembered_for_as_long_as_it_is_valid() -> None:
    dispatched = Dispatched()
    replays = Replays(now=dispatched.clock)
    await replays.reply("v0=a", dispatched)
    dispatched.now = KEPT_SECONDS - 1
    await replays.reply("v0=b", dispatched)
    assert await replays.reply("v0=a", dispatched) == Reply(200, "0")
    dispatched.now = KEPT_SECONDS
    await replays.reply("v0=c", dispatched)
    assert await replays.reply("v0=a", dispatched) == Reply(200, "3")
    assert await replays.reply("v0=b", dispatched) == Reply(200, "1")


async def test_of_too_many_requests_the_oldest_are_forgotten() -> None:
    dispatched = Dispatched()
    replays = Replays(now=dispatched.clock, most=2)
    for signature in ("v0=a", "v0=b", "v0=c"):
        await replays.reply(signature, dispatched)
    assert await replays.reply("v0=b", dispatched) == Reply(200, "1")
    assert await replays.reply("v0=a", dispatched) == Reply(200, "3")


async def test_a_long_response_is_given_once() -> None:
    async def long() -> Reply:
        return Reply(200, "x" * (MOST_KEPT + 1))

    replays = Replays(now=lambda: 0.0)
    assert len((await replays.reply("v0=a", long)).body) == MOST_KEPT + 1
    assert await replays.reply("v0=a", long) == Reply(200)


async def test_what_broke_may_come_again() -> None:
    async def broken() -> Reply:
        raise RuntimeError

    async def failed() -> Reply:
        return Reply(500)

    dispatched = Dispatched()
    replays = Replays(now=dispatched.clock)
    with pytest.raises(RuntimeError):
        await replays.reply("v0=a", broken)
    assert await replays.reply("v0=a", failed) == Reply(500)
    assert await replays.reply("v0=a", dispatched) == Reply(200, "0")


async def test_whoever_waits_for_what_breaks_gets_nothing_either() -> None:
    async def broken() -> Reply:
        await asyncio.sleep(0)
        raise RuntimeError

    replays = Replays(now=lambda: 0.0)
    both = asyncio.gather(*(replays.reply("v0=a", broken) for _ in range(2)), return_exceptions=True)
    assert list(map(type, await asyncio.wait_for(both, 5))) == [RuntimeError, asyncio.CancelledError]


def test_what_bolt_responds_is_replied() -> None:
    response = BoltResponse(status=201, body="{}", headers={"content-type": ["application/json;charset=utf-8"]})
    assert Reply.of(response) == Reply(201, "{}", "application/json")


def test_a_response_is_what_was_replied() -> None:
    response = Reply(503, "{}", "application/json").response()
    assert (response.status, response.text, response.content_type) == (503, "{}", "application/json")


def test_a_response_is_built_as_it_was_given() -> None:
    response = Reply(404, "<b>", "text/html").response()
    assert (response.status, response.text, response.content_type) == (404, "<b>", "text/html")
