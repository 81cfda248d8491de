import asyncio
from pathlib import Path

from bot.sandbox.store import Store
from bot.sandbox.store.seeds import seed
from tests.sandbox.served_store import served


def test_store_survives_a_restart(tmp_path: Path) -> None:
    store = Store(tmp_path / "store.sqlite")
    seed(store)
    before = store.overview()
    store.close()
    again = Store(tmp_path / "store.sqlite")
    assert (again.empty, again.overview()) == (False, before)
    again.close()


def test_new_store_is_empty() -> None:
    store = Store(":memory:")
    assert store.empty
    assert store.overview() == {"segments": [], "customers": 0, "profiles": 0, "promotions": 0}
    store.close()


def test_only_the_last_ten_thousand_requests_are_remembered() -> None:
    store = Store(":memory:")
    for _ in range(10_005):
        store.note_request("GET", "/", 200, 1.0)
    numbers = [entry["number"] for entry in store.requests()]
    assert (len(numbers), numbers[0], numbers[-1]) == (10_000, 6, 10_005)
    assert [entry["number"] for entry in store.requests(since=10_003)] == [10_004, 10_005]
    store.close()


async def test_requests_are_remembered_with_query_and_status() -> None:
    async with served(customers=20) as shop:
        await shop.api.get("/segments", params={"limit": 5})
        await shop.api.get("/nothing")
        first, second = shop.store.requests()
        assert {key: first[key] for key in ("number", "method", "path", "status")} == {
            "number": 1,
            "method": "GET",
            "path": "/sandbox/v3/segments?limit=5",
            "status": 200,
        }
        assert first["milliseconds"] > 0
        assert second["status"] == 404


async def test_writes_wake_who_waits_and_reads_and_refusals_do_not() -> None:
    async with served(customers=20) as shop:
        version = shop.store.version
        await shop.api.get("/segments")
        await shop.api.post("/segments", json=[{"name": "VIPs"}])
        assert shop.store.version == version
        waiting = asyncio.create_task(shop.store.changed(version))
        await shop.api.post("/segments", json=[{"name": "Woken"}])
        assert await waiting == shop.store.version == version + 1
        assert await shop.store.changed(version) == version + 1
