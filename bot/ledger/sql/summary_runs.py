"""The runs of the daily summary. See ``bot.ledger.ports.summary_runs``."""

from datetime import date, datetime, timedelta
from typing import Any

from bot.core.summary.history import Snapshot
from bot.core.summary.summary_run import SummaryRun, SummaryState, origins
from bot.core.timestamps import timestamp
from bot.ledger.entry_builders import summary, with_sealed
from bot.ledger.sql.audit_log import append
from bot.ledger.sql.database import Connection, Database, placeholders, statement
from bot.ledger.sql.history import save_snapshot
from bot.ledger.sql.leases import unheld
from bot.ledger.sql.row_faults import day_facts

_COLUMNS = "day, state, owner, first_at, reason, told"
_UNSETTLED = "state IN ('under way', 'posting')"
_FREE = f"(owner = ? OR {unheld('owner')})"
_DUE = f"{_UNSETTLED} AND {_FREE} AND next_at NOT BETWEEN ? AND ?"


class SqlSummaryRuns:
    """The runs of the summary in SQL: one row per local day."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def load(self, day: date) -> SummaryRun | None:
        """Return this day's run; None if it was not tried yet."""
        return await self._run("day = ?", day.isoformat())

    async def open(self, day: date, *, at: datetime) -> SummaryRun:
        """Start this day's run, unless it exists; a day before the ledger's first one is the first from now on."""

        def open_day(db: Connection) -> SummaryRun:
            (first,) = db.execute("SELECT min(day) FROM days").fetchone()
            if first is None or day.isoformat() < first:
                _insert(db, SummaryRun(day, SummaryState.BEGUN, "", at))
                entry = summary(day, SummaryState.BEGUN, {"instead_of": first} if first else {})
                append(db, with_sealed(entry, day_facts(db, day.isoformat())), at)
            elif first < day.isoformat():
                _insert(db, SummaryRun(day, SummaryState.UNDER_WAY, "", at))
            return _read(db.execute(f"SELECT {_COLUMNS} FROM days WHERE day = ?", (day.isoformat(),)).fetchone())

        return await self._database.write(open_day)

    async def unattended(
        self, *, owner: str, now: datetime, pause: timedelta, judged_by: datetime
    ) -> tuple[SummaryRun, ...]:
        """Return the runs that are not settled, not postponed, and not held by another living process; oldest first."""
        query = f"SELECT {_COLUMNS} FROM days WHERE {_DUE} ORDER BY day"
        values = (owner, *map(timestamp, (judged_by, now + timedelta(milliseconds=1), now + pause)))
        return tuple(map(_read, await self._database.read(statement(query, values))))

    async def claim(self, run: SummaryRun, *, owner: str, now: datetime) -> SummaryRun | None:
        """Claim this run for ``owner``; None if another process moved or holds it."""
        query = f"UPDATE days SET owner = ? WHERE day = ? AND state = ? AND owner = ? AND {_FREE} RETURNING {_COLUMNS}"
        row = (owner, run.day.isoformat(), run.state, run.owner, owner, timestamp(now))
        return await self._database.write(lambda db: _one(db, query, row))

    async def begin_posting(self, run: SummaryRun, snapshot: Snapshot) -> SummaryRun | None:
        """Mark the run as being posted, and save its snapshot; None if another process moved it."""

        def begin(db: Connection) -> SummaryRun | None:
            posting = _swap(db, run, SummaryState.POSTING)
            if posting:
                save_snapshot(db, snapshot)
            return posting

        return await self._database.write(begin)

    async def postpone(self, run: SummaryRun, *, until: datetime) -> None:
        """Release this run, not to be tried again before this time."""

        def release(db: Connection) -> None:
            if _swap(db, run, SummaryState.UNDER_WAY):
                row = (timestamp(until), run.day.isoformat())
                db.execute("UPDATE days SET owner = '', next_at = ? WHERE day = ?", row)

        await self._database.write(release)

    async def settle(
        self, run: SummaryRun, state: SummaryState, *, at: datetime, reason: str = "", channel: str = "", **detail: Any
    ) -> bool:
        """Record the outcome of this run; return False if another process moved it."""
        recorded = detail | ({"reason": reason} if reason else {})

        def settle(db: Connection) -> bool:
            if not _swap(db, run, state, reason=reason):
                return False
            entry = summary(run.day, state, recorded, channel)
            append(db, with_sealed(entry, day_facts(db, run.day.isoformat())), at)
            return True

        return await self._database.write(settle)

    async def mark_reported(self, run: SummaryRun) -> None:
        """Record that approvers were notified why this day's summary failed."""
        await self._database.write(statement("UPDATE days SET told = true WHERE day = ?", (run.day.isoformat(),)))

    async def previous(self, day: date) -> SummaryRun | None:
        """Return the latest earlier run that ended as posted or failed."""
        tried = "state IN ('posted', 'failed') AND day < ? ORDER BY day DESC LIMIT 1"
        return await self._run(tried, day.isoformat())

    async def _run(self, where: str, value: str) -> SummaryRun | None:
        return await self._database.read(lambda db: _one(db, f"SELECT {_COLUMNS} FROM days WHERE {where}", (value,)))


def _insert(db: Connection, run: SummaryRun) -> None:
    """Insert this run, unless its day has one; one that was begun by a clock that was ahead gives way."""
    row = (run.day.isoformat(), run.state, timestamp(run.first_at), timestamp(run.first_at))
    db.execute(
        "INSERT INTO days (day, state, first_at, next_at) VALUES (?, ?, ?, ?) ON CONFLICT (day) DO UPDATE "
        "SET state = excluded.state, first_at = excluded.first_at, next_at = excluded.next_at "
        "WHERE days.state = 'begun'",
        row,
    )


def _swap(db: Connection, run: SummaryRun, state: SummaryState, *, reason: str = "") -> SummaryRun | None:
    """Save the run in this state, and return it; None if it was moved since it was loaded."""
    states = sorted(origins(run, state))
    return _one(
        db,
        f"UPDATE days SET state = ?, reason = ? WHERE day = ? AND owner = ? "
        f"AND state IN ({placeholders(states)}) RETURNING {_COLUMNS}",
        (state, reason, run.day.isoformat(), run.owner, *states),
    )


def _one(db: Connection, query: str, values: tuple[str, ...]) -> SummaryRun | None:
    row = db.execute(query, values).fetchone()
    return _read(row) if row else None


def _read(row: Any) -> SummaryRun:
    day, state, owner, first_at, reason, reported = row
    return SummaryRun(
        date.fromisoformat(day), SummaryState(state), owner, datetime.fromisoformat(first_at), reason, bool(reported)
    )
