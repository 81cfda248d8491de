"""Facts as rows: how a page of a list of the store is saved. See ``bot.ledger.ports.facts``."""

import json
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from bot.core.segment_rules.facts import CustomerFacts, OrderSums, Sale
from bot.ledger.ports.facts import AttributeFact, CustomerFact, FactList, Facts, OrderFact, SubscriberFact
from bot.ledger.sql.database import Connection, placeholders

TABLES = {
    FactList.ORDERS: "order_facts",
    FactList.SUBSCRIBERS: "subscriber_facts",
    FactList.CUSTOMERS: "customer_facts",
}
"""The tables of the lists; attributes stand beside their customers."""
_COLUMNS = {
    "order_facts": ("id", "customer", "placed_at", "amount", "status", "reading"),
    "subscriber_facts": ("id", "email_key", "accepts", "reading"),
    "customer_facts": ("id", "registered_at", "group_id", "countries", "attributes", "email_key", "reading"),
}
SHARED = 1_000
"""Values that customers share in memory: the garbage collector stops everybody while it looks through 100,000."""
_ATTRIBUTES_OF = "SELECT id, attributes FROM customer_facts WHERE id IN ({})"
_GIVE_ATTRIBUTES = "UPDATE customer_facts SET attributes = ? WHERE id = ?"


def save_rows(db: Connection, which: FactList, rows: Facts, reading: int) -> None:
    """Save what a page of this list held; ``reading``: the number of its last whole reading."""
    _SAVE[which](db, rows, reading)


def _save_orders(db: Connection, rows: Sequence[OrderFact], reading: int) -> None:
    db.executemany("DELETE FROM order_facts WHERE id = ?", [(one.id,) for one in rows if not one.customer_id])
    _upsert(
        db,
        "order_facts",
        [
            (one.id, one.customer_id, _seconds(one.placed_at), one.amount, one.status, reading)
            for one in rows
            if one.customer_id
        ],
    )


def _save_subscribers(db: Connection, rows: Sequence[SubscriberFact], reading: int) -> None:
    _upsert(db, "subscriber_facts", [(one.id, one.email_key, int(one.accepts), reading) for one in rows])


def _save_customers(db: Connection, rows: Sequence[CustomerFact], reading: int) -> None:
    _upsert(
        db,
        "customer_facts",
        [
            (
                one.id,
                _seconds(one.registered_at),
                one.group_id,
                " ".join(sorted(one.countries)),
                _attributes_text(one.attributes),
                one.email_key,
                reading,
            )
            for one in rows
        ],
    )


def _save_attributes(db: Connection, rows: Sequence[AttributeFact], _reading: int) -> None:
    """Set these attributes of customers who are known; those who are not come with all of theirs."""
    given = defaultdict[int, dict[int, str]](dict)
    for one in rows:
        given[one.customer_id][one.attribute_id] = one.value
    if not given:
        return
    found = db.execute(_ATTRIBUTES_OF.format(placeholders(given)), [*given]).fetchall()
    changed = [(_attributes_text({**_attributes(text), **given[id_]}), id_) for id_, text in found]
    db.executemany(_GIVE_ATTRIBUTES, changed)


_SAVE: dict[FactList, Callable[[Connection, Any, int], None]] = {
    FactList.ORDERS: _save_orders,
    FactList.SUBSCRIBERS: _save_subscribers,
    FactList.CUSTOMERS: _save_customers,
    FactList.ATTRIBUTES: _save_attributes,
}


def _upsert(db: Connection, table: str, rows: Sequence[tuple[int | str, ...]]) -> None:
    columns = _COLUMNS[table]
    changes = ", ".join(f"{one} = excluded.{one}" for one in columns[1:])
    query = f"INSERT INTO {table} VALUES ({placeholders(columns)}) ON CONFLICT (id) DO UPDATE SET {changes}"
    db.executemany(query, rows)


def customer(row: Sequence[Any]) -> CustomerFacts:
    """Return a customer of what is stored."""
    id_, registered_at, group_id, countries, attributes, accepts = row
    return CustomerFacts(
        id_, _time(registered_at), group_id, _countries(countries), _attributes(attributes), bool(accepts)
    )


def sums(row: Sequence[Any]) -> OrderSums:
    """Return a customer's sums of what is stored."""
    customer_id, orders, spent, last = row
    return OrderSums(customer_id, orders, int(spent), _time(last))


def sale(row: Sequence[Any]) -> Sale:
    """Return a sale of what is stored."""
    id_, placed_at, amount = row
    return Sale(id_, _time(placed_at), amount)


def _attributes_text(attributes: Any) -> str:
    return json.dumps({str(id_): value for id_, value in attributes.items()}, ensure_ascii=False)


@lru_cache(maxsize=SHARED)
def _attributes(text: str) -> Mapping[int, str]:
    return {int(id_): value for id_, value in json.loads(text).items()}


@lru_cache(maxsize=SHARED)
def _countries(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _seconds(time: datetime) -> int:
    return int(time.timestamp())


def _time(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
