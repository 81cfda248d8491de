"""What shoppers and staff do in the emulated store beside its API, and what of it the API shows."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.sandbox import server
from bot.sandbox.store import Store
from tests.sandbox.served_store import Served, served
from tests.sandbox.slack_app import fetch


@pytest.fixture
async def shop() -> AsyncIterator[Served]:
    async with served(customers=20) as shop:
        yield shop


async def rows(shop: Served, path: str, **query: Any) -> list[dict[str, Any]]:
    answer = await shop.api.get(path, params={name.replace("__", ":"): value for name, value in query.items()})
    assert answer.status_code == 200
    found: list[dict[str, Any]] = answer.json()["data"]
    return found


async def test_an_attribute_is_shown_with_its_customer_and_alone(shop: Served) -> None:
    id_ = shop.store.act("set_attribute", customer_id=7, name="Shoe size", value="42")["attribute_id"]
    [attribute] = await rows(shop, "/customers/attributes", name="Shoe size")
    assert (attribute["id"], attribute["type"]) == (id_, "string")
    assert id_ in [one["id"] for one in await rows(shop, "/customers/attributes", name__like="OE S%")]
    [value] = await rows(shop, "/customers/attribute-values", customer_id__in="7,8", attribute_id__in=id_)
    assert (value["customer_id"], value["attribute_value"]) == (7, "42")
    assert await rows(shop, "/customers/attribute-values", name="Shoe size") == [value]
    [customer] = await rows(shop, "/customers", id__in=7, include="attributes")
    assert value in customer["attributes"]
    assert customer["attribute_count"] == len(customer["attributes"])
    shop.store.act("set_attribute", customer_id=7, name="Shoe size", value=None)
    assert await rows(shop, "/customers/attribute-values", name="Shoe size") == []


async def test_a_customer_moves_groups_and_countries(shop: Served) -> None:
    shop.store.act("change_customer", customer_id=7, group="Friends", countries=["AT", "DE"])
    [customer] = await rows(shop, "/customers", id__in=7, include="addresses")
    assert [one["country_code"] for one in customer["addresses"]] == ["AT", "DE"]
    names = {one["id"]: one["name"] for one in (await shop.get_v2("/customer_groups")).json()}
    assert names[customer["customer_group_id"]] == "Friends"
    shop.store.act("change_customer", customer_id=7, group="")
    assert (await rows(shop, "/customers", id__in=7))[0]["customer_group_id"] == 0
    assert [one["id"] for one in await rows(shop, "/customers", date_modified__min="2026-03-31T23:33:20Z")] == [7]


async def test_a_deleted_customer_is_gone_with_everything_but_the_orders(shop: Served) -> None:
    number = shop.store.act("place_order", customer_id=7, total=10)["order_id"]
    shop.store.act("delete_customer", customer_id=7)
    assert await rows(shop, "/customers", id__in=7) == []
    assert 7 not in [one["customer_id"] for one in await rows(shop, "/shopper-profiles", limit=250)]
    assert await rows(shop, "/customers/attribute-values", customer_id__in=7) == []
    assert shop.store.shop.count("SELECT customer_id FROM orders WHERE id = ?", number) == 7


async def test_subscribers_come_change_and_go(shop: Served) -> None:
    shop.store.act("subscribe", email="new@example.com")
    [one] = await rows(shop, "/customers/subscribers", email="NEW@example.com")
    assert (one["consents"], one["source"], one["order_id"]) == (["marketing_newsletter"], "storefront", None)
    shop.store.act("subscribe", email="new@example.com", consents=["abandoned_cart"])
    assert (await rows(shop, "/customers/subscribers", id=one["id"]))[0]["consents"] == ["abandoned_cart"]
    assert len(await rows(shop, "/customers/subscribers", id__in=f"{one['id']},1")) == 2
    shop.store.act("subscribe", email="new@example.com", consents=[])
    assert await rows(shop, "/customers/subscribers", email="new@example.com") == []


@pytest.mark.parametrize(
    ("act", "sentence"),
    [
        ({"act": "dance"}, "That cannot happen in the store: Input tag 'dance'"),
        ({"act": "place_order", "customer_id": 1}, "place_order.total: Field required"),
        ({"act": "change_order", "order_id": 9_999}, "There is no order 9999."),
        ({"act": "delete_customer", "customer_id": 9_999}, "There is no customer 9999."),
        ({"act": "set_attribute", "customer_id": 0, "name": "Tier", "value": "Gold"}, "There is no customer 0."),
    ],
)
async def test_what_cannot_happen_is_refused_with_a_sentence(shop: Served, act: dict[str, Any], sentence: str) -> None:
    version = shop.store.version
    with pytest.raises(ValueError, match="T") as refused:
        shop.store.act(**act)
    assert sentence in str(refused.value)
    assert shop.store.version == version


async def test_a_script_lets_things_happen_and_takes_scopes_away(tmp_path: Path) -> None:
    store = Store(":memory:")
    async with server.serve(port=0, store=store, workspace=None, log=None, page=False) as url:
        order = {"act": "place_order", "customer_id": 0, "total": "12.50"}
        status, body = await fetch(f"{url}/control/shop", "POST", json=order)
        assert (status, body["order_id"], store.version) == (200, 1, 1)
        status, body = await fetch(f"{url}/control/shop", "POST", json={})
        assert (status, body["ok"]) == (400, False)
        status, body = await fetch(f"{url}/control/store", "POST", json={"scopes": ["store_v2_customers"]})
        assert (status, body["scopes"], store.scopes) == (200, ["store_v2_customers"], {"store_v2_customers"})
        assert (await fetch(f"{url}/control/store", "POST", json={"scopes": "all"}))[0] == 400
    store.close()
    async with server.serve(port=0, store=None, workspace=None, log=None, page=False) as url:
        assert (await fetch(f"{url}/control/shop", "POST", json=order))[0] == 400


@pytest.mark.parametrize("way", ["shrinking", "swapping"])
async def test_only_members_come_and_go_between_pages(shop: Served, way: str) -> None:
    shop.store.faults.add("GET", "/customers", pages=way)
    assert len(await rows(shop, "/customers", limit=5)) == 5
    assert len(await rows(shop, "/customers", limit=250)) == 20


async def test_who_reads_while_the_store_lags_sees_what_was_before(shop: Served) -> None:
    shop.store.set(lag_seconds=5)
    shop.store.act("delete_customer", customer_id=7)
    assert len(await rows(shop, "/customers", id__in=7)) == 1
    shop.clock.now += 6
    assert await rows(shop, "/customers", id__in=7) == []
