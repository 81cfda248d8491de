"""Compares what stands beside each entry's text with the text. SQLite computes it; PostgreSQL only stores it."""

import json
from collections.abc import Iterable
from typing import Any

from bot.core.audit.hash_chain import canonical
from bot.ledger.postgres.rows import storable
from bot.ledger.postgres.tables import COMPUTED

BESIDE = f"SELECT number, previous, lag(seal) OVER (ORDER BY number), body, {', '.join(COMPUTED)} FROM entries"
"""Each entry's columns, and the seal of the one before it."""
LAST = "SELECT number, seal, mac FROM entries ORDER BY number DESC LIMIT 1"
TAIL = "SELECT number, seal, mac FROM tail"


def computed(content: dict[str, Any]) -> list[str | int | None]:
    """Return the columns of an entry with this content, as SQLite computes them from its text."""
    return [_column(content.get(name)) for name in COMPUTED]


def misfit(rows: Iterable[tuple[Any, ...]]) -> str:
    """Return what is wrong with the first entry of ``BESIDE`` whose columns are not its text's; empty if none is."""
    for number, previous, before, body, *columns in rows:
        if columns != computed(json.loads(body)) or previous != (before or previous):
            return f"the columns of entry {number} are not what its text says"
    return ""


def _column(value: Any) -> str | int | None:
    if isinstance(value, str):
        return storable(value)
    return value if value is None or isinstance(value, int) else canonical(value)
