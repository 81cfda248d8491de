"""Errors of a file that cannot be written: the reason in words."""

import sqlite3

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


def reason(error: sqlite3.Error) -> str:
    """Return why the file cannot be written; empty if the file is not at fault."""
    return _REASONS.get(getattr(error, "sqlite_errorcode", 0) & 0xFF, "")
