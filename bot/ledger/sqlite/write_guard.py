"""Looks, in each transaction, whether this process may still write: its file is in its place, and it is not too old."""

import os
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path

from bot.core.errors import LedgerLost
from bot.ledger.sql.schema_version import refuse_if_too_old

ENDINGS = ("", "-wal", "-shm")
"""The endings of a ledger's files: all of them stay as long as anyone has it open."""
QUIET_SECONDS = 3.0
"""After how long without a change a folder's time tells of the next one: file systems count in ticks of up to two."""
_Identity = tuple[int, int]
_State = tuple[int, int, int]


class WriteGuard:
    """Guards an open file. ``now``: this machine's clock, in seconds since 1970.

    While nothing comes, goes or is renamed in the file's folder, only the file itself is looked at. Whoever looks at
    the log of writes (``-wal``) makes Linux take down a time of its own for what is written to it next, which takes a
    quarter of a commit: https://docs.kernel.org/filesystems/multigrain-ts.html
    """

    def __init__(self, path: Path, *, now: Callable[[], float] = time.time) -> None:
        self._path = path.absolute()
        file = self._path.resolve()  # SQLite follows a link, too
        names = [f"{file}{ending}" for ending in ENDINGS]
        self._opened = {str(self._path): _identity(str(self._path))}
        self._opened |= {name: identity for name in names if (identity := _identity(name))}
        self._folder = file.parent
        self._now = now
        self._quiet: _State | None = None
        """The folder as it was when all names were looked at last; None if it had been changed just before."""

    def check(self, connection: sqlite3.Connection) -> None:
        """Raise LedgerLost if this process must not write any more. The caller holds the transaction."""
        folder = self._quiet_folder()
        is_unchanged = folder is not None and folder == self._quiet
        for name in [str(self._path)] if is_unchanged else self._opened:
            identity = _identity(name)
            if identity is None or identity != self._opened[name]:
                raise LedgerLost(
                    "the ledger's file was deleted or replaced",
                    f"The ledger's file {name} was deleted or replaced while the bot ran, so the bot stopped. "
                    "Put the file back, or name another one with DATABASE; then start the bot.",
                )
        self._quiet = folder
        refuse_if_too_old(connection, self._path)

    def _quiet_folder(self) -> _State | None:
        """Return what changes with the folder's names; None if they changed so lately that it might not once more."""
        try:
            found = os.stat(self._folder)
        except OSError:
            return None
        is_quiet = self._now() - found.st_ctime > QUIET_SECONDS
        return (found.st_dev, found.st_ino, found.st_ctime_ns) if is_quiet else None


def _identity(name: str) -> _Identity | None:
    """Return which file has this name now; None if none has."""
    try:
        found = os.stat(name)
    except OSError:
        return None
    return found.st_dev, found.st_ino
