"""Which schema a ledger has, and the oldest one whose bots may write it.

Two versions of the bot may use a ledger at the same time while one replaces the other, unless the newer one stores
what the older one would misread or spoil: then it raises OLDEST_WRITER, and the older one stops.
"""

from pathlib import Path

from bot.core.errors import LedgerLost
from bot.ledger.sql.database import Connection, Statements

SCHEMA = 22
"""The number of the last migration that this version knows."""
OLDEST_WRITER = 22
"""The oldest schema whose bots may write what this version writes; earlier ones do not even look."""
VERSION = "SELECT version, oldest_writer FROM ledger_schema"


def load(connection: Statements) -> tuple[int, int]:
    """Return the ledger's schema, and the oldest one whose bots may write it."""
    version, oldest = connection.execute(VERSION).fetchone()
    return int(version), int(oldest)


def refuse_if_too_old(connection: Statements, path: Path | str) -> None:
    """Raise LedgerLost if only bots of a later schema may write this ledger."""
    refuse_too_old(*load(connection), path)


def refuse_too_old(version: int, oldest: int, path: Path | str) -> None:
    """Raise LedgerLost if only bots of a later schema than this one may write a ledger that names these two."""
    if oldest > SCHEMA:
        raise LedgerLost(
            "this version of the bot is too old for the ledger",
            f"The ledger {path} is of schema {version} and takes only bots of schema {oldest} or later; "
            f"this one is of schema {SCHEMA}. Start the newer version of the bot.",
        )


def is_named(connection: Connection) -> bool:
    """Return whether the ledger names its schema; those of earlier versions do not."""
    return connection.has_column("ledger_schema", "version")


def is_outdated(connection: Connection) -> bool:
    """Return whether the ledger does not name what this version writes yet."""
    version, oldest = load(connection)
    return version < SCHEMA or oldest < OLDEST_WRITER


def save(connection: Connection) -> None:
    """Save that this version has written the ledger. The caller holds the transaction."""
    for column, number in (("version", SCHEMA), ("oldest_writer", OLDEST_WRITER)):
        connection.execute(f"UPDATE ledger_schema SET {column} = ? WHERE {column} < ?", (number, number))
