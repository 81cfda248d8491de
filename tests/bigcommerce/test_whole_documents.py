"""A whole document replaces what others wrote meanwhile: it is sent once, and read again before another attempt."""

import json
from typing import Any

import httpx
import pytest

from bot.bigcommerce import AnyOf, NotFound, Promotion, RateLimited, SegmentChange, ServerError, Store
from bot.bigcommerce.connection import Connection
from bot.bigcommerce.endpoints import update_promotion
from bot.bigcommerce.exchanges import FRESH
from bot.bigcommerce.fence import Caller
from bot.bigcommerce.rate_limits import REFUSALS
from bot.bigcommerce.turns import Turns
from tests.bigcommerce.conftest import Clock, Reply, listed, scripted, store_of, uuid
from tests.bigcommerce.test_rate_limits import headers

LIMITED = httpx.Response(429, headers=headers(left=0, reset=4_000))


def promotion(**fields: Any) -> httpx.Response:
    document = {"id": 7, "name": "Sale", "status": "ENABLED", "customer": {"segments": None}, **fields}
    return httpx.Response(200, json={"data": document, "meta": {}})


def segment(name: str) -> dict[str, str]:
    return {"id": uuid(1), "name": name, "description": ""}


def targeted(now: Promotion) -> dict[str, Any]:
    return now.with_targeting(AnyOf((uuid(1),)))


def renamed(name: str) -> SegmentChange | None:
    return SegmentChange(id=uuid(1), name="Best", description="") if name == "VIPs" else None


async def rename(store: Store) -> None:
    await store.update_segment(uuid(1), lambda now: renamed(now.name))


@pytest.mark.parametrize("failure", [LIMITED, httpx.ConnectError])
async def test_what_staff_changed_while_a_promotion_waited_stays(failure: Reply, clock: Clock) -> None:
    replies = (promotion(), failure, promotion(status="DISABLED"), promotion())
    async with store_of(scripted(*replies), clock) as (store, vendor):
        await store.update_promotion(7, targeted)
        sent = [json.loads(one.content)["status"] for one in vendor.asked if one.method == "PUT"]
        assert sent == ["ENABLED", "DISABLED"]
        assert [one.method for one in vendor.asked] == ["GET", "PUT", "GET", "PUT"]


async def test_a_promotion_that_may_have_been_written_is_not_written_again(clock: Clock) -> None:
    async with store_of(scripted(promotion(), httpx.Response(503)), clock) as (store, vendor):
        with pytest.raises(ServerError) as caught:
            await store.update_promotion(7, targeted)
        assert (caught.value.maybe_done, len(vendor.asked)) == (True, 2)


@pytest.mark.parametrize("failure", [httpx.Response(500), httpx.ReadTimeout, httpx.ConnectError, LIMITED])
async def test_a_segment_is_read_again_before_it_is_renamed_again(failure: Reply, clock: Clock) -> None:
    replies = (listed(segment("VIPs")), failure, listed(segment("VIPs")), listed(segment("Best")))
    async with store_of(scripted(*replies), clock) as (store, vendor):
        await rename(store)
        assert [one.method for one in vendor.asked] == ["GET", "PUT", "GET", "PUT"]


async def test_a_rename_that_was_carried_out_without_an_answer_is_not_sent_again(clock: Clock) -> None:
    replies = (listed(segment("VIPs")), httpx.ReadTimeout, listed(segment("Best")))
    async with store_of(scripted(*replies), clock) as (store, vendor):
        await rename(store)
        assert [one.method for one in vendor.asked] == ["GET", "PUT", "GET"]


async def test_a_draft_that_fails_after_a_doubtful_attempt_stays_in_doubt(clock: Clock) -> None:
    replies = (listed(segment("VIPs")), httpx.ReadTimeout, listed(), listed())
    async with store_of(scripted(*replies), clock) as (store, _):
        with pytest.raises(NotFound) as caught:
            await rename(store)
        assert caught.value.maybe_done


async def test_a_document_that_waited_too_long_for_its_turn_is_read_again(clock: Clock) -> None:
    """The quota is used up by the reading itself, so that the write waits for the next window."""
    scarce = promotion()
    scarce.headers.update(headers(left=0, reset=int(FRESH + 1) * 1000))
    async with store_of(scripted(scarce, promotion(status="DISABLED"), promotion()), clock) as (store, vendor):
        await store.update_promotion(7, targeted)
        assert [one.method for one in vendor.asked] == ["GET", "GET", "PUT"]
        assert json.loads(vendor.asked[-1].content)["status"] == "DISABLED"


async def test_a_document_that_never_gets_its_turn_in_time_is_given_up(clock: Clock) -> None:
    def scarce(_: httpx.Request) -> Reply:
        answer = promotion()
        answer.headers.update(headers(left=0, reset=int(FRESH + 1) * 1000))
        return answer

    async with store_of(scarce, clock) as (store, vendor):
        with pytest.raises(RateLimited) as caught:
            await store.update_promotion(7, targeted)
        assert ({one.method for one in vendor.asked}, len(vendor.asked)) == ({"GET"}, REFUSALS)
        assert not caught.value.maybe_done


async def test_nobody_sends_a_whole_document_that_is_not_drafted(clock: Clock) -> None:
    async with httpx.AsyncClient() as http:
        connection = Connection(http, clock, clock.sleep, lambda: 1.0, turns=Turns(clock, clock.sleep))
        with pytest.raises(ValueError, match="sends a whole document"):
            await connection.send(update_promotion(7, {}), Caller())
