"""How the entries of a file are signed: since when, and with which key."""

from bot.core.audit.seal_keys import SealKeys, key_id
from bot.core.errors import NotRecorded
from bot.ledger.errors import UnusableLedger
from bot.ledger.sql.database import Connection

_SINCE = """
    SELECT min(since) FROM (
        SELECT min(number) AS since FROM entries
        WHERE kind = 'key changed' AND json_extract(body, '$.detail.to') IS NOT NULL
        UNION ALL SELECT CAST(json_extract(body, '$.detail.sealed.signed_since') AS BIGINT) FROM entries
        WHERE kind = 'archived'
    ) AS told
"""


def mac_column(db: Connection) -> str:
    """Return the column of signatures, or what stands for it in a file of an earlier version, which is only read."""
    return "mac" if db.has_column("entries", "mac") else "''"


def signed_since(db: Connection) -> int | None:
    """Return the number of the first entry that has to be signed; None if this log never had a key."""
    (since,) = db.execute(_SINCE).fetchone()
    first = db.execute(f"SELECT number, {mac_column(db)} FROM entries ORDER BY number LIMIT 1").fetchone()
    return int(first[0]) if since is None and first and first[1] else since


def key_fault(db: Connection) -> str:
    """Return with which key, that this process does not have, the entries are signed; empty if it has what it needs."""
    if signed_since(db) is None:
        return ""
    row = db.execute("SELECT mac FROM entries WHERE mac <> '' ORDER BY number DESC LIMIT 1").fetchone()
    key = key_id(row[0]) if row else ""
    return "" if key in db.keys.by_id else f"its entries are signed with the key {key}, which SEAL_KEY does not hold"


def refuse_missing_key(db: Connection) -> None:
    """Raise UnusableLedger if the entries of this ledger are signed with a key that this process does not have."""
    if fault := key_fault(db):
        raise UnusableLedger(fault)


def refuse_foreign_key(key: str, keys: SealKeys) -> None:
    """Raise NotRecorded if another process began to sign with ``key``, which this one does not have."""
    if key and key not in keys.by_id:
        raise NotRecorded(f"the ledger's entries are signed with the key {key} now, which SEAL_KEY does not hold")
