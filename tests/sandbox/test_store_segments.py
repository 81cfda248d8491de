from collections.abc import AsyncIterator

import pytest

from tests.sandbox.served_store import Served, served

NOBODY = "00000000-0000-4000-8000-000000000000"


@pytest.fixture
async def shop() -> AsyncIterator[Served]:
    async with served() as shop:
        yield shop


async def test_segments_come_in_pages_with_the_vendors_meta(shop: Served) -> None:
    body = (await shop.api.get("/segments", params={"page": 2, "limit": 5})).json()
    assert body["data"][0]["name"] == "New this quarter"
    assert set(body["data"][0]) == {"id", "name", "description", "created_at", "updated_at"}
    assert body["meta"]["pagination"] == {
        "total": 12,
        "count": 5,
        "per_page": 5,
        "current_page": 2,
        "total_pages": 3,
        "links": {
            "previous": "?page=1&limit=5",
            "current": "?page=2&limit=5",
            "next": "?page=3&limit=5",
        },
    }


async def test_page_beyond_the_last_is_empty(shop: Served) -> None:
    body = (await shop.api.get("/segments", params={"page": 10**40})).json()
    assert (body["data"], body["meta"]["pagination"]["total"]) == ([], 12)


async def test_default_limit_is_50(shop: Served) -> None:
    assert (await shop.api.get("/segments")).json()["meta"]["pagination"]["per_page"] == 50


async def test_ids_filter_in_both_spellings_and_unknown_ones_are_absent(shop: Served) -> None:
    vips, lapsed = shop.segment("VIPs"), shop.segment("Lapsed")
    packed = await shop.api.get("/segments", params={"id:in": f"{vips},{NOBODY},{lapsed.upper()},nonsense"})
    repeated = await shop.api.get("/segments", params={"id:in": [vips, lapsed]})
    assert [row["name"] for row in packed.json()["data"]] == ["VIPs", "Lapsed"]
    assert packed.json() == repeated.json()


async def test_created_segments_are_dated_and_described(shop: Served) -> None:
    answer = await shop.api.post("/segments", json=[{"name": "Cat people"}, {"name": "Dogs", "description": "Woof"}])
    cats, dogs = answer.json()["data"]
    assert answer.status_code == 201
    assert (cats["name"], cats["description"], dogs["description"]) == ("Cat people", "", "Woof")
    assert cats["created_at"] == cats["updated_at"] == "2026-03-31T23:33:20Z"
    assert shop.segment("Dogs") == dogs["id"]


async def test_a_duplicate_name_is_a_documented_conflict_that_creates_nothing(shop: Served) -> None:
    answer = await shop.api.post("/segments", json=[{"name": "New one"}, {"name": "VIPs"}])
    assert answer.status_code == 409
    assert answer.json() == {
        "data": [],
        "errors": [
            {
                "status": 409,
                "title": "Cannot have multiple segments with the same name.",
                "type": "https://developer.bigcommerce.com/api-docs/getting-started/api-status-codes",
                "errors": {},
            }
        ],
        "meta": {"total": 2, "success": 0, "failed": 2},
    }
    assert len(shop.store.overview()["segments"]) == 12


async def test_duplicate_names_within_one_request_are_a_conflict(shop: Served) -> None:
    answer = await shop.api.post("/segments", json=[{"name": "Twice"}, {"name": "Twice"}])
    assert answer.status_code == 409


async def test_names_that_differ_in_case_are_different(shop: Served) -> None:
    assert (await shop.api.post("/segments", json=[{"name": "vips"}])).status_code == 201


async def test_update_changes_what_is_given_and_answers_201(shop: Served) -> None:
    vips = shop.segment("VIPs")
    answer = await shop.api.put("/segments", json=[{"id": vips, "description": "The best"}])
    [row] = answer.json()["data"]
    assert answer.status_code == 201
    assert (row["id"], row["name"], row["description"]) == (vips, "VIPs", "The best")
    assert row["created_at"] < row["updated_at"] == "2026-03-31T23:33:20Z"


async def test_two_segments_can_swap_names_in_one_request(shop: Served) -> None:
    vips, lapsed = shop.segment("VIPs"), shop.segment("Lapsed")
    swap = [{"id": vips, "name": "Lapsed"}, {"id": lapsed, "name": "VIPs"}]
    assert (await shop.api.put("/segments", json=swap)).status_code == 201
    assert (shop.segment("VIPs"), shop.segment("Lapsed")) == (lapsed, vips)


async def test_renaming_to_another_segments_name_is_a_conflict(shop: Served) -> None:
    vips = shop.segment("VIPs")
    taken = await shop.api.put("/segments", json=[{"id": vips, "name": "Lapsed"}])
    own = await shop.api.put("/segments", json=[{"id": vips, "name": "VIPs"}])
    assert (taken.status_code, own.status_code) == (409, 201)


async def test_updating_an_unknown_segment_changes_none(shop: Served) -> None:
    vips = shop.segment("VIPs")
    answer = await shop.api.put("/segments", json=[{"id": vips, "name": "Gone"}, {"id": NOBODY, "name": "x"}])
    assert (answer.status_code, answer.json()["errors"]) == (
        404,
        {"1": f"Segment `{NOBODY}` does not exist."},
    )
    assert shop.segment("VIPs") == vips


async def test_deleting_segments_keeps_the_profiles_and_drops_their_memberships(shop: Served) -> None:
    vips = shop.segment("VIPs")
    [profile] = (await shop.api.get(f"/segments/{vips}/shopper-profiles", params={"limit": 1})).json()["data"]
    answer = await shop.api.delete("/segments", params={"id:in": vips})
    left = (await shop.api.get(f"/shopper-profiles/{profile['id']}/segments")).json()["data"]
    assert (answer.status_code, answer.content) == (204, b"")
    assert shop.store.overview()["profiles"] == 360
    assert vips not in [row["id"] for row in left]
    assert (await shop.api.get(f"/segments/{vips}/shopper-profiles")).status_code == 404


@pytest.mark.parametrize("query", ["", "?id:in=", "?id:in=,,"])
async def test_delete_without_ids_wipes_every_segment(shop: Served, query: str) -> None:
    assert (await shop.api.delete(f"/segments{query}")).status_code == 204
    assert shop.store.overview()["segments"] == []


async def test_delete_of_unknown_ids_deletes_nothing(shop: Served) -> None:
    answer = await shop.api.delete("/segments", params={"id:in": f"{NOBODY},nonsense"})
    assert answer.status_code == 204
    assert len(shop.store.overview()["segments"]) == 12


async def test_the_1001st_segment_is_refused(shop: Served) -> None:
    full = [{"name": f"Segment {i}"} for i in range(988)]
    assert (await shop.api.post("/segments", json=full)).status_code == 201
    answer = await shop.api.post("/segments", json=[{"name": "One too many"}])
    assert (answer.status_code, answer.json()["title"]) == (400, "A store can have at most 1000 segments.")


async def test_promotions_do_not_follow_a_segment_created_again(shop: Served) -> None:
    await shop.api.delete("/segments", params={"id:in": shop.segment("VIPs")})
    await shop.api.post("/segments", json=[{"name": "VIPs"}])
    [row] = [row for row in shop.store.overview()["segments"] if row["name"] == "VIPs"]
    assert (row["promotions"], row["shoppers"]) == (0, 0)
