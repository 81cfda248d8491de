"""What is asked for often is found by an index, however long the log has become."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from bot.ledger.ledger import Ledger
from bot.ledger.sql.change_index import UNREVIEWED
from tests.records import database_of


@pytest.mark.parametrize(
    ("query", "index"),
    [
        ("SELECT segment, name, shoppers FROM sizes WHERE day = ''", "USING PRIMARY KEY (day=?)"),
        (
            "SELECT day, shoppers FROM sizes WHERE segment = '' AND day >= '' ORDER BY day",
            "USING COVERING INDEX sizes_by_segment (segment=? AND day>?)",
        ),
        ("SELECT * FROM snapshots WHERE day < '' ORDER BY day DESC LIMIT 1", "USING PRIMARY KEY (day<?)"),
        ("SELECT 1 FROM days WHERE day = '' AND state NOT IN ('begun', 'posted')", "USING PRIMARY KEY (day=?)"),
        ("SELECT 1 FROM entries WHERE number > 1 AND kind LIKE 'step %'", "USING INTEGER PRIMARY KEY (rowid>?)"),
        ("SELECT * FROM effects WHERE entry > 1 AND entry <= 2", "USING PRIMARY KEY (entry>? AND entry<?)"),
    ],
)
def test_years_of_a_thousand_segments_are_not_read_through(path: Path, ledger: Ledger, query: str, index: str) -> None:
    with closing(sqlite3.connect(path)) as db:
        told = " ".join(row[3] for row in db.execute(f"EXPLAIN QUERY PLAN {query}"))
    assert index in told
    assert "TEMP B-TREE" not in told


def test_emergencies_are_found_without_reading_all_changes(path: Path, ledger: Ledger) -> None:
    with closing(sqlite3.connect(path)) as db:
        told = " ".join(
            row[3] for row in db.execute(f"EXPLAIN QUERY PLAN SELECT number FROM changes WHERE {UNREVIEWED}")
        )
    assert "INDEX changes_unreviewed" in told


async def test_the_last_finish_is_found_without_reading_the_log(path: Path, ledger: Ledger) -> None:
    asked: list[str] = []
    database_of(ledger).connection.set_trace_callback(asked.append)
    assert await ledger.changes.last_finish() == 0
    (query,) = [one for one in asked if "entries" in one]
    with closing(sqlite3.connect(path)) as db:
        (told,) = [row[3] for row in db.execute(f"EXPLAIN QUERY PLAN {query}")]
    assert "entries_finished" in told
