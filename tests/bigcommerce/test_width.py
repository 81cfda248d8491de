"""How many requests a store takes at once is not certain: it is learned from its refusals."""

import asyncio

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.bigcommerce import API_URL, Locked, NewSegment, OverPlan, RateLimited, TimedOut, connect
from bot.bigcommerce.rate_limits import CROWDED, LONGEST_SHORT_BACKOFF, PATIENCE, STEADY, Attempts, Width, retry_after
from bot.bigcommerce.shares import AT_ONCE
from bot.sandbox import server
from bot.sandbox import store as emulated
from tests.bigcommerce.conftest import TOKEN, Clock, listed, profile, scripted, store_of, uuid
from tests.bigcommerce.test_rate_limits import headers
from tests.carried import Carried
from tests.laws.values import PURE


def burst(width: Width, limit: int) -> Width:
    """Send as many at once as the width allows to a store that takes `limit`; the refusals come first."""
    for in_flight in range(width.now, limit, -1):
        width = width.after(in_flight, refused=True)
    return width


@pytest.mark.parametrize("limit", range(1, 11))
def test_one_burst_shows_how_many_are_taken(limit: int) -> None:
    assert burst(Width(10, 10), limit).now == limit


def test_the_last_one_is_never_given_up() -> None:
    assert Width(10, 1).after(1, refused=True).now == 1


def test_it_widens_slowly_and_never_beyond_the_most() -> None:
    width = Width(10, 3)
    for now in (3, 4, 5):
        for _ in range(STEADY):
            assert width.now == now
            width = width.after(3, refused=False)
    assert width.now == 6
    for _ in range(STEADY * 20):
        width = width.after(3, refused=False)
    assert width.now == 10


@PURE
@given(st.lists(st.tuples(st.integers(1, 10), st.booleans()), max_size=300))
def test_the_width_stays_within_its_bounds(responses: list[tuple[int, bool]]) -> None:
    width = Width(10, 10)
    for in_flight, refused in responses:
        narrower = width.after(in_flight, refused=refused)
        assert 1 <= narrower.now <= 10
        assert narrower.now <= width.now if refused else narrower.now >= width.now
        width = narrower


def test_a_429_with_quota_left_waits_shortly_and_has_patience_of_its_own() -> None:
    attempts, waits = Attempts(), list[float | None]()
    while not waits or waits[-1] is not None:
        attempts = attempts.refused(headers(left=100))
        waits.append(attempts.after_refusal(headers(left=100, reset=29_000), jitter=1))
    assert waits[:6] == [0.1, 0.2, 0.4, 0.8, 1.6, LONGEST_SHORT_BACKOFF]
    assert len(waits) == CROWDED


@pytest.mark.parametrize(
    ("named", "seconds"),
    [
        ({"retry-after": "7"}, 7),
        ({"x-retry-after": "0.5"}, 0.5),
        ({"x-retry-after": "3", "retry-after": "9"}, 3),
        ({"retry-after": "Wed, 21 Oct 2026 07:28:00 GMT"}, None),
        ({"retry-after": "-1"}, None),
        ({"retry-after": "99999"}, None),
        ({"retry-after": ""}, None),
        ({}, None),
    ],
)
def test_the_wait_that_a_header_names(named: dict[str, str], seconds: float | None) -> None:
    assert retry_after(named) == seconds


@pytest.mark.parametrize("name", ["Retry-After", "X-Retry-After"])
@pytest.mark.parametrize("status", [423, 429, 503])
async def test_a_named_wait_is_kept(name: str, status: int, clock: Clock) -> None:
    replies = [httpx.Response(status, headers={name: "7"}), listed(profile(1), total=4)]
    async with store_of(scripted(*replies), clock) as (store, _):
        assert await store.profile_count() == 4
        assert clock.naps == [7]


async def test_a_failure_whose_wait_is_longer_than_patience_is_the_last(clock: Clock) -> None:
    reply = httpx.Response(503, headers={"Retry-After": str(PATIENCE + 1)})
    async with store_of(scripted(reply), clock) as (store, _):
        with pytest.raises(Exception, match="problem on its side"):
            await store.profile_count()


async def test_what_is_locked_is_tried_again_even_if_it_must_not_be_done_twice(clock: Clock) -> None:
    created = listed({"id": uuid(1), "name": "VIPs"})
    async with store_of(scripted(httpx.Response(423), created), clock) as (store, _):
        assert len(await store.create_segments(NewSegment(name="VIPs"))) == 1
    async with store_of(lambda _: httpx.Response(423), clock) as (store, _):
        with pytest.raises(Locked, match="busy with this") as caught:
            await store.delete_segments(uuid(1))
        assert not caught.value.maybe_done


async def test_what_the_plan_does_not_allow_is_not_tried_again(clock: Clock) -> None:
    async with store_of(lambda _: httpx.Response(507, json={"title": "Limit reached."}), clock) as (store, vendor):
        with pytest.raises(OverPlan, match=r"plan does not allow more .* says: Limit reached\.") as caught:
            await store.create_segments(NewSegment(name="VIPs"))
        assert (caught.value.is_refusal, len(vendor.asked)) == (True, 1)
        with pytest.raises(OverPlan):  # what may be repeated is not, either
            await store.delete_segments(uuid(1))
        assert len(vendor.asked) == 2


class Narrow(httpx.AsyncBaseTransport):
    """Takes so many requests at once, and refuses more although quota is left, or without saying so."""

    def __init__(self, most: int, told: dict[str, str]) -> None:
        self.most, self.told, self.here, self.refused, self.peak = most, told, 0, 0, 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.here += 1
        self.peak = max(self.peak, self.here)
        is_too_many = self.here > self.most
        for _ in range(1 if is_too_many else 5):
            await asyncio.sleep(0)
        self.here -= 1
        self.refused += is_too_many
        return httpx.Response(429, headers=self.told) if is_too_many else listed(profile(1), total=4)


@pytest.mark.parametrize("told", [headers(left=100), {}], ids=["quota left", "bare"])
@pytest.mark.parametrize("most", [1, 3, 9])
async def test_a_thousand_requests_to_a_narrow_store_are_through_in_seconds(
    most: int, told: dict[str, str], clock: Clock
) -> None:
    narrow = Narrow(most, told)
    async with connect(API_URL, "sandbox", TOKEN, clock=clock, sleep=clock.sleep, transport=Carried(narrow)) as store:
        began = clock()
        await asyncio.gather(*(store.profile_count() for _ in range(1_000)))
    assert narrow.refused < 60
    assert narrow.peak == AT_ONCE
    assert clock() - began < 30


async def test_endless_429_with_quota_left_ends_as_rate_limited(clock: Clock) -> None:
    async with store_of(lambda _: httpx.Response(429, headers=headers(left=100)), clock) as (store, vendor):
        with pytest.raises(RateLimited):
            await store.profile_count()
        assert len(vendor.asked) == CROWDED


async def test_an_answer_that_trickles_is_given_up_as_a_whole() -> None:
    with_bytes = emulated.Store(":memory:")
    with_bytes.faults.add("*", "*", trickle=0.02, times=None)
    clock = Clock()
    async with (
        server.serve(port=0, store=with_bytes, workspace=None, log=None, page=False) as url,
        connect(
            url, "sandbox", "sandbox-token", clock=clock, sleep=clock.sleep, longest_read=0.1, longest_write=0.1
        ) as store,
    ):
        with pytest.raises(TimedOut) as reading:
            await store.profile_count()
        with pytest.raises(TimedOut) as writing:
            await store.create_segments(NewSegment(name="VIPs"))
        assert (reading.value.maybe_done, writing.value.maybe_done) == (False, True)
    with_bytes.close()


async def test_a_read_that_ends_in_time_may_be_slow(clock: Clock) -> None:
    class Slow(httpx.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            await asyncio.sleep(0.01)
            return listed(profile(1))

    async with connect(API_URL, "sandbox", TOKEN, clock=clock, sleep=clock.sleep, transport=Carried(Slow())) as store:
        assert await store.profile_count() == 1
