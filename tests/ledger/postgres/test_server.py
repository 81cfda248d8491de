"""What a check-up of the server compares with is what the migrations make."""

from bot.ledger.postgres.checkup import TABLES
from bot.ledger.postgres.server import TRIGGERS
from tests.postgres import superuser, template


def test_tables_and_triggers_are_those_that_are_looked_for() -> None:
    there = "WHERE relnamespace = 'segment_bot'::regnamespace"
    with superuser(template()) as server:
        tables = server.execute(f"SELECT relname FROM pg_class {there} AND relkind IN ('r', 'v')").fetchall()
        triggers = server.execute(
            f"SELECT tgname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid {there} AND NOT tgisinternal"
        ).fetchall()
    assert {name for (name,) in tables} == TABLES
    assert {name for (name,) in triggers} == {*TRIGGERS}
