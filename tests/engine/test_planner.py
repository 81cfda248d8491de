"""What planning goes by: which connections it takes, and whom it may ask."""

from datetime import datetime

import pytest

from bot.bigcommerce.turns import Lane
from bot.core.answers import Answer
from bot.core.approval.rule import Rule
from bot.core.command import Call, Group, command
from bot.core.context import Context
from bot.core.items import Item
from bot.core.language.args import Args
from bot.core.planning.plan import Plan
from bot.core.planning.steps import AddMembers, SegmentRef
from tests.core.samples import NOW, change, delete, uuid
from tests.engine.bench import Bench, bench


class Nothing(Args):
    """No words."""


def lane(context: Context) -> Lane:
    return context.shop.reader._caller.lane


async def test_a_request_leaves_connections_to_what_is_more_urgent(machine: Bench) -> None:
    planner = machine.engine.planner
    usual, urgent = planner.context("UANA"), planner.context("UANA", can_wait=False, can_ask=False)
    assert (lane(usual), lane(urgent)) == (Lane.PATIENT, machine.client._caller.lane)
    assert lane(usual) is not lane(urgent)
    assert (usual.shop.can_ask, urgent.shop.can_ask) == (True, False)


async def test_what_is_planned_again_waits_for_nobody_and_asks_nobody() -> None:
    seen: list[Context] = []

    @command("segment probe")
    async def probe(args: Nothing, ctx: Context) -> Answer | Plan:
        """Probe."""
        seen.append(ctx)
        return Plan(steps=(delete(),))

    async with bench(groups=(Group("segment", "Segments.", (probe,)),)) as machine:
        asked = change(command="segment probe", args={})
        assert await machine.engine.planner.replan(asked) == Plan(steps=(delete(),))
        (context,) = seen
        assert (context.actor, context.shop.can_ask) == ("UANA", False)
        assert lane(context) is machine.client._caller.lane


async def test_what_the_bot_asks_itself_is_asked_back_to_nobody() -> None:
    seen: list[Context] = []

    @command("segment probe")
    async def probe(args: Nothing, ctx: Context) -> Answer | Plan:
        """Probe."""
        seen.append(ctx)
        return Answer("Seen.")

    async with bench(groups=(Group("segment", "Segments.", (probe,)),)) as machine:
        for by_itself in (False, True):
            await machine.engine.planner.plan(Call(probe, {}), "UANA", by_itself=by_itself)
        assert [one.shop.can_ask for one in seen] == [True, False]


@pytest.mark.parametrize("until", [None, NOW], ids=["for good", "until a time"])
async def test_what_is_left_of_an_addition_is_asked_about_as_all_of_it_was(until: datetime | None) -> None:
    """Who is added until a time is also taken out again: rules about that count the shoppers of live promotions."""
    async with bench(rules=(Rule(steps=("remove_members",), approvals=1, live=True),)) as machine:
        segment = SegmentRef(name="VIPs", id=machine.segments()["VIPs"])
        whole = Plan(steps=(AddMembers(segment=segment, profile_ids=(uuid(1), uuid(2))),)).ending(until)
        left = await machine.engine.planner.narrow(whole, (Item.profile(uuid(1)),))
        assert [step.live for step in left.steps] == [bool(until)]
