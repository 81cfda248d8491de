"""What planning goes by: which connections it takes, and whom it may ask."""

from bot.bigcommerce.turns import Lane
from bot.core.answers import Answer
from bot.core.command import Group, command
from bot.core.context import Context
from bot.core.language.args import Args
from bot.core.planning.plan import Plan
from tests.core.samples import change, delete
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
