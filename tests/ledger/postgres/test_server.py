"""What a check-up of the server compares with is what the migrations make."""

from bot.ledger.postgres.schema import TABLES
from bot.ledger.postgres.server import TRIGGERS, look_at_server
from tests.postgres import BOT, ledger_database, superuser, template, url_of


def test_tables_and_triggers_are_those_that_are_looked_for() -> None:
    there = "WHERE relnamespace = 'segment_bot'::regnamespace"
    with superuser(template()) as server:
        tables = server.execute(f"SELECT relname FROM pg_class {there} AND relkind IN ('r', 'v')").fetchall()
        triggers = server.execute(
            f"SELECT tgname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid {there} AND NOT tgisinternal"
        ).fetchall()
    assert {name for (name,) in tables} == TABLES
    assert {name for (name,) in triggers} == {*TRIGGERS}


def test_of_what_the_migrations_leave_nothing_is_lacking_or_silent() -> None:
    with ledger_database() as name:
        found = look_at_server(url_of(name, BOT))
    assert (found.has_log, [*found.owned], [*found.lacking], found.silent) == (True, [], [], {})
