"""Before each write its caller's fence is asked, last before a byte of it goes out."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import httpx
import pytest

from bot.bigcommerce import API_URL, HeldBack, NewSegment, TimedOut, connect
from bot.bigcommerce.exchanges import FRESH
from bot.sandbox import server
from bot.sandbox import store as emulated
from tests.bigcommerce.conftest import TOKEN, Clock, listed, profile, scripted, store_of, uuid
from tests.bigcommerce.test_whole_documents import promotion
from tests.carried import Carried


@dataclass
class Gate:
    """A fence that is shut, or opens; it remembers what it was asked and heard."""

    shut: bool = False
    seen: list[str] = field(default_factory=list)
    over: list[tuple[bool, bool]] = field(default_factory=list)

    async def permit(self) -> None:
        self.seen.append("asked")
        if self.shut:
            raise HeldBack

    def ended(self, *, wrote: bool, answered: bool) -> None:
        self.over.append((wrote, answered))


@asynccontextmanager
async def served() -> AsyncIterator[tuple[str, emulated.Store]]:
    store = emulated.Store(":memory:")
    async with server.serve(port=0, store=store, workspace=None, log=None, page=False) as url:
        yield url, store
    store.close()


async def test_a_write_that_is_held_back_does_not_reach_the_store_over_a_network() -> None:
    gate = Gate(shut=True)
    async with served() as (url, store), connect(url, "sandbox", "sandbox-token") as client:
        with pytest.raises(HeldBack) as caught:
            await client.correlated("change-1", gate).create_segments(NewSegment(name="VIPs"))
        assert not caught.value.maybe_done
        assert store.requests() == []
        gate.shut = False
        await client.correlated("change-1", gate).create_segments(NewSegment(name="VIPs"))
        assert [one["method"] for one in store.requests()] == ["POST"]


async def test_over_a_network_the_fence_is_asked_once_the_connection_stands() -> None:
    """What passed while it was being opened is not overlooked."""
    stands, got = asyncio.Event(), bytearray()

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        stands.set()
        got.extend(await reader.read())
        writer.close()

    async def shuts_when_it_stands() -> None:
        await stands.wait()
        raise HeldBack

    gate = Gate()
    gate.permit = shuts_when_it_stands  # type: ignore[method-assign]
    listener = await asyncio.start_server(listen, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}"
    async with listener, connect(url, "sandbox", "sandbox-token") as client:
        with pytest.raises(HeldBack):
            await client.correlated("change-1", gate).create_segments(NewSegment(name="VIPs"))
    assert got == b""


async def test_reading_asks_no_fence_and_is_heard_of(clock: Clock) -> None:
    gate = Gate(shut=True)
    async with store_of(scripted(httpx.Response(429), listed(profile(1), total=3)), clock) as (store, _):
        assert await store.correlated("change-1", gate).profile_count() == 3
        assert (gate.seen, gate.over) == ([], [(False, False), (False, True)])


async def test_each_attempt_of_a_write_asks_anew(clock: Clock) -> None:
    gate = Gate()
    async with store_of(scripted(httpx.Response(503), httpx.Response(204)), clock) as (store, _):
        await store.correlated("change-1", gate).delete_segments(uuid(1))
        assert (gate.seen, gate.over) == (["asked"] * 2, [(True, False), (True, True)])


@pytest.mark.parametrize(("waited", "methods"), [(FRESH, ["GET", "PUT"]), (FRESH + 0.5, ["GET", "GET", "PUT"])])
async def test_a_document_is_fresh_for_as_long_as_is_named(waited: float, methods: list[str], clock: Clock) -> None:
    """Its turn comes at once; what takes time is the fence."""
    waits = iter((waited,))

    async def waits_once() -> None:
        clock.now += next(waits, 0)

    gate = Gate()
    gate.permit = waits_once  # type: ignore[method-assign]
    async with store_of(lambda _: promotion(), clock) as (store, vendor):
        await store.correlated("change-1", gate).update_promotion(7, lambda now: now.document)
        assert [one.method for one in vendor.asked] == methods


async def test_one_attempt_that_may_have_been_carried_out_leaves_a_doubt_though_the_next_is_held_back(
    clock: Clock,
) -> None:
    gate = Gate()

    def lost_and_shut(_: httpx.Request) -> httpx.Response:
        gate.shut = True
        return httpx.Response(503)

    async with store_of(lost_and_shut, clock) as (store, _):
        with pytest.raises(HeldBack) as caught:
            await store.correlated("change-1", gate).delete_segments(uuid(1))
        assert caught.value.maybe_done


class Silent(httpx.AsyncBaseTransport):
    """A store that takes a request and never answers."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        await asyncio.Event().wait()
        raise NotImplementedError


async def test_a_write_is_given_up_before_the_lease_that_let_it_out_is_over(clock: Clock) -> None:
    """Whatever trickles in: the time-outs of reading count from the last byte."""
    async with connect(
        API_URL, "sandbox", TOKEN, clock=clock, sleep=clock.sleep, transport=Carried(Silent()), longest_write=0.001
    ) as store:
        with pytest.raises(TimedOut) as caught:
            await store.create_segments(NewSegment(name="VIPs"))
        assert caught.value.maybe_done
