import json

import pytest

from bot.sandbox.store import Store
from bot.sandbox.store.resources import promotions as store_promotions
from bot.sandbox.store.seeds import seed
from bot.sandbox.store.seeds.promotions import promotions


def seeded(customers: int = 400) -> Store:
    store = Store(":memory:")
    seed(store, customers=customers)
    return store


def documents(store: Store) -> list[dict[str, object]]:
    return [json.loads(row["document"]) for row in store.shop.rows("SELECT document FROM promotions ORDER BY id")]


def test_shop_has_the_promised_sizes() -> None:
    store = seeded()
    overview = store.overview()
    sizes = {row["name"]: row["shoppers"] for row in overview["segments"]}
    assert (len(sizes), sizes["VIPs"], sizes["Newsletter"], sizes["Spring launch waitlist"]) == (
        12,
        40,
        200,
        0,
    )
    assert (overview["customers"], overview["profiles"], overview["promotions"]) == (400, 360, 6)
    store.close()


def test_same_number_of_customers_gives_the_same_shop() -> None:
    one, other = seeded(), seeded()
    assert list(one.shop.db.iterdump()) == list(other.shop.db.iterdump())
    one.close()
    other.close()


def test_people_have_names_and_distinct_addresses_at_example_com() -> None:
    store = seeded()
    rows = store.shop.rows("SELECT email, first_name, last_name FROM customers")
    assert all(row["email"].endswith("@example.com") for row in rows)
    assert all(row["email"].startswith(f"{row['first_name']}.{row['last_name']}".lower()) for row in rows)
    assert len({row["email"] for row in rows}) == 400
    store.close()


def test_two_enabled_promotions_use_vips_and_one_nests() -> None:
    store = seeded()
    [vips] = [row["id"] for row in store.overview()["segments"] if row["name"] == "VIPs"]
    enabled = [one for one in documents(store) if one["status"] == "ENABLED"]
    assert sum(vips in json.dumps(one["customer"]) for one in enabled) == 2
    assert any('"and"' in json.dumps(one["customer"]) for one in enabled)
    assert len(documents(store)) > len(enabled)
    store.close()


def test_every_promotion_can_be_put_back_as_it_is() -> None:
    store = seeded()
    for document in documents(store):
        assert store_promotions.update(store.shop, int(str(document["id"])), document) == document
    store.close()


def test_every_promotion_targets_segments_of_the_shop() -> None:
    store = seeded()
    ids = {row["name"]: row["id"] for row in store.overview()["segments"]}
    for document in promotions(ids):
        targets = set(store_promotions.segment_ids(document["customer"]["segments"]))
        assert targets
        assert targets <= set(ids.values())
    store.close()


@pytest.mark.parametrize("customers", [0, 1, 12])
def test_small_shops_can_be_seeded(customers: int) -> None:
    store = seeded(customers)
    assert store.overview()["customers"] == customers
    store.close()


def test_seeding_twice_is_refused() -> None:
    store = seeded(5)
    with pytest.raises(ValueError, match="empty"):
        seed(store)
    store.close()


def test_larger_shop_keeps_its_proportions() -> None:
    store = seeded(10_000)
    sizes = {row["name"]: row["shoppers"] for row in store.overview()["segments"]}
    assert (sizes["VIPs"], sizes["Newsletter"]) == (1000, 5000)
    store.close()
