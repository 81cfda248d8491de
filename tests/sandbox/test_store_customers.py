from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.sandbox.served_store import Served, served


@pytest.fixture
async def shop() -> AsyncIterator[Served]:
    async with served() as shop:
        yield shop


async def ask(shop: Served, **query: Any) -> list[dict[str, Any]]:
    names = {name.replace("__", ":"): value for name, value in query.items()}
    answer = await shop.api.get("/customers", params=names)
    assert answer.status_code == 200
    rows: list[dict[str, Any]] = answer.json()["data"]
    return rows


def ada(**other: Any) -> dict[str, Any]:
    return {"email": "ada@example.org", "first_name": "Ada", "last_name": "Lovelace", **other}


async def test_comma_separated_ids_find_and_unknown_ones_are_absent(shop: Served) -> None:
    assert [row["id"] for row in await ask(shop, id__in="7,3,99999,5")] == [3, 5, 7]


async def test_emails_find_whatever_their_case(shop: Served) -> None:
    [first, second] = await ask(shop, id__in="1,2")
    found = await ask(shop, email__in=f"{first['email'].upper()},{second['email']},nobody@example.com")
    assert [row["id"] for row in found] == [1, 2]


async def test_name_like_searches_first_and_last_name_together(shop: Served) -> None:
    [row] = await ask(shop, id__in="1")
    across = f"{row['first_name'][-1]} {row['last_name'][:3]}".upper()
    assert row["id"] in [found["id"] for found in await ask(shop, name__like=across, limit=250)]


async def test_name_like_takes_any_of_several(shop: Served) -> None:
    names = {row["last_name"] for row in await ask(shop, name__like="Nakamura,Zimmermann", limit=250)}
    assert names == {"Nakamura", "Zimmermann"}


async def test_name_in_wants_the_whole_name(shop: Served) -> None:
    [row] = await ask(shop, id__in="1")
    whole = await ask(shop, name__in=f"{row['first_name']} {row['last_name']}")
    assert row["id"] in [found["id"] for found in whole]
    assert await ask(shop, name__in=row["first_name"]) == []


async def test_nothing_of_segmentation_is_shown_unless_included(shop: Served) -> None:
    [row] = await ask(shop, id__in="1")
    assert not {"shopper_profile_id", "segment_ids", "addresses", "store_credit_amounts"} & set(row)


async def test_included_profile_and_segments_are_the_true_ones(shop: Served) -> None:
    rows = await ask(shop, include="shopper_profile_id,segment_ids", limit=250)
    with_profile = next(row for row in rows if len(row["segment_ids"]) > 1)
    path = f"/shopper-profiles/{with_profile['shopper_profile_id']}/segments"
    segments = (await shop.api.get(path)).json()["data"]
    assert [row["id"] for row in segments] == with_profile["segment_ids"]
    without = next(row for row in rows if row["shopper_profile_id"] is None)
    assert without["segment_ids"] == []


async def test_only_the_first_page_has_both_kinds_of_paging(shop: Served) -> None:
    metas = [(await shop.api.get("/customers", params={"page": page})).json()["meta"] for page in (1, 2)]
    assert [sorted(meta) for meta in metas] == [["cursor_pagination", "pagination"], ["pagination"]]


@pytest.mark.parametrize("sort", [None, "last_name:asc", "date_created:desc", "date_modified:asc"])
async def test_cursors_lead_forth_through_everybody_and_back(shop: Served, sort: str | None) -> None:
    query: dict[str, Any] = {"limit": 150} | ({"sort": sort} if sort else {})
    whole = await ask(shop, **(query | {"limit": 250}))
    whole += await ask(shop, **(query | {"limit": 250, "page": 2}))
    body = (await shop.api.get("/customers", params=query)).json()
    seen = body["data"]
    while body["data"]:
        cursor = body["meta"]["cursor_pagination"]["end_cursor"]
        body = (await shop.api.get("/customers", params=query | {"after": cursor})).json()
        assert list(body["meta"]) == ["cursor_pagination"]
        if body["data"]:
            seen, start = seen + body["data"], body["meta"]["cursor_pagination"]["start_cursor"]
    assert [row["id"] for row in seen] == [row["id"] for row in whole]
    back = (await shop.api.get("/customers", params=query | {"before": start})).json()["data"]
    assert [row["id"] for row in back] == [row["id"] for row in whole[150:300]]


async def test_the_vendors_example_cursor_is_understood(shop: Served) -> None:
    assert (await ask(shop, after="eyJpZCI6MjA0fQ", limit=1))[0]["id"] == 205


async def test_sort_by_last_name_descends(shop: Served) -> None:
    names = [row["last_name"] for row in await ask(shop, sort="last_name:desc", limit=250)]
    assert names == sorted(names, reverse=True)


async def test_dates_filter(shop: Served) -> None:
    [middle] = await ask(shop, id__in="200")
    rows = await ask(shop, date_created__max=middle["date_created"], limit=250)
    assert [row["id"] for row in rows] == list(range(1, 201))


@pytest.mark.parametrize(
    "query",
    [
        {"id:in": "one"},
        {"include": "everything"},
        {"sort": "email:asc"},
        {"after": "!!!"},
        {"after": "e30"},
        {"after": "eyJpZCI6MjA0fQ", "before": "eyJpZCI6MjA0fQ"},
    ],
)
async def test_wrong_filter_is_422(shop: Served, query: dict[str, str]) -> None:
    answer = await shop.api.get("/customers", params=query)
    assert (answer.status_code, bool(answer.json()["errors"])) == (422, True)


async def test_created_customers_are_found_again(shop: Served) -> None:
    answer = await shop.api.post("/customers", json=[ada(company="Analytical", notes="First of all")])
    [row] = answer.json()["data"]
    assert (answer.status_code, row["id"], row["company"]) == (200, 401, "Analytical")
    assert [found["id"] for found in await ask(shop, email__in="ADA@example.org")] == [401]


async def test_password_is_not_shown(shop: Served) -> None:
    answer = await shop.api.post("/customers", json=[ada(authentication={"new_password": "hush"})])
    assert "hush" not in answer.text


async def test_the_11th_customer_of_a_request_is_too_much(shop: Served) -> None:
    many = [ada(email=f"{i}@example.org") for i in range(11)]
    assert (await shop.api.post("/customers", json=many)).status_code == 413
    assert (await shop.api.post("/customers", json=many[:10])).status_code == 200


@pytest.mark.parametrize(
    ("item", "field"),
    [
        ({"first_name": "Ada", "last_name": "Lovelace"}, "0.email"),
        (ada(email="nobody"), "0.email"),
        (ada(email=None), "0.email"),
        (ada(first_name=""), "0.first_name"),
        (ada(last_name="x" * 101), "0.last_name"),
        (ada(customer_group_id="2"), "0.customer_group_id"),
        (ada(customer_group_id=2**40), "0.customer_group_id"),
        (ada(company=5), "0.company"),
        (ada(channel_ids=[]), "0.channel_ids"),
        (ada(id=5), "0.id"),
    ],
)
async def test_wrong_customer_is_422_and_names_the_field(shop: Served, item: dict[str, Any], field: str) -> None:
    answer = await shop.api.post("/customers", json=[item])
    assert (answer.status_code, answer.json()["title"]) == (422, "Create customers failed.")
    assert set(answer.json()["errors"]) == {".customer_create", field}


async def test_email_in_use_is_422_and_creates_nobody(shop: Served) -> None:
    [taken] = await ask(shop, id__in="1")
    answer = await shop.api.post("/customers", json=[ada(), ada(email=taken["email"].upper())])
    assert (answer.status_code, "1.email" in answer.json()["errors"]) == (422, True)
    assert shop.store.overview()["customers"] == 400


async def test_email_twice_in_one_request_is_422(shop: Served) -> None:
    assert (await shop.api.post("/customers", json=[ada(), ada()])).status_code == 422
