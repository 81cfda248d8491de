"""What was asked, until it is answered."""

import asyncio
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from bot.core.audit.entries import Entry, EntryKind
from bot.core.errors import NotRecorded
from bot.core.invocation import Invocation, decode
from bot.ledger.sqlite import audit_log
from bot.ledger.sqlite.audit_log import stamp
from bot.ledger.sqlite.file import NOBODYS, Connection, File

LINGER = 0.001


@dataclass(frozen=True)
class _Arrival:
    """An ask on its way to the disk."""

    ask: Invocation
    owner: str
    at: datetime
    detail: dict[str, Any]
    recorded: asyncio.Future[bool]


@dataclass(frozen=True)
class _Outcome:
    """What came of an ask that became no Change."""

    ask: Invocation
    kind: EntryKind
    at: datetime
    detail: dict[str, Any]
    subjects: tuple[str, ...]


class Asks(File):
    """The asks, in the order in which they came."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self._arrivals: list[_Arrival] = []
        self._crowd = False
        self._unsettled: list[_Outcome] = []

    async def ask(self, ask: Invocation, *, owner: str, at: datetime, detail: dict[str, Any]) -> bool:
        """Record what was asked, for ``owner`` to answer. False where this delivery is on record already.

        Asks that come in at once share one transaction: waiting for the disk is what takes the time.
        Raises NotRecorded.
        """
        loop = asyncio.get_running_loop()
        arrival = _Arrival(ask, owner, at, detail, loop.create_future())
        if not self._arrivals:
            # In a crowd it pays to wait for the others: each waits for the disk only once.
            loop.call_later(LINGER, self._record_arrivals) if self._crowd else loop.call_soon(self._record_arrivals)
        self._arrivals.append(arrival)
        return await arrival.recorded

    def _record_arrivals(self) -> None:
        arrivals, self._arrivals = self._arrivals, []
        self._crowd = len(arrivals) > 1
        waiting = [one for one in arrivals if not one.recorded.done()]
        try:
            with self._transaction() as db:
                outcomes = [_record_arrival(db, one) for one in waiting]
        except Exception as error:  # noqa: BLE001 - whatever it is, those who wait are to hear of it
            for one in waiting:
                one.recorded.set_exception(error)
        else:
            for one, is_new in zip(waiting, outcomes, strict=True):
                one.recorded.set_result(is_new)

    async def settle(
        self, ask: Invocation, kind: EntryKind, *, at: datetime, detail: dict[str, Any], subjects: tuple[str, ...] = ()
    ) -> bool:
        """What came of an ask that became no Change; its words are forgotten. ``subjects``: whom and what it named.

        False, and nothing is written, where another process, which took this one for dead, answered it meanwhile.
        What cannot be put on record now is kept until ``catch_up``: the person has been answered already.
        """
        outcome = _Outcome(ask, kind, at, detail, subjects)
        try:
            return self._settle(outcome)
        except NotRecorded:
            self._unsettled.append(outcome)
        return True

    async def settle_first(
        self, ask: Invocation, kind: EntryKind, *, at: datetime, detail: dict[str, Any], subjects: tuple[str, ...] = ()
    ) -> bool:
        """As ``settle``, before what must not happen twice. Raises NotRecorded: then it must not happen at all."""
        return self._settle(_Outcome(ask, kind, at, detail, subjects))

    async def catch_up(self) -> None:
        """Settle what could not be settled when it was answered. Raises NotRecorded."""
        while self._unsettled:
            self._settle(self._unsettled[0])
            del self._unsettled[0]

    def _settle(self, one: _Outcome) -> bool:
        with self._transaction() as db:
            asked_at = forget(db, one.ask)
            if asked_at is None:
                return False
            audit_log.append(db, answered(one.kind, one.ask, one.detail, one.subjects, took=one.at - asked_at), one.at)
        return True

    async def claim_asks(self, *, owner: str, now: datetime) -> tuple[tuple[Invocation, datetime], ...]:
        """Unsettled asks whose owner is gone, now ``owner``'s, with the time they were asked; oldest first."""
        with self._transaction() as db:
            free = NOBODYS.format(role="owner")
            query = f"UPDATE asks SET owner = ? WHERE body IS NOT NULL AND {free} RETURNING at, body"
            rows = db.execute(query, (owner, stamp(now))).fetchall()
        return tuple((decode(body), datetime.fromisoformat(at)) for at, body in sorted(map(tuple, rows)))


def _record_arrival(db: Connection, one: _Arrival) -> bool:
    row = (one.ask.id, stamp(one.at), one.ask.model_dump_json(), one.owner)
    if not db.execute("INSERT OR IGNORE INTO asks VALUES (?, ?, ?, ?)", row).rowcount:
        return False
    audit_log.append(db, _entry(EntryKind.ASKED, one.ask, one.detail), one.at)
    return True


def forget(db: Connection, ask: Invocation) -> datetime | None:
    """Forget the words of an ask that was answered: when it was asked; None where another process answered it."""
    query = "UPDATE asks SET body = NULL, owner = '' WHERE id = ? AND body IS NOT NULL RETURNING at"
    row = db.execute(query, (ask.id,)).fetchone()
    return datetime.fromisoformat(row["at"]) if row else None


def answered(
    kind: EntryKind, ask: Invocation, detail: dict[str, Any], subjects: tuple[str, ...], *, took: timedelta
) -> Entry:
    """The Entry of what came of an ask."""
    return replace(_entry(kind, ask, detail), outcome=kind.value, subjects=subjects, ms=audit_log.milliseconds(took))


def _entry(kind: EntryKind, ask: Invocation, detail: dict[str, Any]) -> Entry:
    return Entry(kind, ask.actor, ask.place.channel or "", ask.command, None, detail, workspace=ask.workspace)
