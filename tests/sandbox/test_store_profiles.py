from collections.abc import AsyncIterator

import pytest

from tests.sandbox.served_store import Served, served

NOBODY = "00000000-0000-4000-8000-000000000000"


@pytest.fixture
async def shop() -> AsyncIterator[Served]:
    async with served() as shop:
        yield shop


@pytest.fixture
def members(shop: Served) -> str:
    """Return the path of the VIPs' members."""
    return f"/segments/{shop.segment('VIPs')}/shopper-profiles"


async def without_profile(shop: Served) -> list[int]:
    rows = shop.store.shop.rows("SELECT id FROM customers WHERE id NOT IN (SELECT customer_id FROM profiles)")
    return [row["id"] for row in rows]


async def test_members_come_in_pages(shop: Served, members: str) -> None:
    body = (await shop.api.get(members, params={"page": 3, "limit": 15})).json()
    assert (len(body["data"]), body["meta"]["pagination"]["total"]) == (10, 40)
    assert set(body["data"][0]) == {"id", "customer_id", "created_at", "updated_at"}


async def test_added_profiles_are_answered_and_are_members(shop: Served, members: str) -> None:
    new = await shop.outsiders(shop.segment("VIPs"), 50)
    answer = await shop.api.post(members, json=new)
    assert (answer.status_code, [row["id"] for row in answer.json()["data"]]) == (201, new)
    assert (await shop.api.get(members)).json()["meta"]["pagination"]["total"] == 90


async def test_the_51st_profile_of_a_request_is_refused(shop: Served, members: str) -> None:
    answer = await shop.api.post(members, json=await shop.outsiders(shop.segment("VIPs"), 51))
    assert answer.status_code == 413


async def test_adding_a_member_again_is_a_documented_conflict(shop: Served, members: str) -> None:
    vips = shop.segment("VIPs")
    [new] = await shop.outsiders(vips, 1)
    old = (await shop.api.get(members)).json()["data"][0]["id"]
    answer = await shop.api.post(members, json=[new, old])
    assert answer.status_code == 409
    assert answer.json() == {
        "data": [],
        "errors": [
            {
                "status": 409,
                "title": "Unable to add shopper profiles to segment due to conflicts.",
                "type": "https://developer.bigcommerce.com/api-docs/getting-started/api-status-codes",
                "errors": {"1": f"Shopper profile `{old}` already exists for segment `{vips}`."},
            }
        ],
        "meta": {"total": 2, "success": 0, "failed": 2},
    }
    assert (await shop.api.get(members)).json()["meta"]["pagination"]["total"] == 40


async def test_profile_named_twice_is_added_once(shop: Served, members: str) -> None:
    [new] = await shop.outsiders(shop.segment("VIPs"), 1)
    answer = await shop.api.post(members, json=[new, new.upper()])
    assert (answer.status_code, len(answer.json()["data"])) == (201, 1)


async def test_unknown_profile_is_not_found_and_adds_nobody(shop: Served, members: str) -> None:
    [new] = await shop.outsiders(shop.segment("VIPs"), 1)
    answer = await shop.api.post(members, json=[new, NOBODY])
    errors = {"1": f"Shopper profile `{NOBODY}` does not exist."}
    assert (answer.status_code, answer.json()["errors"]) == (404, errors)
    assert (await shop.api.get(members)).json()["meta"]["pagination"]["total"] == 40


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
@pytest.mark.parametrize("segment", [NOBODY, "VIPs", "%00", "..%2Fsegments"])
async def test_unknown_segment_is_not_found(shop: Served, method: str, segment: str) -> None:
    answer = await shop.api.request(method, f"/segments/{segment}/shopper-profiles", json=[])
    assert answer.status_code == 404


async def test_removed_profiles_are_no_members_and_still_there(shop: Served, members: str) -> None:
    first, second = [row["id"] for row in (await shop.api.get(members)).json()["data"]][:2]
    answer = await shop.api.delete(members, params={"id:in": f"{first},{second},{NOBODY}"})
    assert (answer.status_code, answer.content) == (204, b"")
    assert (await shop.api.get(members)).json()["meta"]["pagination"]["total"] == 38
    assert shop.store.overview()["profiles"] == 360


async def test_removing_without_ids_empties_the_segment_and_no_other(shop: Served, members: str) -> None:
    assert (await shop.api.delete(members)).status_code == 204
    sizes = {row["name"]: row["shoppers"] for row in shop.store.overview()["segments"]}
    assert (sizes["VIPs"], sizes["Newsletter"]) == (0, 200)


async def test_profiles_come_in_pages(shop: Served) -> None:
    body = (await shop.api.get("/shopper-profiles", params={"limit": 250, "page": 2})).json()
    assert (len(body["data"]), body["meta"]["pagination"]["total"]) == (110, 360)


async def test_profile_is_created_for_a_customer_without_one(shop: Served) -> None:
    first, second, *_ = await without_profile(shop)
    answer = await shop.api.post("/shopper-profiles", json=[{"customer_id": first}, {"customer_id": float(second)}])
    assert answer.status_code == 201
    assert [row["customer_id"] for row in answer.json()["data"]] == [first, second]


async def test_second_profile_of_a_customer_is_a_conflict_and_creates_none(shop: Served) -> None:
    lone, *_ = await without_profile(shop)
    [old] = (await shop.api.get("/shopper-profiles", params={"limit": 1})).json()["data"]
    answer = await shop.api.post("/shopper-profiles", json=[{"customer_id": lone}, {"customer_id": old["customer_id"]}])
    assert (answer.status_code, list(answer.json()["errors"][0]["errors"])) == (409, ["1"])
    assert lone in await without_profile(shop)


async def test_profile_of_nobody_is_not_found(shop: Served) -> None:
    answer = await shop.api.post("/shopper-profiles", json=[{"customer_id": 10**6}])
    assert (answer.status_code, answer.json()["errors"]) == (404, {"0": "Customer `1000000` does not exist."})


async def test_deleting_a_profile_drops_its_memberships_and_keeps_the_customer(shop: Served, members: str) -> None:
    [profile] = (await shop.api.get(members, params={"limit": 1})).json()["data"]
    assert (await shop.api.delete("/shopper-profiles", params={"id:in": profile["id"]})).status_code == 204
    assert (await shop.api.get(members)).json()["meta"]["pagination"]["total"] == 39
    overview = shop.store.overview()
    assert (overview["profiles"], overview["customers"]) == (359, 400)


async def test_deleting_profiles_without_ids_wipes_them_all(shop: Served) -> None:
    assert (await shop.api.delete("/shopper-profiles")).status_code == 204
    overview = shop.store.overview()
    assert (overview["profiles"], sum(row["shoppers"] for row in overview["segments"])) == (0, 0)


async def test_segments_of_a_profile_are_those_it_is_a_member_of(shop: Served, members: str) -> None:
    [profile] = (await shop.api.get(members, params={"limit": 1})).json()["data"]
    body = (await shop.api.get(f"/shopper-profiles/{profile['id']}/segments")).json()
    assert "VIPs" in [row["name"] for row in body["data"]]
    assert body["meta"]["pagination"]["total"] == len(body["data"])


async def test_segments_of_an_unknown_profile_are_not_found(shop: Served) -> None:
    assert (await shop.api.get(f"/shopper-profiles/{NOBODY}/segments")).status_code == 404
