"""Whatever somebody does by raw SQL to a log's file, with its guards taken down, the check finds it."""

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.audit.entries import Entry, EntryKind
from bot.core.audit.hash_chain import GENESIS, Verification, canonical, seal
from bot.ledger.sqlite.append_only import GUARDED
from tests import records
from tests.laws.values import LAW
from tests.ledger.logs import logs, words
from tests.ledger.sqlite.files import unguarded, write, written
from tests.records import read_ledger

Row = tuple[int, str, str]
Tampering = Callable[[sqlite3.Connection, list[Row], st.DataObject], None]


def rows_of(db: sqlite3.Connection) -> list[Row]:
    return db.execute("SELECT number, body, seal FROM entries ORDER BY number").fetchall()


def before(rows: list[Row], at: int) -> str:
    """The seal that stands before the entry at this place."""
    return rows[at - 1][2] if at else GENESIS


def rewrite(db: sqlite3.Connection, rows: list[Row]) -> None:
    """These rows instead of all that stand there."""
    db.execute("DELETE FROM entries")
    db.executemany("INSERT INTO entries (number, body, seal) VALUES (?, ?, ?)", rows)


def resealed(rows: list[Row]) -> list[Row]:
    """The same texts, each with the seal that it would have in this order."""
    made: list[Row] = []
    for number, body, _ in rows:
        made.append((number, body, seal(before(made, len(made)), body)))
    return made


def a_body(rows: list[Row], at: int, data: st.DataObject, *columns: str) -> str:
    """The text of an entry with something else in one of its columns, or in one of these."""
    content: dict[str, Any] = json.loads(rows[at][1])
    column = data.draw(st.sampled_from(columns or sorted(content)))
    new = data.draw((words | st.integers() | st.none()).filter(lambda value: value != content[column]))
    return canonical({**content, column: new})


def change_a_column(db: sqlite3.Connection, rows: list[Row], data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(rows) - 1))
    body = a_body(rows, at, data)
    db.execute("UPDATE entries SET body = ? WHERE number = ?", (body, rows[at][0]))


def change_a_column_and_its_seal(db: sqlite3.Connection, rows: list[Row], data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(rows) - 2))  # the last one is told by ``against`` alone
    body = a_body(rows, at, data)
    own = seal(before(rows, at), body)
    db.execute("UPDATE entries SET body = ?, seal = ? WHERE number = ?", (body, own, rows[at][0]))


def change_a_seal(db: sqlite3.Connection, rows: list[Row], data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(rows) - 1))
    other = data.draw(st.text("0123456789abcdef", min_size=64, max_size=64).filter(lambda one: one != rows[at][2]))
    db.execute("UPDATE entries SET seal = ? WHERE number = ?", (other, rows[at][0]))


def remove_a_row(db: sqlite3.Connection, rows: list[Row], data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(rows) - 2))  # a cut tail is told by ``against`` alone
    db.execute("DELETE FROM entries WHERE number = ?", (rows[at][0],))
    if data.draw(st.booleans()):
        rewrite(db, [(number, *row[1:]) for number, row in enumerate(rows_of(db), 1)])


def remove_the_first_rows_and_say_that_they_were_archived(
    db: sqlite3.Connection, rows: list[Row], data: st.DataObject
) -> None:
    number, _, own = rows[data.draw(st.integers(0, len(rows) - 2))]
    db.execute("DELETE FROM entries WHERE number <= ?", (number,))
    db.execute("INSERT INTO archives VALUES (?, ?)", (number, own))


def insert_a_row(db: sqlite3.Connection, rows: list[Row], data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(rows) - 1))
    body = canonical({"number": at + 1, **dict.fromkeys(("at", "kind", "actor"), ""), "detail": data.draw(words)})
    forged = (at + 1, body, seal(before(rows, at), body))
    step = data.draw(st.integers(0, 1))  # renumbered, or one number twice: then a number far off
    later = [(number + step, text, own) for number, text, own in rows[at:]]
    rewrite(db, [*rows[:at], forged if step else (rows[-1][0] + 2, *forged[1:]), *later])


def reorder_two_rows(db: sqlite3.Connection, rows: list[Row], data: st.DataObject) -> None:
    first = data.draw(st.integers(0, len(rows) - 2))
    second = data.draw(st.integers(first + 1, len(rows) - 1))
    swapped = list(rows)
    (one, *left), (other, *right) = rows[first], rows[second]
    swapped[first], swapped[second] = (one, right[0], right[1]), (other, left[0], left[1])
    rewrite(db, swapped)


FOUND: tuple[Tampering, ...] = (
    change_a_column,
    change_a_column_and_its_seal,
    change_a_seal,
    remove_a_row,
    remove_the_first_rows_and_say_that_they_were_archived,
    insert_a_row,
    reorder_two_rows,
)


def verified(path: Path, against: str = "") -> Verification:
    with read_ledger(path) as ledger:
        return records.verified(ledger, against)


@pytest.mark.parametrize("tamper", FOUND, ids=lambda one: one.__name__)
@LAW
@given(log=logs, data=st.data())
def test_any_tampering_is_found(log: list[Entry], tamper: Tampering, data: st.DataObject) -> None:
    with written(log) as path:
        proof = verified(path)
        assert (proof.holds, proof.entries, proof.archived) == (True, len(log), 0)
        with unguarded(path) as db:
            tamper(db, rows_of(db), data)
        assert not verified(path).holds


@LAW
@given(logs, st.data())
def test_a_cut_tail_is_found_by_a_seal_seen_before(log: list[Entry], data: st.DataObject) -> None:
    with written(log) as path, unguarded(path) as db:
        seen = rows_of(db)[-1][2][: data.draw(st.integers(16, 64))]
        assert verified(path, seen).witness == len(log)
        last = data.draw(st.integers(0, len(log) - 1))
        for table, column in (("entries", "number"), ("subjects", "entry")):
            db.execute(f"DELETE FROM {table} WHERE {column} > ?", (last,))
        cut = verified(path, seen)
        assert (cut.holds, cut.witness) == (True, None)


@LAW
@given(logs, st.data())
def test_a_rewritten_log_is_found_by_a_seal_seen_before(log: list[Entry], data: st.DataObject) -> None:
    with written(log) as path, unguarded(path) as db:
        rows = rows_of(db)
        at = data.draw(st.integers(0, len(rows) - 1))
        forged = [
            *rows[:at],
            (rows[at][0], a_body(rows, at, data, "channel", "detail", "command"), ""),
            *rows[at + 1 :],
        ]
        rewrite(db, resealed(forged))
        anew = verified(path, rows[-1][2][:16])
        assert (anew.holds, anew.witness) == (True, None)


ROW = "WHERE (subject, entry) IN (SELECT subject, entry FROM subjects ORDER BY subject, entry LIMIT 1 OFFSET :place)"


@pytest.mark.parametrize(
    "statement",
    [
        f"DELETE FROM subjects {ROW}",
        f"UPDATE subjects SET kind = 'x' {ROW}",
        f"UPDATE subjects SET actor = 'x' {ROW}",
        f"UPDATE subjects SET at = '2020' {ROW}",
        f"UPDATE subjects SET own = 0 {ROW}",
        f"UPDATE subjects SET subject = 'segment:x' {ROW}",
        f"UPDATE subjects SET entry = 99 {ROW}",
        f"INSERT INTO subjects SELECT 'segment:x', at, entry, actor, kind, 1 FROM subjects {ROW}",
        "INSERT INTO subjects VALUES ('segment:x', '', 99 - :place, '', '', 1)",
        f"DELETE FROM subjects {ROW} AND (SELECT 1 FROM skipped)",
    ],
)
@LAW
@given(logs.filter(lambda log: any(entry.subjects for entry in log)), st.data())
def test_an_entry_with_wrong_subjects_in_the_index_is_found(
    statement: str, log: list[Entry], data: st.DataObject
) -> None:
    with written(log) as path, unguarded(path) as db:
        # That an entry is on the list of those to be completed hides nothing: it is about too few.
        db.execute("CREATE TEMP VIEW skipped AS SELECT 1")
        if "skipped" in statement:
            db.execute("INSERT INTO unindexed SELECT number, 0 FROM entries")
        (rows,) = db.execute("SELECT count(*) FROM subjects").fetchone()
        db.execute(statement, {"place": data.draw(st.integers(0, rows - 1))})
        assert "is not found by just what it is about" in verified(path).fault


def test_an_entry_missing_from_its_changes_segments_is_found() -> None:
    with written(
        [Entry(EntryKind.PLANNED, change=1, subjects=("segment:a",)), Entry(EntryKind.CARD_LOST, change=1)]
    ) as path:
        with unguarded(path) as db:
            db.execute("INSERT INTO touches VALUES ('b', 1)")
        assert verified(path).fault.startswith("Entry 1 is not found by just what it is about")


@pytest.mark.parametrize("table", sorted(GUARDED))
def test_what_is_searched_by_is_never_changed_removed_or_replaced(table: str) -> None:
    named = Entry(EntryKind.STEP_DONE, change=1, subjects=("segment:a",), detail={"after": {"name": "VIPs"}})
    with written([named]) as path, closing(sqlite3.connect(path)) as db:
        db.execute("INSERT INTO effects VALUES (1, 'a', 1, 0)")
        column = GUARDED[table][0]
        columns = "number, body, seal" if table == "entries" else "*"
        into = "entries (number, body, seal)" if table == "entries" else table
        for statement in (
            f"DELETE FROM {table}",
            f"UPDATE {table} SET {column} = {column}",
            f"INSERT OR REPLACE INTO {into} SELECT {columns} FROM {table}",
        ):
            with pytest.raises(sqlite3.IntegrityError, match="the audit log is append-only"):
                db.execute(statement)


@LAW
@given(logs)
def test_what_is_searched_by_is_what_was_sealed(log: list[Entry]) -> None:
    with written(log) as path, closing(sqlite3.connect(path)) as db:
        db.row_factory = sqlite3.Row
        for row in db.execute("SELECT * FROM entries"):
            content = json.loads(row["body"])
            assert (row["number"], content["number"]) == (content["number"], row["number"])
            for name in ("at", "kind", "actor", "workspace", "channel", "command", "change", "outcome", "ms"):
                assert row[name] == content[name], name
            for name in ("detail", "subjects"):
                assert json.loads(row[name]) == content[name], name
        about = {(subject, entry) for subject, entry in db.execute("SELECT subject, entry FROM subjects")}
        assert about == {(one, number) for number, entry in enumerate(log, 1) for one in entry.subjects}


def test_no_computed_column_can_be_written(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    write(path, [Entry(EntryKind.ASKED)])
    with unguarded(path) as db:
        for name in ("at", "kind", "actor", "workspace", "channel", "command", "change", "outcome", "ms", "detail"):
            try:
                db.execute(f"UPDATE entries SET {name} = NULL")
            except sqlite3.OperationalError as error:
                assert "generated column" in str(error)  # noqa: PT017 - which of them is told at the end
            else:
                raise AssertionError(name)


@pytest.mark.parametrize(
    ("statement", "wrong"),
    [
        ("DELETE FROM subjects WHERE entry = 1", 1),
        ("INSERT INTO subjects SELECT 'segment:x', at, entry, actor, kind, 1 FROM subjects WHERE entry = 2", 2),
        ("UPDATE subjects SET entry = 99 WHERE entry = 2", 2),
        ("INSERT INTO subjects VALUES ('segment:x', '', 0, '', '', 1)", 0),
    ],
)
def test_the_first_entry_that_the_index_has_wrong_is_named(statement: str, wrong: int) -> None:
    log = [Entry(EntryKind.ASKED, subjects=(f"segment:{name}",)) for name in "abc"]
    with written(log) as path, unguarded(path) as db:
        db.execute(statement)
        assert verified(path).fault.startswith(f"Entry {wrong} is not found by just what it is about")


@pytest.mark.parametrize("detail", [[], ["plan"], "plan", None, 7])
def test_an_entry_that_is_sealed_with_no_detail_tells_nothing_and_stops_nothing(detail: object) -> None:
    with written([Entry(EntryKind.PLANNED, change=1), Entry(EntryKind.CARD_LOST, change=1)]) as path:
        with unguarded(path) as db:
            other = [
                (number, canonical(json.loads(body) | {"detail": detail}), own) for number, body, own in rows_of(db)
            ]
            rewrite(db, resealed(other))
        assert (verified(path).entries, verified(path).fault) == (2, "")
