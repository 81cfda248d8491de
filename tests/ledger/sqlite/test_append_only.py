"""Entries in the hands of somebody with SQL: guards refuse what they can, and the check finds the rest."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from bot.core.audit.entries import Entry, EntryKind
from bot.ledger.ledger import Ledger
from tests.core.samples import NOW

SET = "UPDATE entries SET body = json_set(body, '$.{}', {}) WHERE number = {}"


@pytest.fixture
async def written(path: Path, ledger: Ledger) -> Path:
    for number in range(4):
        await ledger.audit.append(Entry(EntryKind.REFUSED, "UANA", "C1", "segment delete", None, {"n": number}), at=NOW)
    return path


@pytest.fixture
def by_hand(written: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(written, isolation_level=None)) as connection:
        yield connection


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE entries SET body = '{}' WHERE number = 2",
        "UPDATE entries SET seal = '' WHERE number = 2",
        "DELETE FROM entries WHERE number = 2",
        "DELETE FROM entries",
        "INSERT OR REPLACE INTO entries (number, body, seal) VALUES (2, '{}', '')",
    ],
)
def test_entries_are_never_changed_removed_or_replaced(by_hand: sqlite3.Connection, statement: str) -> None:
    with pytest.raises(sqlite3.IntegrityError, match="the audit log is append-only"):
        by_hand.execute(statement)


@pytest.mark.parametrize(
    ("statement", "fault"),
    [
        (SET.format("detail", "json('{}')", 2), "Entry 2 is not what was sealed after entry 1."),
        (SET.format("at", "'2020'", 3), "Entry 3 is not what was sealed after entry 2."),
        (SET.format("change", "1", 4), "Entry 4 is not what was sealed after entry 3."),
        ("DELETE FROM entries WHERE number = 1", "Entry 1 is missing: entry 2 is in its place."),
        ("UPDATE entries SET number = 9 WHERE number = 4", "Entry 4 is missing: entry 9 is in its place."),
        ("UPDATE entries SET seal = '' WHERE number = 2", "Entry 2 is not what was sealed after entry 1."),
    ],
)
async def test_an_entry_edited_by_hand_is_found(
    ledger: Ledger, by_hand: sqlite3.Connection, statement: str, fault: str
) -> None:
    assert (await ledger.audit.verify()).holds
    for trigger in ("changed", "removed", "replaced"):
        by_hand.execute(f"DROP TRIGGER entries_are_never_{trigger}")
    by_hand.execute(statement)
    assert (await ledger.audit.verify()).fault == fault


async def test_searched_columns_cannot_differ_from_the_sealed_text(by_hand: sqlite3.Connection) -> None:
    for column in ("at", "kind", "actor", "detail", "subjects"):
        with pytest.raises(sqlite3.OperationalError, match="cannot UPDATE generated column"):
            by_hand.execute(f"UPDATE entries SET {column} = 'x'")


async def test_the_view_shows_plain_columns(by_hand: sqlite3.Connection) -> None:
    row = by_hand.execute("SELECT number, kind, change, subjects, detail FROM audit WHERE number = 2").fetchone()
    assert row == (2, "refused", None, "[]", '{"n":1}')
