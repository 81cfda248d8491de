"""The index of the audit log: a row of ``subjects`` for each segment and shopper that an entry is about.

Its ``own`` rows are the subjects that were sealed with the entry. In addition, each entry of a change is indexed by all
segments that the change touches: who asked for an undo, and who approved it, is found by the segment that it created.

An entry about more than ``AT_ONCE`` is sealed at once, but indexed afterwards, in batches: deleting a segment may touch
100,000 shoppers, and writing them in one transaction would block everyone. Until then, the entry is listed in
``unindexed``. Callers of functions that write hold the transaction.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import Any

from bot.core.audit.entries import Entry, RecordedEntry
from bot.core.audit.index_terms import is_segment, segment_names
from bot.ledger.sql.database import Connection

AT_ONCE = 2_000
BATCH = 500
OF_SEGMENTS = "subject >= 'segment:' AND subject < 'segment;'"
"""Which rows are indexed by kind and by person as well: those of segments, which thousands of entries may be about.
Shoppers have few entries each, and ids that lie anywhere: with these indexes, a step about 500 of them was written in
three times the time. A query has to say this of its subject, or it reads all that the segment has.
"""
_BELONGING = """
    INSERT INTO subjects SELECT 'segment:' || segment, at, number, actor, kind, false
    FROM entries AS e JOIN touches USING (change)
"""
"""Indexes entries of changes by the segments that the changes touch."""
_NEW = """
    NOT EXISTS (SELECT 1 FROM subjects AS s WHERE s.subject = 'segment:' || segment AND s.at = e.at AND entry = number)
"""


@dataclass(frozen=True)
class Batch:
    """Some subjects of an entry: those from position ``begin`` on."""

    entry: RecordedEntry
    begin: int
    subjects: tuple[str, ...]
    is_last: bool


def add(db: Connection, entry: Entry, number: int, content: dict[str, Any]) -> None:
    """Index this new entry, sealed with this content: now or, if it is about too many, in batches later."""
    subjects, at = tuple(dict.fromkeys(entry.subjects)), content["at"]
    _add_names(db, number, segment_names(entry.kind, subjects, content["detail"]))
    if len(subjects) > AT_ONCE:
        db.execute("INSERT INTO unindexed VALUES (?, 0)", (number,))
        subjects = tuple(filter(is_segment, subjects))
    _insert(db, subjects, (at, number, entry.actor, entry.kind))
    if entry.change is not None:
        db.execute(f"{_BELONGING} WHERE e.number = ? AND {_NEW}", (number,))


def add_change(db: Connection, change: int) -> None:
    """Index all entries of this change by the segments that it touches now."""
    db.execute(f"{_BELONGING} WHERE e.change = ? AND {_NEW}", (change,))


def _add_names(db: Connection, number: int, names: Iterable[tuple[str, str]]) -> None:
    """Index segments by the names that they have from this entry on."""
    for name, id_ in names:
        if not db.execute("SELECT 1 FROM names WHERE name = ? AND segment = ?", (name, id_)).fetchone():
            db.execute("INSERT INTO names VALUES (?, ?, ?)", (name, id_, number))


def add_all_changes(db: Connection) -> None:
    """Index all entries of all changes by the segments that those touch now."""
    db.execute(f"{_BELONGING} WHERE {_NEW}")


def unfinished(db: Connection) -> list[tuple[int, int]]:
    """Return the numbers of the entries that are not fully indexed, each with how many subjects are."""
    return list(map(tuple, db.execute("SELECT entry, done FROM unindexed ORDER BY entry")))


def batches(entry: RecordedEntry, done: int) -> Iterator[Batch]:
    """Yield the subjects of this entry that remain after the first ``done``, in batches."""
    subjects = tuple(one for one in dict.fromkeys(entry.subjects) if not is_segment(one))
    for begin in range(done, len(subjects), BATCH):
        end = begin + BATCH
        yield Batch(entry, begin, subjects[begin:end], end >= len(subjects))


def add_batch(db: Connection, batch: Batch) -> bool:
    """Index this batch; return False if another process has done so meanwhile."""
    end, number = batch.begin + len(batch.subjects), batch.entry.number
    updated = db.execute("UPDATE unindexed SET done = ? WHERE entry = ? AND done = ?", (end, number, batch.begin))
    if not updated.rowcount:
        return False
    _insert(db, batch.subjects, (batch.entry.at, number, batch.entry.actor, batch.entry.kind))
    if batch.is_last:
        db.execute("DELETE FROM unindexed WHERE entry = ?", (number,))
    return True


def fault(db: Connection) -> str:
    """Return a sentence about the first entry whose index rows are wrong; empty if there is none.

    Streams. An entry in ``unindexed`` has fewer rows: just as many as that list says. What its change touched before
    its plan was renewed may be indexed, too.
    """
    wrong = None if _checksums_match(db) else _first_wrong_entry(db)
    if wrong is None:
        wrong = _first_wrong_unfinished(db)
    if wrong is None:
        wrong = next((number for query in (_MISSED, _STRANGE) for (number,) in db.stream(query)), None)
    if wrong is None:  # a forged row may say that it is of an entry 0
        return ""
    return f"Entry {wrong} is not found by just what it is about: somebody changed the table subjects."


_ENTRIES = "SELECT number, at, actor, kind, subjects FROM entries ORDER BY number"
_OWN = "SELECT entry, at, actor, kind, subject FROM subjects WHERE own"
_ROWS = "SELECT entry, at, actor, kind, own, subject FROM subjects ORDER BY entry"
_STRANGE = """
    SELECT s.entry FROM subjects AS s LEFT JOIN entries AS e ON e.number = s.entry
    WHERE NOT s.own
    AND NOT EXISTS (SELECT 1 FROM touches AS t WHERE t.change = e.change AND s.subject = 'segment:' || t.segment)
    AND NOT EXISTS (
        SELECT 1 FROM entries AS x JOIN subjects AS o ON o.subject = s.subject AND o.at = x.at AND o.entry = x.number
        WHERE x.change = e.change AND o.own
    )
    LIMIT 1
"""
"""Rows beside the sealed ones, about a segment that the entry's change never touched."""
_MISSED = f"SELECT number FROM entries AS e JOIN touches USING (change) WHERE {_NEW} LIMIT 1"


def _checksums_match(db: Connection) -> bool:
    """Return whether the rows match the entries, ignoring order: in half the time of ``_first_wrong_entry``.

    Strings hash differently in each process, so nobody can make up rows with the same sum as those they removed.
    """
    rows = sum(map(hash, db.stream(_OWN)))
    return rows == sum(
        hash((number, *same, one)) for number, *same, subjects in db.stream(_ENTRIES) for one in _listed(subjects)
    )


def _first_wrong_entry(db: Connection) -> int | None:
    """Return the first entry with a missing, different or extra index row; or one that does not exist."""
    unindexed = dict(unfinished(db))
    found = groupby(db.stream(_ROWS), key=itemgetter(0))
    at, rows = _next(found)
    for number, *content in db.stream(_ENTRIES):
        own_rows = rows if at == number else []
        if at is not None and at < number:
            break
        if not _is_right(content, own_rows, unindexed.get(number)):
            return int(number)
        if own_rows:
            at, rows = _next(found)
    return at


def _first_wrong_unfinished(db: Connection) -> int | None:
    """Return the first entry that is listed as not fully indexed, and is not there, or not indexed as listed."""
    for number, done in unfinished(db):
        content = db.execute(f"SELECT at, actor, kind, subjects FROM entries WHERE number = {int(number)}").fetchone()
        rows = list(map(tuple, db.execute(_ROWS.replace("ORDER BY", f"WHERE entry = {int(number)} ORDER BY"))))
        if content is None or not _is_right(list(content), rows, done):
            return number
    return None


def _next(found: Iterator[tuple[int, Iterator[tuple[Any, ...]]]]) -> tuple[int | None, list[tuple[Any, ...]]]:
    number, rows = next(found, (None, ()))
    return number, list(rows)


def _is_right(content: list[Any], rows: list[tuple[Any, ...]], done: int | None) -> bool:
    """Compare an entry's index rows with what it is about; ``done``: how many shoppers are indexed, if not all are."""
    *same, subjects = content
    about, indexed = _listed(subjects), {row[-1] for row in rows if row[-2]}
    if done is None:
        whole = indexed == set(about)
    else:
        shoppers = [one for one in about if not is_segment(one)]
        whole = len(about) > AT_ONCE and done < len(shoppers) and indexed == set(about) - set(shoppers[done:])
    return whole and all(list(row[1:4]) == same for row in rows)


def _listed(subjects: str | None) -> tuple[str, ...]:
    """Return the sealed subjects, each once; the first released entries have none."""
    return tuple(dict.fromkeys(json.loads(subjects))) if subjects and subjects != "[]" else ()


def _insert(db: Connection, subjects: Iterable[str], row: tuple[str, int, str, str]) -> None:
    db.executemany("INSERT INTO subjects VALUES (?, ?, ?, ?, ?, true)", [(one, *row) for one in subjects])
