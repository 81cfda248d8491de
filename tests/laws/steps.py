"""Every kind of Step, and any step of a kind: what the laws run over."""

from functools import cache
from typing import Any

import pytest
from hypothesis import strategies as st

from bot.core.errors import Impossible
from bot.core.planning.plan import Plan
from bot.core.planning.plan_building import build_plan
from bot.core.planning.steps import STEPS, AnyStep, Step
from bot.core.store_view.cached_shop import Shop
from tests.engine.bench import Bench
from tests.laws.values import values_of

KINDS: tuple[type[Step], ...] = tuple(STEPS.values())
LASTING = tuple(kind for kind in KINDS if kind.stays is not Step.stays)
"""What stays when it is undone, by design: an account may have orders by then."""
every_kind = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
WRITTEN = tuple(kind for kind in KINDS if not kind.only_logged)
"""What is written to the store."""
every_written_kind = pytest.mark.parametrize("kind", WRITTEN, ids=lambda kind: kind.__name__)
ONLY_LOGGED = tuple(kind for kind in KINDS if kind.only_logged and kind not in LASTING)
every_undoable_kind_of_log = pytest.mark.parametrize("kind", ONLY_LOGGED, ids=lambda kind: kind.__name__)
UNDOABLE = tuple(kind for kind in WRITTEN if kind not in LASTING)
"""What comes back in the store when it is undone."""
every_undoable_kind = pytest.mark.parametrize("kind", UNDOABLE, ids=lambda kind: kind.__name__)


@cache
def planned(kind: type[Step]) -> st.SearchStrategy[Any]:
    """Any step of this kind that can be in a plan: it is about nothing that is not there yet."""
    return values_of(kind).filter(_has_items)


def _has_items(step: Step) -> bool:
    try:
        _ = step.items
    except Impossible:
        return False
    return True


async def planned_now(machine: Bench, *steps: AnyStep) -> Plan:
    """The plan of these steps as the bench's store is now."""
    return await build_plan(steps, shop_of(machine))


def shop_of(machine: Bench) -> Shop:
    """The bench's store as it is now, with the rules that its segments follow."""
    return Shop(machine.client, rules=machine.ledger.segment_rules)
