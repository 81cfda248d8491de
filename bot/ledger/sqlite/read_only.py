"""Opens a ledger's file to read it, also on read-only media, where SQLite cannot make the files that readers share."""

import shutil
import sqlite3
import tempfile
from pathlib import Path
from typing import TypeVar

C = TypeVar("C", bound=sqlite3.Connection)
_NO_COMPANIONS = {sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY}
"""SQLite's primary result codes where the file is there, and the files beside it can neither be used nor made."""
_NO_ROOM = {sqlite3.SQLITE_IOERR_SHMOPEN, sqlite3.SQLITE_IOERR_SHMSIZE, sqlite3.SQLITE_IOERR_SHMMAP}
"""Its codes where there is no room for the file that readers and writers share: nobody uses the ledger then."""


def connect_read_only(path: Path, *, patience: float, factory: type[C]) -> C:
    """Connect to a file that stays unchanged. ``patience``: seconds to wait for other programs. Raises sqlite3.Error.

    On read-only media nobody writes it, so that it is read without locks. Where a log of writes (``-wal``) lies beside
    it, which SQLite would leave out then, a temporary copy of both is read.
    """
    try:
        return _connect(path, "mode=ro", patience, factory)
    except sqlite3.OperationalError as error:
        has_no_companions = error.sqlite_errorcode & 0xFF in _NO_COMPANIONS or error.sqlite_errorcode in _NO_ROOM
        if not has_no_companions or not path.is_file():
            raise
    log_of_writes = Path(f"{path}-wal")
    if not log_of_writes.exists() or not log_of_writes.stat().st_size:
        return _connect(path, "immutable=1", patience, factory)
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "copy.sqlite"
        shutil.copyfile(path, copy)
        shutil.copyfile(log_of_writes, f"{copy}-wal")
        return _connect(copy, "mode=rw", patience, factory)  # what is open stays readable when its folder is gone


def _connect(path: Path, how: str, patience: float, factory: type[C]) -> C:
    address = f"{path.absolute().as_uri()}?{how}"
    connection = sqlite3.connect(address, uri=True, timeout=patience, factory=factory)
    try:
        connection.execute("PRAGMA query_only=ON")
        connection.execute("PRAGMA schema_version").fetchone()  # opens the files
    except BaseException:
        connection.close()
        raise
    return connection
