"""A ledger is the same in a file and on PostgreSQL: what one of both leaves out, or leaves behind, shows here."""

import sqlite3
from collections import defaultdict
from collections.abc import Iterable
from contextlib import closing
from typing import Any

import psycopg

from tests.ledger.subject import PostgresSubject, SqliteSubject
from tests.postgres import url_of

OF_ONE_ENGINE = {"sqlite_sequence", "_sqlite_migrations", "tail", "audit"}
CHAINED = {("entries", "previous")}
"""On PostgreSQL an entry names the one before, so that the database itself refuses a second end of the chain."""


def test_both_engines_have_the_same_tables_with_the_same_columns() -> None:
    with SqliteSubject.fresh() as file, closing(sqlite3.connect(file.path)) as db:
        of_tables = "FROM sqlite_master AS m, pragma_table_xinfo(m.name) AS c WHERE m.type = 'table'"
        in_file = told(db.execute(f"SELECT m.name, c.name {of_tables}"))
    with PostgresSubject.fresh() as database, psycopg.connect(url_of(database.name)) as server:
        columns = server.execute(
            "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'segment_bot'"
        )
        on_server = told(columns)
    assert in_file == on_server


def told(columns: Iterable[Any]) -> dict[str, set[str]]:
    tables = defaultdict[str, set[str]](set)
    for table, column in columns:
        if table not in OF_ONE_ENGINE and (table, column) not in CHAINED:
            tables[table].add(column)
    return tables
