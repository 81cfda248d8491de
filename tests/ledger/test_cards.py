"""Cards and outcomes are due until they were shown."""

from datetime import timedelta

from bot.core.approval.changes import Card, Event, Run, StepState
from bot.core.approval.need import Approval
from bot.core.planning.steps import SegmentRef
from bot.ledger.ledger import Ledger
from tests.core.samples import NOW, add, delete, plan, uuid
from tests.ledger.planned import LATER, moved, planned

APPROVED = (Event.POST, Event.APPROVE)
OTHER = SegmentRef(name="Lapsed", id=uuid(9))
SECOND = timedelta(seconds=1)
STEP_RUN = Run(position=0, state=StepState.STARTED, undo=(delete(),))


async def test_a_card_is_outdated_until_it_shows_the_latest_revision(ledger: Ledger) -> None:
    found = await planned(ledger)
    assert await ledger.changes.outdated_cards() == ()
    card = Card(channel="C2", ts="1.0")
    await ledger.changes.save_card(found, card)
    assert ((await ledger.changes.load(1)).card, await ledger.changes.outdated_cards()) == (card, ())
    waiting = await moved(ledger, found, Event.POST)
    assert await ledger.changes.outdated_cards() == (1,)
    await ledger.changes.save_card(waiting, card)
    assert await ledger.changes.outdated_cards() == ()


async def test_a_card_overwritten_by_an_older_revision_is_outdated(ledger: Ledger) -> None:
    found = await planned(ledger)
    card = Card(channel="C2", ts="1.0")
    await ledger.changes.save_card(await moved(ledger, found, Event.POST), card)
    await ledger.changes.save_card(found, card)
    assert await ledger.changes.outdated_cards() == (1,)


async def test_an_outcome_is_unreported_until_it_is_marked(ledger: Ledger) -> None:
    found = await planned(ledger)
    assert await ledger.changes.unreported_outcomes() == ()
    await moved(ledger, found, Event.CANCEL)
    assert await ledger.changes.unreported_outcomes() == (1,)
    await ledger.changes.mark_outcome_reported(1)
    assert await ledger.changes.unreported_outcomes() == ()


async def test_a_card_can_be_had_drawn_again_whatever_it_shows(ledger: Ledger) -> None:
    found = await planned(ledger)
    await ledger.changes.save_card(found, Card(channel="C2", ts="1.0"))
    await ledger.changes.outdate_card(1)
    assert await ledger.changes.outdated_cards() == (1,)
    assert await ledger.changes.load(1) == found.model_copy(update={"card": Card(channel="C2", ts="1.0")})


async def test_the_card_beside_a_change_is_outdated_as_that_comes_goes_or_becomes_another(ledger: Ledger) -> None:
    beside = await moved(ledger, await planned(ledger, "1"), Event.POST)
    found, card = await planned(ledger, "2"), Card(channel="C2", ts="1.0")

    async def outdated_by(event: Event, **update: object) -> bool:
        nonlocal found
        await ledger.changes.save_card(await ledger.changes.load(beside.number), card)
        found = await ledger.changes.move(found, event, at=NOW, actor="UBEN", update=update)
        return 1 in await ledger.changes.outdated_cards()

    assert await outdated_by(Event.POST)
    assert not await outdated_by(Event.SIGN, approvals=(Approval(actor="UBEN", at=NOW),))
    assert await outdated_by(Event.REPLAN, plan=plan(add(3)), version=2, approvals=())
    assert await outdated_by(Event.EDIT, plan=plan(add(3, OTHER)), version=3)
    assert not await outdated_by(Event.EDIT, plan=plan(add(2, OTHER)), version=4)
    assert await outdated_by(Event.EDIT, plan=plan(add(2)), version=5)
    assert await outdated_by(Event.WITHDRAW)


async def test_a_card_drawn_before_another_change_came_or_went_is_outdated(ledger: Ledger) -> None:
    card = Card(channel="C2", ts="1.0")
    alone = await moved(ledger, await planned(ledger, "1"), Event.POST)
    other = await moved(ledger, await planned(ledger, "2"), Event.POST)
    await ledger.changes.save_card(alone, card)
    assert await ledger.changes.outdated_cards() == (1,)
    beside = await ledger.changes.load(1)
    await ledger.changes.save_card_url(2, "https://slack.test/2")  # what is named without its link is named, too
    await ledger.changes.save_card(beside, card)
    assert await ledger.changes.outdated_cards() == ()
    await moved(ledger, other, Event.WITHDRAW)
    await ledger.changes.save_card(beside, card)
    assert await ledger.changes.outdated_cards() == (1,)


async def test_cards_name_what_is_approved_only_as_long_as_it_waits_for_its_time(ledger: Ledger) -> None:
    waiting, card = await moved(ledger, await planned(ledger, "1"), Event.POST), Card(channel="C2", ts="1.0")
    scheduled = await moved(ledger, await planned(ledger, "2", due_at=LATER), Event.POST, Event.APPROVE)
    await moved(ledger, await planned(ledger, "3"), Event.POST, Event.APPROVE)
    found = await ledger.changes.load(waiting.number)
    assert [(one.number, one.runs_at) for one in found.beside] == [(2, LATER)]
    await ledger.changes.save_card(found, card)
    assert 1 not in await ledger.changes.outdated_cards()
    await moved(ledger, scheduled, Event.WITHDRAW)
    assert 1 in await ledger.changes.outdated_cards()
    assert (await ledger.changes.load(waiting.number)).beside == ()


async def test_a_change_is_known_by_its_message(ledger: Ledger) -> None:
    await ledger.changes.save_card(await planned(ledger), Card(channel="C2", ts="1.0"))
    found = [await ledger.changes.shown_by(*message) for message in (("C2", "1.0"), ("C2", "2.0"), ("C3", "1.0"))]
    assert found == [1, None, None]
