"""A law over what looks into every list of a plan: each is fetched first, since a ledger may be behind a network."""

import pytest

from bot.core.items import Item
from bot.core.planning.drift import drift
from bot.core.planning.plan import Plan
from bot.core.planning.steps import AnyStep, added, created, deleted, removed
from tests.core.samples import VIPS, uuid
from tests.records import ListsAtHand

IDS, NEW = tuple(map(uuid, range(700))), tuple(range(1, 601))
PLANS: dict[str, tuple[AnyStep, ...]] = {
    "add": added(VIPS, IDS),
    "create and add": (*created(NEW), *added(VIPS, IDS, NEW)),
    "remove": removed(VIPS, IDS),
    "delete profiles": deleted(NEW),
}


@pytest.mark.parametrize("name", PLANS)
async def test_a_plan_looks_into_no_list_that_was_not_fetched(name: str) -> None:
    lists, whole = ListsAtHand(), Plan(steps=PLANS[name])

    def plan() -> Plan:
        return Plan.model_validate_json(whole.model_dump_json(context=lists), context=lists)

    first, second = whole.items[:2]
    assert await plan().item_keys() == {key for step in whole.steps for key in step.item_keys}
    assert await plan().among([second, first, Item.segment(uuid(0))]) == (first, second)
    assert (await plan().without([first])).items == whole.items[1:]
    assert any("since the request" in line for line in await drift(plan(), await plan().without([first])))
    assert lists.reads > 3
    assert lists.surprises == 0
