"""The changes: their moves, runs and cards. See ``bot.ledger.ports.changes``."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from bot.core.approval.beside import Beside
from bot.core.approval.changes import OPEN, Brief, Card, Change, Event, Run
from bot.core.approval.changes_reader import Scope
from bot.core.approval.rule import Limit
from bot.core.audit.entries import EntryKind
from bot.core.errors import TooLate
from bot.core.invocation import Invocation
from bot.core.timestamps import timestamp
from bot.ledger import entry_builders
from bot.ledger.change_transitions import after_event, amended, with_run
from bot.ledger.sqlite import audit_index, authorization, change_rows, change_verification, makers
from bot.ledger.sqlite import notices as queued
from bot.ledger.sqlite.audit_log import append
from bot.ledger.sqlite.change_index import FINISHED, save_touched_segments
from bot.ledger.sqlite.database import Database
from bot.ledger.sqlite.invocations import forget_words
from bot.ledger.sqlite.kept_lists import keep_beforehand
from bot.ledger.sqlite.moves_per_person import moved_unapproved, refuse_over_limit
from bot.ledger.sqlite.related_changes import others_beside
from bot.ledger.sqlite.run_order import refuse_beside_running
from bot.ledger.sqlite.undo_marks import mark_undone

_OPEN_STATES = ",".join(f"'{state.value}'" for state in sorted(OPEN))
_WAITS = """
    state = 'waiting' AND requester <> :actor
    AND NOT EXISTS (SELECT 1 FROM json_each(briefs.body, '$.approvals') WHERE json_extract(value, '$.actor') = :actor)
"""
_SCOPES: dict[Scope, str] = {"mine": "requester = :actor", "pending": f"state IN ({_OPEN_STATES})", "all": "true"}


class SqliteChanges:
    """The changes in SQLite. A move, its entry and what follows from it share one transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    # Reading

    async def load(self, number: int) -> Change:
        """Return one change in full. Raises UnknownChange."""
        return change_rows.load(self._database.connection, number)

    async def count(self, scope: Scope, actor: str) -> int:
        """Return the number of changes in this scope."""
        query = f"SELECT count(*) FROM changes WHERE {_SCOPES[scope]}"
        (count,) = self._database.execute(query, {"actor": actor}).fetchone()
        return int(count)

    async def latest(self, scope: Scope, actor: str, limit: int, offset: int = 0) -> tuple[Brief, ...]:
        """Return the latest changes, newest first, after skipping ``offset``."""
        which = f"{_SCOPES[scope]} ORDER BY number DESC LIMIT :limit OFFSET :offset"
        return self._briefs(which, actor=actor, limit=limit, offset=offset)

    async def touching(self, segment_id: str, limit: int) -> tuple[Brief, ...]:
        """Return the latest changes that touch this segment, newest first."""
        return self._briefs(
            "number IN (SELECT change FROM touches WHERE segment = :segment ORDER BY change DESC LIMIT :limit) "
            "ORDER BY number DESC",
            segment=segment_id,
            limit=limit,
        )

    async def beside(self, change: Change) -> tuple[Beside, ...]:
        """Return the other waiting changes that touch the same as ``change``, which need not be on record yet."""
        return others_beside(self._database.connection, change)

    async def waiting_for(self, actor: str) -> tuple[Brief, ...]:
        """Return the waiting changes that others requested and this person has not approved; the most urgent first."""
        return self._briefs(f"{_WAITS} ORDER BY expires_at, number", actor=actor)

    async def requested_by(self, actor: str, limit: int) -> tuple[Brief, ...]:
        """Return this requester's latest changes: the waiting ones first."""
        order = "ORDER BY state = 'waiting' DESC, number DESC LIMIT :limit"
        return self._briefs(f"requester = :actor {order}", actor=actor, limit=limit)

    async def overdue(self, now: datetime) -> tuple[int, ...]:
        """Return the numbers of the waiting changes that have expired."""
        return self._numbers("state IN ('planned', 'waiting') AND expires_at <= ?", timestamp(now))

    async def last_finish(self) -> int:
        """Return the number of the entry with which a run last ended, whatever its outcome; 0 if none did."""
        query = f"SELECT max(number) FROM entries INDEXED BY entries_finished WHERE {FINISHED}"
        return self._database.execute(query).fetchone()[0] or 0

    async def moved_unapproved(self, requester: str, segment_id: str, *, since: datetime, apart_from: int = 0) -> int:
        """Return how many shoppers this requester added to the segment since then, by changes that nobody approved."""
        connection = self._database.connection
        return moved_unapproved(connection, requester, segment_id, since=since, apart_from=apart_from)

    async def contradiction(self, number: int) -> str:
        """Return how the tables differ from what the sealed entries say of a change; empty if not at all."""
        return await authorization.contradiction(self._database, number)

    async def maker_of(self, segment_id: str) -> str:
        """Return who alone had this segment created, by the sealed log; empty if it does not say."""
        return await makers.maker_of(self._database, segment_id)

    # Moving

    async def create(
        self,
        invocation: Invocation,
        change: Change,
        *,
        owner: str,
        detail: dict[str, Any],
        subjects: tuple[str, ...] = (),
    ) -> Change:
        """Turn an invocation into a change: number it, and give ``owner`` its lease. Raises TooLate."""
        await keep_beforehand(self._database, change.plan)
        async with self._database.writing() as db:
            asked_at = forget_words(db, invocation)
            if asked_at is None:
                raise TooLate("This was answered already.")
            numbered = change_rows.insert(db, change, owner)
            save_touched_segments(db, numbered.number, change.plan)
            took = change.created_at - asked_at
            entry = entry_builders.planned(invocation, numbered, detail, subjects, took=took)
            append(db, change_verification.with_row(db, entry), change.created_at)
        return numbered

    async def move(
        self,
        change: Change,
        event: Event,
        *,
        at: datetime,
        actor: str = "",
        detail: dict[str, Any] | None = None,
        update: dict[str, Any] | None = None,
        notices: tuple[tuple[str, str], ...] = (),
        limits: tuple[Limit, ...] = (),
        alone: bool = False,
    ) -> Change:
        """Return ``change`` after ``event``, with these fields updated. Raises TooLate, and OverLimit."""
        moved = after_event(change, event, at=at, update=update or {})
        is_replanned = moved.plan is not change.plan
        if is_replanned:
            await keep_beforehand(self._database, moved.plan)
        async with self._database.writing() as db:
            refuse_over_limit(db, change, limits)
            if alone:
                refuse_beside_running(db, change)
            change_rows.swap(db, change, moved)
            if is_replanned:
                save_touched_segments(db, moved.number, moved.plan)
                db.execute("UPDATE changes SET reminded = 0 WHERE number = ?", (moved.number,))
            mark_undone(db, moved)
            queued.queue(db, moved.number, notices)
            entry = entry_builders.moved(EntryKind(event.value), moved, actor, detail, at - change.updated_at)
            renewed = entry_builders.plan_facts(moved) if is_replanned else {}
            append(db, change_verification.with_row(db, entry_builders.with_sealed(entry, renewed)), at)
            if is_replanned:
                audit_index.add_change(db, moved.number)
        return change_rows.load(self._database.connection, change.number)

    async def amend(
        self, change: Change, kind: EntryKind, *, actor: str, at: datetime, update: dict[str, Any]
    ) -> Change:
        """Return ``change`` with these fields updated, in the same state. Raises TooLate."""
        changed = amended(change, update)
        async with self._database.writing() as db:
            change_rows.swap(db, change, changed)
            append(db, change_verification.with_row(db, entry_builders.moved(kind, changed, actor)), at)
        return change_rows.load(self._database.connection, change.number)

    async def save_run(
        self,
        change: Change,
        run: Run,
        *,
        at: datetime,
        detail: dict[str, Any],
        subjects: tuple[str, ...] = (),
        ms: int | None = None,
    ) -> Change:
        """Save the run of one of its steps; return the updated change. Raises TooLate."""
        recorded = with_run(change, run)
        async with self._database.writing() as db:
            change_rows.swap_run(db, change, recorded, run)
            created = run.applied.created if run.applied else None
            if created:
                change_rows.save_created_segment(db, recorded, created.known_id)
            number = append(db, entry_builders.step_ran(change, run, detail, subjects, ms), at)
            if created:
                audit_index.add_change(db, change.number)
            effects = [(number, id_, *counts) for id_, counts in detail.get("effects", {}).items()]
            db.executemany("INSERT INTO effects VALUES (?, ?, ?, ?)", effects)
        return with_run(change, change_rows.as_stored(self._database.connection, run))

    async def note_late_write(self, number: int, *, at: datetime, detail: dict[str, Any]) -> None:
        """Record that a process that lost this change had a write under way, and queue a notice."""
        async with self._database.writing() as db:
            db.execute("INSERT OR IGNORE INTO notices VALUES (?, 'late', '')", (number,))
            change = change_rows.load(db, number)
            append(db, entry_builders.moved(EntryKind.LATE_WRITE, change, "", detail), at)

    # Stopping a run

    async def request_stop(self, change: Change, *, actor: str, at: datetime) -> None:
        """Ask a run to stop before its next step; the first request counts."""
        async with self._database.writing() as db:
            asked = db.execute(
                "UPDATE changes SET stopped_by = ? WHERE number = ? AND stopped_by = '' AND state = 'running'",
                (actor, change.number),
            )
            if asked.rowcount:
                append(db, entry_builders.moved(EntryKind.STOP_ASKED, change, actor), at)

    async def stop_requested_by(self, number: int) -> str:
        """Return who requested that the run stop; empty if nobody did."""
        row = self._database.execute("SELECT stopped_by FROM changes WHERE number = ?", (number,)).fetchone()
        return str(row["stopped_by"])

    # Notices: messages to people apart from cards and outcomes

    async def queue_reminders(self, *, expiring: datetime, at: datetime) -> None:
        """Queue a reminder, once per version, for each waiting change that expires by then."""
        due = "state = 'waiting' AND NOT reminded AND expires_at <= ?"
        if not self._numbers(due, timestamp(expiring)):
            return
        async with self._database.writing() as db:
            query = f"UPDATE changes SET reminded = 1 WHERE {due} RETURNING number"
            for number in sorted(row["number"] for row in db.execute(query, (timestamp(expiring),))):
                queued.queue(db, number, [("reminder", "")])
                append(db, entry_builders.moved(EntryKind.REMIND, change_rows.load(db, number), ""), at)

    async def notices(self) -> tuple[tuple[int, str, str], ...]:
        """Return the notices to deliver: change, kind and user (empty: everyone who sees the card)."""
        return queued.due(self._database.connection)

    async def remove_notice(self, number: int, kind: str, user: str) -> None:
        """Remove a notice that was delivered, or cannot be."""
        async with self._database.writing() as db:
            queued.remove(db, number, kind, user)

    async def resolve_notice(self, number: int, group: str, users: Iterable[str]) -> None:
        """Replace the notice of an emergency to a group by one to each of its members who was not told yet."""
        async with self._database.writing() as db:
            queued.resolve(db, number, group, users)

    async def untold(self) -> tuple[int, ...]:
        """Return the numbers of the changes of whose emergency not everyone was told."""
        return queued.untold(self._database.connection)

    # Cards and outcomes

    async def outdated_cards(self) -> tuple[int, ...]:
        """Return the numbers of the changes whose card does not show their latest revision."""
        return self._numbers("drawn < revision AND card_ts IS NOT NULL")

    async def shown_by(self, channel: str, ts: str) -> int | None:
        """Return the number of the change whose card this message is; None if it is no card."""
        query = "SELECT number FROM changes WHERE card_ts = ? AND card_channel = ?"
        row = self._database.execute(query, (ts, channel)).fetchone()
        return int(row["number"]) if row else None

    async def outdate_card(self, number: int) -> None:
        """Have the card drawn again, whatever it shows."""
        await self._database.write("UPDATE changes SET drawn = 0 WHERE number = ?", (number,))

    async def save_card(self, change: Change, card: Card) -> None:
        """Save the card's message, and that it shows this revision."""
        query = "UPDATE changes SET drawn = ?, card_channel = ?, card_ts = ? WHERE number = ?"
        await self._database.write(query, (change.revision, card.channel, card.ts, change.number))

    async def save_card_url(self, number: int, url: str) -> None:
        """Save the card's permalink."""
        await self._database.write("UPDATE changes SET card_url = ? WHERE number = ?", (url, number))

    async def unreported_outcomes(self) -> tuple[int, ...]:
        """Return the numbers of the settled changes whose requester has not been notified."""
        return self._numbers(f"NOT informed AND state NOT IN ({_OPEN_STATES})")

    async def mark_outcome_reported(self, number: int) -> None:
        """Record that the requester was notified of the outcome, or cannot be."""
        await self._database.write("UPDATE changes SET informed = 1 WHERE number = ?", (number,))

    def _briefs(self, which: str, **values: str | int) -> tuple[Brief, ...]:
        query = f"SELECT briefs.body FROM changes JOIN briefs ON briefs.change = number WHERE {which}"
        return tuple(Brief.model_validate_json(row["body"]) for row in self._database.execute(query, values))

    def _numbers(self, where: str, *values: str) -> tuple[int, ...]:
        rows = self._database.execute(f"SELECT number FROM changes WHERE {where} ORDER BY number", values)
        return tuple(row["number"] for row in rows)
