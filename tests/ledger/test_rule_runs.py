"""What rules did by themselves is told beside what people asked for."""

from datetime import timedelta

from bot.core.approval.changes import Change, Event, Run, StepState
from bot.core.audit.entries import EntryKind
from bot.core.segment_rules.followed import RunOfRule
from bot.core.summary.history import Effect, RuleRuns
from bot.ledger.ledger import Ledger
from tests.core.samples import NOW, VIPS, add, plan, uuid
from tests.ledger.asked_itself import asked, became, due
from tests.ledger.planned import moved, planned, running

ID, LAPSED = VIPS.known_id, uuid(9)
LATER = NOW + timedelta(hours=1)
ALL = 10**9
Effects = dict[str, tuple[int, int]]


async def does(ledger: Ledger, found: Change, *each: Effects, end: Event = Event.FINISH) -> Change:
    """It runs, and its Steps have these effects."""
    found = await moved(ledger, found, Event.START)
    for effects in each:
        run = Run(position=0, state=StepState.DONE)
        found = await ledger.changes.save_run(found, run, at=NOW, detail={"effects": effects})
    return await moved(ledger, found, end)


async def test_what_came_of_the_latest_runs_of_a_rule_is_told(ledger: Ledger, other: Ledger) -> None:
    await planned(ledger, "1")
    assert await ledger.segment_rules.latest_runs(1) == ()
    await asked(ledger, due())
    found = await became(ledger, due())
    assert await other.segment_rules.latest_runs(1) == (RunOfRule(slot=NOW, is_over=True, change=2),)
    await does(ledger, await moved(ledger, found, Event.CLEAR), {ID: (12, 3)}, {ID: (1, 0)})
    was = RunOfRule(slot=NOW, is_over=True, change=2, joins=13, leaves=3)
    assert await ledger.segment_rules.latest_runs(1) == (was,)
    await asked(ledger, due(LATER))
    assert await ledger.segment_rules.latest_runs(1) == (RunOfRule(slot=LATER, is_over=False), was)
    away = {"reason": "away", "passes": True, "told": True}
    await ledger.invocations.settle(due(LATER), EntryKind.REFUSED, at=LATER, detail=away)
    assert await other.segment_rules.latest_runs(1) == (RunOfRule(slot=LATER, is_over=False, reason="away"), was)
    await asked(ledger, due(LATER, attempt=2))
    assert await ledger.segment_rules.latest_runs(1) == (RunOfRule(slot=LATER, is_over=False), was)
    await ledger.invocations.settle(due(LATER, attempt=2), EntryKind.ANSWERED, at=LATER, detail={"reason": "no one"})
    assert await ledger.segment_rules.latest_runs(1) == (RunOfRule(slot=LATER, is_over=True), was)
    assert await ledger.segment_rules.latest_runs(2) == ()


async def test_effects_of_rules_are_summed_apart_from_those_of_people(ledger: Ledger) -> None:
    by_hand = await running(ledger, "1", plan=plan(add(20)))
    await ledger.changes.save_run(
        by_hand, Run(position=0, state=StepState.DONE), at=NOW, detail={"effects": {ID: (9, 0)}}
    )
    before, _ = await ledger.audit.head()
    assert await ledger.history.by_rules(0, ALL) == {}
    for at, effects in enumerate(({ID: (12, 3)}, {ID: (0, 1), LAPSED: (2, 0)})):
        slot = NOW + timedelta(hours=at)
        await asked(ledger, due(slot))
        await does(ledger, await moved(ledger, await became(ledger, due(slot)), Event.CLEAR), effects)
    both = {ID: RuleRuns(2, Effect(12, 4)), LAPSED: RuleRuns(1, Effect(2, 0))}
    assert await ledger.history.by_rules(0, ALL) == both
    assert await ledger.history.by_rules(before, ALL) == both
    assert (await ledger.history.effects(0, ALL))[ID] == Effect(21, 4)
    until, _ = await ledger.audit.head()
    assert await ledger.history.by_rules(until, ALL) == {}


async def test_ends_of_additions_are_no_rules(ledger: Ledger) -> None:
    await planned(ledger, "1")
    await asked(ledger, due())
    ending = await moved(ledger, await became(ledger, due(), command="change end"), Event.CLEAR)
    await does(ledger, ending, {ID: (0, 2)})
    assert await ledger.history.by_rules(0, ALL) == {}
    assert [one.number for one in await ledger.history.ended(0, ALL)] == [2]


async def test_runs_that_went_well_without_a_click_are_not_listed_among_changes(ledger: Ledger) -> None:
    await planned(ledger, "1")
    for at, (events, end) in enumerate(
        (((Event.CLEAR,), Event.FINISH), ((Event.CLEAR,), Event.FAIL), ((Event.POST, Event.APPROVE), Event.FINISH))
    ):
        slot = NOW + timedelta(hours=at)
        await asked(ledger, due(slot))
        await does(ledger, await moved(ledger, await became(ledger, due(slot)), *events), {ID: (1, 0)}, end=end)
    assert [one.number for one in await ledger.history.ended(0, ALL)] == [3, 4]
