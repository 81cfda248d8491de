"""Marks changes as undone: each can be undone once. The caller holds the transaction."""

import json

from bot.core.approval.changes import Change, State
from bot.core.errors import Impossible
from bot.ledger.sql.database import Connection


def mark_undone(db: Connection, undo: Change) -> None:
    """Mark the change that an undo undoes, when it starts; unmark it if the undo breaks off, or is itself undone.

    Raises Impossible if it was already undone.
    """
    original = undo.plan.undoes
    if original is None:
        return
    if undo.state is State.RUNNING:
        _mark(db, original, undo.number)
    elif undo.state in (State.FAILED, State.CANCELLED, State.CLOSED):
        _unmark(db, original, undo.number)
    elif undo.state is State.DONE:
        row = db.execute("SELECT plan FROM changes WHERE number = ?", (original,)).fetchone()
        _unmark(db, json.loads(row["plan"]).get("undoes"), original)


def _mark(db: Connection, original: int, undo: int) -> None:
    marked = db.execute(
        "UPDATE changes SET undone_by = ?, revision = revision + 1 WHERE number = ? AND undone_by IS NULL",
        (undo, original),
    )
    if not marked.rowcount:
        raise Impossible(f"Change {original} was already undone.")


def _unmark(db: Connection, original: int | None, undo: int) -> None:
    db.execute(
        "UPDATE changes SET undone_by = NULL, revision = revision + 1 WHERE number = ? AND undone_by = ?",
        (original, undo),
    )
