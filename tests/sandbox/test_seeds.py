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


def test_two_years_of_orders_are_believable() -> None:
    store = seeded()
    rows = store.shop.rows("SELECT * FROM orders ORDER BY id")
    assert (len(rows), rows[0]["id"]) == (2_000, 100)
    assert [row["date_created"] for row in rows] == sorted(row["date_created"] for row in rows)
    assert (rows[0]["date_created"][:7], rows[-1]["date_created"][:7]) == ("2024-04", "2026-03")
    assert {0, 4, 5, 6, 10, 14} <= {row["status_id"] for row in rows}
    assert all(row["date_modified"] >= row["date_created"] for row in rows)
    assert {"USD", "EUR", "GBP", "CAD"} == {row["currency"] for row in rows}
    assert 0 < sum(row["is_deleted"] for row in rows) < 20
    assert 0.1 < sum(row["customer_id"] == 0 for row in rows) / len(rows) < 0.3
    assert all(row["refunded"] == row["total"] for row in rows if row["status_id"] == 4)
    assert any(0 < row["refunded"] < row["total"] for row in rows)
    store.close()


def test_nobody_orders_before_registering_and_some_never_do() -> None:
    store = seeded()
    early = (
        "SELECT count(*) FROM orders JOIN customers c ON c.id = customer_id WHERE c.date_created > orders.date_created"
    )
    never = "SELECT count(*) FROM customers WHERE id NOT IN (SELECT customer_id FROM orders)"
    good = """SELECT count(*) FROM (SELECT 1 FROM orders WHERE customer_id > 0 AND status_id NOT IN (0, 4, 5, 6)
              AND date_created > '2025-03-31' GROUP BY customer_id HAVING sum(total - refunded) > 1000 * 10000)"""
    assert store.shop.count(early) == 0
    assert 80 <= store.shop.count(never) <= 200
    assert 5 <= store.shop.count(good) <= 80
    store.close()


def test_customers_have_groups_countries_tiers_and_subscriptions() -> None:
    store = seeded()
    count = store.shop.count
    assert count("SELECT count(DISTINCT attribute_value) FROM attribute_values WHERE attribute_id = 1") == 3
    assert 100 < count("SELECT count(*) FROM attribute_values WHERE attribute_id = 1") < 250
    group = "json_extract(document, '$.customer_group_id')"
    assert count(f"SELECT count(DISTINCT {group}) FROM customers") == 4
    assert count("SELECT count(*) FROM customers WHERE document LIKE '%country_code\": \"DE%'") > 10
    readers = "SELECT count(*) FROM subscribers WHERE consents LIKE '%newsletter%' AND email LIKE '%@example.com'"
    assert count(readers) == 200
    assert count("SELECT count(*) FROM subscribers WHERE email LIKE '%@example.org'") > 0
    store.close()


def test_a_shop_may_end_today_and_have_any_number_of_orders() -> None:
    store = Store(":memory:")
    seed(store, customers=20, orders=7, until=1_800_000_000)
    assert store.shop.count("SELECT count(*) FROM orders") == 7
    latest = "SELECT max(strftime('%Y', date_created)) FROM"
    assert [store.shop.count(f"{latest} {table}") for table in ("customers", "orders")] == [2026, 2027]
    store.close()
