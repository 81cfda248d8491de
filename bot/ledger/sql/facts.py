"""The facts: what segment rules read of the store, and how far it has been read. See ``bot.ledger.ports.facts``."""

import asyncio
import secrets
from collections import deque
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from datetime import datetime
from functools import partial
from typing import Any, TypeVar

from bot.bigcommerce import NO_SALES
from bot.bigcommerce.wire_format import batches
from bot.core.segment_rules.facts import CustomerFacts, Freshness, OneCustomer, OrderSums
from bot.core.timestamps import timestamp
from bot.ledger.ports.facts import FactList, Facts, FactsState, Outdated, ReadElsewhere
from bot.ledger.sql.database import Connection, Database, placeholders, statement
from bot.ledger.sql.fact_rows import TABLES, customer, sale, save_rows, sums
from bot.ledger.sql.leases import Releases, unheld

PIECE = 5_000
"""Rows that are yielded at a time: whoever reads them computes something of each."""
FORGOTTEN = 1_000
"""Rows that are forgotten in a transaction: others wait for it."""
_STATE = "SELECT body FROM fact_reading"
_BEGIN = "INSERT INTO fact_reading (id) VALUES (1) ON CONFLICT DO NOTHING"
_CLAIM = f"UPDATE fact_reading SET owner = ? WHERE {unheld('owner')} RETURNING body"
_RELEASE = "UPDATE fact_reading SET owner = '' WHERE owner = ?"
_SAVE = "UPDATE fact_reading SET body = ? WHERE owner = ? RETURNING id"
_CUSTOMER = """
    SELECT id, registered_at, group_id, countries, attributes, EXISTS (
        SELECT 1 FROM subscriber_facts AS one WHERE one.email_key = customer_facts.email_key AND one.accepts = 1
    ) FROM customer_facts
"""
CUSTOMERS = f"{_CUSTOMER} ORDER BY id"
ONE_CUSTOMER = f"{_CUSTOMER} WHERE id = ?"
SALES = f"""
    SELECT id, placed_at, amount FROM order_facts
    WHERE customer = ? AND status NOT IN {NO_SALES} ORDER BY placed_at, id
"""
SUMS = f"""
    SELECT customer, count(*), CAST(sum(amount) AS BIGINT), max(placed_at) FROM order_facts
    WHERE placed_at >= ? AND status NOT IN {NO_SALES} GROUP BY customer ORDER BY customer
"""
ORPHANS = """
    SELECT id FROM order_facts
    WHERE NOT EXISTS (SELECT 1 FROM customer_facts WHERE customer_facts.id = order_facts.customer)
"""
_ALWAYS = -(2**62)
"""A second before all others."""
T = TypeVar("T", CustomerFacts, OrderSums)


class SqlFacts:
    """The facts in SQL."""

    def __init__(self, database: Database, releases: Releases) -> None:
        self._database = database
        self._releases = releases

    # What rules read

    async def freshness(self) -> Freshness:
        """Return how well the facts show the store."""
        state = await self.state()
        read_to = _earliest([state.of(which).read_to for which in FactList])
        checked_at = _earliest([state.of(which).checked_at for which in TABLES])
        return Freshness(read_to, checked_at, state.missing, state.doubt)

    def customers(self) -> AsyncIterator[Sequence[CustomerFacts]]:
        """Yield all customers, in pieces, by id."""
        return self._pieces(CUSTOMERS, customer)

    def order_sums(self, since: datetime | None) -> AsyncIterator[Sequence[OrderSums]]:
        """Yield the sums of orders placed at that time or later (None: of all), in pieces, by customer."""
        return self._pieces(SUMS, sums, int(since.timestamp()) if since else _ALWAYS)

    async def one_customer(self, customer_id: int) -> OneCustomer | None:
        """Return one customer with each order that counts; None of whom nothing is known."""

        def read(db: Connection) -> OneCustomer | None:
            row = db.execute(ONE_CUSTOMER, (customer_id,)).fetchone()
            return OneCustomer(customer(row), tuple(map(sale, db.execute(SALES, (customer_id,))))) if row else None

        return await self._database.read(read)

    async def _pieces(self, query: str, made: Callable[[Any], T], *values: int) -> AsyncIterator[Sequence[T]]:
        def read(db: Connection) -> deque[tuple[T, ...]]:
            return deque(batches(map(made, db.stream(query, values)), PIECE))

        pieces = await self._database.read_apart(read)
        while pieces:
            yield pieces.popleft()  # forgotten piece by piece, too: 100,000 at once would stop the event loop
            await asyncio.sleep(0)

    # What is read of the store

    async def state(self) -> FactsState:
        """Return how far the facts are read."""
        rows = await self._database.read(statement(_STATE))
        return FactsState.model_validate_json(rows[0]["body"]) if rows else FactsState()

    async def claim(self, *, owner: str, now: datetime) -> FactsState:
        """Claim the facts to read them. Raises ReadElsewhere if a living process holds them."""

        def claim(db: Connection) -> FactsState:
            db.execute(_BEGIN)
            row = db.execute(_CLAIM, (owner, timestamp(now))).fetchone()
            if row is None:
                raise ReadElsewhere
            self._releases.cancel(_RELEASE, owner)
            state = FactsState.model_validate_json(row["body"])
            return state if state.salt else _saved(db, FactsState(salt=secrets.token_hex(16)), owner)

        return await self._database.write(claim)

    async def release(self, *, owner: str) -> None:
        """Release the facts."""
        await self._releases.write(_RELEASE, owner)

    async def save(self, state: FactsState, which: FactList | None = None, rows: Facts = (), *, owner: str) -> None:
        """Save how far the facts are read and, in the same transaction, what a page of a list held."""

        def save(db: Connection) -> None:
            _saved(db, state, owner)
            if which:
                save_rows(db, which, rows, state.of(which).reading)

        await self._database.write(save)

    async def outdated(self, which: FactList) -> Outdated:
        """Return who was not seen in the last whole reading."""
        query = f"SELECT id FROM {TABLES[which]} WHERE reading < ?"
        reading = (await self.state()).of(which).reading
        return await self._database.read_apart(partial(_outdated, which=which, query=query, values=(reading,)))

    async def orphans(self) -> Outdated:
        """Return the orders whose customers are not kept."""
        return await self._database.read_apart(partial(_outdated, which=FactList.ORDERS, query=ORPHANS))

    async def forget(self, which: FactList, ids: Collection[int], *, owner: str) -> None:
        """Forget these."""
        for batch in batches(ids, FORGOTTEN):
            query = f"DELETE FROM {TABLES[which]} WHERE id IN ({placeholders(batch)})"
            await self._database.write(partial(_held, owner=owner, query=query, values=batch))

    async def clear(self, *, owner: str) -> FactsState:
        """Forget everything, to be read anew; return that nothing is read, and that it is to be."""
        nothing = FactsState(rebuilding=True, salt=secrets.token_hex(16))
        await self.save(nothing, owner=owner)
        for table in TABLES.values():
            query = f"DELETE FROM {table} WHERE id IN (SELECT id FROM {table} LIMIT {FORGOTTEN})"
            while await self._database.write(partial(_held, owner=owner, query=query)):
                pass
        return nothing


def _earliest(times: Collection[datetime | None]) -> datetime | None:
    """Return the earliest of these times; None if one is missing."""
    known = [one for one in times if one]
    return min(known) if len(known) == len(times) else None


def _saved(db: Connection, state: FactsState, owner: str) -> FactsState:
    if db.execute(_SAVE, (state.model_dump_json(), owner)).fetchone() is None:
        raise ReadElsewhere
    return state


def _held(db: Connection, owner: str, query: str, values: Sequence[int] = ()) -> int:
    """Return how many rows this statement wrote, for whoever has the facts claimed."""
    if db.execute("SELECT 1 FROM fact_reading WHERE owner = ?", (owner,)).fetchone() is None:
        raise ReadElsewhere
    return db.execute(query, values).rowcount


def _outdated(db: Connection, which: FactList, query: str, values: Sequence[int] = ()) -> Outdated:
    (kept,) = db.execute(f"SELECT count(*) FROM {TABLES[which]}").fetchone()
    return Outdated(tuple(id_ for (id_,) in db.stream(query, values)), kept)
