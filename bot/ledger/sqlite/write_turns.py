"""Turns at the file's write lock: while another program holds it, the event loop goes on."""

import asyncio
import sqlite3

PAUSE = 0.05
"""Seconds between two attempts to get the lock; in between, the event loop does other work."""


class WriteTurns:
    """Gives everyone who writes over one connection their turn, in order; only the first in line asks for the lock."""

    def __init__(self, connection: sqlite3.Connection, *, patience: float) -> None:
        self._connection = connection
        self._patience = patience
        self._line = asyncio.Lock()

    async def begin(self) -> None:
        """Begin a transaction with the lock in hand. Raises sqlite3.OperationalError once patience is exhausted."""
        if not self._line.locked() and self._has_begun():
            return
        try:
            async with asyncio.timeout(self._patience), self._line:
                while not self._has_begun():  # noqa: ASYNC110 - no one tells when another program is done
                    await asyncio.sleep(PAUSE)
        except TimeoutError:
            raise _busy() from None

    def _has_begun(self) -> bool:
        try:
            self._connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                raise
            return False
        return True


def _busy() -> sqlite3.OperationalError:
    error = sqlite3.OperationalError("database is locked")
    error.sqlite_errorcode = sqlite3.SQLITE_BUSY
    return error
