"""Facts are read while segments follow rules, and when somebody asks: once, however many ask."""

import logging

import pytest

from bot.core.work import about
from bot.engine.facts.upkeep import FactsUpkeep
from bot.health.log_lines import JsonLines
from tests.engine.test_facts import Shop, opened
from tests.ledger.subject import SqliteSubject
from tests.written_log import written_log


def readings(shop: Shop) -> int:
    """How often the store's orders were read whole."""
    return sum(one["path"].endswith("/orders/count") for one in shop.store.requests())


async def test_facts_are_read_once_however_often_somebody_asks() -> None:
    async with opened(SqliteSubject) as shop, shop.bot() as reading:
        upkeep = FactsUpkeep(reading.process, shop.client, patience=30)
        upkeep.read()
        upkeep.read()
        await reading.process.tasks.settled()
        assert readings(shop) == 1
        asked = len(shop.store.requests())
        upkeep.read()
        await reading.process.tasks.settled()
        assert len(shop.store.requests()) > asked


async def test_of_two_bots_one_reads(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    async with opened(SqliteSubject) as shop, shop.bot() as one, shop.bot() as two:
        for reading in (one, two):
            FactsUpkeep(reading.process, shop.client, patience=30).read()
        for reading in (one, two):
            await reading.process.tasks.settled()
        assert readings(shop) == 1
        assert "Another bot brings customers and orders up to date" in caplog.messages


async def test_where_no_segment_follows_a_rule_nothing_is_read() -> None:
    async with opened(SqliteSubject) as shop, shop.bot() as reading:
        upkeep = FactsUpkeep(reading.process, shop.client, patience=30)
        upkeep.wake()
        upkeep.wake()
        await reading.process.tasks.settled()
        assert not shop.store.requests()


async def test_what_was_read_once_is_not_read_again_where_no_segment_follows_a_rule() -> None:
    async with opened(SqliteSubject) as shop, shop.bot() as reading:
        upkeep = FactsUpkeep(reading.process, shop.client, patience=30)
        upkeep.read()
        await reading.process.tasks.settled()
        asked = len(shop.store.requests())
        shop.clock.forward(days=1)
        upkeep.wake()
        await reading.process.tasks.settled()
        assert len(shop.store.requests()) == asked


async def test_a_refusal_is_told_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    async with opened(SqliteSubject) as shop, shop.bot() as reading:
        shop.store.scopes = {"store_v2_customers"}
        FactsUpkeep(reading.process, shop.client, patience=30).read()
        await reading.process.tasks.settled()
        shop.store.faults.add("GET", "*", status=503, times=None)
        FactsUpkeep(reading.process, shop.client, patience=30).read()
        await reading.process.tasks.settled()
    told = [one for one in caplog.messages if one.startswith("Customers and orders could not be brought up to date")]
    assert len(told) == 2


async def test_a_reading_is_everybodys_so_its_lines_name_no_request() -> None:
    with written_log(JsonLines()) as written:
        async with opened(SqliteSubject) as shop, shop.bot() as reading:
            shop.store.scopes = {"store_v2_customers"}
            with about("invocation", "Cleo's"):
                FactsUpkeep(reading.process, shop.client, patience=30).read()
                await reading.process.tasks.settled()
    assert "Customers and orders could not be brought up to date" in written.getvalue()
    assert "Cleo" not in written.getvalue()
