"""``python -m bot ledger``: what it prints, and with which status it ends."""

import asyncio
import sys
from pathlib import Path

import pytest

from bot.__main__ import main
from bot.core.approval.changes import Event
from bot.core.audit.entries import Entry, EntryKind
from bot.core.ledger_address import ServerAddress
from bot.ledger.sqlite.ledger import open_sqlite
from tests.benchmarks import logbook
from tests.core.samples import NOW
from tests.disks import no_file_beyond
from tests.ledger.killed_copies import copy_run
from tests.ledger.planned import moved, planned
from tests.postgres import BOT, address_of, own_database, superuser, url_of
from tests.records import create_ledger, opened, read_ledger, record


async def with_open_changes(path: Path) -> None:
    async with open_sqlite(path) as ledger:
        for id_ in ("1", "2"):
            await moved(ledger, await planned(ledger, id_), Event.POST)


def restore(backup: Path, database: Path) -> int:
    return main(["ledger", "restore", str(backup), "--database", str(database)])


def test_restoring_names_the_file_and_what_it_closed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    backup, database = tmp_path / "backup.sqlite", tmp_path / "ledger.sqlite"
    asyncio.run(with_open_changes(backup))
    assert restore(backup, database) == 0
    told = capsys.readouterr().out
    assert f"{database} is restored from {backup}: 9 entries, head " in told
    assert "What was open in it is closed: change 1 and change 2. When the bot runs, it tells those who asked." in told
    assert main(["audit", "verify", "--database", str(database)]) == 0


def test_restoring_a_backup_in_which_nothing_was_open_says_only_that(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    backup, database = tmp_path / "backup.sqlite", tmp_path / "ledger.sqlite"
    create_ledger(backup)
    assert restore(backup, database) == 0
    assert "closed" not in capsys.readouterr().out


def test_restoring_a_missing_file_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert restore(tmp_path / "none.sqlite", tmp_path / "ledger.sqlite") == 1
    assert f"There is no file {tmp_path / 'none.sqlite'}." in capsys.readouterr().err


def test_restoring_to_a_directory_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    backup = tmp_path / "backup.sqlite"
    create_ledger(backup)
    for directory in (tmp_path, Path()):
        assert restore(backup, directory) == 1
        assert f"{directory} is a directory. Name the file that is to be made in it." in capsys.readouterr().err


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ("nowhere/b.sqlite", "unable to open database file"),
        ("", "unable to open database file"),
        ("notes.txt", "file is not a database"),
    ],
)
@pytest.mark.parametrize("is_source", [True, False])
def test_copying_what_is_no_ledger_is_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], wrong: str, told: str, is_source: bool
) -> None:
    (tmp_path / "notes.txt").write_text("no database at all, but long enough to be read as one" * 20)
    create_ledger(tmp_path / "ledger.sqlite")
    one, other = (wrong, "copy.sqlite") if is_source else ("ledger.sqlite", wrong)
    assert main(["ledger", "copy", "--database", str(tmp_path / one), "--to", str(tmp_path / other)]) == 1
    error = capsys.readouterr().err
    if is_source and wrong != "notes.txt":
        assert error == f"There is no ledger {tmp_path / wrong}.\n"
    else:
        assert error == f"The database cannot be used: {tmp_path / wrong}: {told}.\n"


def test_a_disk_that_fails_while_a_ledger_is_copied_is_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one, other = tmp_path / "ledger.sqlite", tmp_path / "copy.sqlite"
    record(one, [(Entry(EntryKind.ASKED, detail={"said": "x" * 5_000}), NOW)] * 400)
    create_ledger(other)
    with no_file_beyond(600_000):
        assert main(["ledger", "copy", "--database", str(one), "--to", str(other)]) == 1
    assert "Traceback" not in (error := capsys.readouterr().err)
    assert "copy.sqlite" in error or "could not be put on record" in error


def test_restoring_over_a_ledger_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    backup, database = tmp_path / "backup.sqlite", tmp_path / "ledger.sqlite"
    create_ledger(backup)
    create_ledger(database)
    assert restore(backup, database) == 1
    assert "Stop the bot that uses it, move it away (ledger.sqlite), and restore again." in capsys.readouterr().err


def test_a_backup_is_restored_to_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    backup = tmp_path / "backup.sqlite"
    create_ledger(backup)
    assert main(["ledger", "restore", str(backup), "--database", "postgresql://u:secret@db/ledger"]) == 1
    told = capsys.readouterr().err
    assert "name one with --database" in told
    assert "after it, type `segment-bot ledger restore` without a file." in told
    assert main(["ledger", "restore", "--database", str(tmp_path / "ledger.sqlite")]) == 1
    assert "Name the backup: `segment-bot ledger restore BACKUP`." in capsys.readouterr().err


def test_what_was_open_in_a_restored_database_is_closed_in_its_place(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "ledger.sqlite"
    asyncio.run(with_open_changes(file))
    with own_database() as name:
        address = address_of(name, BOT)
        assert copy("--database", str(file), "--to", address) == 0
        capsys.readouterr()
        assert main(["ledger", "restore", "--database", address]) == 0
        told = capsys.readouterr().out
        assert " is ready for a bot: 11 entries, head " in told
        assert "What was open in it is closed: change 1 and change 2." in told
        assert main(["audit", "verify", "--database", address]) == 0


def migrate(*options: str) -> int:
    return main(["ledger", "migrate", *options])


def test_migrating_makes_the_tables_once(capsys: pytest.CaptureFixture[str]) -> None:
    with own_database(empty=True) as name:
        assert migrate("--database", url_of(name), "--role", BOT) == 0
        assert f"are up to date.\nThe role {BOT} has what a bot needs." in capsys.readouterr().out
        assert migrate("--database", url_of(name)) == 0
        told = f"The ledger's tables were up to date already.\nThe role {BOT} has what a bot needs.\n"
        assert capsys.readouterr().out == told


def test_migrating_for_no_role_says_who_may_use_the_tables(capsys: pytest.CaptureFixture[str]) -> None:
    with own_database(empty=True) as name:
        assert migrate("--database", url_of(name)) == 0
    assert "No role but the owner may use them: if the bot has one of its own, name it with --role." in (
        capsys.readouterr().out
    )


def test_what_to_type_is_told_as_one_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    with own_database(empty=True) as name:
        assert main(["audit", "recent", "--database", address_of(name, BOT)]) == 1
    assert capsys.readouterr().err.endswith(
        f"holds no ledger yet. Run `segment-bot ledger migrate --database OWNER_URL --role {BOT}` as the role that "
        "owns the tables, and try again.\n"
    )


def test_migrating_elsewhere_says_why_it_failed(capsys: pytest.CaptureFixture[str]) -> None:
    assert migrate("--database", "postgresql://127.0.0.1:1/none") == 1
    assert "Connection refused" in capsys.readouterr().err


def test_migrating_without_the_driver_names_the_extra(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "bot.ledger.postgres.schema", None)
    assert migrate("--database", "postgresql://127.0.0.1:1/none") == 1
    assert "pip install 'segment-bot[postgres]'" in capsys.readouterr().err


def copy(*options: str) -> int:
    return main(["ledger", "copy", *options])


def test_a_ledger_moves_to_postgresql_and_back(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source, back = str(tmp_path / "ledger.sqlite"), str(tmp_path / "back.sqlite")
    asyncio.run(with_open_changes(Path(source)))
    with own_database() as name:
        assert copy("--database", source, "--to", address_of(name)) == 0
        assert f"{name} at " in capsys.readouterr().out
        assert copy("--database", address_of(name), "--to", back) == 0
    assert f"{back} holds the whole ledger now: 9 entries, head " in capsys.readouterr().out
    assert main(["audit", "verify", "--database", back]) == 0


def test_copying_a_missing_ledger_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert copy("--database", str(tmp_path / "none.sqlite"), "--to", str(tmp_path / "new.sqlite")) == 1
    assert f"There is no ledger {tmp_path / 'none.sqlite'}." in capsys.readouterr().err
    assert not (tmp_path / "new.sqlite").exists()


HELD = """
    CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN PERFORM pg_advisory_xact_lock(TG_ARGV[0]::int); RETURN NEW; END $$;
    CREATE TRIGGER waits BEFORE INSERT ON entries FOR EACH ROW WHEN (NEW.number = 1500) EXECUTE FUNCTION wait(1);
    CREATE TRIGGER waits BEFORE INSERT ON subjects FOR EACH ROW WHEN (NEW.entry = 1500) EXECUTE FUNCTION wait(2);
    SELECT pg_advisory_lock(1), pg_advisory_lock(2)
"""
"""Whoever inserts what belongs to entry 1500 waits for its lock; two pages of ``subjects`` come before."""
_IS_WAITED_FOR = """
    SELECT 1 FROM pg_locks JOIN pg_database ON pg_database.oid = database
    WHERE locktype = 'advisory' AND NOT granted AND objid = %s AND datname = current_database()
"""


def test_a_copy_that_is_killed_within_a_page_goes_on_in_the_next_run(tmp_path: Path) -> None:
    """Killed twice: amid the second thousand of entries, and then amid what they are about."""
    source, entries = tmp_path / "ledger.sqlite", 2_000
    with opened(source) as ledger:
        logbook.write(ledger, logbook.entries(), 1, entries)
    with own_database() as name, superuser(name) as server:
        server.execute(f"SET search_path = segment_bot; {HELD}")
        for lock, there in ((1, (1_000, 0)), (2, (entries + 1, 2_000))):

            def is_waited_for(lock: int = lock) -> bool:
                return server.execute(_IS_WAITED_FOR, (lock,)).fetchone() is not None

            killed = copy_run(str(source), address_of(name), is_waited_for)
            server.execute("SELECT pg_advisory_unlock(%s)", (lock,))
            found = server.execute("SELECT count(*), (SELECT count(*) FROM subjects) FROM entries").fetchone()
            assert (killed.was_killed, found) == (True, there)
        whole = copy_run(str(source), address_of(name))
        with read_ledger(source) as one, read_ledger(ServerAddress(url_of(name))) as other:
            number, head = asyncio.run(one.audit.head())
            assert number == entries + 1
            assert f"holds the whole ledger now: {number} entries, head {head}." in whole.said
            assert asyncio.run(other.audit.verify(head)).holds
