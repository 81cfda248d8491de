"""Which schema a ledger has, and the oldest one whose bots may write it.

Two versions of the bot may use a ledger at the same time while one replaces the other, unless the newer one stores
what the older one would misread or spoil: then it raises OLDEST_WRITER, and the older one stops.
"""

import sqlite3
from pathlib import Path

from bot.core.errors import LedgerLost

SCHEMA = 12
"""The number of the last migration that this version knows."""
OLDEST_WRITER = 12
"""The oldest schema whose bots may write what this version writes; earlier ones do not even look."""
_NAMED = "SELECT 1 FROM sqlite_schema WHERE name = 'ledger_schema'"


def refuse_if_too_old(connection: sqlite3.Connection, path: Path | str) -> None:
    """Raise LedgerLost if only bots of a later schema may write this ledger."""
    version, oldest = connection.execute("SELECT version, oldest_writer FROM ledger_schema").fetchone()
    if oldest > SCHEMA:
        raise LedgerLost(
            "this version of the bot is too old for the ledger",
            f"The ledger {path} is of schema {version} and takes only bots of schema {oldest} or later; "
            f"this one is of schema {SCHEMA}. Start the newer version of the bot.",
        )


def is_named(connection: sqlite3.Connection) -> bool:
    """Return whether the ledger names its schema; those of earlier versions do not."""
    return connection.execute(_NAMED).fetchone() is not None


def is_outdated(connection: sqlite3.Connection) -> bool:
    """Return whether the ledger does not name what this version writes yet."""
    version, oldest = connection.execute("SELECT version, oldest_writer FROM ledger_schema").fetchone()
    return bool(version < SCHEMA or oldest < OLDEST_WRITER)


def save(connection: sqlite3.Connection) -> None:
    """Save that this version has written the ledger. The caller holds the transaction."""
    query = "UPDATE ledger_schema SET version = max(version, ?), oldest_writer = max(oldest_writer, ?)"
    connection.execute(query, (SCHEMA, OLDEST_WRITER))
