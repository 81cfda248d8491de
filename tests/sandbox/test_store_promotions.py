from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.sandbox.store.resources import promotions as store_promotions
from tests.sandbox.served_store import Served, served


@pytest.fixture
async def shop() -> AsyncIterator[Served]:
    async with served() as shop:
        yield shop


async def ask(shop: Served, **query: Any) -> list[int]:
    answer = await shop.api.get("/promotions", params=query)
    assert answer.status_code == 200
    return [row["id"] for row in answer.json()["data"]]


async def document(shop: Served, number: int = 1) -> dict[str, Any]:
    whole: dict[str, Any] = (await shop.api.get(f"/promotions/{number}")).json()["data"]
    return whole


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, [1, 2, 3, 4, 5, 6]),
        ({"page": 2, "limit": 4}, [5, 6]),
        ({"status": "DISABLED"}, [4, 6]),
        ({"query": "WEEK"}, [3]),
        ({"query": "we-miss"}, [4]),
        ({"code": "WE-MISS-YOU"}, [4]),
        ({"name": "Win back"}, [4]),
        ({"id": 2}, [2]),
        ({"redemption_type": "coupon"}, [4]),
        ({"currency_code": "USD"}, [5]),
        ({"channels": "2,3"}, [1, 2, 3, 4, 6]),
        ({"sort": "name", "direction": "desc"}, [4, 5, 1, 3, 6, 2]),
    ],
)
async def test_promotions_are_filtered_paged_and_sorted(shop: Served, query: dict[str, Any], found: list[int]) -> None:
    assert await ask(shop, **query) == found


@pytest.mark.parametrize("query", [{"sort": "colour"}, {"direction": "up"}, {"id": "x"}, {"page": 0}])
async def test_wrong_query_is_422_with_a_list_of_errors(shop: Served, query: dict[str, Any]) -> None:
    answer = await shop.api.get("/promotions", params=query)
    assert (answer.status_code, answer.json()["errors"][0]["status"]) == (422, 422)


@pytest.mark.parametrize("number", ["7", "0", "-1", "x", "99999999999999999999"])
@pytest.mark.parametrize("method", ["GET", "PUT"])
async def test_unknown_promotion_is_not_found(shop: Served, method: str, number: str) -> None:
    answer = await shop.api.request(method, f"/promotions/{number}", json={"name": "x", "rules": []})
    assert (answer.status_code, answer.json()["errors"][0]["status"]) == (404, 404)


async def test_put_of_the_whole_document_changes_nothing_else(shop: Served) -> None:
    before = await document(shop, 3)
    target = {"not": {"id": [shop.segment("VIPs")]}}
    changed = before | {"customer": before["customer"] | {"segments": target}}
    answer = await shop.api.put("/promotions/3", json=changed)
    assert (answer.status_code, answer.json()["data"]) == (200, changed)
    assert await document(shop, 3) == changed


async def test_put_of_nothing_changes_nothing_as_the_vendor_documents_it(shop: Served) -> None:
    before = await document(shop, 3)
    answer = await shop.api.put("/promotions/3", json={})
    assert (answer.status_code, answer.json()["data"]) == (200, before)
    assert await document(shop, 3) == before


async def test_put_that_forgets_fields_loses_them_where_it_replaces(shop: Served) -> None:
    before = await document(shop, 3)
    shop.store.set(promotion_put="whole")
    assert (await shop.api.put("/promotions/3", json={})).status_code == 422
    await shop.api.put("/promotions/3", json={"name": before["name"], "rules": before["rules"]})
    after = await document(shop, 3)
    assert (after["schedule"], after["max_uses"], after["customer"]["segments"]) == (None, None, None)


async def test_read_only_fields_stay_as_they_are(shop: Served) -> None:
    before = await document(shop)
    await shop.api.put("/promotions/1", json=before | {"id": 6, "current_uses": 0, "created_from": "api"})
    assert await document(shop) == before


async def test_target_of_a_promotion_counts_in_the_overview(shop: Served) -> None:
    before = await document(shop)
    await shop.api.put("/promotions/1", json=before | {"customer": before["customer"] | {"segments": None}})
    [vips] = [row for row in shop.store.overview()["segments"] if row["name"] == "VIPs"]
    assert vips["promotions"] == 2


ID = {"id": ["ccec121a-f9bc-4a04-809e-1fe0d8ae7fdd"]}


@pytest.mark.parametrize(
    "segments",
    [
        None,
        ID,
        {"not": ID},
        {"or": [ID, {"and": [ID, {"not": ID}]}]},
        {"and": [ID, {"not": {"or": [ID, ID]}}]},
    ],
)
async def test_targeting_nests_three_deep(shop: Served, segments: Any) -> None:
    changed = (await document(shop)) | {"customer": {"segments": segments}}
    assert (await shop.api.put("/promotions/1", json=changed)).status_code == 200


@pytest.mark.parametrize(
    "segments",
    [
        {},
        [],
        "all",
        {"id": []},
        {"id": [5]},
        {"id": ["x" * 37]},
        {"not": None},
        {"not": []},
        {"and": [ID]},
        {"or": [ID, None]},
        {"nor": [ID, ID]},
        ID | {"not": ID},
        {"not": {"not": {"not": {"not": ID}}}},
    ],
)
async def test_targeting_that_cannot_be_is_422(shop: Served, segments: Any) -> None:
    changed = (await document(shop)) | {"customer": {"segments": segments}}
    answer = await shop.api.put("/promotions/1", json=changed)
    assert (answer.status_code, list(answer.json()["errors"][0]["errors"])) == (422, ["customer.segments"])


@pytest.mark.parametrize(
    "change",
    [
        {"name": 5},
        {"rules": None},
        {"status": "INVALID"},
        {"status": ["ENABLED"]},
        {"customer": []},
        {"max_uses": True},
        {"coupon_overrides_other_promotions": True, "can_be_used_with_other_promotions": True},
    ],
)
async def test_document_that_cannot_be_is_422_and_changes_nothing(shop: Served, change: dict[str, Any]) -> None:
    before = await document(shop)
    assert (await shop.api.put("/promotions/1", json=before | change)).status_code == 422
    assert await document(shop) == before


async def test_one_that_became_invalid_can_be_disabled_and_not_enabled(shop: Served) -> None:
    before = await document(shop)
    with shop.store.shop.db:
        store_promotions.store(shop.store.shop, before | {"status": "INVALID"})
    for sent, stored in (("INVALID", "INVALID"), ("ENABLED", "INVALID"), ("DISABLED", "DISABLED")):
        assert (await shop.api.put("/promotions/1", json=before | {"status": sent})).status_code == 200
        assert await document(shop) == before | {"status": stored}
