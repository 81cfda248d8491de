"""The Ledger: every move of a Change and its Entry share one transaction.

Methods are async although SQLite answers in a tenth of a millisecond, so that another database can stand behind the
same names. Times go in and come out as aware datetimes in UTC.
"""

import asyncio
import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from sqlite_utils import Database

from bot.core.asks import Ask
from bot.core.changes import MOVES, OPEN, Card, Change, Event, Run, State, too_late
from bot.core.command import Scope
from bot.core.errors import Impossible, TooLate, UnknownChange
from bot.ledger import log
from bot.ledger.log import Entry, Sealed, stamp
from bot.ledger.schema import migrations
from bot.ledger.seal import Verdict

BUSY_SECONDS = 1.0
LINGER = 0.001
_COLUMNS = frozenset({"number", "state", "revision", "requester", "expires_at", "plan", "undone_by", "card", "runs"})
_OPEN_STATES = ",".join(f"'{state.value}'" for state in sorted(OPEN))
Role = Literal["owner", "painter"]
_NOBODYS = "{role} NOT IN (SELECT owner FROM processes WHERE lease_until >= ?)"
_SCOPES: dict[Scope, str] = {"mine": "requester = :actor", "pending": f"state IN ({_OPEN_STATES})", "all": "true"}


@dataclass(frozen=True)
class _Arrival:
    """An ask on its way to the disk."""

    ask: Ask
    owner: str
    at: datetime
    detail: dict[str, Any]
    recorded: asyncio.Future[bool]


class Ledger:
    """One SQLite file. ``Ledger.open(path)``; ``close`` when done."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection
        self._arrivals: list[_Arrival] = []
        self._crowd = False

    @classmethod
    def open(cls, path: Path | str) -> "Ledger":
        """Open or create the file and bring its tables up to date. Raises sqlite3.Error."""
        connection = sqlite3.connect(path, isolation_level=None, timeout=BUSY_SECONDS)
        connection.row_factory = sqlite3.Row
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            # FULL: what was acknowledged must survive a power cut, not only a crash.
            connection.execute("PRAGMA synchronous=FULL")
            connection.execute("PRAGMA foreign_keys=ON")
            migrations.apply(Database(connection, execute_plugins=False))
        except BaseException:
            connection.close()
            raise
        return cls(connection)

    @classmethod
    def read(cls, path: Path) -> "Ledger":
        """Open a file only to read it: an auditor's copy stays as it is. Raises sqlite3.Error."""
        connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=BUSY_SECONDS)
        connection.row_factory = sqlite3.Row
        return cls(connection)

    def close(self) -> None:
        """Close the file; what was promised is on disk already."""
        self._db.close()

    # What was asked

    async def ask(self, ask: Ask, *, owner: str, at: datetime, detail: dict[str, Any]) -> bool:
        """Record what was asked, for ``owner`` to answer. False where this delivery is on record already.

        Asks that come in at once share one transaction: waiting for the disk is what takes the time.
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

    async def settle(self, ask: Ask, kind: str, *, at: datetime, detail: dict[str, Any]) -> bool:
        """What came of an ask that became no Change; its words are forgotten.

        False, and nothing is written, where another process, which took this one for dead, answered it meanwhile.
        """
        with self._transaction() as db:
            if not _forget(db, ask):
                return False
            log.append(db, _entry(kind, ask, detail), at)
        return True

    async def claim_asks(self, *, owner: str, now: datetime) -> tuple[tuple[Ask, datetime], ...]:
        """Unsettled asks whose owner is gone, now ``owner``'s, with the time they were asked; oldest first."""
        with self._transaction() as db:
            free = _NOBODYS.format(role="owner")
            query = f"UPDATE asks SET owner = ? WHERE body IS NOT NULL AND {free} RETURNING at, body"  # noqa: S608
            rows = db.execute(query, (owner, stamp(now))).fetchall()
        return tuple(
            (Ask.model_validate_json(body), datetime.fromisoformat(at)) for at, body in sorted(map(tuple, rows))
        )

    # Changes

    async def plan(self, ask: Ask, change: Change, *, owner: str, detail: dict[str, Any]) -> Change:
        """The ask became a Change: gives it its number, and ``owner`` its card to post.

        Raises TooLate where another process, which took this one for dead, answered the ask meanwhile.
        """
        with self._transaction() as db:
            if not _forget(db, ask):
                raise TooLate("This was answered already.")
            row = (change.state, change.revision, change.requester, stamp(change.expires_at))
            number = db.execute(
                "INSERT INTO changes (state, revision, requester, expires_at, plan, body, owner) "
                "VALUES (?, ?, ?, ?, ?, ?, ?)",
                (*row, change.plan.model_dump_json(), _body(change), owner),
            ).lastrowid
            numbered = change.model_copy(update={"number": number})
            log.append(db, _moved("planned", numbered, ask.actor, detail), change.created_at)
        return numbered

    async def change(self, number: int) -> Change:
        """One Change, whole. Raises UnknownChange."""
        return self._change(number)

    async def latest(self, scope: Scope, actor: str, limit: int) -> tuple[Change, ...]:
        """The latest Changes, newest first."""
        query = f"SELECT number FROM changes WHERE {_SCOPES[scope]} ORDER BY number DESC LIMIT :limit"  # noqa: S608
        rows = self._db.execute(query, {"actor": actor, "limit": limit}).fetchall()
        return tuple(self._change(row["number"]) for row in rows)

    async def overdue(self, now: datetime) -> tuple[int, ...]:
        """Numbers of the Changes that nobody decided in time."""
        return self._numbers("state IN ('planned', 'waiting') AND expires_at <= ?", stamp(now))

    async def move(
        self,
        change: Change,
        event: Event,
        *,
        at: datetime,
        actor: str = "",
        detail: dict[str, Any] | None = None,
        update: dict[str, Any] | None = None,
    ) -> Change:
        """``change`` after ``event``, with ``update`` of its fields, and the Entry of it, in one transaction.

        Compare-and-swap: raises TooLate where the event cannot happen, or somebody moved the change since it was read.
        """
        if event not in MOVES.get(change.state, {}):
            too_late(change)
        steady = {"state": MOVES[change.state][event], "revision": change.revision + 1, "updated_at": at}
        moved = change.model_copy(update=steady | (update or {}))
        with self._transaction() as db:
            if not _swap(db, change, moved):
                too_late(self._change(change.number))
            _mark_undone(db, moved)
            log.append(db, _moved(event.value, moved, actor, detail or {}), at)
        return self._change(change.number)

    # Runs

    async def record_run(self, change: Change, run: Run, *, at: datetime, detail: dict[str, Any]) -> Change:
        """``change`` with how one of its Steps goes: saved, sealed, and its card due to be drawn again."""
        runs = {one.position: one for one in change.runs} | {run.position: run}
        recorded = change.model_copy(update={"runs": tuple(runs.values()), "revision": change.revision + 1})
        with self._transaction() as db:
            row = (change.number, run.position, run.model_dump_json())
            db.execute("INSERT OR REPLACE INTO runs VALUES (?, ?, ?)", row)
            if not _swap(db, change, recorded):
                too_late(self._change(change.number))
            log.append(db, _moved(f"step {run.state.value}", change, "", {"step": run.position, **detail}), at)
        return recorded

    # Leases: which process works on what

    async def claim(self, number: int, *, owner: str, now: datetime, role: Role = "owner") -> bool:
        """Whether this Change was free, and is ``owner``'s now, to run it or to paint its card (``role``).

        Not even its own holder gets it twice.
        """
        claimed = self._db.execute(
            f"UPDATE changes SET {role} = ? WHERE number = ? AND {_NOBODYS.format(role=role)}",  # noqa: S608
            (owner, number, stamp(now)),
        )
        return claimed.rowcount == 1

    async def holds(self, number: int, *, owner: str) -> bool:
        """Whether ``owner`` still has this Change: one that slept too long has lost it to another process."""
        return bool(self._numbers("number = ? AND owner = ?", str(number), owner))

    async def release(self, number: int, *, owner: str, role: Role = "owner") -> None:
        """``owner`` is done with this Change."""
        self._db.execute(f"UPDATE changes SET {role} = '' WHERE number = ? AND {role} = ?", (number, owner))  # noqa: S608

    async def renew(self, *, owner: str, until: datetime) -> None:
        """``owner`` is a process that lives, and keeps what it has until ``until``."""
        self._db.execute("INSERT OR REPLACE INTO processes VALUES (?, ?)", (owner, stamp(until)))

    async def resign(self, *, owner: str) -> None:
        """``owner`` stops: what it has is free at once."""
        self._db.execute("DELETE FROM processes WHERE owner = ?", (owner,))

    async def tidy(self, before: datetime) -> None:
        """Forget the deliveries that were settled, and the processes that fell silent, before this time."""
        self._db.execute("DELETE FROM asks WHERE body IS NULL AND at < ?", (stamp(before),))
        self._db.execute("DELETE FROM processes WHERE lease_until < ?", (stamp(before),))

    async def unattended(self, state: State, *, now: datetime) -> tuple[int, ...]:
        """Numbers of the Changes in this state that no living process works on, oldest first."""
        return self._numbers(f"state = ? AND {_NOBODYS.format(role='owner')}", state, stamp(now))

    # Cards

    async def undrawn(self) -> tuple[int, ...]:
        """Numbers of the Changes whose card does not show their latest move."""
        return self._numbers("drawn < revision AND card_ts IS NOT NULL")

    async def drew(self, change: Change, card: Card) -> None:
        """The card shows this revision."""
        self._db.execute(
            "UPDATE changes SET drawn = ?, card_channel = ?, card_ts = ? WHERE number = ?",
            (change.revision, card.channel, card.ts, change.number),
        )

    async def unheard(self) -> tuple[int, ...]:
        """Numbers of the settled Changes whose requester has not been told the outcome."""
        return self._numbers(f"NOT informed AND state NOT IN ({_OPEN_STATES})")

    async def informed(self, number: int) -> None:
        """The requester was told."""
        self._db.execute("UPDATE changes SET informed = 1 WHERE number = ?", (number,))

    # The audit log

    async def note(self, entry: Entry, *, at: datetime) -> None:
        """An Entry that moves nothing: a refusal, a message that could not be delivered."""
        with self._transaction() as db:
            log.append(db, entry, at)

    def entries(self, *, after: int = 0, limit: int = -1) -> Iterator[Sealed]:
        """Entries with a number above ``after``, oldest first; ``limit`` -1 is all of them, streaming."""
        return log.read(self._db, after=after, limit=limit)

    def verify(self) -> Verdict:
        """Check the whole chain."""
        return log.check(self._db)

    # How it is stored

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        # IMMEDIATE: with a second process on the file, waiting for the lock beats failing at the first write.
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield self._db
            self._db.execute("COMMIT")
        except BaseException:
            self._db.rollback()  # does nothing where SQLite has done it already
            raise

    def _numbers(self, where: str, *values: str) -> tuple[int, ...]:
        rows = self._db.execute(f"SELECT number FROM changes WHERE {where} ORDER BY number", values)  # noqa: S608
        return tuple(row["number"] for row in rows)

    def _change(self, number: int) -> Change:
        row = self._db.execute("SELECT * FROM changes WHERE number = ?", (number,)).fetchone()
        if row is None:
            raise UnknownChange(number)
        runs = self._db.execute("SELECT body FROM runs WHERE change = ? ORDER BY position", (number,))
        columns = {name: row[name] for name in _COLUMNS - {"plan", "card", "runs"}}
        card = {"channel": row["card_channel"], "ts": row["card_ts"]} if row["card_ts"] else None
        bodies = {"plan": json.loads(row["plan"]), "runs": [json.loads(run["body"]) for run in runs]}
        return Change.model_validate(json.loads(row["body"]) | columns | bodies | {"card": card})


def _body(change: Change) -> str:
    return change.model_dump_json(exclude=set(_COLUMNS))


def _swap(db: sqlite3.Connection, change: Change, moved: Change) -> bool:
    # A plan may hold 100,000 ids and seldom changes: it is not written again at each move.
    plan = None if moved.plan is change.plan else moved.plan.model_dump_json()
    row = (moved.state, moved.revision, stamp(moved.expires_at), plan, _body(moved), change.number, change.revision)
    swapped = db.execute(
        "UPDATE changes SET state = ?, revision = ?, expires_at = ?, plan = coalesce(?, plan), body = ? "
        "WHERE number = ? AND revision = ?",
        row,
    )
    return swapped.rowcount == 1


def _mark_undone(db: sqlite3.Connection, undo: Change) -> None:
    """An undo that starts claims what it undoes; one that failed before doing anything gives it back."""
    original = undo.plan.undoes
    if original is None:
        return
    if undo.state is State.RUNNING:
        marked = db.execute(
            "UPDATE changes SET undone_by = ?, revision = revision + 1 WHERE number = ? AND undone_by IS NULL",
            (undo.number, original),
        )
        if not marked.rowcount:
            raise Impossible(f"Change {original} was undone already.")
    elif undo.state is State.FAILED and not undo.done:
        db.execute(
            "UPDATE changes SET undone_by = NULL, revision = revision + 1 WHERE number = ? AND undone_by = ?",
            (original, undo.number),
        )


def _record_arrival(db: sqlite3.Connection, one: _Arrival) -> bool:
    row = (one.ask.id, stamp(one.at), one.ask.model_dump_json(), one.owner)
    if not db.execute("INSERT OR IGNORE INTO asks VALUES (?, ?, ?, ?)", row).rowcount:
        return False
    log.append(db, _entry("asked", one.ask, one.detail), one.at)
    return True


def _forget(db: sqlite3.Connection, ask: Ask) -> bool:
    forgotten = db.execute("UPDATE asks SET body = NULL, owner = '' WHERE id = ? AND body IS NOT NULL", (ask.id,))
    return forgotten.rowcount == 1


def _entry(kind: str, ask: Ask, detail: dict[str, Any]) -> Entry:
    return Entry(kind, ask.actor, ask.place.channel or "", ask.command, None, detail)


def _moved(kind: str, change: Change, actor: str, detail: dict[str, Any]) -> Entry:
    return Entry(kind, actor, change.place.channel or "", change.command, change.number, detail)
