"""Who owns the tables makes and migrates them; a bot says what is missing."""

import asyncio
import os
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager

import pytest

from bot.__main__ import main
from bot.core.audit.audit_reader import AuditFilter
from bot.core.audit.seal_keys import NO_KEYS
from bot.core.errors import LedgerLost
from bot.core.ledger_address import ServerAddress
from bot.ledger.errors import UnusableLedger
from bot.ledger.opening import open_audit
from bot.ledger.ports.audit_file import Migrated
from bot.ledger.ports.checkup import Schema
from bot.ledger.postgres import rights
from bot.ledger.postgres.checkup import open_checkup
from bot.ledger.postgres.connecting import connect
from bot.ledger.postgres.ledger import open_postgres
from bot.ledger.postgres.schema import MADE, MIGRATIONS, TABLES, migrate
from bot.ledger.postgres.server import look_at_server
from bot.ledger.sql.schema_version import SCHEMA
from tests.ledger.planned import planned
from tests.postgres import BOT, address_of, make_role, own_database, superuser, url_of

TYPED = re.compile(
    r"Run `segment-bot (ledger migrate --database) OWNER_URL (--role \w+)` as the role that owns .*again$"
)
EARLIER = [one for one in MIGRATIONS if one < SCHEMA]


def refused(name: str) -> str:
    """Why the bot's role cannot open it, in a sentence that says what to type."""
    with pytest.raises(UnusableLedger) as told:
        open_postgres(url_of(name, BOT))
    return str(told.value)


def typed(sentence: str, name: str) -> int:
    """Type what the sentence says, as the owner."""
    found = TYPED.search(sentence)
    assert found, sentence
    return main([*found[1].split(), address_of(name), *found[2].split()])


async def does_all_it_needs(name: str) -> bool:
    """Whether a bot opens it, and may do there what it has to."""
    async with open_postgres(url_of(name, BOT)) as ledger:
        await planned(ledger)
    return not look_at_server(url_of(name, BOT)).lacking


@contextmanager
def of_schema(version: int) -> Iterator[str]:
    """A database as an earlier version left it, with a role for the bot."""
    with own_database(empty=True) as name:
        with closing(connect(url_of(name), patience=None)) as owner:
            owner.execute("CREATE SCHEMA segment_bot")
            for statement in (one for number in MIGRATIONS if number <= version for one in MIGRATIONS[number]):
                owner.execute(statement)
            owner.execute("UPDATE ledger_schema SET version = %s", (version,))
            rights.grant(owner, BOT)
        yield name


def test_tables_are_made_once_however_often_that_is_asked_for() -> None:
    with own_database(empty=True) as name:
        assert "holds no ledger yet. Run `segment-bot ledger migrate" in refused(name)
        with ThreadPoolExecutor(2) as both:
            done = list(both.map(lambda _: migrate(url_of(name), role=BOT), range(2)))
        assert sorted(one.applied for one in done) == [0, len(MIGRATIONS)]
        assert migrate(url_of(name)) == Migrated(0, (BOT,))


async def test_who_finds_no_ledger_types_what_the_sentence_says_and_has_a_bot_that_does_its_work() -> None:
    with own_database(empty=True) as name:
        assert typed(refused(name), name) == 0
        assert await does_all_it_needs(name)


async def test_a_role_that_was_not_named_is_told_what_it_lacks_and_not_that_there_is_no_ledger() -> None:
    with own_database(empty=True) as name:
        assert migrate(url_of(name)).roles == ()
        told = refused(name)
        assert told.startswith(f"the role {BOT} lacks USAGE on schema segment_bot, SELECT on entries and ")
        assert typed(told, name) == 0
        assert await does_all_it_needs(name)


@pytest.mark.parametrize("version", EARLIER)
async def test_of_an_earlier_schema_the_sentence_leads_to_a_bot_that_does_its_work(version: int) -> None:
    with of_schema(version) as name:
        told = refused(name)
        assert f"is of schema {version}, and this bot needs {SCHEMA}" in told
        assert typed(told, name) == 0
        assert await does_all_it_needs(name)


@pytest.mark.parametrize("version", EARLIER)
async def test_a_bot_keeps_its_work_through_a_migration_that_does_not_name_it(version: int) -> None:
    with of_schema(version) as name:
        assert migrate(url_of(name)).roles == (BOT,)
        assert await does_all_it_needs(name)


async def test_a_role_that_lacks_any_right_is_told_so_at_the_start() -> None:
    with own_database() as name, superuser(name) as owner:
        for made in sorted(MADE):
            kind = f"FUNCTION segment_bot.{made}" if made in MADE - TABLES else f"segment_bot.{made}"
            owner.execute(f"REVOKE ALL ON {kind} FROM {BOT}, PUBLIC")
            told = refused(name)
            assert told.startswith(f"the role {BOT} lacks ")
            assert f" on {made} in {name}" in told or f" on {made}, " in told
            assert typed(told, name) == 0
        assert await does_all_it_needs(name)


@contextmanager
def reader(name: str) -> Iterator[str]:
    """A role that may only read the log."""
    role = f"{BOT}_reader_{os.getpid()}"
    with superuser(name) as server:
        make_role(server, role)
        server.execute(f"GRANT USAGE ON SCHEMA segment_bot TO {role}")
        server.execute(f"GRANT SELECT ON ALL TABLES IN SCHEMA segment_bot TO {role}")
        yield role
        server.execute(f"DROP OWNED BY {role}; DROP ROLE {role}")


def test_who_only_reads_the_log_needs_no_more_than_that() -> None:
    with own_database() as name, reader(name) as role:
        with open_audit(ServerAddress(url_of(name, role))) as file:
            assert not asyncio.run(file.log.recent(AuditFilter(), limit=1))
        assert migrate(url_of(name)).roles == (BOT,)
        with pytest.raises(UnusableLedger, match=f"the role {role} lacks "):
            open_postgres(url_of(name, role))


async def test_a_later_versions_tables_are_no_concern_of_a_bot() -> None:
    with own_database() as name, superuser(name) as owner:
        owner.execute("CREATE TABLE segment_bot.later (number BIGINT)")
        assert await does_all_it_needs(name)


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
        assert migrate(url_of(name)).applied == 0


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
