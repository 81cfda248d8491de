"""What entries are found by: a row of ``subjects`` for each segment and shopper that an entry is about.

Its ``own`` rows are those of the subjects that were sealed with it. Beside them, each entry of a change belongs to all
segments that the change touches: who asked for an undo, and who approved it, is found by the segment that it created.

An entry about more than ``AT_ONCE`` is sealed whole, but its rows are written afterwards, ``PART`` by ``PART``: the
deletion of a segment may touch 100,000 shoppers, and one transaction with them all would keep everybody waiting. Until
then, such an entry is on the list of the ``unindexed``.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from bot.core.entries import Entry, Sealed, segment_subject
from bot.ledger.schema import BELONGING

AT_ONCE = 2_000
PART = 500
SEGMENT = segment_subject("")
_NEW = """
    NOT EXISTS (SELECT 1 FROM subjects AS s WHERE s.subject = 'segment:' || segment AND s.at = e.at AND entry = number)
"""


@dataclass(frozen=True)
class Part:
    """Some subjects of an entry: those from the place ``begin`` on."""

    entry: Sealed
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
    rows = [(name.casefold(), id_, number) for name, id_ in namings]
    db.executemany("INSERT OR IGNORE INTO names VALUES (?, ?, ?)", rows)


def unfinished(db: sqlite3.Connection) -> list[tuple[int, int]]:
    """Numbers of the entries whose subjects are not all written, each with how many are."""
    return list(map(tuple, db.execute("SELECT entry, done FROM unindexed ORDER BY entry")))


def belong_all(db: sqlite3.Connection) -> None:
    """As ``belong``, for all changes."""
    db.execute(f"{BELONGING} WHERE {_NEW}")


def parts(entry: Sealed, done: int) -> Iterator[Part]:
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


def _insert(db: sqlite3.Connection, subjects: Iterable[str], row: tuple[str, int, str, str]) -> None:
    db.executemany("INSERT INTO subjects VALUES (?, ?, ?, ?, ?, 1)", [(one, *row) for one in subjects])


def _is_segment(subject: str) -> bool:
    return subject.startswith(SEGMENT)
