"""What goes without a click is compared with the log in what it goes by, and in nothing else, on both engines."""

from datetime import timedelta
from typing import Any

import pytest

from bot.core.approval.changes import Change, Event, Run, StepState
from bot.core.approval.need import Need
from bot.core.planning.steps import FollowRule
from bot.ledger.ledger import Ledger
from tests.core.samples import NOW, VIPS, uuid
from tests.ledger.asked_itself import asked, became, due
from tests.ledger.planned import moved
from tests.ledger.test_ends import LOYAL, ending
from tests.ledger.test_segment_rules import MARKETING, NEVER, ran

DAY = timedelta(days=1)
FREE = Need(approvals=0, why="needs no approval: covered by change 1")


async def edit(ledger: Ledger, statement: str, *values: Any) -> None:
    database: Any = ledger.storage
    await database.write(lambda db: db.execute(statement, values))


async def fault(ledger: Ledger, number: int = 1) -> str:
    return await ledger.changes.cover_fault(number, after=NOW - DAY)


async def test_an_end_goes_by_what_is_said_of_its_own_segments(ledger: Ledger) -> None:
    await ending(ledger, "1")
    await ending(ledger, "2", segment=LOYAL)
    assert (await fault(ledger, 1), await fault(ledger, 2)) == ("", "")
    await edit(ledger, "INSERT INTO restored (old, segment, change) VALUES (?, ?, 2)", VIPS.known_id, uuid(9))
    told = "Change 2 did not create a segment again as the table restored says."
    assert (await fault(ledger, 1), await fault(ledger, 2)) == (told, "")
    await edit(ledger, "DELETE FROM restored")
    await edit(ledger, "DELETE FROM ends WHERE change = 1")
    assert await fault(ledger, 2) == ""


async def runs_itself(ledger: Ledger) -> Change:
    """VIPs follows a rule by change 1, and Loyal by 2; a run, change 3, put two shoppers into VIPs."""
    await ran(ledger, "1", FollowRule(segment=VIPS, after=NEVER))
    await ran(ledger, "2", FollowRule(segment=LOYAL, after=MARKETING))
    asks = due()
    await asked(ledger, asks)
    draft = await became(ledger, asks, need=FREE)
    found = await moved(ledger, draft, Event.CLEAR, Event.START)
    run, detail = Run(position=0, state=StepState.DONE), {"effects": {VIPS.known_id: (2, 0)}}
    found = await ledger.changes.save_run(found, run, at=NOW, detail=detail, subjects=(f"segment:{VIPS.known_id}",))
    return await moved(ledger, found, Event.FINISH)


EDITS = (
    ("", ""),
    ("UPDATE segment_rules SET change = 2 WHERE change = 1", "The table segment_rules has other rules than the log."),
    ("UPDATE segment_rules SET change = 1 WHERE change = 2", ""),
    ("UPDATE changes SET covered_by = NULL", "Change 3 is covered by another change than the table changes says."),
)


@pytest.mark.parametrize(("statement", "told"), EDITS)
async def test_a_run_goes_by_its_rule_and_by_the_runs_that_its_guard_counts(
    ledger: Ledger, statement: str, told: str
) -> None:
    await runs_itself(ledger)
    if statement:
        await edit(ledger, statement)
    found = await fault(ledger)
    assert found.startswith(told)
    assert bool(found) is bool(told)
