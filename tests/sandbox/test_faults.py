import asyncio
from typing import Any

import httpx
import pytest

from bot.sandbox.faults import Faults
from bot.sandbox.store.api.endpoints import ENDPOINTS
from bot.sandbox.store.faults import StoreFault
from bot.sandbox.workspace.faults import MethodFault
from tests.sandbox.served_store import served


def test_fault_strikes_as_often_as_ordered_and_then_no_more() -> None:
    faults = Faults(StoreFault)
    faults.add("GET", "/segments", status=503, times=2)
    struck = [faults.strike("GET", "/segments") for _ in range(3)]
    assert [fault and fault.status for fault in struck] == [503, 503, None]


def test_fault_without_end_strikes_until_cleared() -> None:
    faults = Faults(StoreFault)
    faults.add(status=500, times=None)
    assert all(faults.strike("GET", "/customers") for _ in range(20))
    faults.clear()
    assert faults.strike("GET", "/customers") is None


@pytest.mark.parametrize(
    ("pattern", "path", "meant"),
    [
        ("*", "/anything/at/all", True),
        ("/segments", "/segments", True),
        ("/segments", "/segments/1/shopper-profiles", False),
        ("/segments*", "/segments/1/shopper-profiles", True),
        ("/segments/{id}/shopper-profiles", "/segments/1/shopper-profiles", True),
        ("/segments/{id}", "/segments/1/shopper-profiles", False),
        ("/se.ments", "/segments", False),
    ],
)
def test_path_patterns_mean_what_they_say(pattern: str, path: str, meant: bool) -> None:
    faults = Faults(StoreFault)
    faults.add(path=pattern, status=500)
    assert (faults.strike("GET", path) is not None) is meant


def test_method_selects() -> None:
    faults = Faults(StoreFault)
    faults.add("post", "/segments", drop=True)
    assert faults.strike("GET", "/segments") is None
    assert faults.strike("POST", "/segments") is not None


def test_faults_are_first_come_first_served() -> None:
    faults = Faults(StoreFault)
    faults.add(status=500)
    faults.add(status=503)
    struck = [faults.strike("GET", "/segments") for _ in range(2)]
    assert [fault and fault.status for fault in struck] == [500, 503]


def test_listed_faults_can_be_ordered_again() -> None:
    faults, again = Faults(StoreFault), Faults(StoreFault)
    faults.add("PUT", "/segments", status=504, delay=1.5, carried_out=True, body={"title": "late"}, times=None)
    again.add(**faults.listed()[0])
    assert again.listed() == faults.listed()


@pytest.mark.parametrize(
    "fields",
    [
        {"colour": "red"},
        {"status": "500"},
        {"status": True},
        {"status": 99},
        {"status": 600},
        {"delay": -1},
        {"delay": float("nan")},
        {"delay": "soon"},
        {"times": 0},
        {"drop": 1},
        {"path": 3},
    ],
)
def test_a_wrong_fault_is_refused_with_a_sentence(fields: dict[str, Any]) -> None:
    faults = Faults(StoreFault)
    with pytest.raises(ValueError, match=r"That is no fault: .*\."):
        faults.add(**fields)
    assert faults.listed() == []


@pytest.mark.parametrize(
    ("method", "path", "may"),
    [
        ("*", "*", True),
        ("get", "/segments", True),
        ("DELETE", "/customers", False),
        ("GET", "/nowhere", False),
        ("GET", "/promotions/5", True),
        ("GET", "/promotions/5/codes", False),
        ("GET", "/segments/*", True),
        ("GET", "/segments/1/*", True),
        ("POST", "/segments/{id}/shopper-profiles", True),
        ("GET", "/seg*files", True),
        ("PATCH", "*", False),
    ],
)
def test_a_fault_may_strike_where_an_endpoint_answers(method: str, path: str, may: bool) -> None:
    fault = StoreFault(method=method, path=path)
    assert any(fault.may_strike(one.method, one.path) for one in ENDPOINTS) is may


async def test_status_is_answered_and_nothing_is_carried_out() -> None:
    async with served() as shop:
        shop.store.faults.add("DELETE", "/segments", status=503)
        answer = await shop.api.delete("/segments")
        assert (answer.status_code, answer.json()["status"]) == (503, 503)
        assert len(shop.store.overview()["segments"]) == 12
        assert "X-Rate-Limit-Requests-Left" in answer.headers


async def test_carried_out_status_is_answered_after_the_work() -> None:
    async with served() as shop:
        shop.store.faults.add("POST", "/segments", status=504, carried_out=True)
        answer = await shop.api.post("/segments", json=[{"name": "Made all the same"}])
        assert answer.status_code == 504
        assert shop.segment("Made all the same")


async def test_ordered_body_is_answered_as_it_is() -> None:
    async with served() as shop:
        body = {"data": [], "errors": [{"status": 422}], "meta": {"total": 2, "success": 1, "failed": 1}}
        shop.store.faults.add("POST", "/segments", status=207, body=body)
        answer = await shop.api.post("/segments", json=[{"name": "Half done"}])
        assert (answer.status_code, answer.json()) == (207, body)


async def test_overload_has_no_rate_limit_headers() -> None:
    async with served() as shop:
        shop.store.faults.add(status=429)
        answer = await shop.api.get("/segments")
        assert answer.status_code == 429
        assert not [name for name in answer.headers if name.startswith("x-rate-limit")]


async def test_delay_passes_and_the_answer_is_the_true_one() -> None:
    async with served() as shop:
        shop.store.faults.add("GET", "/segments", delay=2.5)
        answer = await shop.api.get("/segments")
        assert shop.clock.slept == [2.5]
        assert answer.json()["meta"]["pagination"]["total"] == 12


async def test_dropped_connection_carries_nothing_out() -> None:
    async with served() as shop:
        shop.store.faults.add("DELETE", "/segments", drop=True)
        with pytest.raises(httpx.TransportError):
            await shop.api.delete("/segments")
        assert len(shop.store.overview()["segments"]) == 12
        assert shop.store.requests()[-1]["status"] is None


async def test_lost_answer_has_carried_out_its_work() -> None:
    async with served() as shop:
        shop.store.faults.add("POST", "/segments", drop=True, carried_out=True)
        with pytest.raises(httpx.TransportError):
            await shop.api.post("/segments", json=[{"name": "No one heard"}])
        assert shop.segment("No one heard")
        assert (await shop.api.get("/segments")).status_code == 200


@pytest.mark.parametrize("tells", [True, False])
async def test_delayed_requests_beyond_ten_at_once_are_refused_with_quota_left_or_bare(tells: bool) -> None:
    async with served() as shop:
        shop.store.set(excess_tells_quota=tells)
        arrived, gate = asyncio.Semaphore(0), asyncio.Event()

        async def wait(_: float) -> None:
            arrived.release()
            await gate.wait()

        shop.store.sleep = wait
        shop.store.faults.add("POST", "/segments", delay=1, times=None)
        waiting = [asyncio.create_task(shop.api.post("/segments", json=[{"name": f"Segment {i}"}])) for i in range(10)]
        for _ in range(10):
            await arrived.acquire()
        refused = await shop.api.post("/segments", json=[{"name": "One too many"}])
        gate.set()
        assert refused.status_code == 429
        assert (int(refused.headers.get("X-Rate-Limit-Requests-Left", 0)) > 0) is tells
        assert {answer.status_code for answer in await asyncio.gather(*waiting)} == {201}


def test_a_fault_of_a_block_strikes_only_messages_that_hold_it() -> None:
    faults = Faults(MethodFault)
    faults.add("chat.postMessage", error="invalid_blocks", block="data_table", times=None)
    assert faults.strike("chat.postMessage", "section") is None
    assert faults.strike("chat.update", "data_table") is None
    assert faults.strike("chat.postMessage", "section", "data_table")
