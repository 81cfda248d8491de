"""What the bot asks itself, on record, and the changes that come of it."""

from datetime import datetime
from typing import Any

from bot.core.approval.changes import Change
from bot.core.approval.covering import Covered
from bot.core.invocation import Due
from bot.core.segment_rules.followed import RUN
from bot.ledger.ledger import Ledger
from tests.core.samples import NOW, add, change, plan

COVERED = Covered(change=1, slot=NOW)


def due(slot: datetime = NOW, attempt: int = 1, covered_by: int = 1) -> Due:
    return Due.at(slot, covered_by=covered_by, attempt=attempt, actor="UANA", command=RUN, said="run it")


async def asked(ledger: Ledger, one: Due, at: datetime = NOW) -> bool:
    return await ledger.invocations.record(one, owner="one", at=at, detail={})


async def became(ledger: Ledger, one: Due, **fields: Any) -> Change:
    """A change came of it."""
    draft = change(**{"covered_by": one.covered, "command": RUN, "plan": plan(add(20)), **fields})
    return await ledger.changes.create(
        one, draft, owner="one", detail={"covered_by": one.covered.model_dump(mode="json")}
    )
