"""Leases: which process works on what. See ``bot.ledger.ports.leases``."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime

from bot.core.approval.changes import State
from bot.core.errors import NotRecorded
from bot.core.timestamps import timestamp
from bot.ledger.ports.leases import Role
from bot.ledger.sqlite.database import Connection, Database
from bot.ledger.sqlite.schema_version import SCHEMA

_COLUMNS: dict[Role, str] = {"runner": "owner", "renderer": "painter"}
_Write = tuple[str, tuple[str | int, ...]]


def unheld(column: str) -> str:
    """Return the condition for rows that no living process holds, by this column; its parameter is the time."""
    return f"{column} NOT IN (SELECT owner FROM processes WHERE lease_until >= ?)"


class Releases:
    """Releases of what this process holds; those that cannot be written now are kept until its next renewal."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._pending: dict[_Write, None] = {}

    @property
    def are_pending(self) -> bool:
        """Whether any could not be written yet."""
        return bool(self._pending)

    async def write(self, query: str, *values: str | int) -> None:
        """Write this release, or keep it."""
        try:
            await self._database.write(query, values)
        except NotRecorded:
            self._pending[query, values] = None

    def cancel(self, query: str, *values: str | int) -> None:
        """Drop this release: what it would release was claimed again."""
        self._pending.pop((query, values), None)

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[Connection]:
        """Open a transaction in which the pending releases are written, too. Raises NotRecorded."""
        async with self._database.writing() as db:
            for query, values in self._pending:
                db.execute(query, values)
            yield db
        self._pending.clear()


class SqliteLeases:
    """The leases in SQLite."""

    def __init__(self, database: Database, releases: Releases) -> None:
        self._database = database
        self._releases = releases

    async def claim(self, number: int, *, owner: str, now: datetime, role: Role = "runner") -> bool:
        """Claim this change unless a living process holds it, even if that is the same one."""
        column = _COLUMNS[role]
        query = f"UPDATE changes SET {column} = ? WHERE number = ? AND {unheld(column)} RETURNING number"
        is_claimed = bool(await self._database.write(query, (owner, number, timestamp(now))))
        if is_claimed:
            self._releases.cancel(_release(role), number, owner)
        return is_claimed

    async def holds(self, number: int, *, owner: str) -> bool:
        """Return whether ``owner`` still holds this change to run it."""
        row = self._database.execute("SELECT 1 FROM changes WHERE number = ? AND owner = ?", (number, owner)).fetchone()
        return row is not None

    async def release(self, number: int, *, owner: str, role: Role = "runner") -> None:
        """Release this change."""
        await self._releases.write(_release(role), number, owner)

    async def renew(self, *, owner: str, until: datetime) -> None:
        """Renew the lease of ``owner`` until this time, and write the pending releases."""
        longest = timestamp(until)
        async with self._releases.writing() as db:
            db.execute(
                "INSERT OR REPLACE INTO processes (owner, lease_until, schema) VALUES (?, ?, ?)",
                (owner, longest, SCHEMA),
            )
            db.execute("UPDATE processes SET lease_until = ? WHERE lease_until > ?", (longest, longest))

    async def retry_releases(self) -> None:
        """Write the releases that could not be recorded when they were due. Raises NotRecorded."""
        if self._releases.are_pending:
            async with self._releases.writing():
                pass

    async def is_held(self, number: int, *, now: datetime) -> bool:
        """Return whether a living process holds this change to run it."""
        query = f"SELECT 1 FROM changes WHERE number = ? AND NOT {unheld('owner')}"
        return self._database.execute(query, (number, timestamp(now))).fetchone() is not None

    async def others_live(self, *, owner: str, now: datetime) -> bool:
        """Return whether any process but ``owner`` lives."""
        query = "SELECT 1 FROM processes WHERE owner != ? AND lease_until >= ?"
        return self._database.execute(query, (owner, timestamp(now))).fetchone() is not None

    async def resign(self, *, owner: str) -> None:
        """Release everything that ``owner`` holds."""
        await self._database.write("DELETE FROM processes WHERE owner = ?", (owner,))

    async def unattended(self, state: State, *, now: datetime) -> tuple[int, ...]:
        """Return the numbers of the changes in this state that no living process holds, oldest first."""
        query = f"SELECT number FROM changes WHERE state = ? AND {unheld('owner')} ORDER BY number"
        return tuple(row["number"] for row in self._database.execute(query, (state, timestamp(now))))

    async def forget_silent(self, before: datetime) -> None:
        """Delete the processes whose lease ended before this time."""
        await self._database.write("DELETE FROM processes WHERE lease_until < ?", (timestamp(before),))


def _release(role: Role) -> str:
    column = _COLUMNS[role]
    return f"UPDATE changes SET {column} = '' WHERE number = ? AND {column} = ?"
