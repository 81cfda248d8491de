"""What the sealed log authorises: whether a change is as its entries say, and whether a request was asked."""

from collections.abc import Callable
from datetime import datetime

from bot.core.approval.changes import OPEN
from bot.core.audit import hash_chain
from bot.core.audit.entries import EntryKind
from bot.core.audit.entry_codec import decode
from bot.ledger.sql import change_verification, cover_faults, invocation_rows
from bot.ledger.sql.audit_log import anchor, head
from bot.ledger.sql.database import Connection, Database, statement
from bot.ledger.sql.signatures import signed_since

FEW = 2_000
"""As many entries are checked at once; more are read on a connection of their own, so that nobody waits."""
LONG_PLAN = 10_000
"""A plan of more characters has so many lists that they are checked there, too."""
_LONG = "SELECT 1 FROM changes WHERE number = ? AND length(plan) > ?"


async def contradiction(database: Database, number: int) -> str:
    """Return how a change as stored differs from what its sealed entries say, as a sentence; empty if not at all.

    The chain is checked from its first entry on, so that none can be missing, and the signatures of its own entries.
    """
    first = await database.read(lambda db: _first_entry(db, number))
    is_long = bool(await database.read(statement(_LONG, (number, LONG_PLAN))))
    return await _checked(database, first, lambda db: _contradiction(db, number, first), is_long=is_long)


async def cover_fault(database: Database, number: int, after: datetime) -> str:
    """Return how what goes by this covering change would go by something else than the sealed log, as a sentence.

    Empty if it would not. ``after``: its guard counts the runs for later slots.
    """
    return await database.read_apart(lambda db: _cover_fault(db, cover_faults.basis_of(db, number, after)))


async def was_asked(database: Database, id_: str) -> bool:
    """Return whether the log has this invocation as it is stored, unanswered; its chain from there on is checked."""
    entry = await database.read(lambda db: invocation_rows.asked_entry(db, id_))
    if entry is None:
        return False
    number = entry.number
    return not await _checked(database, number, lambda db: _chain_fault(db, number) or _signature_fault(db, (number,)))


async def _checked(database: Database, first: int, check: Callable[[Connection], str], *, is_long: bool = False) -> str:
    last, _ = await database.read(head)
    return await (database.read_apart if is_long or last - first >= FEW else database.read)(check)


def _first_entry(db: Connection, number: int) -> int:
    (first,) = db.execute("SELECT min(number) FROM entries WHERE change = ?", (number,)).fetchone()
    return int(first or 0)


def _contradiction(db: Connection, number: int, first: int) -> str:
    return _own_fault(db, number, _chain_fault(db, first))


def _cover_fault(db: Connection, basis: cover_faults.Basis) -> str:
    chain = _chain_fault(db, basis.first)
    faults = (_own_fault(db, number, chain) for number in sorted(basis.changes))
    return chain or next(filter(None, faults), "") or cover_faults.row_fault(db, basis)


def _own_fault(db: Connection, number: int, chain: str) -> str:
    """Return what is wrong with the entries of one change, or with its rows; ``chain``: what is with the chain."""
    rows = db.execute("SELECT number, body, seal FROM entries WHERE change = ? ORDER BY number", (number,)).fetchall()
    entries = [decode(body, seal) for _, body, seal in rows]
    state = _state(db, number)
    if not entries or entries[0].kind != EntryKind.PLANNED:
        # Of a change that is settled, the first entry may be in an archive.
        is_fault = state in OPEN or (state and not db.execute("SELECT 1 FROM archives").fetchone())
        return f"The log does not say that anyone asked for change {number}." if is_fault else ""
    undone = () if state in OPEN else (number,)
    signed = chain or _signature_fault(db, [entry for entry, _, _ in rows])
    return signed or change_verification.fault_of(db, number, entries, undone)


def _state(db: Connection, number: int) -> str:
    """Return the state in which a change is stored; empty if there is none of this number."""
    row = db.execute("SELECT state FROM changes WHERE number = ?", (number,)).fetchone()
    return str(row["state"]) if row else ""


def _chain_fault(db: Connection, first: int) -> str:
    """Return what is wrong with the chain from entry ``first`` on."""
    before = db.execute("SELECT number, seal FROM entries WHERE number = ?", (first - 1,)).fetchone() or anchor(db)
    rows = db.stream("SELECT number, body, seal FROM entries WHERE number >= ? ORDER BY number", (first,))
    return hash_chain.verify(rows, after=before[0], head=before[1]).fault


def _signature_fault(db: Connection, own: list[int] | tuple[int, ...]) -> str:
    """Check the signatures of these entries. The first signature covers those before it: the chain leads there."""
    since = signed_since(db)
    for number in () if since is None else sorted({max(one, since) for one in own}):
        seal, mac = db.execute("SELECT seal, mac FROM entries WHERE number = ?", (number,)).fetchone()
        if fault := db.keys.fault(mac, seal):
            return f"Entry {number} {fault}."
    return ""
