"""Leases: which process works on what. See ``bot.ledger.ports.leases``."""

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from bot.bigcommerce import Allotment, Demand
from bot.bigcommerce.shares import Claim, allot
from bot.core.approval.changes import State
from bot.core.errors import NotRecorded
from bot.core.timestamps import timestamp
from bot.ledger.ports.leases import IDLE, LivingProcess, Role
from bot.ledger.sql.database import Connection, Database, statement
from bot.ledger.sql.schema_version import SCHEMA

_COLUMNS: dict[Role, str] = {"runner": "owner", "renderer": "painter"}
_RENEWAL = """
    INSERT INTO processes (owner, lease_until, schema, places, wanted, since) VALUES (?, ?, ?, ?, ?, ?)
    ON CONFLICT (owner) DO UPDATE SET
        lease_until = excluded.lease_until, schema = excluded.schema, places = excluded.places, wanted = excluded.wanted
"""
_LIVING = """
    SELECT since, schema, schema >= oldest_writer AS may_write FROM processes, ledger_schema
    WHERE lease_until >= ? ORDER BY since, owner
"""
_OTHERS = "SELECT places, wanted FROM processes WHERE owner != ? AND lease_until >= ?"
T = TypeVar("T")
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
            await self._database.write(statement(query, values))
        except NotRecorded:
            self._pending[query, values] = None

    def cancel(self, query: str, *values: str | int) -> None:
        """Drop this release, within the transaction that claimed again what it would release."""
        self._pending.pop((query, values), None)

    async def write_pending(self, beside: Callable[[Connection], T]) -> T:
        """Write the pending releases, and what stands beside them, in one transaction. Raises NotRecorded."""

        def write(db: Connection) -> tuple[tuple[_Write, ...], T]:
            pending = tuple(self._pending)
            for query, values in pending:
                db.execute(query, values)
            return pending, beside(db)

        written, result = await self._database.write(write)
        for one in written:
            self._pending.pop(one, None)
        return result


class SqlLeases:
    """The leases in SQL."""

    def __init__(self, database: Database, releases: Releases) -> None:
        self._database = database
        self._releases = releases

    async def claim(self, number: int, *, owner: str, now: datetime, role: Role = "runner") -> bool:
        """Claim this change unless a living process holds it, even if that is the same one."""
        column = _COLUMNS[role]
        query = f"UPDATE changes SET {column} = ? WHERE number = ? AND {unheld(column)} RETURNING number"

        def claim(db: Connection) -> bool:
            is_claimed = db.execute(query, (owner, number, timestamp(now))).fetchone() is not None
            if is_claimed:
                self._releases.cancel(_release(role), number, owner)
            return is_claimed

        return await self._database.write(claim)

    async def holds(self, number: int, *, owner: str) -> bool:
        """Return whether ``owner`` still holds this change to run it."""
        query = "SELECT 1 FROM changes WHERE number = ? AND owner = ?"
        return bool(await self._database.read(statement(query, (number, owner))))

    async def release(self, number: int, *, owner: str, role: Role = "runner") -> None:
        """Release this change."""
        await self._releases.write(_release(role), number, owner)

    async def renew(self, *, owner: str, until: datetime, now: datetime, demand: Demand = IDLE) -> Allotment:
        """Renew the lease of ``owner`` until this time, with its places, and write the pending releases."""
        longest = timestamp(until)

        def renew(db: Connection) -> Allotment:
            others = db.execute(_OTHERS, (owner, timestamp(now))).fetchall()
            allotment = allot(demand, [Claim(one["places"], one["wanted"]) for one in others])
            db.execute(_RENEWAL, (owner, longest, SCHEMA, allotment.places, demand.wanted, timestamp(now)))
            db.execute("UPDATE processes SET lease_until = ? WHERE lease_until > ?", (longest, longest))
            return allotment

        return await self._releases.write_pending(renew)

    async def retry_releases(self) -> None:
        """Write the releases that could not be recorded when they were due. Raises NotRecorded."""
        if self._releases.are_pending:
            await self._releases.write_pending(lambda _: None)

    async def is_held(self, number: int, *, now: datetime) -> bool:
        """Return whether a living process holds this change to run it."""
        query = f"SELECT 1 FROM changes WHERE number = ? AND NOT {unheld('owner')}"
        return bool(await self._database.read(statement(query, (number, timestamp(now)))))

    async def others_live(self, *, owner: str, now: datetime) -> bool:
        """Return whether any process but ``owner`` lives."""
        query = "SELECT 1 FROM processes WHERE owner != ? AND lease_until >= ?"
        return bool(await self._database.read(statement(query, (owner, timestamp(now)))))

    async def living(self, now: datetime) -> tuple[LivingProcess, ...]:
        """Return the processes that live, those who live longest first."""
        rows = await self._database.read(statement(_LIVING, (timestamp(now),)))
        return tuple(LivingProcess(_time(row["since"]), row["schema"], bool(row["may_write"])) for row in rows)

    async def resign(self, *, owner: str, in_use: int = 0) -> None:
        """Release everything that ``owner`` holds; the places that are in use, when its lease ends."""
        if in_use:
            left = (f"{owner} (stopped)", in_use, owner)
            query = "UPDATE processes SET owner = ?, places = ?, wanted = 0 WHERE owner = ?"
            await self._database.write(statement(query, left))
        else:
            await self._database.write(statement("DELETE FROM processes WHERE owner = ?", (owner,)))

    async def unattended(self, state: State, *, now: datetime) -> tuple[int, ...]:
        """Return the numbers of the changes in this state that no living process holds, oldest first."""
        query = f"SELECT number FROM changes WHERE state = ? AND {unheld('owner')} ORDER BY number"
        rows = await self._database.read(statement(query, (state, timestamp(now))))
        return tuple(row["number"] for row in rows)

    async def forget_silent(self, before: datetime) -> None:
        """Delete the processes whose lease ended before this time."""
        await self._database.write(statement("DELETE FROM processes WHERE lease_until < ?", (timestamp(before),)))


def _time(stored: str) -> datetime | None:
    return datetime.fromisoformat(stored) if stored else None


def _release(role: Role) -> str:
    column = _COLUMNS[role]
    return f"UPDATE changes SET {column} = '' WHERE number = ? AND {column} = ?"
