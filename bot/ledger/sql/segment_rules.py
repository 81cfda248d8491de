"""Which segments follow rules: a cache of what the log says of Steps that let them, or made them plain lists again.

A row names the Step of a change that is in force for a segment; the rule stands in that change's plan, which is sealed.
"""

import json
from collections.abc import Mapping
from typing import Any

from bot.core.approval.changes import Change, Run, StepState
from bot.core.approval.covering import DueState
from bot.core.segment_rules.followed import Followed, FollowedBy, RunOfRule
from bot.ledger.sql.database import Connection, Database, statement

FOLLOW, DROP = "follow_rule", "drop_rule"
_PLANS = "SELECT segment, change, position, plan FROM segment_rules JOIN changes ON number = change"
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
        rows = await self._database.read(statement(f"{_PLANS} WHERE segment = ?", (segment_id,)))
        return next((_followed(row["change"], row["position"], row["plan"]) for row in rows), None)

    async def all(self) -> Mapping[str, FollowedBy]:
        """Return the rules of all segments that follow one, by the segment's id."""
        rows = await self._database.read(statement(f"{_PLANS} ORDER BY segment", ()))
        return {row["segment"]: _followed(row["change"], row["position"], row["plan"]) for row in rows}

    async def latest_runs(self, change: int) -> tuple[RunOfRule, ...]:
        """Return the latest run of the rule that this change let a segment follow, and the latest that was a change."""
        values: dict[str, str | int | None] = {"change": change}
        return tuple(map(_run_of, await self._database.read(statement(_RUNS, values))))


def save_rule(db: Connection, change: Change, run: Run, entry: int) -> None:
    """Save which rule a segment follows once this Step is done. The caller holds the transaction."""
    step = change.plan.steps[run.position]
    if run.state is not StepState.DONE or step.kind not in (FOLLOW, DROP):
        return
    for segment_id in step.segment_ids:
        if step.kind == FOLLOW:
            db.execute(_SAVE, (segment_id, change.number, run.position, entry))
        else:
            db.execute("DELETE FROM segment_rules WHERE segment = ?", (segment_id,))


def _followed(change: int, position: int, plan: str) -> FollowedBy:
    step = json.loads(plan)["steps"][position]
    return FollowedBy(followed=Followed.model_validate(step["after"]), change=change)


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
