"""Errors of a file that cannot be written: the reason in words, logged from time to time."""

import logging
import sqlite3
import time
from collections.abc import Callable

EVERY = 60.0
"""Seconds: a bot that retries every second need not log every second that the disk is full."""
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
    """Return why the file cannot be written; empty if the file is not at fault."""
    return _REASONS.get(getattr(error, "sqlite_errorcode", 0) & 0xFF, "")


class ErrorLog:
    """Logs that nothing can be recorded: at once, and once a minute while it lasts. ``now`` returns seconds."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._logged: dict[str, float] = {}

    def log(self, why: str, error: str) -> None:
        """Log this error, unless the same reason was logged less than a minute ago."""
        if self._now() - self._logged.get(why, -EVERY) >= EVERY:
            self._logged[why] = self._now()
            log.error("Nothing can be put on record, so nothing is done: %s (%s)", why, error)
