"""Which segments follow rules: a cache of what the log says of Steps that let them, or made them plain lists again.

A row names the Step of a change that is in force for a segment; the rule stands in that change's plan, which is sealed.
"""

import json
from collections.abc import Mapping
from typing import Any

from bot.core.approval.changes import Change, Run, StepState
from bot.core.approval.covering import DueState
from bot.core.segment_rules.followed import Followed, FollowedBy, RunOfRule
from bot.core.segment_rules.rule import with_segments
from bot.core.summary.history import Restorations
from bot.ledger.sql.database import Connection, Database, statement
from bot.ledger.sql.history import restorations

FOLLOW, DROP = "follow_rule", "drop_rule"
_PLANS = """
    SELECT segment, change, position, plan FROM segment_rules JOIN changes ON number = change
    WHERE {} ORDER BY segment
"""
_OF, _ALL = _PLANS.format("segment = ?"), _PLANS.format("segment NOT IN (SELECT old FROM restored)")
"""The rule of one segment; those of all, but for the deleted ones whose rules went with them to other ids."""
_SAVE = """
    INSERT INTO segment_rules VALUES (?, ?, ?, ?) ON CONFLICT (segment)
    DO UPDATE SET change = excluded.change, position = excluded.position, entry = excluded.entry
"""

_SUM = "SELECT sum({}) FROM effects JOIN entries ON entries.number = effects.entry WHERE entries.change = dues.change"
_RUNS = f"""
    SELECT slot, state, told, change, ({_SUM.format("added")}) AS joins, ({_SUM.format("removed")}) AS leaves
    FROM dues WHERE covered_by = :change AND slot IN (
        SELECT max(slot) FROM dues WHERE covered_by = :change
        UNION SELECT max(slot) FROM dues WHERE covered_by = :change AND change IS NOT NULL
    ) ORDER BY slot DESC
"""


class SqlSegmentRules:
    """The rules of segments in SQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, segment_id: str) -> FollowedBy | None:
        """Return the rule that this segment follows; None if it is a plain list."""
        found = await self._database.read(lambda db: _rules(db, _OF, segment_id))
        return next(iter(found.values()), None)

    async def all(self) -> Mapping[str, FollowedBy]:
        """Return the rules of all segments that follow one, by the segment's id."""
        return await self._database.read(lambda db: _rules(db, _ALL))

    async def latest_runs(self, change: int) -> tuple[RunOfRule, ...]:
        """Return the latest run of the rule that this change let a segment follow, and the latest that was a change."""
        values: dict[str, str | int | None] = {"change": change}
        return tuple(map(_run_of, await self._database.read(statement(_RUNS, values))))


def save_rule(db: Connection, change: Change, run: Run, entry: int) -> None:
    """Save which rule a segment follows once this Step is done. The caller holds the transaction."""
    step = change.plan.steps[run.position]
    if run.state is not StepState.DONE or step.kind not in (FOLLOW, DROP):
        return
    step = step.resolved(change.created_ids)
    for segment_id in step.segment_ids:
        if step.kind == FOLLOW:
            db.execute(_SAVE, (segment_id, change.number, run.position, entry))
        else:
            db.execute("DELETE FROM segment_rules WHERE segment = ?", (segment_id,))


def _rules(db: Connection, query: str, *values: str) -> dict[str, FollowedBy]:
    rows, restored = db.execute(query, values).fetchall(), restorations(db)
    return {row["segment"]: _followed(row["change"], row["position"], row["plan"], restored) for row in rows}


def _followed(change: int, position: int, plan: str, restored: Restorations) -> FollowedBy:
    """Return the rule of a Step; it names segments that were deleted and restored by the ids that they have now."""
    followed = Followed.model_validate(json.loads(plan)["steps"][position]["after"])
    rule = with_segments(followed.rule, lambda id_: restored.current_id(id_)[0])
    return FollowedBy(followed=followed.model_copy(update={"rule": rule}), change=change)


def _run_of(row: Any) -> RunOfRule:
    is_over = row["state"] == DueState.OVER
    return RunOfRule(
        slot=row["slot"],
        is_over=is_over,
        reason=row["told"] if row["change"] is None and row["state"] != DueState.ASKED else "",
        change=row["change"],
        joins=int(row["joins"] or 0),
        leaves=int(row["leaves"] or 0),
    )
