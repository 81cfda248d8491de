"""How many shoppers somebody moved in a segment without approval. Callers that write hold the transaction.

A change counts from the moment it may run: as planned while it runs or if nobody knows what it did, else as it did.
Whom somebody keeps in a segment counts like whom they add: by a change, or by letting stay whom one added until a time.
"""

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from bot.core.approval.changes import Change, State, StepState
from bot.core.approval.rule import Limit
from bot.core.errors import OverLimit
from bot.core.items import Item
from bot.core.kept_lists import count_stored
from bot.core.timestamps import timestamp
from bot.ledger.sql.audit_index import OF_SEGMENTS
from bot.ledger.sql.database import Connection
from bot.ledger.sql.history import restorations

_SINCE = f"""
    SELECT entries.change FROM subjects JOIN entries ON entries.number = subjects.entry
    WHERE subject = :segment AND {OF_SEGMENTS} AND subjects.at > :since
"""
_COUNTED = f"""
    SELECT number, state, plan FROM changes WHERE number IN (
        {_SINCE} AND subjects.kind IN ('clear', 'break glass', 'start')
        UNION ALL {_SINCE} AND subjects.kind = 'keep' AND subjects.actor = :requester
    )
    AND requester = :requester AND number <> :apart_from AND covered_by IS NULL
    AND (json_extract(body, '$.approvals') = '[]' OR json_extract(body, '$.kept_by') = :requester)
    AND state NOT IN ('{State.PLANNED}', '{State.WAITING}')
"""
_MAY_MOVE = (State.APPROVED, State.RUNNING, State.CLOSED)
"""States of changes that may still move shoppers, or of which nobody knows whether they did."""
_UNSURE = "SELECT 1 FROM runs WHERE change = ? AND json_extract(body, '$.state') IN ('started', 'unsure')"
_ADDS, _KEEPS = "add_members", "keep_members"
_ADDED = """
    SELECT coalesce(sum(added), 0) FROM entries JOIN effects ON effects.entry = entries.number
    WHERE entries.change = ? AND segment = ?
"""
_DONE = f"SELECT position FROM runs WHERE change = ? AND json_extract(body, '$.state') = '{StepState.DONE}'"


def moved_unapproved(db: Connection, requester: str, segment_id: str, *, since: datetime, apart_from: int) -> int:
    """Return how many shoppers this requester added to the segment since then, or kept, without an approval."""
    values: dict[str, str | int | None] = {
        "since": timestamp(since),
        "requester": requester,
        "apart_from": apart_from,
    }
    return sum(
        _added(db, row, id_)
        for id_ in restorations(db).all_ids(segment_id)
        for row in db.execute(_COUNTED, values | {"segment": str(Item.segment(id_))}).fetchall()
    )


def refuse_over_limit(db: Connection, change: Change, limits: Iterable[Limit]) -> None:
    """Raise OverLimit if the change may no longer run without approval, since its requester moved others meanwhile."""
    for limit in limits:
        before = moved_unapproved(db, change.requester, limit.segment, since=limit.since, apart_from=change.number)
        if before >= limit.room:
            raise OverLimit(change.number)


def may_still_move(db: Connection, number: int, state: str) -> bool:
    """Return whether a change in this state may move shoppers yet, or may have without anybody knowing it."""
    return state in _MAY_MOVE or db.execute(_UNSURE, (number,)).fetchone() is not None


def _added(db: Connection, row: Any, segment_id: str) -> int:
    number, state, plan = row
    steps = enumerate(json.loads(plan)["steps"])
    moves = ((position, step) for position, step in steps if step["kind"] in (_ADDS, _KEEPS))
    mine = {position: step for position, step in moves if step["segment"]["id"] == segment_id}
    if may_still_move(db, number, state):
        return sum(map(_planned, mine.values()))
    # The log has no effects of a step that keeps: the segment stays as it is.
    done = [mine[position] for (position,) in db.execute(_DONE, (number,)) if position in mine]
    kept = sum(_planned(step) for step in done if step["kind"] == _KEEPS)
    return kept + int(db.execute(_ADDED, (number, segment_id)).fetchone()[0])


def _planned(step: dict[str, Any]) -> int:
    return count_stored(step["profile_ids"]) + count_stored(step.get("newcomers", ()))
