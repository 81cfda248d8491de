"""A change is undone once, and can be undone again where its undo came to nothing."""

from datetime import timedelta

import pytest

from bot.core.approval.changes import Event, Run, State, StepState
from bot.core.errors import Impossible
from bot.ledger.ledger import Ledger
from tests.core.samples import NOW, delete, plan
from tests.ledger.planned import kinds, moved, planned, running

APPROVED = (Event.POST, Event.APPROVE)
SECOND = timedelta(seconds=1)
STEP_RUN = Run(position=0, state=StepState.STARTED, undo=(delete(),))


async def test_an_undo_that_starts_marks_its_original(ledger: Ledger) -> None:
    await moved(ledger, await running(ledger), Event.FINISH)
    before = await ledger.changes.load(1)
    await running(ledger, "2", plan=plan(undoes=1))
    marked = await ledger.changes.load(1)
    assert (marked.undone_by, marked.revision) == (2, before.revision + 1)


async def test_a_change_is_undone_only_once(ledger: Ledger) -> None:
    await moved(ledger, await running(ledger), Event.FINISH)
    await running(ledger, "2", plan=plan(undoes=1))
    second = await moved(ledger, await planned(ledger, "3", plan=plan(undoes=1)), *APPROVED)
    before = await kinds(ledger)
    with pytest.raises(Impossible, match=r"Change 1 was already undone."):
        await ledger.changes.move(second, Event.START, at=NOW)
    assert (await ledger.changes.load(3), (await ledger.changes.load(1)).undone_by) == (second, 2)
    assert await kinds(ledger) == before


async def test_a_failed_undo_unmarks_what_it_undid(ledger: Ledger) -> None:
    await moved(ledger, await running(ledger), Event.FINISH)
    await moved(ledger, await running(ledger, "2", plan=plan(undoes=1)), Event.FAIL)
    assert (await ledger.changes.load(1)).undone_by is None


async def test_an_undo_that_failed_half_way_unmarks_its_original(ledger: Ledger) -> None:
    await moved(ledger, await running(ledger), Event.FINISH)
    half = await running(ledger, "2", plan=plan(undoes=1))
    unsure = STEP_RUN.model_copy(update={"state": StepState.UNSURE})
    before = await ledger.changes.load(1)
    await moved(ledger, await ledger.changes.save_run(half, unsure, at=NOW, detail={}), Event.FAIL)
    after = await ledger.changes.load(1)
    assert (before.undone_by, after.undone_by, after.revision) == (2, None, before.revision + 1)


async def test_an_undone_undo_unmarks_its_original(ledger: Ledger) -> None:
    await moved(ledger, await running(ledger), Event.FINISH)
    await moved(ledger, await running(ledger, "2", plan=plan(undoes=1)), Event.FINISH)
    third = await running(ledger, "3", plan=plan(undoes=2))
    before = await ledger.changes.load(1)
    assert before.undone_by == 2
    await moved(ledger, third, Event.FINISH)
    after = await ledger.changes.load(1)
    assert (after.undone_by, after.revision) == (None, before.revision + 1)
    assert (await ledger.changes.load(2)).undone_by == 3
    assert (await running(ledger, "4", plan=plan(undoes=1))).state is State.RUNNING
    assert (await ledger.changes.load(1)).undone_by == 4


async def test_a_failed_undo_of_an_undo_unmarks_only_the_undo(ledger: Ledger) -> None:
    await moved(ledger, await running(ledger), Event.FINISH)
    await moved(ledger, await running(ledger, "2", plan=plan(undoes=1)), Event.FINISH)
    await moved(ledger, await running(ledger, "3", plan=plan(undoes=2)), Event.FAIL)
    assert [(await ledger.changes.load(number)).undone_by for number in (1, 2)] == [2, None]


async def test_only_the_undo_with_the_mark_removes_it(ledger: Ledger) -> None:
    await moved(ledger, await running(ledger), Event.FINISH)
    first = await moved(ledger, await running(ledger, "2", plan=plan(undoes=1)), Event.FAIL)
    assert (await ledger.changes.load(1)).undone_by is None
    await moved(ledger, await running(ledger, "3", plan=plan(undoes=1)), Event.FINISH)
    await moved(ledger, await running(ledger, "4", plan=plan(undoes=first.number)), Event.FINISH)
    assert (await ledger.changes.load(1)).undone_by == 3
