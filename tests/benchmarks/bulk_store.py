"""An emulated store for the ``bulk`` benchmarks: in memory, each answer 50 ms late, every request on record."""

import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any
from urllib.parse import quote

from bot.sandbox.store import Store
from bot.sandbox.store.refusals import TooMany
from bot.sandbox.store.resources import segments
from tests.seeded import register

LATENCY = 0.05
SEGMENT = "Newcomers"
HAVE_PROFILES = 0.5
"""The share of the shoppers who have a profile: the others get one on the way."""
LONGEST_URL = 2_000
PAGE, BATCH = 249, 50
_BORN = "2026-01-01T00:00:00Z"


@dataclass
class Window:
    """A window of the store's quota: when it ends, and how many requests came and were refused in it."""

    ends: float
    sent: int = 0
    refused: int = 0


class WatchedStore(Store):
    """A store that counts requests by the windows of its quota."""

    def __init__(self, shoppers: int, quota: int | None) -> None:
        super().__init__(":memory:", quota=quota)
        self.windows: list[Window] = []
        self.shoppers = shoppers
        _fill(self)
        self.faults.add("*", "*", delay=LATENCY, times=None)

    @property
    def lacking(self) -> int:
        """How many of the shoppers have no profile at first."""
        return self.shoppers - _with_profile(self.shoppers)

    @property
    def emails(self) -> list[str]:
        """The address of each shopper."""
        return list(map(_email, range(self.shoppers)))

    def spend(self) -> dict[str, str]:
        """Count a request against the quota, and note it."""
        now, headers = time.time(), super().spend()
        if not self.windows or now > self.windows[-1].ends:
            self.windows.append(Window(now + int(headers["X-Rate-Limit-Time-Reset-Ms"]) / 1000))
        self.windows[-1].sent += 1
        return headers

    def note_request(self, method: str, path: str, status: int | None, milliseconds: float) -> None:
        """Record a request, and in its window whether it was refused: for the quota, or as one too many at once."""
        super().note_request(method, path, status, milliseconds)
        self.windows[-1].refused += status == TooMany.status

    @property
    def segment_id(self) -> str:
        """The id of the segment."""
        (row,) = self.shop.rows("SELECT id FROM segments")
        return str(row["id"])

    @property
    def members(self) -> int:
        """How many are in the segment."""
        return self.shop.count("SELECT count(*) FROM members")

    def forget_the_import(self, most: int = -1) -> dict[str, Any]:
        """Make the store what it was before; return whom another would add, up to so many: profiles, and customers."""
        with self.shop.db as db:
            db.execute("DELETE FROM members")
            db.execute("DELETE FROM profiles WHERE position > ?", (_with_profile(self.shoppers),))
        profiles = self.shop.rows("SELECT id FROM profiles LIMIT ?", most // 2)
        lacking = "SELECT id FROM customers WHERE id NOT IN (SELECT customer_id FROM profiles) LIMIT ?"
        customers = self.shop.rows(lacking, most // 2)
        return {"profiles": tuple(one["id"] for one in profiles), "customers": tuple(one["id"] for one in customers)}


def _fill(store: WatchedStore) -> None:
    register(store, ((email, _BORN) for email in store.emails))
    with store.shop.db as db:
        db.execute(
            "INSERT INTO profiles (id, customer_id, created_at, updated_at) "
            "SELECT format('00000000-0000-4000-8000-%012d', id), id, ?, ? FROM customers LIMIT ?",
            (_BORN, _BORN, _with_profile(store.shoppers)),
        )
    segments.create(store.shop, [segments.Draft(SEGMENT, "")])


def _with_profile(shoppers: int) -> int:
    return round(shoppers * HAVE_PROFILES)


def _email(number: int) -> str:
    return f"shopper{number:06}@example.com"


def purposes(requests: list[dict[str, Any]]) -> Counter[str]:
    """Return how many requests there were of each kind, by method, path without ids, and filter."""
    return Counter(map(_purpose, requests))


def _purpose(request: dict[str, Any]) -> str:
    path, _, query = request["path"].partition("/v3/")[2].partition("?")
    parts = path.split("/")
    known = [part for part in parts if "-4" not in part]
    found = next((name for name in ("email:in", "id:in") if name in query), "")
    return " ".join(filter(None, (request["method"], "/".join(known), found, str(request["status"] or "dropped"))))


def least_requests(emails: list[str], base: str, profiles: int) -> int:
    """Return the fewest requests that an import may take: look-ups when asked and at the click, and the writes."""
    target = "customers?page=99999&limit=250&include=shopper_profile_id,segment_ids&email:in="
    room = LONGEST_URL - len(f"{base}/stores/sandbox/v3/{target}")
    by_address = sum(1 for _ in _urls(emails, room))
    found = len(emails)
    return by_address + sum(-(-count // most) for count, most in ((found, PAGE), (profiles, BATCH), (found, BATCH)))


def _urls(emails: list[str], room: int) -> Iterator[int]:
    """Yield how long each list of addresses is, with as many in each as fit."""
    size = 0
    for length in chain((len(quote(email, safe="@")) for email in emails), (room + 1,)):
        if size and size + length > room:
            yield size
            size = 0
        size += length + 1
