"""Looks, in each transaction, whether this process may still write: its file is in its place, and it is not too old."""

import os
import sqlite3
from pathlib import Path

from bot.core.errors import LedgerLost
from bot.ledger.sql.schema_version import refuse_if_too_old

ENDINGS = ("", "-wal", "-shm")
"""The endings of a ledger's files: all of them stay as long as anyone has it open."""
_Identity = tuple[int, int]


class WriteGuard:
    """Guards an open file. It costs some 15 µs, while a commit waits for the disk."""

    def __init__(self, path: Path) -> None:
        self._path = path.absolute()
        names = [f"{self._path}{ending}" for ending in ENDINGS]
        self._opened = {name: identity for name in names if (identity := _identity(name))}

    def check(self, connection: sqlite3.Connection) -> None:
        """Raise LedgerLost if this process must not write any more. The caller holds the transaction."""
        for name, opened in self._opened.items():
            if _identity(name) != opened:
                raise LedgerLost(
                    "the ledger's file was deleted or replaced",
                    f"The ledger's file {name} was deleted or replaced while the bot ran, so the bot stopped. "
                    "Put the file back, or name another one with DATABASE; then start the bot.",
                )
        refuse_if_too_old(connection, self._path)


def _identity(name: str) -> _Identity | None:
    """Return which file has this name now; None if none has."""
    try:
        found = os.stat(name)
    except OSError:
        return None
    return found.st_dev, found.st_ino
