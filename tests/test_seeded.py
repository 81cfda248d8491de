from bot.sandbox.store import Store, seeds
from tests.seeded import seed


def test_a_copied_shop_is_the_seeded_one_and_nobody_elses() -> None:
    seeded, first, second = Store(":memory:"), Store(":memory:"), Store(":memory:")
    seeds.seed(seeded, customers=60)
    seed(first, customers=60)
    with first.shop.db as db:
        db.execute("DELETE FROM customers")
    seed(second, customers=60)
    assert list(second.shop.db.iterdump()) == list(seeded.shop.db.iterdump())
    assert (second.version, first.overview()["customers"]) == (seeded.version, 0)
    for store in (seeded, first, second):
        store.close()
