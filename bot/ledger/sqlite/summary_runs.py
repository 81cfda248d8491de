"""The days of the summary: what became of each, so that none is told twice."""

import sqlite3
from datetime import date, datetime, timedelta
from typing import Any

from bot.core.audit.entries import Entry, EntryKind
from bot.core.summary.history import Snapshot
from bot.core.summary.summary_run import SummaryRun, SummaryState, origins
from bot.ledger.sqlite import audit_log
from bot.ledger.sqlite.audit_log import stamp
from bot.ledger.sqlite.file import NOBODYS, File
from bot.ledger.sqlite.history import keep

_COLUMNS = "day, state, owner, first_at, reason, told"
_UNSETTLED = "state IN ('under way', 'posting')"
_FREE = f"(owner = ? OR {NOBODYS.format(role='owner')})"
_DUE = f"{_UNSETTLED} AND {_FREE} AND next_at NOT BETWEEN ? AND ?"


class Days(File):
    """One row a local day. A day that is settled and its Entry share one transaction."""

    async def day(self, day: date) -> SummaryRun | None:
        """What became of this day; None where nobody tried yet."""
        return self._day("day = ?", day.isoformat())

    async def open_day(self, day: date, *, at: datetime) -> SummaryRun | None:
        """Begin this day's summary, if nobody did; a ledger's first day is only marked, and on record.

        None, and nothing is begun, for a day before that first one: a clock is wrong.
        """
        with self._transaction() as db:
            (first,) = db.execute("SELECT min(day) FROM days").fetchone()
            if first is None:
                _insert(db, SummaryRun(day, SummaryState.BEGUN, "", at))
                audit_log.append(db, _entry(day, SummaryState.BEGUN, {}), at)
            elif first < day.isoformat():
                _insert(db, SummaryRun(day, SummaryState.UNDER_WAY, "", at))
        return await self.day(day)

    async def unattended_days(self, *, owner: str, now: datetime, pause: timedelta) -> tuple[SummaryRun, ...]:
        """Days that are not settled, that no other living process has, and that are not put off now; oldest first.

        ``owner`` has none of them in hand: what is still its own, it lost on the way. No day is put off for longer than
        ``pause``: where it looks so, a clock went back.
        """
        query = f"SELECT {_COLUMNS} FROM days WHERE {_DUE} ORDER BY day"
        put_off = (stamp(now + timedelta(milliseconds=1)), stamp(now + pause))
        return tuple(_read(row) for row in self._db.execute(query, (owner, stamp(now), *put_off)))

    async def claim_day(self, day: SummaryRun, *, owner: str, now: datetime) -> SummaryRun | None:
        """This day as ``owner``'s; None where it moved since it was read, or another living process has it."""
        query = f"UPDATE days SET owner = ? WHERE day = ? AND state = ? AND owner = ? AND {_FREE} RETURNING {_COLUMNS}"
        row = (owner, day.day.isoformat(), day.state, day.owner, owner, stamp(now))
        with self._transaction() as db:
            return _one(db, query, row)

    async def post_day(self, day: SummaryRun, snapshot: Snapshot) -> SummaryRun | None:
        """This day, about to be posted, and its sizes kept; None where it is not its owner's any more: it must not be.

        So there is history also of a day on which Slack was down, and what is posted is what is kept.
        """
        with self._transaction() as db:
            posting = _swap(db, day, SummaryState.POSTING)
            if posting:
                keep(db, snapshot)
        return posting

    async def put_off_day(self, day: SummaryRun, *, until: datetime) -> None:
        """Its owner leaves this day to whoever looks at it then; nothing, where another process has it."""
        with self._transaction() as db:
            if _swap(db, day, SummaryState.UNDER_WAY):
                row = (stamp(until), day.day.isoformat())
                db.execute("UPDATE days SET owner = '', next_at = ? WHERE day = ?", row)

    async def settle_day(
        self, day: SummaryRun, state: SummaryState, *, at: datetime, reason: str = "", channel: str = "", **detail: Any
    ) -> bool:
        """What became of this day, and the Entry of it. False, and nothing is written, where it moved since.

        What another process took for unsure may turn out to be posted.
        """
        told = detail | ({"reason": reason} if reason else {})
        with self._transaction() as db:
            if not _swap(db, day, state, reason=reason):
                return False
            audit_log.append(db, _entry(day.day, state, told, channel), at)
        return True

    async def told_day(self, day: SummaryRun) -> None:
        """Approvers were told why this day's summary failed."""
        self._write("UPDATE days SET told = 1 WHERE day = ?", (day.day.isoformat(),))

    async def day_before(self, day: date) -> SummaryRun | None:
        """The latest earlier day of which it was tried to the end to post its summary."""
        tried = "state IN ('posted', 'failed') AND day < ? ORDER BY day DESC LIMIT 1"
        return self._day(tried, day.isoformat())

    def _day(self, where: str, value: str) -> SummaryRun | None:
        return _one(self._db, f"SELECT {_COLUMNS} FROM days WHERE {where}", (value,))


def _insert(db: sqlite3.Connection, day: SummaryRun) -> None:
    row = (day.day.isoformat(), day.state, stamp(day.first_at), stamp(day.first_at))
    db.execute("INSERT OR IGNORE INTO days (day, state, first_at, next_at) VALUES (?, ?, ?, ?)", row)


def _swap(db: sqlite3.Connection, day: SummaryRun, state: SummaryState, *, reason: str = "") -> SummaryRun | None:
    """Save the run in this state, and return it; None where it was moved since it was loaded."""
    states = sorted(origins(day, state))
    return _one(
        db,
        f"UPDATE days SET state = ?, reason = ? WHERE day = ? AND owner = ? "
        f"AND state IN ({','.join('?' * len(states))}) RETURNING {_COLUMNS}",
        (state, reason, day.day.isoformat(), day.owner, *states),
    )


def _one(db: sqlite3.Connection, query: str, values: tuple[str, ...]) -> SummaryRun | None:
    row = db.execute(query, values).fetchone()
    return _read(row) if row else None


def _read(row: sqlite3.Row) -> SummaryRun:
    day, state, owner, first_at, reason, told = row
    return SummaryRun(
        date.fromisoformat(day), SummaryState(state), owner, datetime.fromisoformat(first_at), reason, bool(told)
    )


def _entry(day: date, state: SummaryState, detail: dict[str, Any], channel: str = "") -> Entry:
    told = {"day": day.isoformat()} | detail
    return Entry(EntryKind(f"summary {state}"), channel=channel, detail=told, outcome=state.value)
