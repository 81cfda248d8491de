"""Steps that let a segment follow a rule, or make a plain list of it again: the store is never asked to change."""

from datetime import time

import pytest

from bot.core.errors import NothingToDo
from bot.core.planning.plan_building import build_plan
from bot.core.planning.restoring import with_rules
from bot.core.planning.steps import (
    Applied,
    CreatedIds,
    CreateSegment,
    DropRule,
    FollowRule,
    Gone,
    Naming,
    SegmentRef,
)
from bot.core.segment_rules.followed import Followed
from bot.core.segment_rules.rule import AcceptsMarketing, HasAttribute, InGroup, InSegment, Not
from bot.core.segment_rules.schedule import Daily
from bot.core.segment_rules.vocabulary import Named
from bot.core.segment_rules.vocabulary_reading import vocabulary_of_rule, vocabulary_of_words
from bot.core.store_view.cached_shop import Shop
from tests.core.samples import VIPS, uuid
from tests.laws.shops import NEVER, RULED, a_shop, ruled
from tests.laws.steps import shop_of

MARKETING = Followed(rule=AcceptsMarketing(), words="accepts marketing")


async def test_another_rule_takes_the_place_of_the_one_that_is_followed() -> None:
    async with a_shop() as machine:
        step = await FollowRule(segment=ruled(machine), after=MARKETING).refreshed(shop_of(machine))
        assert (step.before, step.after, step.segment.name) == (NEVER, MARKETING, RULED)
        assert await step.inverse(machine.client) == (step.model_copy(update={"before": MARKETING, "after": NEVER}),)
        assert step.before_and_after(Applied(), 0) == ({"rule": "never ordered"}, {"rule": "accepts marketing"})
        assert await step.apply(machine.client) == Applied()


async def test_a_rule_that_is_followed_already_is_not_set_again() -> None:
    async with a_shop() as machine:
        with pytest.raises(NothingToDo, match=f"{RULED} follows this rule already"):
            await FollowRule(segment=ruled(machine), after=NEVER).refreshed(shop_of(machine))


async def test_what_follows_no_rule_is_a_list_already() -> None:
    async with a_shop() as machine:
        shop = Shop(machine.client)
        with pytest.raises(NothingToDo, match=f"{RULED} is a plain list already"):
            await DropRule(segment=ruled(machine)).refreshed(shop)
        with pytest.raises(Gone):
            await build_plan((FollowRule(segment=SegmentRef(name="x", id=uuid(99)), after=NEVER),), shop)


async def test_a_dropped_rule_comes_back_with_the_undo() -> None:
    async with a_shop() as machine:
        step = await DropRule(segment=ruled(machine)).refreshed(shop_of(machine))
        assert await step.inverse(machine.client) == (FollowRule(segment=ruled(machine), after=NEVER),)
        assert await FollowRule(segment=VIPS, after=NEVER).inverse(machine.client) == (
            DropRule(segment=VIPS, before=NEVER),
        )
        assert await DropRule(segment=VIPS).inverse(machine.client) == ()
        assert step.before_and_after(Applied(), 0) == ({"rule": "never ordered"}, {"rule": None})
        assert machine.writes() == []


async def test_a_segment_that_is_created_before_gets_its_rule_under_its_new_id() -> None:
    async with a_shop() as machine:
        shop = shop_of(machine)
        step = FollowRule(segment=SegmentRef(name="Gone"), after=NEVER)
        assert await step.refreshed(shop) == step
        assert step.segment_ids == ()
        created = CreatedIds(segments={"Gone": uuid(8), RULED: uuid(9)})
        assert step.resolved(created).segment_ids == (uuid(8),)
        assert FollowRule(segment=ruled(machine), after=NEVER).resolved(created).segment == ruled(machine)


def test_a_rule_from_before_a_return_names_the_same_segments_under_their_new_ids() -> None:
    was, now = (
        FollowRule(
            segment=SegmentRef(name="A", id=one), after=Followed(rule=Not(part=InSegment(segment_ids=(one,))), words="")
        )
        for one in map(uuid, (1, 2))
    )
    assert was.resolved(CreatedIds(restored={uuid(1): uuid(2)})) == now


async def test_an_undo_lets_segments_follow_their_rules_under_the_policy_of_now() -> None:
    async with a_shop() as machine:
        shop, known = shop_of(machine), ruled(machine)
        restored = [
            CreateSegment(segment=Naming(name=one), restores=True, old_id=id_)
            for one, id_ in ((RULED, known.known_id), ("Plain", uuid(5)))
        ]
        first, *_, last = await with_rules((*restored, DropRule(segment=known)), shop, "today")
        assert (first, last) == (restored[0], FollowRule(segment=SegmentRef(name=RULED), after=NEVER))
        daily = NEVER.model_copy(update={"schedule": Daily(at=time(6))})
        assert (daily.under("today").policy, NEVER.under("today").policy) == ("today", "")


async def test_groups_and_attributes_are_read_only_where_a_rule_can_hold_them() -> None:
    async with a_shop() as machine:
        machine.store.act("set_attribute", customer_id=1, name="Tier", value="Gold")
        machine.store.act("change_customer", customer_id=1, group="Trade")
        shop = Shop(machine.client)
        both = await vocabulary_of_words("Customer Group is Trade or attribute Tier is Gold", shop)
        assert "Trade" in [one.name for one in both.groups]
        assert "Tier" in [one.name for one in both.attributes]
        assert [one.id for one in both.segments] == [one.id for one in await shop.segments()]
        neither = await vocabulary_of_words("never ordered", shop)
        assert (neither.groups, neither.attributes) == ((), ())
        tier = await vocabulary_of_rule(Not(part=HasAttribute(attribute_id=1, values=("Gold",))), shop)
        assert (tier.groups, tier.attributes) == ((), both.attributes)
        assert (await vocabulary_of_rule(InGroup(group_ids=(1,)), shop)).groups == both.groups
        assert isinstance(both.groups[0], Named)
