"""The changes: their moves and runs. See ``bot.ledger.ports.changes``."""

from datetime import datetime
from typing import Any

from bot.core.approval.beside import Beside
from bot.core.approval.brief import Brief
from bot.core.approval.change_replay import sealed_fact
from bot.core.approval.changes import OPEN, Change, Event, Run, State
from bot.core.approval.changes_reader import Scope
from bot.core.approval.rule import Limit
from bot.core.audit.entries import EntryKind, RecordedEntry
from bot.core.errors import TooLate
from bot.core.invocation import Due, Invocation
from bot.core.timestamps import timestamp
from bot.ledger import entry_builders
from bot.ledger.change_transitions import after_event, amended, with_run
from bot.ledger.sql import audit_index, authorization, backups, change_rows, change_verification, dues, ends, makers
from bot.ledger.sql import notices as queued
from bot.ledger.sql.audit_log import append
from bot.ledger.sql.change_index import FINISHED, save_touched_segments
from bot.ledger.sql.database import Connection, statement
from bot.ledger.sql.invocations import forget_words
from bot.ledger.sql.kept_lists import keep_beforehand
from bot.ledger.sql.moves_by_runs import moved_by_runs
from bot.ledger.sql.moves_per_person import moved_unapproved, refuse_over_limit
from bot.ledger.sql.related_changes import others_beside
from bot.ledger.sql.run_order import refuse_beside_running
from bot.ledger.sql.segment_rules import save_rule
from bot.ledger.sql.timed_changes import TimedChanges
from bot.ledger.sql.told_changes import OPEN_STATES, ToldChanges
from bot.ledger.sql.undo_marks import mark_undone
from bot.ledger.stored_changes import digest

_SCOPES: dict[Scope, str] = {"mine": "requester = :actor", "pending": f"state IN ({OPEN_STATES})", "all": "true"}
_BY_STATE = f"SELECT state, count(*) FROM changes WHERE state IN ({OPEN_STATES}) GROUP BY state"
_LAST = "SELECT max(number) FROM changes"
"""How many changes there are: no number is left out, and none is removed."""


class SqlChanges(TimedChanges, ToldChanges):
    """The changes in SQL. A move, its entry and what follows from it share one transaction."""

    # Reading

    async def load(self, number: int) -> Change:
        """Return one change in full. Raises UnknownChange."""
        return await self._database.read(lambda db: change_rows.load(db, number))

    async def count(self, scope: Scope, actor: str) -> int:
        """Return the number of changes in this scope."""
        query = f"SELECT count(*) FROM changes WHERE {_SCOPES[scope]}"
        ((count,),) = await self._database.read(statement(query, {"actor": actor}))
        return int(count)

    async def latest(self, scope: Scope, actor: str, limit: int, offset: int = 0) -> tuple[Brief, ...]:
        """Return the latest changes, newest first, after skipping ``offset``."""
        which = f"{_SCOPES[scope]} ORDER BY number DESC LIMIT :limit OFFSET :offset"
        return await self._briefs(which, actor=actor, limit=limit, offset=offset)

    async def touching(self, segment_id: str, limit: int) -> tuple[Brief, ...]:
        """Return the latest changes that touch this segment, newest first."""
        return await self._briefs(
            "number IN (SELECT change FROM touches WHERE segment = :segment ORDER BY change DESC LIMIT :limit) "
            "ORDER BY number DESC",
            segment=segment_id,
            limit=limit,
        )

    async def renewing(self) -> tuple[int, ...]:
        """Return the changes that ran and created profiles again, under new ids, which had been deleted."""
        began = "covered_by IS NULL AND json_extract(body, '$.started_at') IS NOT NULL"
        return await self._numbers(f"{began} AND {ends.RENEWS}")

    async def is_as_sealed(self, entry: RecordedEntry) -> bool:
        """Return whether the tables have what a Step did as its entry sealed it; earlier versions sealed nothing."""
        query = "SELECT body FROM runs WHERE change = ? AND position = ?"
        rows = await self._database.read(statement(query, (entry.change, entry.detail["step"])))
        return sealed_fact(entry, "run") in (None, *(digest(row["body"]) for row in rows))

    async def beside(self, change: Change) -> tuple[Beside, ...]:
        """Return the other waiting changes that touch the same as ``change``, which need not be on record yet."""
        return await self._database.read(lambda db: others_beside(db, change))

    async def waiting_for(self, actor: str) -> tuple[Brief, ...]:
        """Return the waiting changes that others requested and this person has not approved; the most urgent first."""
        others = "state = 'waiting' AND requester <> :actor ORDER BY expires_at, number"
        briefs = await self._briefs(others, actor=actor)
        return tuple(brief for brief in briefs if actor not in [one.actor for one in brief.approvals])

    async def requested_by(self, actor: str, limit: int) -> tuple[Brief, ...]:
        """Return this requester's latest changes, the waiting ones first; of covered ones only the open ones."""
        own = f"requester = :actor AND (covered_by IS NULL OR state IN ({OPEN_STATES}))"
        order = "ORDER BY state = 'waiting' DESC, number DESC LIMIT :limit"
        return await self._briefs(f"{own} {order}", actor=actor, limit=limit)

    async def by_state(self) -> tuple[dict[State, int], int]:
        """Return how many changes are in each open state, and how many in any other."""
        last, counts = await self._database.read(lambda db: (db.execute(_LAST).fetchone()[0], db.execute(_BY_STATE)))
        found = dict.fromkeys(sorted(OPEN), 0) | {State(state): int(count) for state, count in counts}
        return found, (last or 0) - sum(found.values())

    async def overdue(self, now: datetime) -> tuple[int, ...]:
        """Return the numbers of the changes that have expired while they waited, or before their cards were posted."""
        return await self._numbers("state IN ('planned', 'waiting') AND expires_at <= ?", timestamp(now))

    async def last_finish(self) -> int:
        """Return the number of the entry with which a run last ended, whatever its outcome; 0 if none did."""
        return await self._database.read(_last_finish)

    async def moved_unapproved(self, requester: str, segment_id: str, *, since: datetime, apart_from: int = 0) -> int:
        """Return how many shoppers this requester added to the segment since then, or kept, without an approval."""
        return await self._database.read(
            lambda db: moved_unapproved(db, requester, segment_id, since=since, apart_from=apart_from)
        )

    async def moved_by_runs(
        self, command: str, segment_id: str, *, after: datetime, apart_from: int = 0
    ) -> tuple[int, int]:
        """Return how many joined the segment, and how many left, by covered changes of this command for later slots."""
        return await self._database.read(lambda db: moved_by_runs(db, command, segment_id, after, apart_from))

    async def contradiction(self, number: int) -> str:
        """Return how the tables differ from what the sealed entries say of a change; empty if not at all."""
        return await authorization.contradiction(self._database, number)

    async def cover_fault(self, number: int, *, after: datetime) -> str:
        """Return how the tables that a covering change's cover goes by differ from the sealed log; empty if not."""
        return await authorization.cover_fault(self._database, number, after)

    async def is_of_backup(self, number: int) -> bool:
        """Return whether a change came with a backup that was restored."""
        return number <= await self._database.read(backups.last_restored)

    async def confirmed_by(self, number: int, lapse: str) -> tuple[int, ...]:
        """Return the changes that people approved since the restore though this one lapsed for this reason."""
        return await self._database.read(lambda db: backups.confirmed_by(db, number, lapse))

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

        def create(db: Connection) -> Change:
            asked_at = forget_words(db, invocation)
            if asked_at is None:
                raise TooLate("This was answered already.")
            numbered = change_rows.insert(db, change, owner)
            save_touched_segments(db, numbered.number, change.plan)
            if isinstance(invocation, Due):
                dues.became(db, invocation, numbered.number)
            took = change.created_at - asked_at
            entry = entry_builders.planned(invocation, numbered, detail, subjects, took=took)
            append(db, change_verification.with_row(db, entry), change.created_at)
            return numbered

        return await self._database.write(create)

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
        """Return ``change`` after ``event``, with these fields updated. Raises TooLate, and Impossible."""
        moved = after_event(change, event, at=at, update=update or {})
        is_replanned = moved.plan is not change.plan
        if is_replanned:
            await keep_beforehand(self._database, moved.plan)

        def move(db: Connection) -> None:
            refuse_over_limit(db, change, limits)
            if alone:
                refuse_beside_running(db, change)
            ends.refuse_kept(db, moved)
            change_rows.swap(db, change, moved)
            if is_replanned:
                save_touched_segments(db, moved.number, moved.plan)
                db.execute("UPDATE changes SET reminded = false WHERE number = ?", (moved.number,))
            mark_undone(db, moved)
            ends.save_end(db, moved)
            ends.settle_end(db, moved)
            ends.bring_back_ends(db, moved)
            queued.queue(db, moved.number, notices)
            entry = entry_builders.moved(EntryKind(event.value), moved, actor, detail, at - change.updated_at)
            renewed = entry_builders.plan_facts(moved) if is_replanned else {}
            append(db, change_verification.with_row(db, entry_builders.with_sealed(entry, renewed)), at)
            if is_replanned:
                audit_index.add_change(db, moved.number)

        await self._database.write(move)
        return await self.load(change.number)

    async def amend(
        self,
        change: Change,
        kind: EntryKind,
        *,
        actor: str,
        at: datetime,
        update: dict[str, Any],
        limits: tuple[Limit, ...] = (),
    ) -> Change:
        """Return ``change`` with these fields updated, in the same state. Raises TooLate, and OverLimit."""
        changed = amended(change, update)

        def amend(db: Connection) -> None:
            refuse_over_limit(db, change, limits)
            change_rows.swap(db, change, changed)
            if kind is EntryKind.KEEP:
                ends.refuse_taking_out(db, changed)
                ends.forget_end(db, changed.number)
            append(db, change_verification.with_row(db, entry_builders.moved(kind, changed, actor)), at)

        await self._database.write(amend)
        return await self.load(change.number)

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

        def save(db: Connection) -> None:
            change_rows.swap_run(db, change, recorded, run)
            created = run.applied.created if run.applied else None
            if created:
                change_rows.save_created_segment(db, recorded, created.known_id)
            number = append(db, entry_builders.step_ran(change, run, detail, subjects, ms), at)
            if created:
                audit_index.add_change(db, change.number)
            save_rule(db, change, run, number)
            effects = [(number, id_, *counts) for id_, counts in detail.get("effects", {}).items()]
            db.executemany("INSERT INTO effects VALUES (?, ?, ?, ?)", effects)

        await self._database.write(save)
        return with_run(change, await self._database.read(lambda db: change_rows.as_stored(db, run)))

    async def note_late_write(self, number: int, *, at: datetime, detail: dict[str, Any]) -> None:
        """Record that a process that lost this change had a write under way, and queue a notice."""

        def note(db: Connection) -> None:
            queued.queue(db, number, [("late", "")])
            change = change_rows.load(db, number)
            append(db, entry_builders.moved(EntryKind.LATE_WRITE, change, "", detail), at)

        await self._database.write(note)

    # Stopping a run

    async def request_stop(self, change: Change, *, actor: str, at: datetime) -> None:
        """Ask a run to stop before its next step; the first request counts."""

        def request(db: Connection) -> None:
            asked = db.execute(
                "UPDATE changes SET stopped_by = ? WHERE number = ? AND stopped_by = '' AND state = 'running'",
                (actor, change.number),
            )
            if asked.rowcount:
                append(db, entry_builders.moved(EntryKind.STOP_ASKED, change, actor), at)

        await self._database.write(request)

    async def stop_requested_by(self, number: int) -> str:
        """Return who requested that the run stop; empty if nobody did."""
        (row,) = await self._database.read(statement("SELECT stopped_by FROM changes WHERE number = ?", (number,)))
        return str(row["stopped_by"])


def _last_finish(db: Connection) -> int:
    by_index = db.by_index("entries_finished")
    (number,) = db.execute(f"SELECT max(number) FROM entries {by_index} WHERE {FINISHED}").fetchone()
    return int(number or 0)
