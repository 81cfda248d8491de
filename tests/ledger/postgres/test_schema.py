"""Who owns the tables makes and migrates them; a bot says what is missing."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from bot.core.audit.seal_keys import NO_KEYS
from bot.core.errors import LedgerLost
from bot.ledger.errors import UnusableLedger
from bot.ledger.ports.checkup import Schema
from bot.ledger.postgres.checkup import open_checkup
from bot.ledger.postgres.ledger import open_postgres
from bot.ledger.postgres.schema import MIGRATIONS, migrate
from bot.ledger.sql.schema_version import SCHEMA
from tests.postgres import BOT, own_database, superuser, url_of


def test_tables_are_made_once_however_often_that_is_asked_for() -> None:
    with own_database(empty=True) as name:
        with pytest.raises(UnusableLedger, match=r"holds no ledger yet\. Run `segment-bot ledger migrate"):
            open_postgres(url_of(name, BOT))
        with ThreadPoolExecutor(2) as both:
            assert sorted(both.map(lambda _: migrate(url_of(name), role=BOT), range(2))) == [0, len(MIGRATIONS)]
        assert migrate(url_of(name)) == 0


def test_an_earlier_schema_has_to_be_migrated_first() -> None:
    with own_database() as name, superuser(name) as owner:
        owner.execute("UPDATE segment_bot.ledger_schema SET version = 11")
        with pytest.raises(UnusableLedger, match=f"is of schema 11, and this bot needs {SCHEMA}"):
            open_postgres(url_of(name, BOT))


def test_a_later_schema_is_left_alone() -> None:
    with own_database() as name, superuser(name) as owner:
        owner.execute("UPDATE segment_bot.ledger_schema SET version = 99, oldest_writer = 99")
        for refuse in (lambda: open_postgres(url_of(name, BOT)), lambda: migrate(url_of(name))):
            with pytest.raises(LedgerLost, match="too old"):
                refuse()
        owner.execute("UPDATE segment_bot.ledger_schema SET oldest_writer = 12")
        assert migrate(url_of(name)) == 0


@pytest.mark.parametrize(
    ("version", "oldest", "schema"),
    [
        (SCHEMA - 1, 1, Schema.OLDER),
        (SCHEMA, SCHEMA, Schema.CURRENT),
        (SCHEMA + 1, SCHEMA, Schema.CURRENT),
        (SCHEMA + 1, SCHEMA + 1, Schema.NEWER),
    ],
)
def test_whoever_looks_at_a_ledger_is_told_its_schema(version: int, oldest: int, schema: Schema) -> None:
    with own_database() as name:
        with superuser(name) as owner:
            owner.execute("UPDATE segment_bot.ledger_schema SET version = %s, oldest_writer = %s", (version, oldest))
        with open_checkup(url_of(name), NO_KEYS) as found:
            assert found.schema is schema


def test_a_role_that_may_make_nothing_is_told_so() -> None:
    with own_database(empty=True) as name, pytest.raises(UnusableLedger, match="permission denied"):
        migrate(url_of(name, BOT))


def test_each_schema_has_its_migration() -> None:
    assert max(MIGRATIONS) == SCHEMA
