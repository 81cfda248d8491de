"""The changes that run, or end what they did, at a time of their own. See ``bot.ledger.ports.timed_changes``."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from bot.core.approval.brief import Brief
from bot.core.approval.due import End, Scheduled
from bot.core.timestamps import timestamp
from bot.ledger.sql import ends
from bot.ledger.sql.changes_table import ChangesTable
from bot.ledger.sql.database import statement

_HAS_TIME = "state = 'approved' AND json_extract(changes.body, '$.due_at') IS NOT NULL"
_SCHEDULED = f"""
    SELECT number, json_extract(body, '$.due_at') AS due, json_extract(body, '$.updated_at') AS moved, looked_at
    FROM changes WHERE {_HAS_TIME}
"""
_TO_END = """
    SELECT briefs.body, at FROM ends JOIN briefs ON briefs.change = ends.change JOIN changes ON number = ends.change
    WHERE state <> 'failed' OR EXISTS (
        SELECT 1 FROM runs WHERE runs.change = number AND json_extract(runs.body, '$.state') <> 'failed'
    ) ORDER BY at, ends.change LIMIT ?
"""
"""A change that failed and did nothing has nothing to end."""


class TimedChanges(ChangesTable):
    """The part of the changes that is about the times at which they run and end."""

    async def to_come(self, limit: int) -> tuple[Brief, ...]:
        """Return the approved changes that run at a time of their own, the next one first."""
        which = f"{_HAS_TIME} ORDER BY json_extract(changes.body, '$.due_at'), number LIMIT :limit"
        return await self._briefs(which, limit=limit)

    async def missed_ends(
        self, segment_ids: Sequence[str], since: datetime, *, in_part: bool = False
    ) -> tuple[End, ...]:
        """Return the ends that came since then and found nobody in a segment, or not everyone, who was gone."""
        return await self._database.read(lambda db: ends.missed(db, segment_ids, since, in_part=in_part))

    async def to_end(self, limit: int) -> tuple[tuple[Brief, datetime], ...]:
        """Return the changes whose additions are to end, each with its time, the next one first."""
        rows = await self._database.read(statement(_TO_END, (limit,)))
        return tuple((Brief.model_validate_json(row["body"]), datetime.fromisoformat(row["at"])) for row in rows)

    async def since_first_to_end(self, segment_ids: Sequence[str]) -> tuple[int, ...]:
        """Return the changes that ran on a segment since the first whose additions are to end, as they began."""
        return await self._database.read(lambda db: ends.since_first(db, segment_ids))

    async def scheduled(self) -> tuple[Scheduled, ...]:
        """Return the approved changes that run at a time of their own, the next one first."""
        rows = await self._database.read(statement(_SCHEDULED, ()))
        found = (Scheduled(number=row["number"], due_at=row["due"], looked_at=_latest(row)) for row in rows)
        return tuple(sorted(found, key=lambda one: (one.due_at, one.number)))

    async def save_look(self, number: int, *, at: datetime) -> None:
        """Record that the plan of a change that is to run later is compared with the store."""
        query = "UPDATE changes SET looked_at = ? WHERE number = ?"
        await self._database.write(statement(query, (timestamp(at), number)))

    async def ends_due(self, now: datetime) -> tuple[End, ...]:
        """Return the ends of additions whose time has come, the earliest first."""
        return await self._database.read(lambda db: ends.due(db, now))

    async def forget_end(self, number: int) -> None:
        """Record that nothing is left to end of this change."""
        await self._database.write(lambda db: ends.forget_end(db, number))


def _latest(row: Any) -> datetime:
    """Return when a change's plan was last compared with the store: when it was approved, at the earliest."""
    return max(datetime.fromisoformat(one) for one in (row["moved"], row["looked_at"]) if one)
