"""Changes: their plans, moves, runs and cards."""

import json
from dataclasses import replace
from datetime import datetime
from typing import Any

from bot.core.approval.changes import MOVES, OPEN, Brief, Card, Change, Event, Run, State, too_late
from bot.core.audit.entries import Entry, EntryKind, segment_subject
from bot.core.command import Scope
from bot.core.errors import Impossible, TooLate, UnknownChange
from bot.core.invocation import Invocation
from bot.ledger.sqlite import audit_index, audit_log
from bot.ledger.sqlite.audit_log import stamp
from bot.ledger.sqlite.file import Connection, File
from bot.ledger.sqlite.invocations import answered, forget
from bot.ledger.sqlite.schema import describe, touch

_COLUMNS = frozenset({"number", "state", "revision", "requester", "expires_at", "plan", "undone_by", "card", "runs"})
_OPEN_STATES = ",".join(f"'{state.value}'" for state in sorted(OPEN))
_BRIEFS = "changes JOIN briefs ON briefs.change = number"
_WAITS = """
    state = 'waiting' AND requester <> :actor
    AND NOT EXISTS (SELECT 1 FROM json_each(briefs.body, '$.approvals') WHERE json_extract(value, '$.actor') = :actor)
"""
_SCOPES: dict[Scope, str] = {"mine": "requester = :actor", "pending": f"state IN ({_OPEN_STATES})", "all": "true"}


class Changes(File):
    """The changes. A move, its Entry and what follows from it share one transaction."""

    async def plan(
        self, ask: Invocation, change: Change, *, owner: str, detail: dict[str, Any], subjects: tuple[str, ...] = ()
    ) -> Change:
        """The ask became a Change: gives it its number, and ``owner`` its card to post.

        ``subjects``: whom and what the words named, beside the segments that the plan touches. Whom it touches is said
        by the Steps that ran: they may be 100,000 shoppers.

        Raises TooLate where another process, which took this one for dead, answered the ask meanwhile.
        """
        with self._transaction() as db:
            asked_at = forget(db, ask)
            if asked_at is None:
                raise TooLate("This was answered already.")
            row = (change.state, change.revision, change.requester, stamp(change.expires_at))
            number = db.execute(
                "INSERT INTO changes (state, revision, requester, expires_at, plan, body, owner) "
                "VALUES (?, ?, ?, ?, ?, ?, ?)",
                (*row, change.plan.model_dump_json(), _body(change), owner),
            ).lastrowid
            numbered = change.model_copy(update={"number": number})
            describe(db, Brief.of(numbered))
            touch(db, numbered.number, change.plan)
            _make_due(db, numbered)
            touched = tuple(dict.fromkeys((*_segments(change), *subjects)))
            entry = answered(EntryKind.PLANNED, ask, detail, touched, took=change.created_at - asked_at)
            audit_log.append(db, replace(entry, change=numbered.number, outcome=change.state.value), change.created_at)
        return numbered

    async def change(self, number: int) -> Change:
        """One Change, whole. Raises UnknownChange."""
        return self._change(number)

    async def count(self, scope: Scope, actor: str) -> int:
        """How many Changes there are."""
        (count,) = self._db.execute(f"SELECT count(*) FROM changes WHERE {_SCOPES[scope]}", {"actor": actor}).fetchone()
        return int(count)

    async def latest(self, scope: Scope, actor: str, limit: int, offset: int = 0) -> tuple[Brief, ...]:
        """The latest Changes, newest first, after ``offset`` of them."""
        which = f"{_SCOPES[scope]} ORDER BY number DESC LIMIT :limit OFFSET :offset"
        return self._briefs(which, actor=actor, limit=limit, offset=offset)

    async def touching(self, segment_id: str, limit: int) -> tuple[Brief, ...]:
        """The latest Changes that touch this segment, newest first."""
        return self._briefs(
            "number IN (SELECT change FROM touches WHERE segment = :segment ORDER BY change DESC LIMIT :limit) "
            "ORDER BY number DESC",
            segment=segment_id,
            limit=limit,
        )

    async def waiting_for(self, actor: str) -> tuple[Brief, ...]:
        """Changes that wait, were asked for by others and not signed by this person; first those that expire first."""
        return self._briefs(f"{_WAITS} ORDER BY expires_at, number", actor=actor)

    async def asked_for(self, actor: str, limit: int) -> tuple[Brief, ...]:
        """The latest Changes of this requester: first those that wait, then the others."""
        order = "ORDER BY state = 'waiting' DESC, number DESC LIMIT :limit"
        return self._briefs(f"requester = :actor {order}", actor=actor, limit=limit)

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
        notices: tuple[tuple[str, str], ...] = (),
    ) -> Change:
        """``change`` after ``event``, with ``update`` of its fields, and the Entry of it, in one transaction.

        The Entry says how long the change stood where it was.

        ``notices``: kinds, and the users to be told. Compare-and-swap: raises TooLate where the event cannot happen,
        or somebody moved the change since it was read.
        """
        if event not in MOVES.get(change.state, {}):
            too_late(change)
        moved = _after(change, at, {"state": MOVES[change.state][event], **(update or {})})
        with self._transaction() as db:
            self._swapped(db, change, moved)
            if moved.plan is not change.plan:
                touch(db, moved.number, moved.plan)
                db.execute("UPDATE changes SET reminded = 0 WHERE number = ?", (moved.number,))
            _mark_undone(db, moved)
            db.executemany("INSERT OR IGNORE INTO notices VALUES (?, ?, ?)", [(moved.number, *one) for one in notices])
            entry = _moved(EntryKind(event.value), moved, actor, detail or {})
            took = audit_log.milliseconds(at - change.updated_at)
            audit_log.append(db, replace(entry, outcome=moved.state.value, ms=took), at)
            if moved.plan is not change.plan:
                audit_index.belong(db, moved.number)
        return self._change(change.number)

    async def amend(
        self, change: Change, kind: EntryKind, *, actor: str, at: datetime, update: dict[str, Any]
    ) -> Change:
        """``change`` with something added to its record, and the Entry of it; its state stays. Raises TooLate."""
        amended = _after(change, at, {**update, "updated_at": change.updated_at})
        with self._transaction() as db:
            self._swapped(db, change, amended)
            audit_log.append(db, _moved(kind, amended, actor, {}), at)
        return self._change(change.number)

    def _swapped(self, db: Connection, change: Change, moved: Change) -> None:
        if not _swap(db, change, moved):
            too_late(self._change(change.number))
        describe(db, Brief.of(moved))
        _make_due(db, moved, change.state)

    # Notices: what people are to be told besides cards and outcomes

    async def remind(self, *, expiring: datetime, at: datetime) -> None:
        """Make the reminders due of Changes that wait and expire by then, once for each version."""
        due = "state = 'waiting' AND NOT reminded AND expires_at <= ?"
        if not self._numbers(due, stamp(expiring)):
            return
        with self._transaction() as db:
            marked = db.execute(f"UPDATE changes SET reminded = 1 WHERE {due} RETURNING number", (stamp(expiring),))
            for number in sorted(row["number"] for row in marked):
                db.execute("INSERT OR IGNORE INTO notices VALUES (?, 'reminder', '')", (number,))
                audit_log.append(db, _moved(EntryKind.REMIND, self._change(number), "", {}), at)

    async def notices(self) -> tuple[tuple[int, str, str], ...]:
        """What is still to be told: change, kind and user (none: everybody at the card)."""
        return tuple(map(tuple, self._db.execute("SELECT change, kind, user FROM notices ORDER BY change, kind, user")))

    async def noticed(self, number: int, kind: str, user: str) -> None:
        """It was told."""
        self._write("DELETE FROM notices WHERE change = ? AND kind = ? AND user = ?", (number, kind, user))

    # Stopping a Change that runs

    async def stop(self, change: Change, *, actor: str, at: datetime) -> None:
        """Somebody wants it to stop before its next Step; the first one counts."""
        with self._transaction() as db:
            asked = db.execute(
                "UPDATE changes SET stopped_by = ? WHERE number = ? AND stopped_by = '' AND state = 'running'",
                (actor, change.number),
            )
            if asked.rowcount:
                audit_log.append(db, _moved(EntryKind.STOP_ASKED, change, actor, {}), at)

    async def stopper(self, number: int) -> str:
        """Who wants it to stop; nobody: an empty text."""
        row = self._db.execute("SELECT stopped_by FROM changes WHERE number = ?", (number,)).fetchone()
        return str(row["stopped_by"])

    async def record_run(
        self,
        change: Change,
        run: Run,
        *,
        at: datetime,
        detail: dict[str, Any],
        subjects: tuple[str, ...] = (),
        ms: int | None = None,
    ) -> Change:
        """``change`` with how one of its Steps goes: saved, sealed, and its card due to be drawn again.

        ``detail`` may have its "effects": by segment id, how many shoppers it put in and took out.
        """
        runs = {one.position: one for one in change.runs} | {run.position: run}
        recorded = change.model_copy(update={"runs": tuple(runs.values()), "revision": change.revision + 1})
        with self._transaction() as db:
            row = (change.number, run.position, run.model_dump_json())
            db.execute("INSERT OR REPLACE INTO runs VALUES (?, ?, ?)", row)
            if not _swap(db, change, recorded):
                too_late(self._change(change.number))
            if run.applied and run.applied.created:
                touched = (run.applied.created.known_id, change.number)
                db.execute("INSERT OR IGNORE INTO touches VALUES (?, ?)", touched)
                restored = [(new_id, old_id, change.number) for old_id, new_id in recorded.restored.items()]
                db.executemany("INSERT OR REPLACE INTO restored VALUES (?, ?, ?)", restored)
            told = {"step": run.position, **detail}
            entry = Entry(
                EntryKind(f"step {run.state.value}"), "", detail=told, outcome=run.state.value, subjects=subjects, ms=ms
            )
            number = audit_log.append(db, _of(change, entry), at)
            if run.applied and run.applied.created:
                audit_index.belong(db, change.number)
            moved = [(number, id_, *counts) for id_, counts in detail.get("effects", {}).items()]
            db.executemany("INSERT INTO effects VALUES (?, ?, ?, ?)", moved)
        return recorded

    # Cards

    async def undrawn(self) -> tuple[int, ...]:
        """Numbers of the Changes whose card does not show their latest move."""
        return self._numbers("drawn < revision AND card_ts IS NOT NULL")

    async def drew(self, change: Change, card: Card) -> None:
        """The card shows this revision."""
        self._write(
            "UPDATE changes SET drawn = ?, card_channel = ?, card_ts = ? WHERE number = ?",
            (change.revision, card.channel, card.ts, change.number),
        )

    async def located(self, number: int, url: str) -> None:
        """The card has this address."""
        self._write("UPDATE changes SET card_url = ? WHERE number = ?", (url, number))

    async def unheard(self) -> tuple[int, ...]:
        """Numbers of the settled Changes whose requester has not been told the outcome."""
        return self._numbers(f"NOT informed AND state NOT IN ({_OPEN_STATES})")

    async def informed(self, number: int) -> None:
        """The requester was told."""
        self._write("UPDATE changes SET informed = 1 WHERE number = ?", (number,))

    # How they are stored

    def _briefs(self, which: str, **values: str | int) -> tuple[Brief, ...]:
        query = f"SELECT briefs.body FROM {_BRIEFS} WHERE {which}"
        return tuple(Brief.model_validate_json(row["body"]) for row in self._db.execute(query, values))

    def _change(self, number: int) -> Change:
        row = self._db.execute("SELECT * FROM changes WHERE number = ?", (number,)).fetchone()
        if row is None:
            raise UnknownChange(number)
        runs = self._db.execute("SELECT body FROM runs WHERE change = ? ORDER BY position", (number,))
        columns = {name: row[name] for name in _COLUMNS - {"plan", "card", "runs"}}
        place = {"channel": row["card_channel"], "ts": row["card_ts"], "url": row["card_url"]}
        card = place if row["card_ts"] else None
        bodies = {"plan": json.loads(row["plan"]), "runs": [json.loads(run["body"]) for run in runs]}
        return Change.model_validate(json.loads(row["body"]) | columns | bodies | {"card": card})


def _after(change: Change, at: datetime, update: dict[str, Any]) -> Change:
    return change.model_copy(update={"revision": change.revision + 1, "updated_at": at, **update})


def _body(change: Change) -> str:
    return change.model_dump_json(exclude=set(_COLUMNS))


def _swap(db: Connection, change: Change, moved: Change) -> bool:
    # A plan may hold 100,000 ids and seldom changes: it is not written again at each move.
    plan = None if moved.plan is change.plan else moved.plan.model_dump_json()
    row = (moved.state, moved.revision, stamp(moved.expires_at), plan, _body(moved), change.number, change.revision)
    swapped = db.execute(
        "UPDATE changes SET state = ?, revision = ?, expires_at = ?, plan = coalesce(?, plan), body = ? "
        "WHERE number = ? AND revision = ?",
        row,
    )
    return swapped.rowcount == 1


def _make_due(db: Connection, moved: Change, before: State = State.PLANNED) -> None:
    """Home tabs may have to be drawn again: of everybody who may approve it or sees the store, or of the requester."""
    everybody = State.WAITING in (before, moved.state) or (before is State.RUNNING and not moved.is_open)
    db.execute("UPDATE homes SET revision = revision + 1 WHERE ? OR user = ?", (everybody, moved.requester))


def _mark_undone(db: Connection, undo: Change) -> None:
    """An undo that starts claims what it undoes; one that fails, is stopped or is undone itself gives it back."""
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
    elif undo.state in (State.FAILED, State.CANCELLED):
        _give_back(db, original, undo.number)
    elif undo.state is State.DONE:
        row = db.execute("SELECT json_extract(plan, '$.undoes') FROM changes WHERE number = ?", (original,)).fetchone()
        _give_back(db, row[0], original)


def _give_back(db: Connection, original: int | None, undo: int) -> None:
    """What this undo undid can be undone again."""
    db.execute(
        "UPDATE changes SET undone_by = NULL, revision = revision + 1 WHERE number = ? AND undone_by = ?",
        (original, undo),
    )


def _moved(kind: EntryKind, change: Change, actor: str, detail: dict[str, Any]) -> Entry:
    return _of(change, Entry(kind, actor, detail=detail, outcome=change.state.value, subjects=_segments(change)))


def _segments(change: Change) -> tuple[str, ...]:
    """What its plan touches, as the log knows it."""
    return tuple(map(segment_subject, change.plan.segment_ids))


def _of(change: Change, entry: Entry) -> Entry:
    """``entry`` as one of this change."""
    return replace(entry, channel=change.place.channel or "", command=change.command, change=change.number)
