"""What the machine does where something in the middle cannot be put on record: it goes on when it can be."""

import logging
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.core.approval.changes import State
from bot.core.approval.decisions import Verdict
from bot.core.audit.entries import EntryKind
from bot.core.errors import NotRecorded
from bot.core.invocation import Invocation
from bot.core.summary.summary_run import PAUSE
from bot.engine.daily_summary import Schedule
from bot.engine.ports import Undeliverable
from tests.disks import frozen
from tests.engine.bench import Bench, Board, bench, process
from tests.records import database_of, entries_of, verified

FROZEN = "the ledger's file may only be read"


@dataclass
class Crossroads(Board):
    """Does something when it is told to post, redraw, inform, whisper or show a Home tab for the next time."""

    meanwhile: dict[str, Callable[[], object]] = field(default_factory=dict)

    def _say(self, verb: str) -> None:
        self.meanwhile.pop(verb, lambda: None)()
        super()._say(verb)


@pytest.fixture
async def machine(path: Path) -> AsyncIterator[Bench]:
    """A process whose announcer may freeze the file: ``freezing`` says at which verb, ``thawed`` ends it."""
    async with (
        bench(path) as other,
        process(path, other.store, other.client, other.clock, Crossroads(), other.people) as made,
    ):
        yield made
        assert verified(made.ledger).holds


@pytest.fixture
def trouble() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def freeze_at(machine: Bench, verb: str, trouble: ExitStack) -> None:
    """Let the file freeze when the announcer is told to do this."""
    assert isinstance(machine.board, Crossroads)
    machine.board.meanwhile[verb] = lambda: trouble.enter_context(frozen(machine.ledger))


async def test_a_change_whose_card_cannot_be_recorded_is_posted_by_the_next_sweep(
    machine: Bench, trouble: ExitStack
) -> None:
    freeze_at(machine, "post", trouble)
    await machine.asks("segment delete", segments=["VIPs"])
    ((who, told),) = machine.board.whispered
    assert (who, told.startswith("Change 1 is on record but has not started"), FROZEN in told) == ("UANA", True, True)
    assert (await machine.latest()).state is State.PLANNED
    trouble.close()
    await machine.sweeps()
    assert (await machine.latest()).state is State.WAITING
    assert machine.kinds() == ["asked", "planned", "post"]
    await machine.decides("UBEN")
    assert "VIPs" not in machine.segments()


async def test_a_decision_counts_although_its_answer_cannot_be_recorded_yet(machine: Bench, trouble: ExitStack) -> None:
    await machine.delete()
    freeze_at(machine, "whisper", trouble)
    await machine.asks("change withdraw", number=1)
    trouble.close()
    assert machine.board.whispered[-1] == ("UANA", "You withdrew change 1.")
    assert "answered" not in machine.kinds()
    await machine.sweeps()
    await machine.sweeps()
    assert machine.kinds().count("answered") == 1
    assert "refused" not in machine.kinds()


async def test_an_answer_that_reaches_nobody_and_no_record_is_settled_all_the_same(
    machine: Bench, trouble: ExitStack
) -> None:
    machine.board.broken["whisper"] = Undeliverable("channel_not_found", final=True)
    freeze_at(machine, "whisper", trouble)
    await machine.asks("segment list")
    trouble.close()
    await machine.sweeps()
    assert machine.kinds() == ["asked", "answered"]


@pytest.mark.parametrize("verb", ["redraw", "inform"])
async def test_a_card_and_an_outcome_are_told_anew_until_that_is_on_record(
    machine: Bench, trouble: ExitStack, verb: str, caplog: pytest.LogCaptureFixture
) -> None:
    await machine.delete()
    freeze_at(machine, verb, trouble)
    await machine.decides("UBEN", verdict=Verdict.REJECT, reason="No.")
    trouble.close()
    await machine.sweeps()
    assert (await machine.ledger.changes.outdated_cards(), await machine.ledger.changes.unreported_outcomes()) == (
        (),
        (),
    )
    errors = [one.getMessage() for one in caplog.records if one.levelno >= logging.ERROR]
    assert len(errors) == 1
    assert FROZEN in errors[0]


async def test_a_home_tab_is_drawn_anew_until_that_is_on_record(machine: Bench, trouble: ExitStack) -> None:
    freeze_at(machine, "home", trouble)
    await machine.looks("UBEN")
    trouble.close()
    now = machine.clock()
    assert await machine.ledger.home_tabs.outdated(since=now, now=now) == ()  # this process has it in hand
    await machine.sweeps()
    tab = await machine.ledger.home_tabs.claim("UBEN", owner="other", now=now)
    assert tab
    assert tab.drawn == tab.revision


async def test_a_process_that_stops_while_nothing_can_be_recorded_stops(machine: Bench) -> None:
    with frozen(machine.ledger):
        await machine.engine.stop()


async def test_a_late_refusal_waits_for_room(machine: Bench) -> None:
    late = machine.ask("segment list")
    await machine.ledger.invocations.record(late, owner="gone", at=machine.clock(), detail={"said": "/segment list"})
    with frozen(machine.ledger):
        await machine.engine.answering.refuse_late(late)
    await machine.sweeps()
    assert machine.kinds() == ["asked", "refused"]


async def test_what_another_process_answered_meanwhile_is_not_settled_twice(machine: Bench) -> None:
    ask: Invocation = machine.ask("segment list")
    await machine.ledger.invocations.record(ask, owner="gone", at=machine.clock(), detail={"said": "/segment list"})
    with frozen(machine.ledger):
        assert await machine.ledger.invocations.settle(ask, EntryKind.REFUSED, at=machine.clock(), detail={})
    async with machine.another(database_of(machine.ledger).path or Path()) as other:
        assert await other.ledger.invocations.settle(ask, EntryKind.ANSWERED, at=machine.clock(), detail={})
    await machine.sweeps()
    assert machine.kinds() == ["asked", "answered"]


UNANSWERED = "Slack did not answer (no answer), so it may or may not be in the channel."


@pytest.mark.parametrize(
    ("answer", "outcome", "reason"),
    [
        (None, "posted", None),
        (Undeliverable("no answer", maybe_done=True), "unsure", UNANSWERED),
        (Undeliverable("is_archived", final=True), "failed", "Slack refused it in CSEGMENTS (is_archived)."),
        (Undeliverable("HTTP 500"), "posted", None),
    ],
    ids=["yes", "nothing", "no", "not now"],
)
async def test_what_slack_said_to_a_summary_is_recorded_when_it_can_be(
    path: Path, trouble: ExitStack, answer: Exception | None, outcome: str, reason: str | None
) -> None:
    schedule, at = Schedule("CSEGMENTS", time(9), ZoneInfo("UTC")), datetime(2027, 5, 4, 9, tzinfo=UTC)
    async with bench(path, board=Crossroads(), schedule=schedule) as machine:
        machine.clock.now = at - timedelta(hours=20)
        await machine.sweeps()
        machine.clock.now = at
        freeze_at(machine, "announce", trouble)
        machine.board.broken = {"announce": answer} if answer else {}
        await machine.sweeps()
        machine.board.broken.clear()
        with pytest.raises(NotRecorded):
            await machine.sweeps()
        trouble.close()
        for _ in range(2):
            await machine.sweeps()
            machine.clock.forward(seconds=PAUSE.total_seconds())
        *_, entry = entries_of(machine.ledger)
        assert (entry.kind, entry.detail.get("reason")) == (f"summary {outcome}", reason)
        assert machine.kinds() == ["summary begun", entry.kind]
        assert (len(machine.board.announced), len(machine.board.warned)) == (outcome == "posted", outcome == "failed")
