"""A ledger is opened where its address says, by people and by bots."""

import asyncio
import os
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path

import psycopg
import pytest

from bot.__main__ import main
from bot.core.audit.audit_reader import AuditFilter
from bot.core.audit.entries import Entry, EntryKind
from bot.core.audit.seal_keys import NO_KEYS, SealKeys
from bot.core.errors import Refusal
from bot.core.ledger_address import parse_address
from bot.ledger.errors import UnusableLedger
from bot.ledger.opening import needing_driver, open_audit, open_ledger, open_whole, refuse_missing
from bot.ledger.ports.audit_file import NotCopied
from bot.ledger.sql.database import statement
from tests.core.samples import NOW
from tests.ledger.logs import DAY
from tests.ledger.planned import planned
from tests.ledger.sqlite.files import Shell, write
from tests.postgres import BOT, address_of, ledger_database, make_role, own_database, superuser


async def test_a_ledger_is_opened_at_either_address(tmp_path: Path) -> None:
    with ledger_database() as name:
        for address in (str(tmp_path / "ledger.sqlite"), address_of(name, BOT)):
            async with open_ledger(parse_address(address), workspace="T1") as ledger:
                await planned(ledger)
                assert (await ledger.audit.entry(1)).workspace == "T1"


def test_what_breaks_within_a_file_that_is_open_says_which(tmp_path: Path) -> None:
    opened = open_whole(tmp_path / "ledger.sqlite", patience=1, keys=NO_KEYS)
    with pytest.raises(UnusableLedger, match=r"ledger\.sqlite: no such table"), opened as (database, _):
        asyncio.run(database.read(statement("SELECT 1 FROM nowhere")))


async def test_only_a_file_that_is_missing_is_refused_beforehand(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    with pytest.raises(Refusal, match=r"There is no ledger .*ledger\.sqlite\. Start the bot first"):
        refuse_missing(path)
    async with open_ledger(path):
        refuse_missing(path)
    refuse_missing(parse_address("postgresql://bot@127.0.0.1:1/none"))


async def test_the_shell_reads_a_ledger_on_postgresql(tmp_path: Path) -> None:
    with ledger_database() as name:
        address = address_of(name, BOT)
        async with open_ledger(parse_address(address)) as ledger:
            await planned(ledger)
        with open_audit(parse_address(address)) as file:
            assert await file.archives.anchor() == (0, "0" * 64)
            assert (await file.archives.verify()).holds
            assert not await file.archives.is_archive()
            assert len(await file.log.recent(AuditFilter(), limit=9)) == 2
            with pytest.raises(NotCopied, match="pg_dump"):
                await file.archives.backup(tmp_path / "copy.sqlite")


async def test_the_shell_checks_signatures_with_its_keys_at_either_address(tmp_path: Path) -> None:
    keys = SealKeys.parse("k" * 32)
    with ledger_database() as name:
        for address in map(parse_address, (str(tmp_path / "ledger.sqlite"), address_of(name, BOT))):
            async with open_ledger(address, keys=keys) as ledger:
                await planned(ledger)
            with open_audit(address, keys=keys) as file:
                verified = await file.archives.verify()
            assert (verified.holds, "not checked" in verified.signatures) == (True, False)


OWNER = f"{BOT}_owner_{os.getpid()}"
"""A role of this process: others of a test run share the server."""


@contextmanager
def owner() -> Iterator[None]:
    with superuser() as server:
        make_role(server, OWNER)
    yield
    with superuser() as server:
        server.execute(f"DROP ROLE {OWNER}")


@pytest.fixture
def owned() -> Iterator[str]:
    """A database whose tables belong to a role that may do nothing else."""
    with owner(), own_database(empty=True) as name:
        with superuser() as server:
            server.execute(f"GRANT CREATE ON DATABASE {name} TO {OWNER}")
        assert main(["ledger", "migrate", "--database", address_of(name, OWNER), "--role", BOT]) == 0
        yield name


async def append_three(address: str) -> None:
    async with open_ledger(parse_address(address)) as ledger:
        for days in range(3):
            await ledger.audit.append(Entry(EntryKind.ASKED), at=NOW - (50 - days) * DAY)


def test_the_owner_archives_a_ledger_on_postgresql_and_the_bot_may_not(
    owned: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old, bot, owner = str(tmp_path / "old.sqlite"), address_of(owned, BOT), address_of(owned, OWNER)
    asyncio.run(append_three(bot))
    options = ["audit", "archive", old, "--before", str((NOW - 48 * DAY).date()), "--database"]
    assert main([*options, bot]) == 1
    assert "A bot's role may only append to the log." in capsys.readouterr().err
    assert main([*options, owner]) == 0
    assert f"Entries 1 to 2 are in {old} now, whose head is " in capsys.readouterr().out
    assert main(["audit", "verify", "--database", bot, "--archive", old]) == 0
    assert main(["audit", "verify", "--database", bot]) == 0
    assert "The log is intact: 2 entries behind 2 in archives, head " in capsys.readouterr().out
    asyncio.run(append_three(bot))


def test_an_archive_is_verified_together_with_a_ledger_on_postgresql(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, archive = tmp_path / "ledger.sqlite", tmp_path / "old.sqlite"
    write(file, [Entry(EntryKind.ASKED)] * 3)
    with Shell.open(file) as shell:
        shell.archive(archive, before=NOW + DAY, at=NOW + 99 * DAY)
    with ledger_database() as name:
        address = address_of(name, BOT)
        assert main(["ledger", "copy", "--database", str(file), "--to", address_of(name)]) == 0
        assert main(["audit", "verify", "--database", address, "--archive", str(archive)]) == 0
        assert "The log is intact: " in capsys.readouterr().out
        assert main(["audit", "verify", "--database", address, "--archive", str(tmp_path / "no")]) == 1
        assert "There is no database" in capsys.readouterr().err


def test_a_server_that_goes_while_it_is_read_is_told() -> None:
    with (
        ledger_database() as name,
        pytest.raises(UnusableLedger, match="gone"),
        open_audit(parse_address(address_of(name, BOT))),
    ):
        raise psycopg.OperationalError("gone")


def test_a_database_without_tables_says_what_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    with own_database(empty=True) as name:
        assert main(["audit", "recent", "--database", address_of(name)]) == 1
    assert "segment-bot ledger migrate" in capsys.readouterr().err


@pytest.mark.parametrize("rest", ["secret@[::1/ledger", "p@secret@db/ledger"])
def test_an_address_that_cannot_be_read_is_told_without_its_password(rest: str) -> None:
    with pytest.raises(UnusableLedger, match="not one that PostgreSQL reads") as told:
        open_ledger(parse_address(f"postgresql://bot:{rest}"))
    assert "secret" not in str(told.value)


def test_without_the_driver_the_extra_is_named() -> None:
    with pytest.raises(Refusal, match=r"segment-bot\[postgres\]"), needing_driver():
        import_module("bot.ledger.postgres.none")
