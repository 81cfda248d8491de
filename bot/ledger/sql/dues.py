"""What became of what the bot asked itself: a row for each slot of a covering change.

Callers of functions that write hold the transaction in which the invocation itself is recorded, or answered.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from bot.core.approval.changes import OPEN, State
from bot.core.approval.covering import DueRecord, DueState
from bot.core.audit.entries import EntryKind
from bot.core.invocation import Due
from bot.core.segment_rules.followed import RUN
from bot.core.timestamps import timestamp
from bot.ledger.sql.database import Connection, Database, statement

_UNBEGUN = f"""
    SELECT count(*) FROM changes WHERE number = dues.change AND state IN ('{State.STALE}', '{State.CANCELLED}')
    AND json_extract(body, '$.settled_by') IS NULL AND NOT EXISTS (SELECT 1 FROM runs WHERE runs.change = number)
"""
_OF = f"SELECT dues.*, ({_UNBEGUN}) AS unbegun FROM dues WHERE covered_by = ? AND slot = ?"
_FIRST = """
    INSERT INTO dues SELECT :covered_by, :slot, :attempt, :at, 'asked', coalesce((
        SELECT told FROM dues WHERE covered_by = :covered_by ORDER BY slot DESC LIMIT 1
    ), ''), NULL ON CONFLICT DO NOTHING
"""
_ANOTHER = """
    UPDATE dues SET attempts = :attempt, at = :at, state = 'asked', change = NULL
    WHERE covered_by = :covered_by AND slot = :slot AND attempts = :attempt - 1
"""
_SETTLE = "UPDATE dues SET state = ?, told = coalesce(?, told), change = ? WHERE covered_by = ? AND slot = ?"
_OPEN = ",".join(f"'{state.value}'" for state in sorted(OPEN))
_UNDER_WAY = f"""
    SELECT 1 FROM changes JOIN touches ON touches.change = number
    WHERE segment = :segment AND covered_by IS NOT NULL AND state IN ({_OPEN})
    AND json_extract(body, '$.command') = '{RUN}'
    UNION ALL SELECT 1 FROM dues WHERE covered_by = :covered_by AND state = 'asked' LIMIT 1
"""


class SqlDues:
    """What became of the slots of covering changes, in SQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, covered_by: int, slot: datetime) -> DueRecord | None:
        """Return what became of this slot; None if nobody asked yet. A change that never began is due again."""
        rows = await self._database.read(statement(_OF, (covered_by, timestamp(slot))))
        return next((_record_of(row) for row in rows), None)

    async def is_run_under_way(self, covered_by: int, segment_id: str) -> bool:
        """Return whether a covered run of a rule waits or runs for this segment, or is planned for this change."""
        values: dict[str, str | int | None] = {"segment": segment_id, "covered_by": covered_by}
        return bool(await self._database.read(statement(_UNDER_WAY, values)))


def attempted(db: Connection, due: Due, at: datetime) -> bool:
    """Note that this attempt is asked for. Return False if it was, already."""
    which: dict[str, str | int | None] = {"covered_by": due.covered_by, "slot": timestamp(due.slot)}
    query = _FIRST if due.attempt == 1 else _ANOTHER
    return db.execute(query, {**which, "attempt": due.attempt, "at": timestamp(at)}).rowcount == 1


def settled(db: Connection, due: Due, kind: EntryKind, detail: dict[str, Any]) -> None:
    """Note the answer to an attempt that became no change; ``detail`` says whether it passes, and was told."""
    if kind is EntryKind.REFUSED:
        told = detail["reason"] if detail.get("told") else None
        _settle(db, due, DueState.AGAIN if detail.get("passes") else DueState.OVER, told, None)
    else:
        _settle(db, due, DueState.OVER, "", None)


def became(db: Connection, due: Due, change: int) -> None:
    """Note which change came of an attempt."""
    _settle(db, due, DueState.OVER, "", change)


def _settle(db: Connection, due: Due, state: DueState, told: str | None, change: int | None) -> None:
    db.execute(_SETTLE, (state.value, told, change, due.covered_by, timestamp(due.slot)))


def _record_of(row: Any) -> DueRecord:
    names: Iterable[str] = ("covered_by", "slot", "attempts", "at", "state", "told", "change")
    found = {name: row[name] for name in names}
    return DueRecord.model_validate(found | ({"state": DueState.AGAIN} if row["unbegun"] else {}))
