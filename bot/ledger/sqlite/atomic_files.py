"""Database files that appear under their name only once complete, and overwrite nothing."""

import os
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.ledger.ports.audit_file import NotCopied


@contextmanager
def new_file(target: Path) -> Iterator[Path]:
    """Write a file beside ``target`` that takes its place once it is complete and on disk.

    Raises NotCopied and OSError.
    """
    _refuse_overwriting(target)
    if not target.parent.is_dir():
        raise NotCopied(f"There is no directory {target.parent}.")
    handle, name = tempfile.mkstemp(prefix=f"{target.name}.", suffix=".part", dir=target.parent)
    os.close(handle)
    partial = Path(name)
    try:
        yield partial
        _sync(partial)
        _link_to_name(partial, target)
        _sync(target.parent)
    finally:
        for ending in ("", "-wal", "-shm", "-journal"):
            Path(f"{name}{ending}").unlink(missing_ok=True)


def _link_to_name(partial: Path, target: Path) -> None:
    """Link the file to its name; unlike renaming, never overwrite a file that appeared meanwhile. Raises NotCopied."""
    try:
        target.hardlink_to(partial)
    except FileExistsError:
        raise _file_exists(target) from None


def _refuse_overwriting(target: Path) -> None:
    if target.exists():
        raise _file_exists(target)


def _file_exists(target: Path) -> NotCopied:
    return NotCopied(f"There is a file {target} already. Choose another name.")


def settle(db: sqlite3.Connection) -> None:
    """Turn it into a single file, without companions, that can be read anywhere."""
    db.execute("PRAGMA journal_mode=DELETE")


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
