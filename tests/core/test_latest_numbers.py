"""Words for a number on record: the latest ones are offered, and none is taken."""

import pytest

from bot.core.command import Call
from bot.core.errors import Misuse, Question
from bot.core.understanding import understand
from commands import GROUPS
from tests.engine.bench import Bench, bench


async def asked(machine: Bench, line: str) -> tuple[str, list[tuple[object, str]]]:
    """What is asked about a line: the sentence, and the numbers offered, each with why it is not possible."""
    call = understand(GROUPS, line)
    assert isinstance(call, Call)
    outcome = (await machine.engine.planner.plan(call, "UBEN")).outcome
    assert isinstance(outcome, Question)
    (field,) = (name for name in ("number", "entry") if name in call.command.args.model_fields)
    return str(outcome), [(one.values[field], one.fault) for one in outcome.readings]


def call_of(line: str) -> Call:
    call = understand(GROUPS, line)
    assert isinstance(call, Call)
    return call


async def test_the_latest_changes_are_offered_with_what_is_not_possible() -> None:
    async with bench(customers=20) as machine:
        for name in ("One", "Two", "Three", "Four"):
            await machine.asks("segment create", name=name)
        await machine.asks("change undo", number=4)
        sentence, offered = await asked(machine, "change undo the last one")
        assert sentence == "Which change did you mean by “the last one”? Nothing was done yet."
        assert [number for number, _ in offered] == ["5", "4", "3"]
        assert [bool(fault) for _, fault in offered] == [False, True, False]


async def test_the_latest_entries_are_offered() -> None:
    async with bench(customers=20) as machine:
        await machine.asks("segment create", name="One")
        last = len(machine.kinds())
        sentence, offered = await asked(machine, "audit show latest")
        assert sentence == "Which entry did you mean by “latest”? Nothing was done yet."
        assert offered == [(str(last - at), "") for at in range(3)]


async def test_words_say_which_numbers_are_offered() -> None:
    async with bench(customers=20) as machine:
        for name in ("One", "Two", "Three", "Four"):
            await machine.asks("segment create", name=name)
        await machine.asks("segment show", "UBEN", segment="One")
        assert [number for number, _ in (await asked(machine, "change show the first"))[1]] == ["1", "2", "3"]
        assert [number for number, _ in (await asked(machine, "audit show oldest"))[1]] == ["1", "2", "3"]
        everything = (await machine.engine.planner.plan(call_of("change undo all of them"), "UBEN")).outcome
        assert isinstance(everything, Misuse)
        assert [one.line for one in everything.instead] == ["change list all"]
        by_ana, by_ben = [
            (await machine.engine.planner.plan(call_of("change show my last"), one)).outcome for one in ("UANA", "UBEN")
        ]
        assert isinstance(by_ana, Question)
        assert isinstance(by_ben, Misuse)
        assert not isinstance(by_ben, Question)
        mine = (await machine.engine.planner.plan(call_of("audit show mine"), "UBEN")).outcome
        assert isinstance(mine, Question)
        assert {name.partition(" ")[2] for name in mine.names.values()} <= {"(asked)", "(answered)"}


async def test_where_nothing_is_on_record_the_number_is_asked_for() -> None:
    async with bench(customers=20) as machine:
        call = understand(GROUPS, "change show last")
        assert isinstance(call, Call)
        outcome = (await machine.engine.planner.plan(call, "UBEN")).outcome
        assert isinstance(outcome, Misuse)
        assert str(outcome) == "Change must be a whole number."


@pytest.mark.parametrize("line", ["change break-glass last It burns", "change show 7th", "change details 0"])
def test_what_runs_unapproved_or_has_a_digit_is_offered_no_other_number(line: str) -> None:
    call = understand(GROUPS, line)
    assert isinstance(call, Call)
    assert not call.words
