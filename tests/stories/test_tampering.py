"""The audit log under an outsider's hands: whatever was changed is found, and told with a sentence."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from bot.__main__ import main
from tests.harness import World

SET = "UPDATE entries SET body = json_set(body, '$.{}', {}) WHERE number = {}"


@pytest.fixture
async def log(slack: World) -> Path:
    """The file of a bot that did something and was stopped."""
    await slack.type("/segment delete VIPs")
    await slack.press("Delete Segment", by="ana")
    await slack.press("Delete Segment", by="ben")
    await slack.stop()
    assert not slack.database.with_name(f"{slack.database.name}-wal").exists()
    return slack.database


def audit(action: str, path: Path) -> int:
    """The exit status of ``python -m bot audit``, which has an event loop of its own."""
    with ThreadPoolExecutor(1) as shell:
        return shell.submit(main, ["audit", action, "--database", str(path)]).result()


def verify(path: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    """What ``python -m bot audit verify`` says, and its exit status."""
    status = audit("verify", path)
    out, err = capsys.readouterr()
    return status, out + err


def edit(source: Path, folder: Path, statement: str) -> Path:
    """A copy of the log on which somebody took down the guards and ran ``statement``."""
    copy = folder / "copy.sqlite"
    with closing(sqlite3.connect(source)) as original, closing(sqlite3.connect(copy)) as db:
        original.backup(db)
        db.execute("DROP TRIGGER entries_are_never_changed")
        db.execute("DROP TRIGGER entries_are_never_removed")
        db.execute(statement)
        db.commit()
    return copy


async def test_an_untouched_log_holds_and_names_its_head(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status, told = verify(log, capsys)
    assert status == 0
    assert "The log is intact" in told


async def test_the_guards_stop_an_edit_and_a_removal(log: Path) -> None:
    with closing(sqlite3.connect(log)) as db:
        for statement in ("UPDATE entries SET body = '{}'", "UPDATE entries SET seal = ''", "DELETE FROM entries"):
            with pytest.raises(sqlite3.Error, match="append-only"):
                db.execute(statement)


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        (SET.format("actor", "'U0CLEO0001'", 3), "Entry 3 is not what was sealed after entry 2"),
        (SET.format("at", "'2020-01-01T00:00:00.000+00:00'", 2), "Entry 2 is not what was sealed after entry 1"),
        (SET.format("detail", "json('{}')", 1), "Entry 1 is not what was sealed after entry 0"),
        ("UPDATE entries SET seal = lower(hex(randomblob(32))) WHERE number = 4", "Entry 4 is not what was sealed"),
        ("DELETE FROM entries WHERE number = 2", "Entry 2 is missing"),
        ("UPDATE entries SET number = 99 WHERE number = 4", "Entry 4 is missing"),
        ("DROP TABLE entries", "cannot be used"),
    ],
)
async def test_an_edit_by_hand_is_found_and_its_entry_named(
    log: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], statement: str, told: str
) -> None:
    status, said = verify(edit(log, tmp_path, statement), capsys)
    assert status == 1
    assert told in said


def flip(log: Path, folder: Path, at: int) -> Path:
    """A copy of the log with the byte at that place turned over."""
    content = bytearray(log.read_bytes())
    content[at] ^= 0xFF
    copy = folder / "flipped.sqlite"
    copy.write_bytes(content)
    return copy


def size_of(log: Path) -> int:
    """The file's bytes."""
    return log.stat().st_size


def places(log: Path, words: bytes) -> range:
    """Where in the file the only occurrence of ``words`` stands."""
    content = log.read_bytes()
    assert content.count(words) == 1
    return range(content.index(words), content.index(words) + len(words))


async def test_one_flipped_byte_of_an_entry_is_found(
    log: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for at in places(log, b'"said":"/segment delete segments:VIPs"'):
        status, told = verify(flip(log, tmp_path, at), capsys)
        assert status == 1
        assert told.strip()


async def test_no_flipped_byte_of_the_file_ends_without_a_sentence(
    log: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], deep: bool
) -> None:
    for at in range(0, size_of(log), 101 if deep else 499):
        status, told = verify(flip(log, tmp_path, at), capsys)
        assert status in (0, 1)
        assert told.strip()


@pytest.mark.parametrize("content", [b"", b"no database", b"SQLite format 3\0"])
async def test_a_file_that_is_no_log_gets_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes
) -> None:
    path = tmp_path / "no.sqlite"
    path.write_bytes(content)
    status, told = verify(path, capsys)
    assert status == 1
    assert "cannot be used" in told


@pytest.mark.parametrize("action", ["verify", "export"])
async def test_a_missing_file_gets_a_sentence_and_is_not_created(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], action: str
) -> None:
    path = tmp_path / "none.sqlite"
    assert audit(action, path) == 1
    assert "There is no database" in capsys.readouterr().err
    assert not path.exists()


async def test_the_export_of_a_log_with_a_broken_entry_gets_a_sentence(
    log: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    copy = flip(log, tmp_path, places(log, b'"said":"/segment delete segments:VIPs"').start)
    assert audit("export", copy) == 1
    assert capsys.readouterr().err.strip()
