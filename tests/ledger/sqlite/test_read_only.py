"""A copy on read-only media is read like any other: what was written last to it, too."""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path

import pytest

from bot.__main__ import main
from bot.core.audit.entries import Entry, EntryKind
from bot.core.audit.seal_keys import NO_KEYS
from bot.ledger.sqlite.checkup import open_checkup
from bot.ledger.sqlite.database import Database
from tests.core.samples import NOW
from tests.disks import no_file_beyond
from tests.records import opened, record


@contextmanager
def unwritable(folder: Path) -> Iterator[None]:
    """Nobody can write into this folder; where root runs the tests, only read-only media stops them."""
    made_writable: Callable[[], object]
    if os.geteuid():
        folder.chmod(0o500)
        made_writable = partial(folder.chmod, 0o700)
    elif mounted(folder, "--bind", str(folder)) and mounted(folder, "-o", "remount,bind,ro"):
        made_writable = partial(subprocess.run, ["umount", str(folder)], check=True)
    else:
        pytest.skip("no read-only media can be mounted here")
    try:
        yield
    finally:
        made_writable()


def mounted(folder: Path, *how: str) -> bool:
    return not subprocess.run(["mount", *how, str(folder)], capture_output=True, check=False).returncode


@pytest.fixture
def media(tmp_path: Path) -> Path:
    folder = tmp_path / "media"
    folder.mkdir()
    return folder


def audit(path: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, int]:
    """How many entries are verified, and exported; ``recent`` shows as many."""
    database = ("--database", str(path))
    assert main(["audit", "verify", *database]) == 0
    verified = int(capsys.readouterr().out.split()[4])
    assert main(["audit", "recent", *database]) == 0
    recent = len(capsys.readouterr().out.splitlines())
    assert main(["audit", "export", *database]) == 0
    assert recent == verified
    return verified, len(capsys.readouterr().out.splitlines())


def test_a_copy_in_one_file_is_read(media: Path, path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    record(path, [(Entry(EntryKind.ASKED), NOW)])
    shutil.copyfile(path, media / "ledger.sqlite")
    with unwritable(media):
        assert audit(media / "ledger.sqlite", capsys) == (1, 1)
        assert (
            main(["audit", "backup", str(path.with_name("copy.sqlite")), "--database", f"{media}/ledger.sqlite"]) == 0
        )
        assert os.listdir(media) == ["ledger.sqlite"]


@pytest.mark.parametrize("endings", [("", "-wal"), ("", "-wal", "-shm")])
def test_a_copy_with_its_log_of_writes_is_read_whole(
    media: Path, path: Path, endings: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    """A bot was killed, and its disk is looked into elsewhere."""
    record(path, [(Entry(EntryKind.ASKED), NOW)])
    with opened(path):
        record(path, [(Entry(EntryKind.ASKED), NOW)] * 2)
        for ending in endings:
            shutil.copyfile(f"{path}{ending}", f"{media}/ledger.sqlite{ending}")
    before = sorted(os.listdir(media))
    with unwritable(media):
        assert audit(media / "ledger.sqlite", capsys) == (3, 3)
        assert sorted(os.listdir(media)) == before


@pytest.mark.parametrize("endings", [("", "-wal"), ("", "-wal", "-shm")])
async def test_a_check_up_reads_what_it_opened_and_leaves_nothing(
    media: Path, path: Path, endings: tuple[str, ...]
) -> None:
    with opened(path):
        record(path, [(Entry(EntryKind.ASKED), NOW)] * 2)
        for ending in endings:
            shutil.copyfile(f"{path}{ending}", f"{media}/ledger.sqlite{ending}")
    before = sorted(os.listdir(media))
    with open_checkup(media / "ledger.sqlite", NO_KEYS) as found:
        assert (await found.ledger.audit.verify()).entries == 2
    assert sorted(os.listdir(media)) == before


def test_a_copy_with_an_empty_log_of_writes_is_read(media: Path, path: Path) -> None:
    record(path, [(Entry(EntryKind.ASKED), NOW)])
    shutil.copyfile(path, media / "ledger.sqlite")
    (media / "ledger.sqlite-wal").touch()
    with unwritable(media), closing(Database.open_read_only(media / "ledger.sqlite")) as database:
        assert database.execute("SELECT count(*) FROM entries").fetchone()[0] == 1


def test_what_is_no_ledger_is_told_there_too(media: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (media / "notes.txt").write_text("no database at all, but long enough to be read as one" * 20)
    with unwritable(media):
        assert main(["audit", "verify", "--database", str(media / "notes.txt")]) == 1
        assert capsys.readouterr().err == "The database cannot be used: file is not a database.\n"


def test_on_a_full_disk_a_ledger_that_nobody_uses_is_read(path: Path) -> None:
    record(path, [(Entry(EntryKind.ASKED), NOW)] * 3)
    with no_file_beyond(0), closing(Database.open_read_only(path)) as file:
        assert len(file.execute("SELECT number FROM entries").fetchall()) == 3
