"""A realistic coffee and tea shop to start with: the same one each time, in any size."""

import json
import random
from collections.abc import Iterator
from itertools import count
from typing import NamedTuple
from uuid import UUID

from bot.sandbox.store.database import Shop, moment
from bot.sandbox.store.resources.customers import COLUMNS as CUSTOMER_COLUMNS
from bot.sandbox.store.resources.customers import folded
from bot.sandbox.store.resources.profiles import COLUMNS as PROFILE_COLUMNS
from bot.sandbox.store.resources.promotions import store as store_promotion
from bot.sandbox.store.resources.segments import COLUMNS as SEGMENT_COLUMNS
from bot.sandbox.store.seeds.behaviour import seed_behaviour
from bot.sandbox.store.seeds.promotions import promotions
from bot.sandbox.store.state import Store

SEED = 1683  # any number; another one gives another shop
OPENED = 1_672_560_000  # 2023-01-01T08:00:00Z, in seconds since 1970
LATEST = 1_774_944_000  # 2026-03-31T08:00:00Z: nothing in the shop is newer
WITH_PROFILE = 0.9
ORDERS_EACH = 5  # for each customer


class Kind(NamedTuple):
    """A segment of the shop: its name, its description, and its share of all customers."""

    name: str
    description: str
    share: float


SEGMENTS = (
    Kind("VIPs", "Spent over $1,000 in the last 12 months.", 0.1),
    Kind("Newsletter", "Signed up for the weekly letter.", 0.5),
    Kind("Coffee lovers", "Bought coffee at least three times.", 0.21),
    Kind("Tea drinkers", "Bought tea at least three times.", 0.14),
    Kind("Lapsed", "No order for a year.", 0.16),
    Kind("New this quarter", "First order since January.", 0.08),
    Kind("Wholesale", "Cafés and offices with trade prices.", 0.055),
    Kind("Gift buyers", "Had an order sent to somebody else.", 0.09),
    Kind("Subscribers", "Get a delivery every month.", 0.12),
    Kind("Reviewers", "Wrote five reviews or more.", 0.0425),
    Kind("Friends & family", "Staff discount.", 0.02),
    Kind("Spring launch waitlist", "Opens in April; nobody is on it yet.", 0.0),
)

FIRST_NAMES = """
Ada Aisha Alma Amara Amir Andre Anna Ben Bianca Bruno Carla Carmen Chen Chloe Clara Daniel David Diego
Elena Eli Emma Erik Esther Fatima Felix Finn Grace Hana Hugo Ines Isaac Ivy Jack Jana Jonas Julia Kai
Karim Kofi Lars Laura Lea Leo Liam Lina Lucia Luis Maja Marco Maria Mateo Maya Mei Mia Milan Nadia Nina
Noah Nora Olga Oliver Omar Oscar Paula Pedro Priya Rafael Rania Rosa Ruth Sam Sara Sofia Tariq Tess Theo
Tom Uma Vera Victor Wei Yara Yusuf Zoe
"""
LAST_NAMES = """
Abbott Adeyemi Ahmed Alvarez Andersen Bakker Baptiste Becker Bennett Bergmann Bianchi Brennan Brown
Campbell Castro Chandra Chen Cohen Costa Dasgupta Davies Diaz Dubois Evans Fernandez Fischer Fontaine
Garcia Greene Gupta Haddad Hansen Hayes Hoffmann Ibrahim Ito Jansen Jensen Johnson Kapoor Kaya Keller Kim
Kowalski Larsen Laurent Lee Lindqvist Lopez Mbeki Mendes Meyer Moreau Morgan Murphy Nakamura Nguyen Novak
Okafor Olsen Ortiz Osei Park Patel Petrov Quinn Ramos Reyes Ricci Rossi Russo Santos Sato Schmidt Silva
Singh Sokolov Tanaka Torres Vance Walsh Weber Williams Wong Wright Yilmaz Young Zhang Zimmermann
"""


def seed(store: Store, *, customers: int = 400, orders: int | None = None, until: int = LATEST) -> None:
    """Fill an empty store: customers, profiles for nine of ten, 12 segments with members, 6 promotions, orders.

    The same number of customers always gives the same shop, including ids; segments' sizes grow with it, and so do the
    `orders`, if it is not said how many. Nobody registers or orders after `until`. Raises ValueError if the store is
    not empty.
    """
    if not store.empty:
        raise ValueError("Only an empty store can be seeded.")
    dice = random.Random(SEED)  # noqa: S311 - a shop to play with, no secret
    with store.shop.db:
        _seed_customers(store.shop, dice, customers, until - LATEST)
        _seed_profiles(store.shop, dice)
        segments = _seed_segments(store.shop, dice)
        _seed_members(store.shop, dice, customers)
        for document in promotions(segments):
            store_promotion(store.shop, document)
        count = ORDERS_EACH * customers if orders is None else orders
        seed_behaviour(store.shop, SEED, count=count, until=until)
    store.note_write()


def courses(store: Store, days: int) -> list[dict[str, int]]:
    """Return made-up sizes of the segments, by id, for as many days before today, oldest first."""
    dice = random.Random(SEED)  # noqa: S311 - as above
    sizes = {str(one["id"]): int(one["shoppers"]) for one in store.overview()["segments"]}
    found: list[dict[str, int]] = []
    for _ in range(days):
        sizes = {id_: max(0, size - round(size * dice.uniform(-0.03, 0.05))) for id_, size in sizes.items()}
        found.insert(0, sizes)
    return found


def _seed_customers(shop: Shop, dice: random.Random, customers: int, later: int) -> None:
    sql = f"INSERT INTO customers ({CUSTOMER_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?)"  # noqa: S608
    shop.db.executemany(sql, _customers(dice, customers, later))


def _customers(dice: random.Random, customers: int, later: int) -> Iterator[tuple[str, ...]]:
    first_names, last_names = FIRST_NAMES.split(), LAST_NAMES.split()
    namesakes: dict[str, Iterator[int]] = {}
    for i in range(customers):
        first, last = dice.choice(first_names), dice.choice(last_names)
        name = f"{first}.{last}".lower()
        namesake = next(namesakes.setdefault(name, count(1)))
        email = f"{name}{namesake if namesake > 1 else ''}@example.com"
        # Earlier customers have lower ids.
        created = OPENED + (LATEST - OPENED) * i // customers
        modified = dice.randint(created, LATEST)
        document = json.dumps({"phone": f"555-01{dice.randrange(100):02}", "customer_group_id": 0})
        yield email, first, last, folded(first, last), moment(created + later), moment(modified + later), document


def _seed_profiles(shop: Shop, dice: random.Random) -> None:
    customers = shop.rows("SELECT id, date_created FROM customers ORDER BY id")
    rows = [
        (_uuid(dice), row["id"], row["date_created"], row["date_created"])
        for row in customers
        if dice.random() < WITH_PROFILE
    ]
    sql = f"INSERT INTO profiles ({PROFILE_COLUMNS}) VALUES (?, ?, ?, ?)"  # noqa: S608
    shop.db.executemany(sql, rows)


def _seed_segments(shop: Shop, dice: random.Random) -> dict[str, str]:
    """Create the segments; return their ids by name."""
    ids = {kind.name: _uuid(dice) for kind in SEGMENTS}
    rows = []
    for kind in SEGMENTS:
        created = dice.randint(OPENED, LATEST)
        updated = dice.randint(created, LATEST)
        rows.append((ids[kind.name], kind.name, kind.description, moment(created), moment(updated)))
    sql = f"INSERT INTO segments ({SEGMENT_COLUMNS}) VALUES (?, ?, ?, ?, ?)"  # noqa: S608
    shop.db.executemany(sql, rows)
    return ids


def _seed_members(shop: Shop, dice: random.Random, customers: int) -> None:
    profiles = [row["position"] for row in shop.rows("SELECT position FROM profiles ORDER BY position")]
    segments = shop.rows("SELECT position, name FROM segments ORDER BY position")
    shares = {kind.name: kind.share for kind in SEGMENTS}
    for segment in segments:
        size = min(round(customers * shares[segment["name"]]), len(profiles))
        rows = [(segment["position"], profile) for profile in sorted(dice.sample(profiles, size))]
        shop.db.executemany("INSERT INTO members (segment, profile) VALUES (?, ?)", rows)


def _uuid(dice: random.Random) -> str:
    return str(UUID(int=dice.getrandbits(128), version=4))
