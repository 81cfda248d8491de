"""Rules that run by themselves, as a chat: mornings of which nobody hears, and one that asks."""

from datetime import datetime, timedelta

import pytest

from tests.commands.test_segment_rules import buy, cancel
from tests.conftest import OpenWorld
from tests.engines import ENGINES, Engine
from tests.harness import World, buttons, said
from tests.records import verified
from tests.stories.test_later import at

SHOPPERS = tuple(f"s{number}@example.com" for number in range(30))
RULE = "spent over 500 in 90 days"


async def opened(open_world: OpenWorld, *, begun: datetime | None = None, **options: object) -> World:
    """Thirty shoppers who bought for 600 each are in Gold, on a Monday at 8 unless ``begun`` says otherwise."""
    slack = await open_world(running=False, **{"TIMEZONE": "Europe/Berlin"} | options)
    slack.clock.now = begun or at(3, 8)
    await slack.start()
    for email in SHOPPERS:
        slack.register(email)
    slack.give_profiles(*SHOPPERS)
    slack.put("Gold")
    slack.join("Gold", *SHOPPERS)
    await buy(slack, *SHOPPERS)
    return slack


async def started(slack: World, runs: str = "daily at 06:00", *, by: str = "ben") -> None:
    """Ana asks for Gold to follow the rule, and somebody starts it."""
    await slack.type(f'/segment rule Gold {RULE} runs:"{runs}"')
    await slack.press("Start Rule", by=by)
    assert "Done" in said(slack.card(1))


async def arrives(slack: World, time: datetime) -> None:
    """It is this time, and the bot looks around: what changed is read, and what is due is done."""
    slack.clock.now = time
    for _ in range(3):
        await slack.sweep()
        slack.clock.forward(seconds=6)


def inside(slack: World) -> int:
    return len(slack.members("Gold"))


async def newcomer(slack: World, email: str) -> None:
    """Somebody registers, and buys enough."""
    slack.register(email)
    await buy(slack, email)


def heard(slack: World) -> int:
    """How many messages Ana, and everybody in #approvals, have seen of the bot."""
    return len(slack.messages(by="ana", channel="dm")) + len(slack.messages(by="ben", channel="#approvals"))


@pytest.mark.parametrize("engine", ENGINES)
async def test_a_morning_of_which_nobody_hears(engine: Engine, open_world: OpenWorld) -> None:
    slack = await opened(open_world, engine=engine)
    await started(slack)
    await newcomer(slack, "eve@example.com")
    before = heard(slack)
    await arrives(slack, at(4, 5, 59))
    assert inside(slack) == 30
    await arrives(slack, at(4, 6))
    assert (inside(slack), heard(slack)) == (31, before)
    await arrives(slack, at(4, 6, 30))
    await arrives(slack, at(4, 18))
    assert slack.kinds().count("start") == 2
    await slack.type("/change show 2")
    assert "covered by change 1" in slack.whisper()
    assert "Run the rule of Gold: 1 joins, 0 leave" in slack.whisper()
    await slack.home(by="ana")
    assert slack.bot
    assert verified(slack.bot.engine.process.ledger).holds


@pytest.mark.parametrize("engine", ENGINES)
async def test_a_third_of_the_segment_asks_before_it_leaves_and_can_come_back(
    engine: Engine, open_world: OpenWorld
) -> None:
    slack = await opened(open_world, engine=engine)
    await started(slack)
    await cancel(slack, *SHOPPERS[:9])
    await arrives(slack, at(4, 6))
    card = said(slack.card(2))
    assert inside(slack) == 30
    assert "Waiting for 1 approval" in card or "waiting for 1 approval" in card
    assert "9 leave" in card
    assert "All 9 who leave had no order in 90 days." in card
    await arrives(slack, at(4, 12))
    assert (inside(slack), slack.cards(3)) == (30, [])

    await slack.press(buttons(slack.card(2))[0], by="ben", change=2)
    assert inside(slack) == 21
    await slack.type("/change undo 2")
    await slack.press("Undo Change", by="ben", change=3)
    assert inside(slack) == 30

    await arrives(slack, at(5, 6))
    assert inside(slack) == 30
    assert "9 leave" in said(slack.card(4))
    await slack.type("/segment freeze Gold")
    await slack.press(buttons(slack.card(4))[0], by="ben", change=4)
    assert inside(slack) == 30
    await arrives(slack, at(6, 6))
    assert (inside(slack), slack.cards(6)) == (30, [])
    assert slack.bot
    assert verified(slack.bot.engine.process.ledger).holds


async def test_a_scope_that_is_taken_away_is_told_once_and_changes_nothing(open_world: OpenWorld) -> None:
    slack = await opened(open_world)
    await started(slack)
    await newcomer(slack, "eve@example.com")
    scopes = slack.store.scopes
    slack.store.scopes = {scope for scope in scopes if "orders" not in scope}
    for day in (4, 5, 6):
        await arrives(slack, at(day, 6))
    assert (inside(slack), slack.heard("its token lacks")) == (30, 1)
    assert slack.heard("I couldn't run the rule of Gold, as change 1 says.") == 1
    slack.store.scopes = scopes
    await arrives(slack, at(6, 12))
    await arrives(slack, at(7, 6))
    assert inside(slack) == 31


async def test_orders_that_are_gone_at_once_empty_no_segment(open_world: OpenWorld) -> None:
    slack = await opened(open_world)
    await started(slack)
    with slack.store.shop.db as db:
        db.execute("DELETE FROM orders")
    for day in (4, 5, 12, 20):
        await arrives(slack, at(day, 6))
        await arrives(slack, at(day, 8))
    assert inside(slack) == 30
    assert slack.heard("I couldn't run the rule of Gold") <= 1


async def test_a_bot_that_was_away_at_the_time_does_it_once_it_is_back(open_world: OpenWorld) -> None:
    slack = await opened(open_world)
    await started(slack)
    await newcomer(slack, "eve@example.com")
    await slack.stop()
    slack.clock.now = at(6, 9)
    await slack.start()
    await arrives(slack, at(6, 9))
    await slack.stop()
    await slack.start()
    await arrives(slack, at(6, 10))
    assert (inside(slack), slack.kinds().count("start")) == (31, 2)


@pytest.mark.parametrize(("month", "day"), [(3, 28), (10, 31)])
@pytest.mark.parametrize("runs", ["02:30", "03:00"])
async def test_on_days_with_23_or_25_hours_it_runs_once(month: int, day: int, runs: str, open_world: OpenWorld) -> None:
    slack = await opened(open_world, begun=at(day, 0, 30, month=month))
    await started(slack, f"daily at {runs}")
    await newcomer(slack, "eve@example.com")
    begun = slack.clock.now
    for half_hours in range(1, 16):
        await arrives(slack, begun + timedelta(minutes=30 * half_hours))
    assert (inside(slack), slack.kinds().count("start")) == (31, 2)
    assert slack.kinds().count("asked") == 3  # with the rule and its approval
