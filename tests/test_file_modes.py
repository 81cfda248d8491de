"""Files with secrets in them are told of where others can open them."""

import logging
from pathlib import Path

import pytest

from bot.file_modes import warn_of_open_files


def touch(path: Path, mode: int) -> Path:
    path.touch()
    path.chmod(mode)
    return path


def lines(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [one.getMessage() for one in caplog.records if one.levelno == logging.WARNING]


def test_files_that_others_can_open_are_told_with_what_to_do(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    modes = {
        ".env": 0o644,
        "archive.sqlite": 0o640,
        "backup 1.sqlite": 0o604,
        "ledger.sqlite": 0o644,
        "ledger.sqlite-wal": 0o660,
    }
    told = [touch(tmp_path / name, mode) for name, mode in modes.items()]
    touch(tmp_path / "notes.txt", 0o644)
    touch(tmp_path / "private.sqlite", 0o600)
    (tmp_path / "folder.sqlite").mkdir()
    warn_of_open_files(told[0], tmp_path / "ledger.sqlite")
    names = " ".join(f"'{path}'" if " " in path.name else str(path) for path in told)
    assert lines(caplog) == [
        f"Others on this machine can open files that are the bot's alone. To change that: chmod 600 {names}"
    ]
    caplog.clear()
    for path in told:
        path.chmod(0o600)
    warn_of_open_files(told[0], tmp_path / "ledger.sqlite")
    assert lines(caplog) == []


def test_a_ledger_that_is_no_file_has_no_mode(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    warn_of_open_files(touch(tmp_path / ".env", 0o600), None)
    assert lines(caplog) == []


def test_a_ledger_without_an_ending_has_no_archives_that_could_be_told(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    touch(tmp_path / "notes", 0o644)
    warn_of_open_files(tmp_path / ".env", touch(tmp_path / "ledger", 0o600))
    assert lines(caplog) == []
