"""How the entries of a file are signed: since when, and with which key."""

import sqlite3

from bot.core.audit.seal_keys import SealKeys, key_id
from bot.core.errors import NotRecorded
from bot.ledger.errors import UnusableLedger

_SINCE = """
    SELECT min(since) FROM (
        SELECT min(number) AS since FROM entries
        WHERE kind = 'key changed' AND json_extract(body, '$.detail.to') IS NOT NULL
        UNION ALL SELECT json_extract(body, '$.detail.sealed.signed_since') FROM entries WHERE kind = 'archived'
    )
"""


def mac_column(db: sqlite3.Connection) -> str:
    """Return the column of signatures, or what stands for it in a file of an earlier version, which is only read."""
    found = db.execute("SELECT 1 FROM pragma_table_info('entries') WHERE name = 'mac'").fetchone()
    return "mac" if found else "''"


def signed_since(db: sqlite3.Connection) -> int | None:
    """Return the number of the first entry that has to be signed; None if this log never had a key."""
    (since,) = db.execute(_SINCE).fetchone()
    first = db.execute(f"SELECT number, {mac_column(db)} FROM entries ORDER BY number LIMIT 1").fetchone()
    return int(first[0]) if since is None and first and first[1] else since


def last_key(db: sqlite3.Connection) -> str:
    """Return the id of the key that signed the last entry; empty if it is not signed."""
    row = db.execute("SELECT mac FROM entries ORDER BY number DESC LIMIT 1").fetchone()
    return key_id(row[0]) if row else ""


def refuse_missing_key(db: sqlite3.Connection, keys: SealKeys) -> None:
    """Raise UnusableLedger if the entries of this ledger are signed with a key that this process does not have."""
    if signed_since(db) is None:
        return
    row = db.execute("SELECT mac FROM entries WHERE mac <> '' ORDER BY number DESC LIMIT 1").fetchone()
    key = key_id(row[0]) if row else ""
    if key not in keys.by_id:
        raise UnusableLedger(f"its entries are signed with the key {key}, which SEAL_KEY does not hold")


def refuse_foreign_key(db: sqlite3.Connection, keys: SealKeys) -> None:
    """Raise NotRecorded if another process began to sign with a key that this one does not have."""
    key = last_key(db)
    if key and key not in keys.by_id:
        raise NotRecorded(f"the ledger's entries are signed with the key {key} now, which SEAL_KEY does not hold")
