"""A file that takes nothing: why, in words, and said in the process's own log from time to time."""

import logging
import sqlite3
import time
from collections.abc import Callable

EVERY = 60.0
"""Seconds: a bot that sweeps every second need not say every second that the disk is full."""
_HELD = "another program holds the ledger's file"
_DAMAGED = "the ledger's file is damaged"
_REASONS = {
    sqlite3.SQLITE_BUSY: _HELD,
    sqlite3.SQLITE_LOCKED: _HELD,
    sqlite3.SQLITE_PERM: "the ledger's file may not be written",
    sqlite3.SQLITE_READONLY: "the ledger's file may only be read",
    sqlite3.SQLITE_IOERR: "the disk reports an error",
    sqlite3.SQLITE_CORRUPT: _DAMAGED,
    sqlite3.SQLITE_NOTADB: _DAMAGED,
    sqlite3.SQLITE_FULL: "the disk is full",
    sqlite3.SQLITE_CANTOPEN: "the ledger's file cannot be opened",
}
"""By SQLite's primary result code: www.sqlite.org/rescode.html"""
log = logging.getLogger(__name__)


def reason(error: sqlite3.Error) -> str:
    """Why the file takes nothing; an empty text where it is not the file that is at fault."""
    return _REASONS.get(getattr(error, "sqlite_errorcode", 0) & 0xFF, "")


class Trouble:
    """Says that nothing can be put on record: at once, and once a minute while it lasts. ``now``: in seconds."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._said: dict[str, float] = {}

    def met(self, why: str, error: sqlite3.Error) -> None:
        """It happened."""
        if self._now() - self._said.get(why, -EVERY) >= EVERY:
            self._said[why] = self._now()
            log.error("Nothing can be put on record, so nothing is done: %s (%s)", why, error)
