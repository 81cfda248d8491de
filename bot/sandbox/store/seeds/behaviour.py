"""What the shop's customers did and are like: two years of orders, groups, attributes, countries, subscriptions."""

import json
import random
from collections.abc import Iterator
from datetime import datetime
from math import exp
from typing import Any, NamedTuple

from bot.sandbox.store.database import Shop, moment
from bot.sandbox.store.outside import address
from bot.sandbox.store.resources import attributes, customer_groups, orders, subscribers

FIRST_ORDER = 100  # the vendor counts from there
DAY = 86_400
TWO_YEARS = 730 * DAY
WITH_ADDRESS = 0.9
IN_CLUB, IN_TIER = 0.25, 0.4
STAFF_EACH = 97  # of so many customers one works here
BUYS_NOTHING = 5  # of so many customers one only looks; what it would have bought, guests do
SKEW = 1.7  # the higher, the more of all orders are a few customers'
GROUPS = ("Wholesale", "Coffee club", "Staff")
TIERS = {"Gold": 1, "Silver": 3, "Bronze": 6}
COUNTRIES = {"US": 60, "CA": 11, "GB": 10, "DE": 8, "FR": 5, "AT": 4, "AU": 2}
CURRENCIES = {"CA": "CAD", "GB": "GBP", "DE": "EUR", "FR": "EUR", "AT": "EUR"}
RATES = {"USD": "1.0000000000", "CAD": "1.3700000000", "GBP": "0.7900000000", "EUR": "0.9200000000"}
OLD = {10: 62, 2: 26, 5: 4, 0: 3, 14: 2, 4: 2, 6: 1}
"""How orders of long ago ended, by their status."""
RECENT = {11: 50, 9: 16, 3: 4, 7: 10, 1: 8, 0: 6, 5: 3, 6: 2, 12: 1}
"""How orders of the last days stand."""
DELETED = 0.004


class Buyer(NamedTuple):
    """A customer who orders: since when, from where, and how many times as much as others (wholesale)."""

    id: int
    email: str
    since: float
    country: str
    times: int = 1


GUEST = Buyer(0, "guest@example.com", 0, "US")


def seed_behaviour(shop: Shop, seed: int, *, count: int, until: int) -> None:
    """Fill a shop that has customers and segments with so many orders, the latest of them placed before `until`."""
    dice = random.Random(seed)  # noqa: S311 - a shop to play with, no secret
    customers = shop.rows("SELECT id, email, first_name, last_name, date_created, document FROM customers ORDER BY id")
    buyers = _settle(shop, dice, customers)
    _seed_attributes(shop, dice, customers)
    _seed_subscribers(shop, dice, customers)
    sql = f"INSERT INTO orders (id, {orders.COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"  # noqa: S608
    shop.db.executemany(sql, _orders(dice, buyers, count, until))


def _settle(shop: Shop, dice: random.Random, customers: list[dict[str, Any]]) -> list[Buyer]:
    """Give customers a country and a group; return them as buyers."""
    wholesale, club, staff = (customer_groups.define(shop, name) for name in GROUPS)
    dealers = _members(shop, "Wholesale")
    countries = dice.choices(tuple(COUNTRIES), tuple(COUNTRIES.values()), k=len(customers))
    buyers, rows = [], []
    for row, country in zip(customers, countries, strict=True):
        if row["id"] in dealers:
            group = wholesale
        elif row["id"] % STAFF_EACH == 0:
            group = staff
        else:
            group = club if dice.random() < IN_CLUB else 0
        document = json.loads(row["document"]) | {"customer_group_id": group}
        if dice.random() < WITH_ADDRESS:
            document["addresses"] = [address(row, country)]
        rows.append((json.dumps(document), row["id"]))
        since = datetime.fromisoformat(row["date_created"]).timestamp()
        buyers.append(Buyer(row["id"], row["email"], since, country, 8 if group == wholesale else 1))
    shop.db.executemany("UPDATE customers SET document = ? WHERE id = ?", rows)
    return buyers


def _seed_attributes(shop: Shop, dice: random.Random, customers: list[dict[str, Any]]) -> None:
    opened = customers[0]["date_created"] if customers else shop.now()
    kinds = (("Tier", "string"), ("Birthday", "date"), ("Points", "number"))
    tier, birthday, points = (attributes.define(shop, name, kind, opened) for name, kind in kinds)
    rows: list[tuple[int, int, str, str, str]] = []
    for row in customers:
        if dice.random() >= IN_TIER:
            continue
        [name] = dice.choices(tuple(TIERS), tuple(TIERS.values()))
        born = f"{dice.randint(1950, 2005)}-{dice.randint(1, 12):02}-{dice.randint(1, 28):02}"
        values = {tier: name, points: str(dice.randrange(5_000)), birthday: born}
        rows += [(row["id"], id_, value, row["date_created"], row["date_created"]) for id_, value in values.items()]
    sql = f"INSERT INTO attribute_values ({attributes.VALUE_COLUMNS}) VALUES (?, ?, ?, ?, ?)"  # noqa: S608
    shop.db.executemany(sql, rows)


def _seed_subscribers(shop: Shop, dice: random.Random, customers: list[dict[str, Any]]) -> None:
    """Let those of the newsletter's segment subscribe to it, a few others to reminders, and a few strangers."""
    readers, rows = _members(shop, "Newsletter"), []
    for row in customers:
        if row["id"] in readers or dice.random() < 0.1:
            consents = '["marketing_newsletter"]' if row["id"] in readers else '["abandoned_cart"]'
            names = (row["email"], row["first_name"], row["last_name"])
            rows.append((*names, "storefront", consents, row["date_created"], row["date_created"]))
            if row["id"] % 20 == 0:
                stranger = (f"reader{row['id']}@example.org", "", "", *rows[-1][3:])
                rows.append(stranger)
    sql = f"INSERT INTO subscribers ({subscribers.COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?)"  # noqa: S608
    shop.db.executemany(sql, rows)


def _members(shop: Shop, segment: str) -> set[int]:
    sql = """SELECT customer_id FROM segments JOIN members ON segment = segments.position
             JOIN profiles ON profiles.position = profile WHERE name = ?"""
    return {row["customer_id"] for row in shop.rows(sql, segment)}


def _orders(dice: random.Random, buyers: list[Buyer], count: int, until: int) -> Iterator[tuple[object, ...]]:
    """Yield rows of orders by their time, more and more of them; nobody orders before registering."""
    known = 0
    for at in range(count):
        placed = until - TWO_YEARS + int(TWO_YEARS * ((at + dice.random()) / count) ** 0.8)
        while known < len(buyers) and buyers[known].since <= placed:
            known += 1
        buyer = _buyer(dice, buyers, known)
        currency = CURRENCIES.get(buyer.country, orders.CURRENCY)
        total = int(exp(dice.gauss(8.9, 0.6))) * buyer.times * (orders.MONEY // 100)
        statuses = OLD if placed < until - 10 * DAY else RECENT
        [status] = dice.choices(tuple(statuses), tuple(statuses.values()))
        refunded = total if status == 4 else total // 400 * 100 if status == 14 else 0
        modified = min(until - 1, placed + dice.randrange(12 * DAY))
        is_deleted = int(dice.random() < DELETED)
        yield (
            *(FIRST_ORDER + at, buyer.id, buyer.email, status, is_deleted, moment(placed), moment(modified)),
            *(total, refunded, currency, RATES[currency], buyer.country),
        )


def _buyer(dice: random.Random, buyers: list[Buyer], known: int) -> Buyer:
    """Return who of the first ones, who are registered, orders next: some customers much more often than others."""
    if not known:
        return GUEST
    rank = int(len(buyers) * dice.random() ** SKEW)
    at = rank * 7919 % len(buyers)
    buyer = buyers[at if at < known else at % known]
    return buyer if buyer.id % BUYS_NOTHING else GUEST
