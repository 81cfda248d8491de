import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TypeAlias
from uuid import UUID

import httpx
import pytest

from bot.bigcommerce import (
    API_URL,
    Conflict,
    NewCustomer,
    NewSegment,
    NotFound,
    RateLimited,
    ServerError,
    Store,
    StoreError,
    TimedOut,
    Unreachable,
    connect,
)
from bot.bigcommerce.connection import (
    build_base_url,
)
from bot.bigcommerce.exchanges import correlation_uuid
from bot.bigcommerce.network import TIMEOUT
from bot.bigcommerce.rate_limits import FAILURES, PATIENCE, REFUSALS
from bot.bigcommerce.shares import AT_ONCE, RESERVED
from bot.bigcommerce.wire_format import BASE_ROOM
from tests.bigcommerce.conftest import TOKEN, Clock, Reply, Vendor, listed, profile, scripted, store_of, uuid
from tests.bigcommerce.test_rate_limits import headers
from tests.carried import Carried

Doing: TypeAlias = Callable[[Store], Awaitable[object]]

DONE = httpx.Response(204)
REPEATABLE: dict[str, tuple[Doing, httpx.Response]] = {
    "GET": (lambda store: store.profile_count(), listed(profile(1), total=4)),
    "DELETE by id": (lambda store: store.delete_segments(uuid(1)), DONE),
    "DELETE members by id": (lambda store: store.remove_members(uuid(1), uuid(2)), DONE),
    "POST members": (lambda store: store.add_members(uuid(1), uuid(2)), listed(profile(2))),
    "POST profiles": (lambda store: store.create_profiles(1), listed(profile(1))),
}
CREATING: dict[str, Doing] = {
    "segments": lambda store: store.create_segments(NewSegment(name="VIPs")),
    "customers": lambda store: store.create_customers(
        NewCustomer(email="ada@example.com", first_name="Ada", last_name="Byron")
    ),
}
CREATED: dict[str, httpx.Response] = {
    "segments": listed({"id": uuid(1), "name": "VIPs"}),
    "customers": listed({"id": 1, "email": "ada@example.com", "shopper_profile_id": None, "segment_ids": []}),
}
LOST = [
    httpx.Response(500),
    httpx.Response(503),
    httpx.ReadTimeout,
    httpx.ReadError,
    httpx.RemoteProtocolError,
]


@pytest.mark.parametrize("what", REPEATABLE)
@pytest.mark.parametrize("failure", [*LOST, httpx.ConnectError, httpx.ConnectTimeout, httpx.Response(504)])
async def test_what_may_be_repeated_is_tried_again(what: str, failure: Reply, clock: Clock) -> None:
    doing, success = REPEATABLE[what]
    async with store_of(scripted(failure, failure, success), clock) as (store, vendor):
        await doing(store)

        assert len(set(vendor.targets)) == 1
        assert clock.naps == [0.5, 1]


@pytest.mark.parametrize("what", CREATING)
@pytest.mark.parametrize("failure", LOST)
async def test_a_create_that_may_have_been_carried_out_is_not_repeated(what: str, failure: Reply, clock: Clock) -> None:
    async with store_of(scripted(failure), clock) as (store, vendor):
        with pytest.raises((ServerError, Unreachable)) as caught:
            await CREATING[what](store)

        assert caught.value.maybe_done
        assert len(vendor.asked) == 1


@pytest.mark.parametrize("what", CREATING)
@pytest.mark.parametrize("failure", [httpx.ConnectError, httpx.ConnectTimeout, httpx.Response(429)])
async def test_a_create_that_was_never_carried_out_is_repeated(what: str, failure: Reply, clock: Clock) -> None:
    async with store_of(scripted(failure, CREATED[what]), clock) as (store, vendor):
        await CREATING[what](store)

        assert len(vendor.asked) == 2


@pytest.mark.parametrize(
    ("failure", "kind", "doubtful"),
    [
        (httpx.Response(500), ServerError, True),
        (httpx.ReadTimeout, TimedOut, True),
        (httpx.ReadError, Unreachable, True),
        (httpx.ConnectTimeout, TimedOut, False),
        (httpx.ConnectError, Unreachable, False),
    ],
)
async def test_retrying_ends_with_whether_it_may_be_done(
    failure: Reply, kind: type[StoreError], doubtful: bool, clock: Clock
) -> None:
    async with store_of(lambda _: failure, clock) as (store, vendor):
        with pytest.raises(StoreError) as caught:
            await store.delete_segments(uuid(1))
        with pytest.raises(StoreError) as reading:
            await store.profile_count()

        assert type(caught.value) is kind
        assert caught.value.maybe_done is doubtful
        assert reading.value.maybe_done is False
        assert len(vendor.asked) == 2 * FAILURES


async def test_doubt_outlives_the_attempt_that_raised_it(clock: Clock) -> None:
    replies = [httpx.ReadTimeout, *[httpx.ConnectError] * (FAILURES - 1)]
    async with store_of(scripted(*replies), clock) as (store, _):
        with pytest.raises(Unreachable) as caught:
            await store.delete_segments(uuid(1))

        assert caught.value.maybe_done


async def test_slow_failures_end_within_30_seconds(clock: Clock) -> None:
    def slow(_: httpx.Request) -> Reply:
        clock.now += TIMEOUT
        return httpx.ReadTimeout

    async with store_of(slow, clock) as (store, vendor):
        began = clock()
        with pytest.raises(TimedOut):
            await store.profile_count()

        assert len(vendor.asked) > 1
        assert clock() - began <= PATIENCE + TIMEOUT


async def test_a_429_is_waited_out_as_told(clock: Clock) -> None:
    refusal = httpx.Response(429, headers=headers(left=0, reset=7_000))
    async with store_of(scripted(refusal, listed(profile(1), total=4)), clock) as (store, _):
        assert await store.profile_count() == 4
        assert sum(clock.naps) == pytest.approx(7.001)


async def test_a_429_for_one_holds_back_the_others_too(clock: Clock) -> None:
    waiting: list[float] = []

    async def wait_for_ever(seconds: float) -> None:
        waiting.append(seconds)
        await asyncio.Event().wait()

    vendor = Vendor(lambda _: httpx.Response(429, headers=headers(left=0, reset=7_000)))
    async with connect(API_URL, "sandbox", TOKEN, clock=clock, sleep=wait_for_ever, transport=Carried(vendor)) as store:
        tasks = []
        for _ in range(2):
            tasks.append(asyncio.create_task(store.profile_count()))
            await until_idle()

        assert waiting == [7, pytest.approx(7.001)]
        assert len(vendor.asked) == 1
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def test_endless_429_ends_as_rate_limited_and_undone(clock: Clock) -> None:
    async with store_of(lambda _: httpx.Response(429), clock) as (store, vendor):
        with pytest.raises(RateLimited) as caught:
            await store.delete_segments(uuid(1))

        assert not caught.value.maybe_done
        assert len(vendor.asked) == REFUSALS


async def test_other_refusals_are_final(clock: Clock) -> None:
    async with store_of(scripted(httpx.Response(409)), clock) as (store, _):
        with pytest.raises(Conflict):
            await store.create_segments(NewSegment(name="VIPs"))
        assert clock.naps == []


async def test_a_plentiful_quota_is_never_waited_for(clock: Clock) -> None:
    async with store_of(lambda _: httpx.Response(204, headers=headers(left=100)), clock) as (store, _):
        for number in range(20):
            await store.delete_segments(uuid(number))
        assert clock.naps == []


@pytest.mark.parametrize("at_once", [1, 10])
async def test_a_small_quota_is_spread_so_that_no_429_comes(at_once: int, clock: Clock) -> None:
    began, spent = clock(), [0] * 99

    def counting(_: httpx.Request) -> Reply:
        window = int((clock() - began) // 30)
        spent[window] += 1
        reset = int(30_000 - (clock() - began) % 30 * 1000)
        left = 40 - spent[window]
        assert left >= 0, "ran into a 429"
        return httpx.Response(204, headers=headers(quota=40, left=left, reset=reset))

    async with store_of(counting, clock) as (store, vendor):
        for _ in range(100 // at_once):
            await asyncio.gather(*(store.delete_segments(uuid(1)) for _ in range(at_once)))

        assert len(vendor.asked) == 100
        assert max(clock.naps) < 30


async def test_a_gateways_error_page_does_not_reset_the_quota(clock: Clock) -> None:
    replies = [httpx.Response(204, headers=headers(left=20)), httpx.Response(404), httpx.Response(204)]
    async with store_of(scripted(*replies), clock) as (store, _):
        await store.delete_segments(uuid(1))
        with pytest.raises(NotFound):
            await store.delete_segments(uuid(1))
        await store.delete_segments(uuid(1))

        assert len(clock.naps) == 2


async def until_idle() -> None:
    for _ in range(100):
        await asyncio.sleep(0)


class Crowd(httpx.AsyncBaseTransport):
    """Keeps each request for a while and counts how many are there at once."""

    def __init__(self) -> None:
        self.here = self.peak = 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.here += 1
        self.peak = max(self.peak, self.here)
        for _ in range(5):
            await asyncio.sleep(0)
        self.here -= 1
        return listed(profile(1), total=4)


async def test_never_more_than_ten_requests_are_under_way(clock: Clock) -> None:
    crowd = Crowd()
    async with connect(API_URL, "sandbox", TOKEN, clock=clock, sleep=clock.sleep, transport=Carried(crowd)) as store:
        await asyncio.gather(
            *(store.correlated(f"change-{number}").profile_count() for number in range(25)),
            store.delete_segments(*map(uuid, range(4_000))),
        )
    assert crowd.peak == AT_ONCE


async def test_requests_that_may_wait_leave_some_connections_to_others(clock: Clock) -> None:
    crowd = Crowd()
    async with connect(API_URL, "sandbox", TOKEN, clock=clock, sleep=clock.sleep, transport=Carried(crowd)) as store:
        await asyncio.gather(*(store.patient().correlated("list").profile_count() for _ in range(40)))
    assert crowd.peak == AT_ONCE - RESERVED


async def test_a_request_that_cannot_wait_passes_forty_that_can(clock: Clock) -> None:
    release = asyncio.Event()

    class Slow(httpx.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            if request.headers["X-Correlation-Id"] == correlation_uuid("list"):
                await release.wait()
            return listed(profile(1), total=4)

    async with connect(API_URL, "sandbox", TOKEN, clock=clock, sleep=clock.sleep, transport=Carried(Slow())) as store:
        lists = [asyncio.create_task(store.patient().correlated("list").profile_count()) for _ in range(40)]
        assert await store.correlated("decision").profile_count() == 4
        assert not any(one.done() for one in lists)
        release.set()
        await asyncio.gather(*lists)


async def test_a_cancelled_request_gives_its_place_back(clock: Clock) -> None:
    async with store_of(lambda _: listed(profile(1), total=4), clock) as (store, _):
        tasks = [asyncio.create_task(store.profile_count()) for _ in range(30)]
        await asyncio.sleep(0)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

        assert await store.profile_count() == 4


async def test_what_is_on_its_way_goes_on_though_whoever_asked_does_not_wait(clock: Clock) -> None:
    release, answered = asyncio.Event(), list[str]()

    class Slow(httpx.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            await release.wait()
            answered.append(request.method)
            return httpx.Response(204)

    async with connect(API_URL, "sandbox", TOKEN, clock=clock, sleep=clock.sleep, transport=Carried(Slow())) as store:
        writing = asyncio.create_task(store.delete_segments(uuid(1)))
        await until_idle()
        writing.cancel()
        await asyncio.gather(writing, return_exceptions=True)
        release.set()
        await until_idle()
    assert answered == ["DELETE"]


async def test_who_closes_the_store_waits_until_nothing_is_on_its_way(clock: Clock) -> None:
    ended = list[str]()

    class Mute(httpx.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            try:
                await asyncio.Event().wait()
            finally:
                await asyncio.sleep(0)
                ended.append(request.method)
            raise AssertionError

    async with connect(API_URL, "sandbox", TOKEN, clock=clock, sleep=clock.sleep, transport=Carried(Mute())) as store:
        reading = asyncio.create_task(store.profile_count())
        await until_idle()
        reading.cancel()
        await asyncio.gather(reading, return_exceptions=True)
    assert ended == ["GET"]


async def test_requests_carry_the_token_the_body_and_the_correlation_id(clock: Clock) -> None:
    async with store_of(lambda _: listed(profile(1)), clock) as (store, vendor):
        await store.correlated("change-42").create_profiles(1)
        await store.delete_segments(uuid(1))

        write, other = vendor.asked
        assert str(write.url) == "https://api.bigcommerce.com/stores/sandbox/v3/shopper-profiles"
        assert (write.headers["X-Auth-Token"], write.headers["Accept"]) == (TOKEN, "application/json")
        assert (write.headers["X-Correlation-Id"], write.headers["Content-Type"]) == (
            str(UUID(correlation_uuid("change-42"))),
            "application/json",
        )
        assert write.headers["User-Agent"].startswith("segment-bot")
        assert write.content == b'[{"customer_id": 1}]'
        assert "X-Correlation-Id" not in other.headers


async def test_cookies_are_not_kept(clock: Clock) -> None:
    tagged = httpx.Response(200, json=listed().json(), headers={"Set-Cookie": "gateway=1"})
    async with store_of(scripted(tagged, listed()), clock) as (store, vendor):
        for _ in range(2):
            assert [each async for each in store.segments()] == []
    assert "Cookie" not in vendor.asked[-1].headers


async def test_quoted_text_goes_over_the_wire_unchanged(clock: Clock) -> None:
    async with store_of(lambda _: listed(), clock) as (store, vendor):
        _ = [each async for each in store.customers(emails=["a+b@example.com", "ü'&#@example.com"])]

        assert vendor.targets[0].endswith("&email:in=a%2Bb@example.com,%C3%BC%27%26%23@example.com")


async def test_a_name_that_cannot_be_encoded_is_sent_for_the_store_to_refuse(clock: Clock) -> None:
    async with store_of(lambda _: listed({"id": uuid(1), "name": "Half \ufffd"}), clock) as (store, vendor):
        await store.create_segments(NewSegment(name="half \ud83d"))

        assert b"half \\ud83d" in vendor.asked[0].content


@pytest.mark.parametrize(
    ("url", "store_hash", "token"),
    [
        ("api.bigcommerce.com", "abc", "t"),
        ("ftp://api.bigcommerce.com", "abc", "t"),
        ("https://", "abc", "t"),
        ("https://api.bigcommerce.com:port", "abc", "t"),
        ("https://api.bigcommerce.com?x=1", "abc", "t"),
        ("https://api.bigcommerce.com#x", "abc", "t"),
        ("https://api.bigcommerce.com/" + "x" * 400, "abc", "t"),
        (API_URL, "", "t"),
        (API_URL, "../abc", "t"),
        (API_URL, "abc", ""),
        (API_URL, "abc", "two\nlines"),
        (API_URL, "abc", "schlüssel"),
    ],
)
async def test_an_impossible_address_or_token_is_refused_without_telling_it(
    url: str, store_hash: str, token: str
) -> None:
    with pytest.raises(ValueError, match=r"is not|token|too long") as caught:
        async with connect(url, store_hash, token):
            pass
    assert len(token) < 2 or token not in str(caught.value)


def test_a_url_leaves_room_for_what_is_asked() -> None:
    room = BASE_ROOM - len(build_base_url("http://127.0.0.1", "x")) + 1
    assert len(build_base_url("http://127.0.0.1", "x" * room)) == BASE_ROOM
    with pytest.raises(ValueError, match="The API's URL is too long"):
        build_base_url("http://127.0.0.1", "x" * (room + 1))


def test_a_slash_at_the_end_of_the_url_does_no_harm() -> None:
    assert build_base_url("http://127.0.0.1:8000/", "sandbox") == "http://127.0.0.1:8000/stores/sandbox/v3/"


@pytest.mark.parametrize("failure", [httpx.ConnectError, httpx.ReadTimeout, httpx.Response(401)])
async def test_no_error_leads_to_the_token(failure: Reply, clock: Clock) -> None:
    async with store_of(lambda _: failure, clock) as (store, _):
        with pytest.raises(StoreError) as caught:
            await store.profile_count()

        error = caught.value
        assert TOKEN not in f"{error} {error!r} {vars(error)} {store!r} {vars(store)}"
        assert (error.__cause__, error.__context__) == (None, None)


@asynccontextmanager
async def real_store(port: int, clock: Clock) -> AsyncIterator[Store]:
    async with connect(f"http://127.0.0.1:{port}", "sandbox", TOKEN, clock=clock, sleep=clock.sleep) as store:
        yield store


async def test_over_a_real_socket_nobody_listening_is_unreachable_and_undone(clock: Clock) -> None:
    with socket.socket() as bound:  # bound but not listening: nobody else can take the port
        bound.bind(("127.0.0.1", 0))
        async with real_store(bound.getsockname()[1], clock) as store:
            with pytest.raises(Unreachable) as caught:
                await store.create_profiles(1)

    assert not caught.value.maybe_done
    assert len(clock.naps) == FAILURES - 1


async def test_a_dropped_real_connection_is_unreachable_and_in_doubt(clock: Clock) -> None:
    async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_server(hang_up, "127.0.0.1", 0)
    async with server, real_store(server.sockets[0].getsockname()[1], clock) as store:
        with pytest.raises(Unreachable) as caught:
            await store.create_segments(NewSegment(name="VIPs"))

    assert caught.value.maybe_done
    assert clock.naps == []


async def test_a_vendor_is_asked_nothing_on_connecting() -> None:
    vendor = Vendor(scripted())
    async with connect(API_URL, "sandbox", TOKEN, transport=Carried(vendor)):
        assert vendor.asked == []


async def test_over_a_real_socket_cookies_are_not_sent_back_either(clock: Clock) -> None:
    asked = list[bytes]()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(await reader.readuntil(b"\r\n\r\n"))
        body = listed().content
        head = f"HTTP/1.1 200 OK\r\nSet-Cookie: gateway=1\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        writer.write(head.encode() + body)
        await writer.drain()
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    host = f"http://localhost:{server.sockets[0].getsockname()[1]}"  # cookies of a bare address are kept by nobody
    async with server, connect(host, "sandbox", TOKEN, clock=clock, sleep=clock.sleep) as store:
        for _ in range(2):
            assert [each async for each in store.segments()] == []
    assert (len(asked), b"cookie" in asked[1].lower()) == (2, False)
