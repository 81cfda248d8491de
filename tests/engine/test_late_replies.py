import pytest

from bot.core.answers import Answer, File
from bot.core.errors import Refusal
from bot.core.people import Place
from bot.engine.late_replies import KEPT
from bot.engine.ports import Undeliverable
from tests.engine.bench import Bench, bench
from tests.records import entries_of

PASSING = Undeliverable("account_inactive", refused=True)
GONE = Undeliverable("user_not_found", final=True)


async def later(machine: Bench, seconds: float) -> None:
    """Let time pass, and do what is due then."""
    machine.clock.forward(seconds=seconds)
    await machine.sweeps()


async def test_an_answer_that_slack_refused_is_shown_when_it_takes_it(machine: Bench) -> None:
    machine.board.broken["whisper"] = PASSING
    await machine.asks("segment show", segment="VIPs")
    await later(machine, 60)
    assert machine.board.whispered == []
    machine.board.broken.clear()
    await later(machine, 300)
    await later(machine, 300)
    assert [who for who, _ in machine.board.whispered] == ["UANA"]
    assert "answer not delivered" not in machine.kinds()


async def test_an_answer_that_nobody_waits_for_any_more_is_on_record_once(machine: Bench) -> None:
    machine.board.broken["whisper"] = PASSING
    await machine.asks("segment show", segment="VIPs")
    for _ in range(10):
        await later(machine, KEPT.total_seconds())
    machine.board.broken.clear()
    await later(machine, 600)
    assert machine.board.whispered == []
    assert machine.kinds().count("answer not delivered") == 1


async def test_an_answer_is_kept_for_some_minutes_and_no_longer(machine: Bench) -> None:
    machine.board.broken["whisper"] = PASSING
    await machine.asks("segment show", segment="VIPs")
    await later(machine, KEPT.total_seconds() - 1)
    assert "answer not delivered" not in machine.kinds()
    await machine.asks("segment show", segment="Lapsed")
    await later(machine, KEPT.total_seconds())
    assert machine.kinds().count("answer not delivered") == 2


@pytest.mark.parametrize("later_on", [False, True])
async def test_an_answer_to_somebody_who_is_gone_is_given_up(machine: Bench, later_on: bool) -> None:
    machine.board.broken["whisper"] = PASSING if later_on else GONE
    await machine.asks("segment show", segment="VIPs")
    machine.board.broken["whisper"] = GONE
    await later(machine, 60)
    assert machine.kinds().count("answer not delivered") == 1


async def test_an_answer_that_breaks_takes_no_other_with_it(machine: Bench) -> None:
    late, people = machine.engine.answering.replies.late, ("UANA", "UBEN", "UCLEO")
    machine.board.broken["whisper"] = PASSING
    for user in people:
        await machine.asks("segment show", by=user, segment="VIPs")
    assert late.waiting == 3
    del machine.board.broken["whisper"]
    machine.board.broken["whisper UANA"] = ValueError("an answer that cannot be drawn")
    await later(machine, 60)
    assert [who for who, _ in machine.board.whispered] == ["UBEN", "UCLEO"]
    assert late.waiting == 0


async def test_those_whose_turn_has_not_come_are_counted_as_waiting(machine: Bench) -> None:
    late, counted = machine.engine.answering.replies.late, list[int]()
    machine.board.broken["whisper"] = PASSING
    for user in ("UANA", "UBEN"):
        await machine.asks("segment show", by=user, segment="VIPs")
    machine.board.broken.clear()
    machine.board._say = lambda verb: counted.append(late.waiting)  # type: ignore[method-assign]  # the board's one door
    await later(machine, 60)
    assert (counted[0], counted[-1], late.waiting) == (2, 1, 0)


async def test_files_are_not_sent_again_since_the_person_was_told(machine: Bench) -> None:
    replies = machine.engine.answering.replies
    machine.board.broken["whisper"] = PASSING
    to = machine.ask("segment export", place=Place(channel="CSEGMENTS"))
    await replies.show(to, Answer("Here", (File("VIPs.csv", "email"),)))
    machine.board.broken.clear()
    await later(machine, 60)
    assert machine.board.whispered == []
    assert machine.kinds() == ["answer not delivered"]


async def test_an_entry_says_what_came_of_a_delivery_unless_a_form_was_opened() -> None:
    async with bench(seeded=False) as machine:
        intake = machine.engine.intake
        await intake.asked_for_form(machine.ask("segment create"))
        await intake.refused(machine.ask("segment list"), Refusal("No."))
        await intake.answered(machine.ask("segment list"), Answer("Yes."))
        await intake.replies.undelivered(machine.ask("segment list"), "Slack is away")
        outcomes = {one.kind: one.outcome for one in entries_of(machine.ledger)}
    ended = ("refused", "answered", "answer not delivered")
    assert outcomes == {"form": "", **{kind: kind for kind in ended}}
