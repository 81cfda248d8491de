"""What the vendor leaves open can be set in the emulated store, one answer or the other, also by scripts."""

import asyncio
from pathlib import Path

import pytest

from bot.sandbox import server
from bot.sandbox.store import Store
from bot.sandbox.store.settings import StoreSettings
from tests.sandbox.served_store import served
from tests.sandbox.slack_app import fetch


def test_settings_change_one_at_a_time_and_refuse_nonsense() -> None:
    store = Store(":memory:")
    store.set(ids="upper")
    store.set(batch=5)
    assert (store.settings.ids, store.settings.batch, store.settings.dates) == ("upper", 5, "iso")
    with pytest.raises(ValueError, match=r"That cannot be set: colour.* A store has these settings: promotion_put"):
        store.set(colour="red")
    assert store.settings == StoreSettings(ids="upper", batch=5)
    store.close()


async def test_a_script_sets_how_the_store_answers(tmp_path: Path) -> None:
    store = Store(":memory:")
    async with server.serve(port=0, store=store, workspace=None, log=None, page=False) as url:
        status, body = await fetch(f"{url}/control/store", "POST", json={"promotion_put": "whole"})
        assert (status, body["settings"]["promotion_put"], store.settings.promotion_put) == (200, "whole", "whole")
        status, body = await fetch(f"{url}/control/store", "POST", json={"promotion_put": "odd"})
        assert (status, store.settings.promotion_put) == (400, "whole")
        assert "promotion_put" in body["error"]
    store.close()
    async with server.serve(port=0, store=None, workspace=None, log=None, page=False) as url:
        assert (await fetch(f"{url}/control/store", "POST", json={}))[0] == 400


async def test_answers_show_what_is_set() -> None:
    async with served() as shop:
        shop.store.set(ids="upper", dates="rfc2822", longest_url=300)
        row = (await shop.api.get("/segments")).json()["data"][0]
        assert row["id"] == shop.segment("VIPs").upper()
        assert row["created_at"].endswith("+0000")
        assert (await shop.api.get("/segments", params={"id:in": "x" * 300})).status_code == 414
        shop.store.set(batch=1, batch_refusal=422)
        assert (await shop.api.post("/segments", json=[{"name": "a"}, {"name": "b"}])).status_code == 422


async def test_a_fault_may_be_a_page_with_headers_or_come_byte_by_byte() -> None:
    async with served() as shop:
        shop.store.faults.add("GET", "/segments", status=403, body="<title>No</title>", headers={"Retry-After": "3"})
        shop.store.faults.add("GET", "/segments", trickle=1.0)
        refused = await shop.api.get("/segments")
        assert (refused.status_code, refused.text, refused.headers["Retry-After"]) == (403, "<title>No</title>", "3")
        assert refused.headers["Content-Type"].startswith("text/html")
        slow = await asyncio.wait_for(shop.api.get("/segments"), 10)
        assert len(slow.json()["data"]) == 12
        assert len(shop.clock.slept) > 1_000


@pytest.mark.parametrize(
    ("pages", "rows", "total", "left"),
    [
        ("alone", 250, 250, 310),
        ("empty", 0, 310, 310),
        ("twice", 250, 310, 310),
        ("hidden", 0, 0, 310),
        ("uncounted", 250, None, 310),
        ("shrinking", 250, 310, 309),
        ("swapping", 250, 310, 310),
    ],
)
async def test_a_fault_makes_pages_wrong(pages: str, rows: int, total: int | None, left: int) -> None:
    async with served() as shop:
        with shop.store.shop.db as db:
            db.execute("DELETE FROM members")
            db.execute("INSERT INTO members SELECT 1, position FROM profiles LIMIT 310")
        path = f"/segments/{shop.segment('VIPs')}/shopper-profiles"
        shop.store.faults.add("GET", path, pages=pages)
        body = (await shop.api.get(path, params={"limit": 250})).json()
        assert (len(body["data"]), body["meta"]["pagination"].get("total")) == (rows, total)
        assert len({row["id"] for row in body["data"]}) == rows - (pages in ("twice", "uncounted"))
        assert len(await shop.everything(path)) == left
        shop.store.faults.add("GET", "/promotions/1", pages=pages)
        assert (await shop.api.get("/promotions/1")).json()["data"]["id"] == 1


async def test_what_is_read_lags_behind_what_was_written() -> None:
    async with served() as shop:

        async def listed() -> set[str]:
            return {row["name"] for row in (await shop.api.get("/segments")).json()["data"]}

        before = await listed()
        shop.store.set(lag_seconds=2.0)
        await shop.api.post("/segments", json=[{"name": "One"}])
        shop.clock.now += 1.5
        await shop.api.post("/segments", json=[{"name": "Two"}])
        assert (await shop.api.post("/segments", json=[{"name": "One"}])).status_code == 409
        assert await listed() == before
        shop.clock.now += 0.5
        assert await listed() == before | {"One"}
        shop.clock.now += 2.0
        assert await listed() == before | {"One", "Two"}
        await shop.api.post("/segments", json=[{"name": "Three"}])
