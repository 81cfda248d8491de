"""What is asked for often is found by an index, however long the log has become."""

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.core.audit.audit_reader import AuditFilter
from bot.core.audit.entries import EntryKind
from bot.ledger.ledger import Ledger
from bot.ledger.sql.audit_search import FEW, search
from bot.ledger.sql.change_index import UNREVIEWED
from bot.ledger.sql.facts import ORPHANS, SUMS
from tests.core.samples import NOW
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
    told = plan_of(path, query)
    assert index in told
    assert "TEMP B-TREE" not in told


async def test_home_tabs_that_are_drawn_are_not_looked_through(path: Path, ledger: Ledger) -> None:
    asked: list[str] = []
    database_of(ledger).connection.set_trace_callback(asked.append)
    assert await ledger.home_tabs.outdated(since=NOW, now=NOW) == ()
    (query,) = [one for one in asked if "homes" in one]
    assert "homes_undrawn" in plan_of(path, query)


def test_emergencies_are_found_without_reading_all_changes(path: Path, ledger: Ledger) -> None:
    assert "INDEX changes_unreviewed" in plan_of(path, f"SELECT number FROM changes WHERE {UNREVIEWED}")


async def test_the_last_finish_is_found_without_reading_the_log(path: Path, ledger: Ledger) -> None:
    asked: list[str] = []
    database_of(ledger).connection.set_trace_callback(asked.append)
    assert await ledger.changes.last_finish() == 0
    (query,) = [one for one in asked if "entries" in one]
    assert "entries_finished" in plan_of(path, query)


@pytest.mark.parametrize("many", [1, FEW + 1])
@pytest.mark.parametrize(
    ("narrow", "index"),
    [
        (AuditFilter(kind=EntryKind.CLEAR), "segments_by_kind (subject=? AND kind=?"),
        (AuditFilter(actor="U1"), "segments_by_actor (subject=? AND actor=?"),
    ],
)
def test_entries_about_segments_are_found_by_kind_and_person(
    path: Path, ledger: Ledger, narrow: AuditFilter, index: str, many: int
) -> None:
    about = tuple(f"segment:{number}" for number in range(many))
    assert index in plan_of(path, *search(replace(narrow, subjects=about), limit=5))


def test_an_entry_about_a_shopper_is_found_by_the_shopper(path: Path, ledger: Ledger) -> None:
    asked = AuditFilter(subjects=("profile:1",), kind=EntryKind.STEP_DONE)
    assert "SEARCH s USING PRIMARY KEY (subject=?)" in plan_of(path, *search(asked, limit=5))


async def test_a_count_of_moves_reads_what_ran_unapproved_only(path: Path, ledger: Ledger) -> None:
    asked: list[str] = []
    database_of(ledger).connection.set_trace_callback(asked.append)
    await ledger.changes.moved_unapproved("ana", "1", since=NOW)
    (query,) = [one for one in asked if "subjects" in one]
    assert "segments_by_kind (subject=? AND kind=? AND at>?)" in plan_of(path, query)


def test_sales_are_summed_in_the_order_of_their_index(path: Path, ledger: Ledger) -> None:
    """Half a million orders: without the index, all are sorted for each piece of the customers."""
    assert plan_of(path, SUMS.replace("?", "1")) == "SCAN order_facts USING COVERING INDEX orders_by_customer"


def test_orders_whose_customers_are_gone_are_found_by_the_customers_ids(path: Path, ledger: Ledger) -> None:
    assert "SEARCH customer_facts USING INTEGER PRIMARY KEY (rowid=?)" in plan_of(path, ORPHANS)


@pytest.mark.parametrize("column", ["kind", "actor"])
def test_a_shopper_is_not_indexed_by_kind_and_person(path: Path, ledger: Ledger, column: str) -> None:
    """Their ids lie anywhere, so that each further index costs a step about 500 of them as much as the table."""
    with pytest.raises(sqlite3.OperationalError, match="no query solution"):
        plan_of(path, f"SELECT entry FROM subjects INDEXED BY segments_by_{column} WHERE subject = 'profile:1'")


async def test_changes_are_counted_without_reading_all(path: Path, ledger: Ledger) -> None:
    asked: list[str] = []
    database_of(ledger).connection.set_trace_callback(asked.append)
    await ledger.changes.by_state()
    told = [plan_of(path, one) for one in asked if "FROM" in one]
    assert told == ["SEARCH changes", "SEARCH changes USING COVERING INDEX changes_by_state (state=?)"]


def plan_of(path: Path, query: str, values: Mapping[str, Any] | None = None) -> str:
    with closing(sqlite3.connect(path)) as db:
        return " ".join(row[3] for row in db.execute(f"EXPLAIN QUERY PLAN {query}", values or {}))
