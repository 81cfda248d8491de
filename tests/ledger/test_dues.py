"""What the bot asks itself is taken once for each attempt, and what became of it stands beside the log."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.core.approval.changes import Change, Emergency, Event, Run, StepState
from bot.core.approval.covering import DueRecord, DueState
from bot.core.approval.due import END
from bot.core.audit.entries import EntryKind
from bot.core.planning.steps import RemoveMembers
from bot.core.segment_rules.followed import RUN
from bot.ledger.ledger import Ledger
from tests.core.samples import NOW, VIPS, add, plan, uuid
from tests.ledger.asked_itself import COVERED, asked, became, due
from tests.ledger.planned import carried_out, moved, planned

ID = VIPS.known_id
HOUR = timedelta(hours=1)


async def record(ledger: Ledger, slot: datetime = NOW) -> DueRecord:
    found = await ledger.dues.of(1, slot)
    assert found
    return found


async def test_an_attempt_is_asked_for_once(ledger: Ledger, other: Ledger) -> None:
    assert await ledger.dues.of(1, NOW) is None
    assert [await asked(one, due()) for one in (ledger, other, ledger)] == [True, False, False]
    assert await other.dues.of(1, NOW) == DueRecord(covered_by=1, slot=NOW, attempts=1, at=NOW, state=DueState.ASKED)
    assert await ledger.dues.of(1, NOW + HOUR) is None
    assert await ledger.dues.of(2, NOW) is None
    assert [await asked(one, due(attempt=3)) for one in (ledger, other)] == [False, False]
    assert [await asked(one, due(attempt=2), NOW + HOUR) for one in (ledger, other)] == [True, False]
    assert ((await record(ledger)).attempts, (await record(ledger)).at) == (2, NOW + HOUR)
    assert (await ledger.audit.verify()).holds


async def test_another_attempt_at_one_time_is_none_at_others(ledger: Ledger) -> None:
    others = [due(NOW + HOUR), due(covered_by=2), due(NOW + HOUR, covered_by=3)]
    for one in (due(), *others):
        await asked(ledger, one)
    await asked(ledger, due(attempt=2))
    found = [await ledger.dues.of(one.covered_by, one.slot) for one in (due(), *others)]
    assert [one and one.attempts for one in found] == [2, 1, 1, 1]


async def test_an_old_attempt_is_known_though_its_words_are_forgotten(ledger: Ledger) -> None:
    await asked(ledger, due())
    await ledger.invocations.settle(due(), EntryKind.ANSWERED, at=NOW, detail={})
    await ledger.tidy(before=NOW + 99 * HOUR)
    assert not await ledger.invocations.is_recorded(due().id)
    assert not await asked(ledger, due())


@pytest.mark.parametrize(
    ("kind", "detail", "becomes", "told"),
    [
        (EntryKind.ANSWERED, {"reason": "nothing"}, DueState.OVER, ""),
        (EntryKind.REFUSED, {"reason": "gone", "passes": False, "told": True}, DueState.OVER, "gone"),
        (EntryKind.REFUSED, {"reason": "away", "passes": True, "told": True}, DueState.AGAIN, "away"),
        (EntryKind.REFUSED, {"reason": "away", "passes": True, "told": False}, DueState.AGAIN, "before"),
    ],
)
async def test_what_became_of_it_is_kept_and_what_was_told_goes_on(
    ledger: Ledger, kind: EntryKind, detail: dict[str, Any], becomes: DueState, told: str
) -> None:
    await asked(ledger, due(NOW - HOUR))
    before = {"reason": "before", "passes": False, "told": True}
    await ledger.invocations.settle(due(NOW - HOUR), EntryKind.REFUSED, at=NOW, detail=before)
    await asked(ledger, due())
    assert (await record(ledger)).told == "before"
    await ledger.invocations.settle(due(), kind, at=NOW, detail=detail)
    assert ((await record(ledger)).state, (await record(ledger)).told) == (becomes, told)


async def test_a_change_of_it_is_the_end_of_what_was_told(ledger: Ledger) -> None:
    await asked(ledger, due())
    found = await became(ledger, due())
    assert ((await record(ledger)).state, (await record(ledger)).change) == (DueState.OVER, found.number)
    assert (await ledger.changes.load(found.number)).covered_by == COVERED
    assert (await ledger.audit.verify()).holds


@pytest.mark.parametrize(
    ("events", "update", "becomes"),
    [
        ((Event.CLEAR, Event.SPOIL), {}, DueState.AGAIN),
        ((Event.CANCEL,), {}, DueState.AGAIN),
        ((Event.CLEAR, Event.STOP), {"settled_by": "UBEN"}, DueState.OVER),
        ((Event.POST, Event.REJECT), {"settled_by": "UBEN"}, DueState.OVER),
        ((Event.POST, Event.EXPIRE), {}, DueState.OVER),
        ((Event.CLEAR, Event.START, Event.FAIL), {}, DueState.OVER),
    ],
)
async def test_a_change_that_never_began_is_due_again(
    ledger: Ledger, events: tuple[Event, ...], update: dict[str, Any], becomes: DueState
) -> None:
    await asked(ledger, due())
    found = await became(ledger, due())
    for event in events:
        found = await ledger.changes.move(found, event, at=NOW, update=update if event is events[-1] else {})
    assert (await record(ledger)).state is becomes


async def test_a_run_that_was_stopped_is_over(ledger: Ledger) -> None:
    await asked(ledger, due())
    found = await moved(ledger, await became(ledger, due()), Event.CLEAR, Event.START)
    found = await ledger.changes.save_run(found, Run(position=0, state=StepState.STARTED), at=NOW, detail={})
    await ledger.changes.move(found, Event.STOP, at=NOW)
    assert (await record(ledger)).state is DueState.OVER


async def test_while_a_run_waits_runs_or_is_planned_another_is_not_asked_for(ledger: Ledger) -> None:
    assert not await ledger.dues.is_run_under_way(1, ID)
    await asked(ledger, due())
    assert await ledger.dues.is_run_under_way(1, ID)
    assert not await ledger.dues.is_run_under_way(2, ID)
    found = await became(ledger, due())
    assert await ledger.dues.is_run_under_way(2, ID)  # by the segment: another change may cover its rule by now
    assert not await ledger.dues.is_run_under_way(2, uuid(9))
    await carried_out(ledger, await moved(ledger, found, Event.CLEAR, Event.START))
    assert not await ledger.dues.is_run_under_way(1, ID)
    await planned(ledger, "by hand", plan=plan(add(20)))
    await asked(ledger, due(NOW + HOUR, covered_by=3))
    await became(ledger, due(NOW + HOUR, covered_by=3), command=END)
    assert not await ledger.dues.is_run_under_way(1, ID)


async def test_of_covered_changes_a_requester_sees_those_that_are_open(ledger: Ledger) -> None:
    await planned(ledger, "1")
    await asked(ledger, due())
    found = await became(ledger, due())
    assert [one.number for one in await ledger.changes.requested_by("UANA", 9)] == [2, 1]
    await moved(ledger, found, Event.CLEAR, Event.START, Event.FAIL)
    assert [one.number for one in await ledger.changes.requested_by("UANA", 9)] == [1]


async def test_one_that_waits_and_has_no_card_lacks_it(ledger: Ledger) -> None:
    await planned(ledger, "1")
    await asked(ledger, due())
    found = await became(ledger, due())
    assert await ledger.changes.outdated_cards() == ()
    await moved(ledger, found, Event.CLEAR, Event.REPLAN)
    assert await ledger.changes.outdated_cards() == (2,)


async def counted(ledger: Ledger, slot: datetime = NOW + HOUR, **options: Any) -> tuple[int, int]:
    command, id_ = options.pop("command", RUN), options.pop("id_", ID)
    return await ledger.changes.moved_by_runs(command, id_, after=slot - 24 * HOUR, **options)


async def ran(ledger: Ledger, slot: datetime, *events: Event, **fields: Any) -> Change:
    await asked(ledger, due(slot))
    return await moved(ledger, await became(ledger, due(slot), **fields), *events)


async def test_runs_without_a_click_count_by_their_times(ledger: Ledger) -> None:
    found = await ran(ledger, NOW)
    assert await counted(ledger) == (0, 0)
    found = await moved(ledger, found, Event.CLEAR)
    assert await counted(ledger) == (20, 0)
    assert await counted(ledger, apart_from=found.number) == (0, 0)
    assert await counted(ledger, command="change end") == (0, 0)
    assert await counted(ledger, id_=uuid(9)) == (0, 0)
    assert await counted(ledger, NOW + 24 * HOUR) == (0, 0)
    assert await counted(ledger, NOW + 23 * HOUR) == (20, 0)


async def test_joins_and_leaves_are_summed_each_for_itself(ledger: Ledger) -> None:
    leaving = RemoveMembers(segment=VIPS, profile_ids=(uuid(1), uuid(2)))
    await ran(ledger, NOW, Event.CLEAR, plan=plan(add(3), leaving, add(9, VIPS.model_copy(update={"id": uuid(9)}))))
    found = await ran(ledger, NOW - HOUR, Event.CLEAR, Event.START, plan=plan(leaving))
    effects = {"effects": {ID: (0, 1)}}
    found = await ledger.changes.save_run(found, Run(position=0, state=StepState.DONE), at=NOW, detail=effects)
    await moved(ledger, found, Event.FINISH)
    assert await counted(ledger) == (3, 3)


async def test_shoppers_who_have_no_profile_yet_are_counted_as_joining(ledger: Ledger) -> None:
    joining = add(3).model_copy(update={"newcomers": (1, 2)})
    await ran(ledger, NOW, Event.CLEAR, plan=plan(joining))
    assert await counted(ledger) == (5, 0)


async def test_what_somebody_approved_counts_for_nobody(ledger: Ledger) -> None:
    await ran(ledger, NOW, Event.POST, Event.APPROVE, Event.START)
    found = await ran(ledger, NOW - HOUR, Event.POST)
    update = {"emergency": Emergency(actor="UBEN", reason="now", at=NOW)}
    found = await ledger.changes.move(found, Event.BREAK, at=NOW, actor="UBEN", update=update)
    await moved(ledger, found, Event.START)
    assert await counted(ledger) == (0, 0)


async def test_runs_of_rules_are_no_additions_of_whoever_asked_for_the_rule(ledger: Ledger) -> None:
    await ran(ledger, NOW, Event.CLEAR, Event.START)
    assert await ledger.changes.moved_unapproved("UANA", ID, since=NOW - HOUR) == 0


@pytest.mark.parametrize("other", ["NULL", "7"])
async def test_a_change_that_another_one_covers_than_the_log_says_is_found(ledger: Ledger, other: str) -> None:
    await ran(ledger, NOW)
    assert (await ledger.audit.verify()).holds
    database: Any = ledger.storage
    await database.write(lambda db: db.execute(f"UPDATE changes SET covered_by = {other}"))
    assert (await ledger.audit.verify()).fault == "Change 1 is covered by another change than the table changes says."
