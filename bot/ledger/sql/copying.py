"""Copies a ledger to another database: every entry to the byte, page by page, so that it can go on where it was killed.

The source's log says so first, and with that entry the copy is whole: both have the same head. Then the target's log
says where it comes from.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from bot.core.audit import hash_chain
from bot.core.audit.entries import Entry, EntryKind
from bot.core.audit.entry_codec import decode
from bot.core.audit.hash_chain import Verification
from bot.core.timestamps import timestamp
from bot.ledger.ports.audit_file import NotCopied
from bot.ledger.sql import audit_log
from bot.ledger.sql.database import Connection, Database, SealedEntry, placeholders

PAGE = 1_000
"""Rows that are copied in a transaction."""
FEW = 10
"""Lists that are: each may hold 100,000 ids."""
_KEYS: dict[str, tuple[str, ...]] = {
    "archives": ("last",),
    "subjects": ("entry", "subject", "at"),
    "effects": ("entry", "segment"),
    "names": ("name", "segment"),
    "unindexed": ("entry",),
    "lists": ("digest",),
    "changes": ("number",),
    "runs": ("change", "position"),
    "touches": ("change", "segment"),
    "briefs": ("change",),
    "notices": ("change", "kind", '"user"'),
    "restored": ("segment",),
    "segment_rules": ("segment",),
    "ends": ("change",),
    "asks": ("id",),
    "dues": ("covered_by", "slot"),
    "homes": ('"user"',),
    "snapshots": ("day",),
    "sizes": ("day", "segment"),
    "days": ("day",),
}
"""The tables beside the entries, by the keys in whose order they are copied.

Who lives (``processes``) stays behind, and so do the facts about customers and orders, which the store still has.
"""
_ENTRIES = "SELECT number, body, seal, mac FROM entries WHERE number > ? ORDER BY number LIMIT ?"
Sealed = tuple[int, str, str, str]
Row = dict[str, Any]


@dataclass(frozen=True)
class _Copying:
    """A ledger that is copied to another: ``names`` are for people, ``clock`` is this machine's."""

    source: Database
    target: Database
    names: tuple[str, str]
    clock: Callable[[], datetime]

    async def refuse_while_used(self) -> None:
        """Raise NotCopied while a bot lives on either: one may have started since the last page.

        Leases are judged by the clock that all machines share, if the database has one.
        """
        for database, name in zip((self.source, self.target), self.names, strict=True):
            await database.compare_clocks()
            if await database.read(partial(_is_used, at=self.clock() + database.clock_ahead)):
                raise NotCopied(f"A bot uses {name}. Stop it, wait for a minute, and copy again.")


async def copy_ledger(
    source: Database, target: Database, *, names: tuple[str, str], clock: Callable[[], datetime]
) -> Verification:
    """Copy a whole ledger that holds, or what is left of it, and verify the copy. ``names``: of both, for people.

    Raises NotCopied while a bot uses either, if the target holds something else, or if the chain is broken.
    """
    copying = _Copying(source, target, names, clock)
    await copying.refuse_while_used()
    whole = await source.read_apart(audit_log.verify)
    if not whole.holds:
        raise NotCopied(f"The log is not intact, so nothing was copied. {whole.fault}")
    begun = await target.read(audit_log.head)
    if not await source.read(partial(_goes_on, begun=begun, target=names[1])):
        raise NotCopied(f"{names[1]} holds another ledger, or a part of this one as it was. Copy to an empty one.")
    if not await source.read(partial(_is_said, target=names[1])):
        await source.write(partial(audit_log.append, entry=_said("to", names[1]), at=clock()))
    head = await _copy_entries(copying, begun)
    for table in _KEYS:
        await _copy_table(copying, table)
    return await _verified(copying, head)


async def _verified(copying: _Copying, head: tuple[int, str]) -> Verification:
    """Verify the copy, and have its log say where it comes from."""
    source, target = copying.source, copying.target
    whole = await target.read_apart(audit_log.verify)
    if not whole.holds or await source.read(audit_log.head) != head:
        raise NotCopied(f"The copy is not the ledger as it is. {whole.fault or 'It was written meanwhile.'}")
    await copying.refuse_while_used()
    said = _said("from", copying.names[0], entries=head[0], head=head[1])
    await target.write(partial(audit_log.append, entry=said, at=copying.clock()))
    return whole


def _said(direction: str, name: str, **facts: Any) -> Entry:
    return Entry(EntryKind.COPIED, detail={direction: name, **facts}, outcome="copied")


def _is_used(db: Connection, at: datetime) -> bool:
    query = "SELECT 1 FROM processes WHERE lease_until >= ?"
    return db.execute(query, (timestamp(at),)).fetchone() is not None


def _goes_on(db: Connection, begun: tuple[int, str], target: str) -> bool:
    """Return whether what is in the target is a part of this ledger, which has not been written since."""
    if begun == (0, hash_chain.GENESIS):
        return True
    row = db.execute("SELECT seal FROM entries WHERE number = ?", (begun[0],)).fetchone()
    return row is not None and row[0] == begun[1] and _is_said(db, target)


def _is_said(db: Connection, target: str) -> bool:
    """Return whether the log's last entry says that it is copied there."""
    row = db.execute("SELECT body, seal FROM entries ORDER BY number DESC LIMIT 1").fetchone()
    last = decode(row[0], row[1]) if row else None
    return last is not None and last.kind == EntryKind.COPIED and last.detail.get("to") == target


# Entries


async def _copy_entries(copying: _Copying, last: tuple[int, str]) -> tuple[int, str]:
    """Copy the entries after ``last``, each verified on its way; return number and seal of the last one."""
    source = copying.source
    if last == (0, hash_chain.GENESIS):
        last = await source.read(audit_log.anchor)
    while rows := await source.read(partial(_page_of_entries, after=last[0])):
        part = hash_chain.verify(((row[0], row[1], row[2]) for row in rows), after=last[0], head=last[1])
        if not part.holds:
            raise NotCopied(f"The log is not intact, so it was copied no further. {part.fault}")
        await copying.refuse_while_used()
        await copying.target.write(partial(_insert_entries, rows=rows, previous=last[1]))
        last = (rows[-1][0], rows[-1][2])
    return last


def _page_of_entries(db: Connection, after: int) -> list[Sealed]:
    return [(row[0], row[1], row[2], row[3]) for row in db.execute(_ENTRIES, (after, PAGE))]


def _insert_entries(db: Connection, rows: Sequence[Sealed], previous: str) -> None:
    befores = (previous, *(seal for _, _, seal, _ in rows))
    db.load_entries(
        [
            SealedEntry(number, before, json.loads(body), body, seal, mac)
            for (number, body, seal, mac), before in zip(rows, befores, strict=False)
        ]
    )


# The other tables


async def _copy_table(copying: _Copying, table: str) -> None:
    """Copy the rows of this table that come after the last one which the target has."""
    source, target = copying.source, copying.target
    there = await target.read(partial(_page, table=table, limit=1, order="DESC"))
    page = partial(_page, table=table, limit=FEW if table == "lists" else PAGE)
    while rows := await source.read(partial(page, after=there)):
        await copying.refuse_while_used()
        await target.write(partial(_insert, table=table, rows=rows))
        there = rows[-1:]


def _page(db: Connection, table: str, limit: int, after: Sequence[Row] = (), order: str = "ASC") -> list[Row]:
    """Return the next rows, each as its columns' values by name."""
    keys = _KEYS[table]
    behind = f"WHERE ({', '.join(keys)}) > ({placeholders(keys)})" if after else ""
    values = [row[key.strip('"')] for row in after for key in keys]
    ordered = ", ".join(f"{key} {order}" for key in keys)
    rows = db.execute(f"SELECT * FROM {table} {behind} ORDER BY {ordered} LIMIT {limit}", values)
    return [dict(row) for row in rows]


def _insert(db: Connection, table: str, rows: Sequence[Row]) -> None:
    names = [f'"{one}"' for one in rows[0]]
    db.load(table, names, [tuple(map(_bound, row.values())) for row in rows])


def _bound(value: Any) -> Any:
    """Return a truth as a number, which one engine has for it and the other reads as one."""
    return int(value) if isinstance(value, bool) else value
