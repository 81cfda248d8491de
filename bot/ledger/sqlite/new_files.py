"""Database files that appear under their name only when they are whole, and overwrite nothing."""

import os
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.ledger.ports.audit_file import NotCopied


@contextmanager
def arriving(target: Path) -> Iterator[Path]:
    """Write a file beside ``target``, which takes its place once it is whole and on the disk.

    Raises NotCopied and OSError.
    """
    _refuse_overwriting(target)
    if not target.parent.is_dir():
        raise NotCopied(f"There is no directory {target.parent}.")
    handle, name = tempfile.mkstemp(prefix=f"{target.name}.", suffix=".part", dir=target.parent)
    os.close(handle)
    beside = Path(name)
    try:
        yield beside
        _sync(beside)
        _take_place(beside, target)
        _sync(target.parent)
    finally:
        for ending in ("", "-wal", "-shm", "-journal"):
            Path(f"{name}{ending}").unlink(missing_ok=True)


def _take_place(beside: Path, target: Path) -> None:
    """Unlike renaming, do not overwrite what appeared there meanwhile. Raises NotCopied."""
    try:
        target.hardlink_to(beside)
    except FileExistsError:
        raise _taken(target) from None


def _refuse_overwriting(target: Path) -> None:
    if target.exists():
        raise _taken(target)


def _taken(target: Path) -> NotCopied:
    return NotCopied(f"There is a file {target} already. Choose another name.")


def settle(db: sqlite3.Connection) -> None:
    """Make it one file without companions, which can be read wherever it is put."""
    db.execute("PRAGMA journal_mode=DELETE")


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
