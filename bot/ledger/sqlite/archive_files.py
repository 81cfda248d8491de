"""An archive: a file of SQLite with the oldest entries of a ledger, whatever engine the ledger is on."""

import sqlite3
from contextlib import closing
from pathlib import Path

from bot.core.audit.hash_chain import Verification
from bot.core.audit.seal_keys import SealKeys
from bot.ledger.ports.audit_file import ArchivedSpan, NotCopied
from bot.ledger.sql import audit_index, audit_log
from bot.ledger.sql.database import Connection
from bot.ledger.sqlite.atomic_files import new_file, settle
from bot.ledger.sqlite.database import Database

_SUBJECTS = "SELECT DISTINCT value, at, number, actor, kind, 1 FROM entries, json_each(entries.subjects)"
_INSERT = "INSERT INTO entries (number, body, seal, mac) VALUES (?, ?, ?, ?)"
_ENTRIES = "SELECT number, body, seal, mac FROM entries WHERE number BETWEEN ? AND ? ORDER BY number"
_TOUCHED = """
    SELECT segment, change FROM touches WHERE change IN (SELECT change FROM entries WHERE number BETWEEN ? AND ?)
    ORDER BY segment, change
"""
_EFFECTS = "SELECT entry, segment, added, removed FROM effects WHERE entry BETWEEN ? AND ? ORDER BY entry, segment"
_ARCHIVES = "SELECT last, seal FROM archives ORDER BY last"


def write_archive(ledger: Connection, target: Path, last: int) -> None:
    """Copy the entries up to ``last`` to an archive, which is on disk and verified afterwards. Raises NotCopied."""
    begin, _ = audit_log.anchor(ledger)
    if last <= begin:
        raise NotCopied("There are no entries from before that date which could be archived.")
    with new_file(target) as partial:
        with closing(Database.open(partial)) as archive:
            _copy(ledger, archive, begin + 1, last)
            settle(archive.connection)
        verified(partial, ledger.keys)


def _copy(ledger: Connection, archive: Database, first: int, last: int) -> None:
    span = (first, last)
    with archive.transaction() as db:
        db.executemany(_INSERT, ledger.stream(_ENTRIES, span))
        db.execute(f"INSERT INTO subjects {_SUBJECTS}")
        db.executemany("INSERT INTO touches VALUES (?, ?)", ledger.stream(_TOUCHED, span))
        audit_index.add_all_changes(db)
        db.executemany("INSERT INTO effects VALUES (?, ?, ?, ?)", ledger.stream(_EFFECTS, span))
        db.executemany("INSERT INTO archives VALUES (?, ?)", ledger.stream(_ARCHIVES))
        db.execute("INSERT INTO archives SELECT number, seal FROM entries ORDER BY number DESC LIMIT 1")


def verified(path: Path, keys: SealKeys) -> Verification:
    """Verify a file that was just written. Raises NotCopied."""
    with closing(Database.open_read_only(path, keys=keys)) as copy, copy.snapshot() as db:
        result = verify(db)
    if not result.holds:
        raise NotCopied(f"The log is not intact, so nothing was written. {result.fault}")
    return result


def verify(db: Connection, against: str = "") -> Verification:
    """Verify the chain of an archive; of a ledger, all that it authorises, too."""
    return (audit_log.verify_chain if is_archive(db) else audit_log.verify)(db, against)


def is_archive(db: Connection) -> bool:
    """Return whether it is an archive: no process has used it, and its last entry is in its own list of archives."""
    query = """
        SELECT 1 FROM archives WHERE last = (SELECT max(number) FROM entries)
        AND NOT EXISTS (SELECT 1 FROM changes) AND NOT EXISTS (SELECT 1 FROM processes)
    """
    return db.execute(query).fetchone() is not None


def span_of(path: Path, keys: SealKeys) -> ArchivedSpan | None:
    """Return the span of an archive; None if the file is not an archive, or its chain is broken."""
    try:
        with closing(Database.open_read_only(path, keys=keys)) as file:
            result = audit_log.verify_chain(file.connection)
            if not result.holds or not is_archive(file.connection):
                return None
            return ArchivedSpan(result.archived + 1, result.archived + result.entries, result.head)
    except sqlite3.Error:
        return None
