"""A Ledger in one SQLite file."""

import sqlite3
from pathlib import Path

from bot.core.audit.seal_keys import NO_KEYS, SealKeys
from bot.ledger.errors import UnusableLedger
from bot.ledger.ledger import Ledger
from bot.ledger.sql.database import BUSY_SECONDS
from bot.ledger.sql.ledger import ledger_on
from bot.ledger.sqlite.database import Database


def open_sqlite(path: Path | str, *, workspace: str = "", keys: SealKeys = NO_KEYS) -> Ledger:
    """Open or create a ledger's file, and apply migrations.

    ``workspace`` is the Slack team of the bot that writes to it, ``keys`` are those that it signs and verifies with.

    Raises UnusableLedger.
    """
    return ledger_on(open_file(path, workspace=workspace, keys=keys))


def open_file(
    path: Path | str, *, workspace: str = "", patience: float = BUSY_SECONDS, keys: SealKeys = NO_KEYS
) -> Database:
    """Open or create the file itself. ``patience``: in seconds. Raises UnusableLedger."""
    try:
        return Database.open(path, workspace=workspace, patience=patience, keys=keys)
    except sqlite3.Error as error:
        raise UnusableLedger(f"{path}: {error}") from error
