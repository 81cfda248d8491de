"""Checks of the file itself: damaged pages, which no seal can show before they are read; and the log of writes."""

import sqlite3
from pathlib import Path

MOST_LOGGED = 16_000_000
"""Bytes of the log of writes (``-wal``) that are kept: above that, it is emptied as soon as no one reads from it."""


def damage(connection: sqlite3.Connection, *, thoroughly: bool = False) -> str:
    """Return what is damaged, in SQLite's words; empty if nothing is. ``thoroughly``: in indexes, too."""
    try:
        (found,) = connection.execute(f"PRAGMA {'integrity_check' if thoroughly else 'quick_check'}(1)").fetchone()
    except sqlite3.DatabaseError as error:
        return str(error)
    return "" if found == "ok" else str(found)


def empty_log_of_writes(connection: sqlite3.Connection, path: Path) -> None:
    """Write a log that has grown too long back into the file, and empty it; skip it while someone reads from it."""
    log_of_writes = Path(f"{path}-wal")
    if log_of_writes.exists() and log_of_writes.stat().st_size > MOST_LOGGED:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
