"""The audit log: entries, sealed one after the other."""

import asyncio
import json
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from bot.core.audit.entries import Entry, RecordedEntry, UnknownEntry
from bot.core.audit.hash_chain import GENESIS, Verification, canonical, seal, verify
from bot.core.audit.reader import AuditFilter
from bot.core.invocation import masked
from bot.ledger.sqlite import audit_index
from bot.ledger.sqlite.file import Connection, File

_CONTENT = "number, body, seal"
_ARCHIVED = """
    SELECT 1 FROM entries WHERE kind = 'archived'
    AND json_extract(body, '$.detail.last') = ? AND json_extract(body, '$.detail.head') = ?
"""
FEW = 100
"""Subjects that one statement names one by one; of more, a name that a whole series of segments had is the cause."""
T = TypeVar("T")


def stamp(time: datetime) -> str:
    """UTC with milliseconds: text that sorts as time."""
    return time.astimezone(UTC).isoformat(timespec="milliseconds")


def milliseconds(time: timedelta) -> int:
    """Whole milliseconds; none where a clock was set back meanwhile."""
    return max(0, time // timedelta(milliseconds=1))


class Log(File):
    """Notes entries, finds them again, and checks them."""

    async def note(self, entry: Entry, *, at: datetime) -> None:
        """An Entry that moves nothing: a refusal, a message that could not be delivered."""
        with self._transaction() as db:
            append(db, entry, at)

    async def recent(self, wanted: AuditFilter, *, limit: int, before: int | None = None) -> tuple[RecordedEntry, ...]:
        """The latest of these entries, newest first; with ``before``, those older than that entry.

        Apart from what else goes on: hundreds of segments may have had a name, one after the other.
        """
        return await self._apart(lambda file: tuple(file.found(wanted, limit=limit, before=before)))

    async def entry(self, number: int) -> RecordedEntry:
        """One entry. Raises UnknownEntry."""
        return self.one(number)

    def one(self, number: int) -> RecordedEntry:
        """As ``entry``."""
        row = self._db.execute(f"SELECT {_CONTENT} FROM entries WHERE number = ?", (number,)).fetchone()
        if row is None:
            raise UnknownEntry(number, archived=self.anchor()[0])
        return _read(row)

    async def head(self) -> tuple[int, str]:
        """The last entry's number and seal; 0 and zeros where there is none."""
        return self.last()

    async def exported(self, wanted: AuditFilter, write: Callable[[Iterator[RecordedEntry]], T]) -> T:
        """What ``write`` makes of these entries, oldest first, apart from what else goes on."""
        return await self._apart(lambda file: write(file.found(wanted, oldest_first=True)))

    async def segments_called(self, name: str) -> tuple[str, ...]:
        """Ids of segments that changes created, named or deleted by this name, whatever its case."""
        query = "SELECT segment FROM names WHERE name = ? ORDER BY entry, segment"
        return tuple(row["segment"] for row in self._db.execute(query, (name.casefold(),)))

    async def checked(self, against: str = "") -> Verification:
        """The whole chain checked, apart from what else goes on; see ``verify``. What cannot be read is a fault."""
        try:
            return await self._apart(lambda file: file.verify(against))
        except sqlite3.DatabaseError as error:
            return Verification(0, GENESIS, f"The database cannot be read ({error}).")

    async def complete(self) -> None:
        """Let entries about more shoppers than fit one transaction be found by all of them. Raises NotRecorded.

        Part by part, so that nobody waits long meanwhile; whatever breaks it off, it goes on where it was.
        """
        for number, done in audit_index.unfinished(self._db):
            for part in audit_index.parts(self.one(number), done):
                with self._transaction() as db:
                    if not audit_index.go_on(db, part):
                        break
                await asyncio.sleep(0)

    def entries(self, *, after: int = 0, limit: int = -1) -> Iterator[RecordedEntry]:
        """Entries with a number above ``after``, oldest first; ``limit`` -1 is all of them, streaming."""
        query = f"SELECT {_CONTENT} FROM entries WHERE number > ? ORDER BY number LIMIT ?"
        return map(_read, self._db.execute(query, (after, limit)))

    def found(
        self, wanted: AuditFilter, *, limit: int = -1, before: int | None = None, oldest_first: bool = False
    ) -> Iterator[RecordedEntry]:
        """These entries by their time, the newest first unless told otherwise; ``limit`` -1 is all, streaming."""
        wanted = _narrow_first(wanted)
        values = _values(wanted, before) | {"limit": limit}
        query = _search(wanted, values, "ASC" if oldest_first else "DESC")
        return map(_read, self._db.execute(query, values))

    def last(self) -> tuple[int, str]:
        """As ``head``."""
        return _last(self._db)

    def anchor(self) -> tuple[int, str]:
        """Number and seal of the entry before the first one here; 0 and zeros where none is."""
        return _anchor(self._db)

    def verify(self, against: str = "") -> Verification:
        """Check the whole chain, streaming. ``against``: the beginning of a seal that is looked for.

        Entries may be gone from its beginning only where a later one says that they were archived.
        """
        with self._moment():
            proof = self.chain(against)
            if proof.fault or not proof.archived or self._db.execute(_ARCHIVED, self.anchor()).fetchone():
                return proof
        fault = f"Entries up to {proof.archived} are gone, and no entry of the log says that they were archived."
        return replace(proof, fault=fault)

    def chain(self, against: str = "") -> Verification:
        """Check the chain from where it begins here, and that all of it is found, streaming."""
        after, head = self.anchor()
        rows = self._db.execute(f"SELECT {_CONTENT} FROM entries ORDER BY number")
        proof = verify(rows, after=after, head=head, against=against)
        return proof if proof.fault else replace(proof, fault=audit_index.fault(self._db))


def append(db: Connection, entry: Entry, at: datetime) -> int:
    """Seal ``entry`` behind the last one, and give its number; the caller holds the writing transaction."""
    number, previous = _last(db)
    content = asdict(entry) | {
        "number": number + 1,
        "at": stamp(at),
        "workspace": entry.workspace or db.workspace,
        "detail": _masked(entry.detail),
    }
    body = canonical(content)
    db.execute("INSERT INTO entries (number, body, seal) VALUES (?, ?, ?)", (number + 1, body, seal(previous, body)))
    audit_index.add(db, entry, number + 1, content)
    return number + 1


_CONDITIONS = {
    "actor": "actor = :actor",
    "kind": "kind = :kind",
    "change": "change = :change",
    "since": "at >= :since",
    "until": "at < :until",
    "before": "(at, {number}) < (SELECT at, number FROM entries WHERE number = :before)",
}
"""The subjects have at hand, beside what they are found by, what narrows them down."""
_ABOUT = """
    EXISTS (SELECT 1 FROM subjects AS b WHERE subject IN ({among}) AND b.at = {table}.at AND b.entry = {table}.{number})
"""


def _search(wanted: AuditFilter, values: dict[str, Any], order: str) -> str:
    """By the subjects, each of which has its entries in order already; by the entries where a change is named, too.

    A change has few entries, and what is about a busy segment may be a tenth of all.
    """
    conditions = [condition for name, condition in _CONDITIONS.items() if name in values]
    subjects, besides = _names("subject", wanted.subjects), _names("beside", wanted.besides)
    if not subjects or wanted.change is not None:
        where = _all_of(*conditions, *_about(subjects, "e", "number"), *_about(besides, "e", "number"))
        where = where.format(number="number")
        return f"SELECT {_CONTENT} FROM entries AS e WHERE {where} ORDER BY at {order}, number {order} LIMIT :limit"
    each = _all_of(*conditions, *_about(besides, "s", "entry")).format(number="entry")
    found = _of_each(subjects, each) if len(subjects) <= FEW else _of_many(each, order)
    return f"""
        SELECT e.number, body, seal FROM ({found} ORDER BY at {order}, entry {order} LIMIT :limit) AS s
        CROSS JOIN entries AS e ON e.number = s.entry ORDER BY s.at {order}, s.entry {order}
    """


def _narrow_first(wanted: AuditFilter) -> AuditFilter:
    """The same, by what fewer entries are about: those are the shoppers, which stand besides the segments."""
    return replace(wanted, subjects=wanted.besides, besides=wanted.subjects) if wanted.besides else wanted


def _of_each(subjects: list[str], conditions: str) -> str:
    """What is about any of a few: each has its entries in order, and no more of them are read than are asked for."""
    return " UNION ".join(
        f"SELECT at, entry FROM subjects AS s WHERE subject = {one} AND {conditions}" for one in subjects
    )


def _of_many(conditions: str, order: str) -> str:
    """What is about any of many, which no statement could name one by one: the first ones of each, put together."""
    first = f"""
        SELECT at, entry FROM subjects AS s WHERE subject = one.value AND {conditions}
        ORDER BY at {order}, entry {order} LIMIT :limit
    """
    return f"""
        SELECT DISTINCT a.at, a.entry FROM json_each(:subjects) AS one CROSS JOIN subjects AS a
        ON a.subject = one.value AND (a.at, a.entry) IN ({first})
    """


def _all_of(*conditions: str) -> str:
    return " AND ".join(conditions) or "true"


def _about(subjects: list[str], table: str, number: str) -> list[str]:
    return [_ABOUT.format(among=", ".join(subjects), table=table, number=number)] if subjects else []


def _names(name: str, values: tuple[str, ...]) -> list[str]:
    return [f":{name}{place}" for place, _ in enumerate(values)]


def _values(wanted: AuditFilter, before: int | None) -> dict[str, Any]:
    values = {
        "actor": wanted.actor or None,
        "kind": wanted.kind,
        "change": wanted.change,
        "since": stamp(wanted.since) if wanted.since else None,
        "until": stamp(wanted.until) if wanted.until else None,
        "before": before,
    }
    subjects = {f"beside{place}": one for place, one in enumerate(wanted.besides)}
    if len(wanted.subjects) > FEW:
        subjects["subjects"] = json.dumps(wanted.subjects)
    subjects |= {f"subject{place}": one for place, one in enumerate(wanted.subjects)}
    return {name: value for name, value in values.items() if value is not None} | subjects


def _masked(value: Any) -> Any:
    """``value`` without an e-mail address anywhere in it: the log outlives a shopper's erasure."""
    if isinstance(value, str):
        return masked(value)
    if isinstance(value, dict):
        return {key: _masked(inner) for key, inner in value.items()}
    return [_masked(inner) for inner in value] if isinstance(value, list | tuple) else value


def _last(db: sqlite3.Connection) -> tuple[int, str]:
    row = db.execute("SELECT number, seal FROM entries ORDER BY number DESC LIMIT 1").fetchone()
    return (row[0], row[1]) if row else _anchor(db)


def _anchor(db: sqlite3.Connection) -> tuple[int, str]:
    first = db.execute("SELECT min(number) FROM entries").fetchone()[0]
    gone = db.execute("SELECT last, seal FROM archives WHERE ? IS NULL OR last < ? ORDER BY last DESC", (first, first))
    row = gone.fetchone()
    return (row[0], row[1]) if row else (0, GENESIS)


def _read(row: tuple[int, str, str]) -> RecordedEntry:
    _, body, own = row
    content = json.loads(body)
    content["detail"] = _decoded(content["detail"])
    content["subjects"] = tuple(content.get("subjects", ()))
    return RecordedEntry(**content | {"seal": own})


def _decoded(detail: Any) -> Any:
    """The first entries held their detail as a text of its own."""
    return json.loads(detail) if isinstance(detail, str) else detail
