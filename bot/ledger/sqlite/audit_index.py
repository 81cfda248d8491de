"""What entries are found by: a row of ``subjects`` for each segment and shopper that an entry is about.

Its ``own`` rows are those of the subjects that were sealed with it. Beside them, each entry of a change belongs to all
segments that the change touches: who asked for an undo, and who approved it, is found by the segment that it created.

An entry about more than ``AT_ONCE`` is sealed whole, but its rows are written afterwards, ``PART`` by ``PART``: the
deletion of a segment may touch 100,000 shoppers, and one transaction with them all would keep everybody waiting. Until
then, such an entry is on the list of the ``unindexed``.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import Any

from bot.core.audit.entries import Entry, RecordedEntry
from bot.core.items import Item
from bot.ledger.sqlite.schema import BELONGING

AT_ONCE = 2_000
PART = 500
SEGMENT = str(Item.segment(""))
_NEW = """
    NOT EXISTS (SELECT 1 FROM subjects AS s WHERE s.subject = 'segment:' || segment AND s.at = e.at AND entry = number)
"""


@dataclass(frozen=True)
class Part:
    """Some subjects of an entry: those from the place ``begin`` on."""

    entry: RecordedEntry
    begin: int
    subjects: tuple[str, ...]
    is_last: bool


def add(db: sqlite3.Connection, entry: Entry, number: int, content: dict[str, Any]) -> None:
    """Let this new entry, sealed with this content, be found: now, or, being about too many, as they are written."""
    subjects, at = tuple(dict.fromkeys(entry.subjects)), content["at"]
    call(db, number, namings(entry.kind, subjects, content["detail"]))
    if len(subjects) > AT_ONCE:
        db.execute("INSERT INTO unindexed VALUES (?, 0)", (number,))
        subjects = tuple(filter(_is_segment, subjects))
    _insert(db, subjects, (at, number, entry.actor, entry.kind))
    if entry.change is not None:
        db.execute(f"{BELONGING} WHERE e.number = ? AND {_NEW}", (number,))


def belong(db: sqlite3.Connection, change: int) -> None:
    """Let all entries of this change be found by the segments that it touches now. The caller holds the transaction."""
    db.execute(f"{BELONGING} WHERE e.change = ? AND {_NEW}", (change,))


def namings(kind: str, subjects: Iterable[str], detail: dict[str, Any]) -> list[tuple[str, str]]:
    """The names that a Step gave to or took from segments, each with the segment's id.

    Only a Step that makes a segment what it is has a name before or after it, and it is about that segment alone.
    """
    sides = (detail.get("before"), detail.get("after")) if kind == "step done" else ()
    names = [side["name"] for side in sides if isinstance(side, dict) and isinstance(side.get("name"), str)]
    # A look at all the members of a segment that was deleted would take long.
    ids = [one.removeprefix(SEGMENT) for one in subjects if _is_segment(one)] if names else []
    return [(name, id_) for name in names for id_ in ids]


def call(db: sqlite3.Connection, number: int, namings: Iterable[tuple[str, str]]) -> None:
    """Let segments be found by names that they have since this entry."""
    for name, id_ in namings:
        row = {"name": name.casefold(), "segment": id_, "entry": number}
        known = "SELECT 1 FROM names WHERE name = :name AND segment = :segment"
        db.execute(f"INSERT INTO names SELECT :name, :segment, :entry WHERE NOT EXISTS ({known})", row)


def unfinished(db: sqlite3.Connection) -> list[tuple[int, int]]:
    """Numbers of the entries whose subjects are not all written, each with how many are."""
    return list(map(tuple, db.execute("SELECT entry, done FROM unindexed ORDER BY entry")))


def belong_all(db: sqlite3.Connection) -> None:
    """As ``belong``, for all changes."""
    db.execute(f"{BELONGING} WHERE {_NEW}")


def parts(entry: RecordedEntry, done: int) -> Iterator[Part]:
    """What of this entry is still to be written behind the first ``done`` subjects."""
    subjects = tuple(one for one in dict.fromkeys(entry.subjects) if not _is_segment(one))
    for begin in range(done, len(subjects), PART):
        end = begin + PART
        yield Part(entry, begin, subjects[begin:end], end >= len(subjects))


def go_on(db: sqlite3.Connection, part: Part) -> bool:
    """Write this part; False where another process has written it meanwhile. The caller holds the transaction."""
    end, number = part.begin + len(part.subjects), part.entry.number
    mine = db.execute("UPDATE unindexed SET done = ? WHERE entry = ? AND done = ?", (end, number, part.begin))
    if not mine.rowcount:
        return False
    _insert(db, part.subjects, (part.entry.at, number, part.entry.actor, part.entry.kind))
    if part.is_last:
        db.execute("DELETE FROM unindexed WHERE entry = ?", (number,))
    return True


def fault(db: sqlite3.Connection) -> str:
    """The first entry that is not found by just what it is about, as a sentence; none: an empty text.

    Streaming. An entry that is on the list of the unindexed may be found by less, where it is about so many. What its
    change touched, before its plan was renewed, may find it, too.
    """
    missed = db.execute(_MISSED).fetchone()
    wrong = (not _adds_up(db) and _wrong(db)) or (missed and missed[0])
    return f"Entry {wrong} is not found by just what it is about: somebody changed the table subjects." if wrong else ""


_ENTRIES = "SELECT number, at, actor, kind, subjects FROM entries ORDER BY number"
_OWN = "SELECT entry, at, actor, kind, subject FROM subjects WHERE own"
_ROWS = "SELECT entry, at, actor, kind, own, subject FROM subjects ORDER BY entry"
_MISSED = f"SELECT number FROM entries AS e JOIN touches USING (change) WHERE {_NEW} LIMIT 1"


def _adds_up(db: sqlite3.Connection) -> bool:
    """Whether the rows are those of the entries, whatever their order: in half the time that ``_wrong`` takes.

    Texts have other hashes in each process, so nobody can make up rows with the sum of those that they took away.
    """
    rows = sum(map(hash, _plain(db, _OWN)))
    return rows == sum(
        hash((number, *same, one)) for number, *same, subjects in _plain(db, _ENTRIES) for one in _listed(subjects)
    )


def _wrong(db: sqlite3.Connection) -> int | None:
    """The first entry of which a row is gone, is another one, or is one too many; also one that is not there."""
    unindexed = {number for number, _ in unfinished(db)}
    found = groupby(_plain(db, _ROWS), key=itemgetter(0))
    at, rows = _next(found)
    for number, *content in _plain(db, _ENTRIES):
        mine = rows if at == number else []
        if at is not None and at < number:
            break
        if not _is_right(content, mine, number in unindexed):
            return int(number)
        if mine:
            at, rows = _next(found)
    return at


def _plain(db: sqlite3.Connection, query: str) -> sqlite3.Cursor:
    """Rows as tuples, which take a third of the time."""
    cursor = db.cursor()
    cursor.row_factory = None
    return cursor.execute(query)


def _next(found: Iterator[tuple[int, Iterator[tuple[Any, ...]]]]) -> tuple[int | None, list[tuple[Any, ...]]]:
    number, rows = next(found, (None, ()))
    return number, list(rows)


def _is_right(content: list[Any], rows: list[tuple[Any, ...]], is_unfinished: bool) -> bool:
    *same, subjects = content
    about = _listed(subjects)
    own = {row[-1] for row in rows if row[-2]}
    whole = own == about or (is_unfinished and len(about) > AT_ONCE and own < about)
    return whole and all(list(row[1:4]) == same for row in rows)


def _listed(subjects: str | None) -> set[str]:
    """What was sealed: the first entries tell none."""
    return set(json.loads(subjects)) if subjects and subjects != "[]" else set()


def _insert(db: sqlite3.Connection, subjects: Iterable[str], row: tuple[str, int, str, str]) -> None:
    db.executemany("INSERT INTO subjects VALUES (?, ?, ?, ?, ?, 1)", [(one, *row) for one in subjects])


def _is_segment(subject: str) -> bool:
    return subject.startswith(SEGMENT)
