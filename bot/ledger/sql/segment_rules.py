"""Which segments follow rules: a cache of what the log says of Steps that let them, or made them plain lists again.

A row names the Step of a change that is in force for a segment; the rule stands in that change's plan, which is sealed.
"""

import json
from collections.abc import Mapping

from bot.core.approval.changes import Change, Run, StepState
from bot.core.segment_rules.followed import Followed, FollowedBy
from bot.ledger.sql.database import Connection, Database, statement

FOLLOW, DROP = "follow_rule", "drop_rule"
_PLANS = "SELECT segment, change, position, plan FROM segment_rules JOIN changes ON number = change"
_SAVE = """
    INSERT INTO segment_rules VALUES (?, ?, ?, ?) ON CONFLICT (segment)
    DO UPDATE SET change = excluded.change, position = excluded.position, entry = excluded.entry
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
