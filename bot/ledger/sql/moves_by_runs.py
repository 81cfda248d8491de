"""How many shoppers covered changes moved in a segment without a click.

One counts from the moment it may run: as planned while it runs or if nobody knows what it did, else as it did.
"""

import json
from datetime import datetime, timedelta

from bot.core.approval.changes import State
from bot.core.items import Item
from bot.core.kept_lists import count_stored
from bot.core.timestamps import timestamp
from bot.ledger.sql.audit_index import OF_SEGMENTS
from bot.ledger.sql.database import Connection
from bot.ledger.sql.moves_per_person import may_still_move

_BEGAN = f"""
    SELECT entries.change FROM subjects JOIN entries ON entries.number = subjects.entry
    WHERE subject = ? AND {OF_SEGMENTS} AND subjects.kind IN ('clear', 'start') AND subjects.at > ?
"""
_RAN = f"""
    SELECT number, state, plan, json_extract(body, '$.covered_by.slot') FROM changes
    WHERE number IN ({_BEGAN})
    AND covered_by IS NOT NULL AND number <> ? AND json_extract(body, '$.command') = ?
    AND json_extract(body, '$.approvals') = '[]' AND json_extract(body, '$.emergency.at') IS NULL
    AND state NOT IN ('{State.PLANNED}', '{State.WAITING}')
"""
_MOVED = """
    SELECT coalesce(sum(added), 0), coalesce(sum(removed), 0)
    FROM entries JOIN effects ON effects.entry = entries.number WHERE entries.change = ? AND segment = ?
"""
CLOCKS = timedelta(days=1)
"""As much earlier than its slot a change may have begun, by clocks that were set."""


def moved_by_runs(db: Connection, command: str, segment_id: str, after: datetime, apart_from: int) -> tuple[int, int]:
    """Return how many joined the segment, and how many left, by covered changes of this command for later slots."""
    values = (str(Item.segment(segment_id)), _since(after), apart_from, command)
    moved = [
        _planned(plan, segment_id) if may_still_move(db, number, state) else _effects(db, number, segment_id)
        for number, state, plan, slot in db.execute(_RAN, values).fetchall()
        if datetime.fromisoformat(slot) > after
    ]
    return sum(joined for joined, _ in moved), sum(left for _, left in moved)


def began(db: Connection, segment_id: str, after: datetime) -> frozenset[int]:
    """Return the numbers of the changes among which those are that count for slots after this one."""
    return frozenset(number for (number,) in db.execute(_BEGAN, (str(Item.segment(segment_id)), _since(after))))


def _since(after: datetime) -> str:
    return timestamp(after - CLOCKS)


def _effects(db: Connection, number: int, segment_id: str) -> tuple[int, int]:
    joined, left = db.execute(_MOVED, (number, segment_id)).fetchone()
    return int(joined), int(left)


def _planned(plan: str, segment_id: str) -> tuple[int, int]:
    counts = {"add_members": 0, "remove_members": 0}
    for step in json.loads(plan)["steps"]:
        if step["kind"] in counts and step["segment"]["id"] == segment_id:
            counts[step["kind"]] += count_stored(step["profile_ids"]) + count_stored(step.get("newcomers", ()))
    return counts["add_members"], counts["remove_members"]
