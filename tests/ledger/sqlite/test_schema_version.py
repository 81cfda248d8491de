"""A ledger names its schema, and which bots may write it: one version beside the next, and no older one."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
import sqlite_utils

from bot.__main__ import main
from bot.core.errors import LedgerLost
from bot.ledger.ledger import Ledger
from bot.ledger.sql.schema_version import OLDEST_WRITER, SCHEMA
from bot.ledger.sqlite.ledger import open_sqlite
from bot.ledger.sqlite.migrations import migrations
from tests.core.samples import NOW
from tests.ledger.planned import LATER, asked
from tests.ledger.sqlite.files import older
from tests.records import create_ledger, database_of, opened

NEWER = SCHEMA + 1


def named(path: Path) -> tuple[int, int]:
    """The schema of a ledger, and the oldest one whose bots may write it."""
    with closing(sqlite3.connect(path)) as read:
        found: tuple[int, int] = read.execute("SELECT version, oldest_writer FROM ledger_schema").fetchone()
        return found


def migrated(path: Path, *, oldest_writer: int) -> None:
    """What a later version of the bot does to a ledger when it starts."""
    with closing(sqlite3.connect(path)) as later, later:
        later.execute("ALTER TABLE asks ADD COLUMN later TEXT NOT NULL DEFAULT ''")
        later.execute("ALTER TABLE processes ADD COLUMN later TEXT NOT NULL DEFAULT ''")
        later.execute("UPDATE ledger_schema SET version = ?, oldest_writer = ?", (NEWER, oldest_writer))


def test_the_schema_is_that_of_the_last_migration(tmp_path: Path) -> None:
    names = [one.name for one in migrations.pending(sqlite_utils.Database(memory=True))]
    assert (SCHEMA, names) == (int(names[-1].split("_")[0]), sorted(names))
    assert OLDEST_WRITER <= SCHEMA


def test_a_ledger_of_an_earlier_version_names_its_schema_once_opened(path: Path) -> None:
    with older(path, before="0011_schema"):
        pass
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("INSERT INTO asks VALUES ('1', '', NULL, '')")
    with opened(path):
        pass
    assert named(path) == (SCHEMA, OLDEST_WRITER)


def test_what_an_earlier_version_named_is_raised(path: Path) -> None:
    create_ledger(path)
    with closing(sqlite3.connect(path)) as earlier, earlier:
        earlier.execute("UPDATE ledger_schema SET version = 0, oldest_writer = 0")
    with opened(path):
        pass
    assert named(path) == (SCHEMA, OLDEST_WRITER)


async def test_a_bot_runs_beside_the_next_version(path: Path, ledger: Ledger) -> None:
    migrated(path, oldest_writer=SCHEMA)
    assert await asked(ledger)
    await ledger.leases.renew(owner="one", until=LATER, now=NOW)
    await ledger.close()
    async with open_sqlite(path) as again:
        assert not await asked(again)
    assert named(path) == (NEWER, SCHEMA)


async def test_a_bot_too_old_is_refused_while_it_runs(path: Path, ledger: Ledger) -> None:
    migrated(path, oldest_writer=NEWER)
    for writes in (asked(ledger), ledger.leases.renew(owner="one", until=LATER, now=NOW), ledger.tidy(NOW)):
        with pytest.raises(LedgerLost) as told:
            await writes
        assert told.value.reason == "this version of the bot is too old for the ledger"
    assert f"takes only bots of schema {NEWER} or later; this one is of schema {SCHEMA}." in told.value.for_operator
    assert database_of(ledger).execute("SELECT count(*) FROM asks").fetchone()[0] == 0


def test_a_bot_too_old_is_refused_at_the_start(path: Path) -> None:
    create_ledger(path)
    migrated(path, oldest_writer=NEWER)
    before = path.read_bytes()
    with pytest.raises(LedgerLost, match="too old for the ledger"):
        open_sqlite(path)
    assert path.read_bytes() == before


def test_the_shell_is_told_in_a_sentence_and_reads_all_the_same(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    create_ledger(path)
    migrated(path, oldest_writer=NEWER)
    database = ("--database", str(path))
    assert main(["audit", "archive", str(path.with_name("old.sqlite")), "--before", "2026-01-01", *database]) == 1
    assert capsys.readouterr().err.startswith(f"The ledger {path} is of schema {NEWER} and takes only bots of schema")
    assert main(["audit", "verify", *database]) == 0


@pytest.mark.parametrize(
    "statement",
    ["INSERT OR IGNORE INTO asks VALUES ('1', '', '{}', '')", "INSERT OR REPLACE INTO processes VALUES ('one', '')"],
)
def test_bots_from_before_schemas_can_take_no_requests(path: Path, statement: str) -> None:
    """They do not look at the schema, and are kept away by the tables themselves."""
    create_ledger(path)
    with closing(sqlite3.connect(path)) as old, pytest.raises(sqlite3.OperationalError, match="values were supplied"):
        old.execute(statement)
