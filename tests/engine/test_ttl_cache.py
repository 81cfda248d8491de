import asyncio
from datetime import timedelta

import pytest

from bot.core.work import about, known, learn
from bot.engine.ttl_cache import TtlCache
from tests.harness import Clock

TTL = timedelta(seconds=30)


class Source:
    """What is read: how often it was, and whether it lets a reading end."""

    def __init__(self) -> None:
        self.readings = 0
        self.fails = False
        self.open = asyncio.Event()
        self.open.set()

    async def read(self) -> int:
        self.readings += 1
        learn("store_request", "of the reading")
        number = self.readings
        await self.open.wait()
        if self.fails:
            raise ConnectionError
        return number


async def test_a_value_is_read_again_only_after_its_time() -> None:
    clock, source = Clock(), Source()
    cache = TtlCache(source.read, ttl=TTL, clock=clock)
    assert [await cache.get(), await cache.get()] == [1, 1]
    clock.forward(seconds=29)
    assert await cache.get() == 1
    clock.forward(seconds=1)
    assert await cache.get() == 2


async def test_all_who_ask_meanwhile_wait_for_one_reading() -> None:
    source = Source()
    cache = TtlCache(source.read, ttl=TTL, clock=Clock())
    assert await asyncio.gather(*(cache.get() for _ in range(3))) == [1, 1, 1]


async def test_the_time_counts_from_the_end_of_the_reading() -> None:
    clock, source = Clock(), Source()
    cache = TtlCache(source.read, ttl=TTL, clock=clock)
    source.open.clear()
    waiting = asyncio.create_task(cache.get())
    await asyncio.sleep(0)
    clock.forward(seconds=60)
    source.open.set()
    assert await waiting == 1
    assert await cache.get() == 1


async def test_a_reading_that_failed_is_not_kept() -> None:
    source = Source()
    cache = TtlCache(source.read, ttl=TTL, clock=Clock())
    source.fails = True
    with pytest.raises(ConnectionError):
        await cache.get()
    source.fails = False
    assert await cache.get() == 2


async def test_an_expired_value_is_read_again_but_not_twice_at_once() -> None:
    source = Source()
    cache = TtlCache(source.read, ttl=TTL, clock=Clock())
    assert await cache.get() == 1
    cache.expire()
    source.open.clear()
    reading = cache.reading()
    cache.expire()
    assert cache.reading() is reading
    source.open.set()
    assert await reading == 2
    assert await cache.get() == 3


async def test_who_asks_after_it_expired_is_not_told_what_was_begun_to_be_read_before() -> None:
    source = Source()
    cache = TtlCache(source.read, ttl=TTL, clock=Clock())
    source.open.clear()
    before = asyncio.create_task(cache.get())
    await asyncio.sleep(0)
    cache.expire()
    after = [asyncio.create_task(cache.get()) for _ in range(3)]
    await asyncio.sleep(0)
    assert source.readings == 1
    source.open.set()
    assert await before == 1
    assert [await one for one in after] == [2, 2, 2]
    assert await cache.get() == 2


async def test_cancelling_one_caller_leaves_the_reading_to_the_others() -> None:
    source = Source()
    cache = TtlCache(source.read, ttl=TTL, clock=Clock())
    source.open.clear()
    impatient, patient = asyncio.create_task(cache.get()), asyncio.create_task(cache.get())
    await asyncio.sleep(0)
    impatient.cancel()
    source.open.set()
    assert await patient == 1
    assert impatient.cancelled()


async def test_a_reading_is_not_the_work_of_whoever_asks_first() -> None:
    cache = TtlCache(Source().read, ttl=TTL, clock=Clock())
    with about("invocation", "Cleo's"):
        await cache.get()
        assert known() == {"invocation": "Cleo's"}
