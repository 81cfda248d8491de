"""The invocations: what people asked for, until it is answered. See ``bot.ledger.ports.invocations``."""

import asyncio
import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.core.audit.entries import Entry, EntryKind
from bot.core.errors import NotRecorded
from bot.core.invocation import Due, Invocation, decode
from bot.core.timestamps import timestamp
from bot.ledger.entry_builders import answered, asked
from bot.ledger.sql import authorization, dues
from bot.ledger.sql.audit_log import append
from bot.ledger.sql.database import Connection, Database, statement
from bot.ledger.sql.kept_lists import KeptLists
from bot.ledger.sql.leases import unheld
from bot.ledger.sql.schema_version import SCHEMA

QUIET_TURNS, MOST_WAITED = 4, 0.005
"""Turns of the event loop without another invocation, and seconds at most, for which simultaneous ones wait for others.

Meanwhile the loop is busy with what has arrived: it never stands idle for this.
"""
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Arrival:
    """An invocation waiting to be written."""

    invocation: Invocation
    owner: str
    at: datetime
    detail: dict[str, Any]
    recorded: asyncio.Future[bool]


@dataclass(frozen=True)
class _Outcome:
    """The answer to an invocation that became no change."""

    invocation: Invocation
    kind: EntryKind
    at: datetime
    detail: dict[str, Any]
    subjects: tuple[str, ...]


class SqlInvocations:
    """The invocations in SQL. Simultaneous ones share one transaction: waiting for the disk takes long."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._arrivals: list[_Arrival] = []
        self._batches: set[asyncio.Task[None]] = set()
        self._is_crowded = False
        self._unsettled: list[_Outcome] = []

    async def record(self, invocation: Invocation, *, owner: str, at: datetime, detail: dict[str, Any]) -> bool:
        """Record an invocation for ``owner`` to answer. Return False if this delivery is recorded already."""
        arrival = _Arrival(invocation, owner, at, detail, asyncio.get_running_loop().create_future())
        if not self._arrivals:
            batch = asyncio.create_task(self._record_batch())
            self._batches.add(batch)
            batch.add_done_callback(self._batches.discard)
        self._arrivals.append(arrival)
        return await arrival.recorded

    async def record_once(self, delivery: str, entry: Entry | None, *, at: datetime) -> bool:
        """Record a delivery that needs no planning, and its entry, if any. Return False if it is recorded already."""

        def record(db: Connection) -> bool:
            is_new = _insert(db, delivery, at, body=None, owner="")
            if is_new and entry:
                append(db, entry, at)
            return is_new

        return await self._database.write(record)

    async def _record_batch(self) -> None:
        if self._is_crowded:
            # With many at once, it pays to wait for the others, so that they wait for the disk only once.
            await self._wait_for_others()
        arrivals, self._arrivals = self._arrivals, []
        self._is_crowded = len(arrivals) > 1
        try:
            outcomes = await self._database.write(lambda db: _record_waiting(db, arrivals))
        except Exception as error:  # noqa: BLE001 - whatever it is, the waiting callers get it
            _tell((one, error) for one in arrivals)
        else:
            _tell(outcomes)

    async def _wait_for_others(self) -> None:
        now = asyncio.get_running_loop().time
        until, known, quiet = now() + MOST_WAITED, 0, 0
        while quiet < QUIET_TURNS and now() < until:
            quiet = quiet + 1 if len(self._arrivals) == known else 0
            known = len(self._arrivals)
            await asyncio.sleep(0)

    async def settle(
        self,
        invocation: Invocation,
        kind: EntryKind,
        *,
        at: datetime,
        detail: dict[str, Any],
        subjects: tuple[str, ...] = (),
    ) -> bool:
        """Record the answer to an invocation, or keep it until it can be recorded."""
        outcome = _Outcome(invocation, kind, at, detail, subjects)
        try:
            return await self._settle(outcome)
        except NotRecorded:
            self._unsettled.append(outcome)
        return True

    async def settle_at_once(
        self,
        invocation: Invocation,
        kind: EntryKind,
        *,
        at: datetime,
        detail: dict[str, Any],
        subjects: tuple[str, ...] = (),
    ) -> bool:
        """Record the answer to an invocation. Raises NotRecorded."""
        return await self._settle(_Outcome(invocation, kind, at, detail, subjects))

    async def retry_settling(self) -> None:
        """Record the answers that could not be recorded when they were given. Raises NotRecorded."""
        while self._unsettled:
            await self._settle(self._unsettled[0])
            del self._unsettled[0]

    async def _settle(self, one: _Outcome) -> bool:
        def settle(db: Connection) -> bool:
            asked_at = forget_words(db, one.invocation)
            if asked_at is None:
                return False
            append(db, answered(one.kind, one.invocation, one.detail, one.subjects, took=one.at - asked_at), one.at)
            if isinstance(one.invocation, Due):
                dues.settled(db, one.invocation, one.kind, one.detail)
            return True

        return await self._database.write(settle)

    async def claim_abandoned(self, *, owner: str, now: datetime) -> tuple[tuple[Invocation, datetime], ...]:
        """Claim the unanswered invocations of dead processes; return each with its time, oldest first."""
        query = f"UPDATE asks SET owner = ? WHERE body IS NOT NULL AND {unheld('owner')} RETURNING at, body"
        values = (owner, timestamp(now))
        return await self._database.write(
            lambda db: tuple(_readable(db, sorted(map(tuple, db.execute(query, values)))))
        )

    async def waiting(self, delivery: str) -> tuple[Invocation, datetime] | None:
        """Return the invocation of this id, with its time, while it is unanswered; None if there is none."""
        query = "SELECT at, body FROM asks WHERE id = ? AND body IS NOT NULL"

        def read(db: Connection) -> tuple[Invocation, datetime] | None:
            row = db.execute(query, (delivery,)).fetchone()
            return _waiting(db, *row) if row else None

        return await self._database.read(read)

    async def is_recorded(self, delivery: str) -> bool:
        """Return whether this delivery is recorded, answered or not."""
        return bool(await self._database.read(statement("SELECT 1 FROM asks WHERE id = ?", (delivery,))))

    async def was_asked(self, invocation: Invocation) -> bool:
        """Return whether the sealed log has this invocation as it is stored, and no answer to it."""
        return await authorization.was_asked(self._database, invocation.id)

    async def forget_settled(self, before: datetime) -> None:
        """Delete the deliveries that are settled and arrived before this time."""
        query = "DELETE FROM asks WHERE body IS NULL AND at < ?"
        await self._database.write(statement(query, (timestamp(before),)))


def forget_words(db: Connection, invocation: Invocation) -> datetime | None:
    """Delete the words of an answered invocation; return when it arrived. None: another process answered it.

    The caller holds the transaction.
    """
    query = "UPDATE asks SET body = NULL, owner = '' WHERE id = ? AND body IS NOT NULL RETURNING at"
    row = db.execute(query, (invocation.id,)).fetchone()
    return datetime.fromisoformat(row["at"]) if row else None


def _waiting(db: Connection, at: str, body: str) -> tuple[Invocation, datetime]:
    return decode(body, KeptLists(db)), datetime.fromisoformat(at)


def _readable(db: Connection, rows: Iterable[tuple[str, str]]) -> Iterator[tuple[Invocation, datetime]]:
    """Yield the invocations of these rows; one that somebody edited must not keep the others from being answered."""
    for at, body in rows:
        try:
            yield _waiting(db, at, body)
        except (ValueError, LookupError):
            log.exception("A request of %s cannot be read as it is in the ledger (`audit verify` tells more)", at)


def _record_waiting(db: Connection, arrivals: list[_Arrival]) -> list[tuple[_Arrival, bool]]:
    """Record those for which somebody still waits; return each with whether it is new."""
    return [(one, _record(db, one)) for one in arrivals if not one.recorded.done()]


def _tell(outcomes: Iterable[tuple[_Arrival, bool | Exception]]) -> None:
    """Tell whoever still waits whether their invocation is new, or why it is not on record."""
    for one, outcome in outcomes:
        if one.recorded.done():
            continue
        if isinstance(outcome, Exception):
            one.recorded.set_exception(outcome)
        else:
            one.recorded.set_result(outcome)


def _record(db: Connection, one: _Arrival) -> bool:
    if isinstance(one.invocation, Due) and not dues.attempted(db, one.invocation, one.at):
        return False
    body = one.invocation.model_dump_json(context=KeptLists(db))
    if not _insert(db, one.invocation.id, one.at, body=body, owner=one.owner):
        return False
    append(db, asked(one.invocation, body, one.detail), one.at)
    return True


def _insert(db: Connection, delivery: str, at: datetime, *, body: str | None, owner: str) -> bool:
    """Insert a delivery, settled if ``body`` is None. Return False if there is one of this id."""
    row = (delivery, timestamp(at), body, owner, SCHEMA)
    query = "INSERT INTO asks (id, at, body, owner, schema) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING"
    return db.execute(query, row).rowcount == 1
