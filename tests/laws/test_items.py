"""Laws over what every kind of Step is about; a new kind is met by them without a new test."""

from collections.abc import Iterator
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from bot.core.approval.decisions import Decision, Verdict
from bot.core.items import Item, ItemKind, item_key
from bot.core.planning.item_names import each_name
from bot.core.planning.plan import Plan
from bot.core.planning.steps import PromotionRef, SegmentRef, Step
from bot.core.store_view.cached_shop import Shop
from bot.sandbox.store.resources import promotions as store_promotions
from tests.engine.bench import Bench
from tests.laws.shops import DRAWN, a_shop, draw_registration
from tests.laws.steps import every_kind, planned, planned_now
from tests.laws.values import FEW, LAW, texts

items = st.builds(Item, st.sampled_from(ItemKind), texts)
THINGS = frozenset({ItemKind.SEGMENT, ItemKind.PROMOTION})


def things(value: object) -> Iterator[Item]:
    """The segments and promotions that a step refers to, wherever in it."""
    if isinstance(value, PromotionRef) or (isinstance(value, SegmentRef) and value.id is not None):
        yield value.item
    if isinstance(value, BaseModel):
        yield from (one for name in type(value).model_fields for one in things(getattr(value, name)))
    if isinstance(value, tuple):
        yield from (one for part in value for one in things(part))


def called(item: Item, machine: Bench) -> str:
    """What the store calls it."""
    shop, person = machine.store.shop, "SELECT first_name || ' ' || last_name || ' (' || email || ')' AS name"
    match item.kind:
        case ItemKind.SEGMENT:
            (row,) = shop.rows("SELECT name FROM segments WHERE id = ?", item.id)
        case ItemKind.PROMOTION:
            row = store_promotions.one(shop, int(item.id))
        case ItemKind.CUSTOMER:
            (row,) = shop.rows(f"{person} FROM customers WHERE id = ?", int(item.id))
        case ItemKind.PROFILE:
            (row,) = shop.rows(
                f"{person} FROM customers JOIN profiles ON customer_id = customers.id WHERE profiles.id = ?", item.id
            )
        case ItemKind.EMAIL:
            assert not shop.rows("SELECT id FROM customers WHERE email = ?", item.id)
            return item.id
    return str(row["name"])


@given(items)
@LAW
def test_an_item_goes_through_its_text_form(item: Item) -> None:
    assert Item.parse(str(item)) == item
    decision = Decision(number=1, verdict=Verdict.NARROW, items=(item,))
    assert decision.model_dump(mode="json")["items"] == [str(item)]
    assert Decision.model_validate_json(decision.model_dump_json()) == decision


@every_kind
@given(data=st.data())
@LAW
def test_an_item_of_another_kind_with_the_same_id_takes_nothing_out(kind: type[Step], data: st.DataObject) -> None:
    step = data.draw(planned(kind))
    others = {Item(other, item.id) for item in step.items for other in ItemKind} - set(step.items)
    assert step.without(others) is step


@every_kind
@given(data=st.data())
@LAW
def test_a_step_without_nothing_is_itself_and_without_everything_is_none(kind: type[Step], data: st.DataObject) -> None:
    step = data.draw(planned(kind))
    assert step.without(()) == step
    assert step.without(step.items) == (None if step.items else step)


@every_kind
@given(data=st.data())
@LAW
def test_what_is_left_of_a_step_has_exactly_the_other_items(kind: type[Step], data: st.DataObject) -> None:
    step = data.draw(planned(kind))
    out: set[Item] = data.draw(st.sets(st.sampled_from(step.items))) if step.items else set()
    left = step.without(out)
    kept = tuple(item for item in step.items if item not in out)
    assert (left.items if left else ()) == kept
    assert left is None or (type(left), left.batch_key, left.shoppers <= step.shoppers) == (kind, step.batch_key, True)
    if left:
        # What is taken out in two goes is out as if in one, and the rest goes through JSON.
        more = {kept[0]} if kept else set()
        assert left.without(more) == step.without(out | more)
        assert kind.model_validate_json(left.model_dump_json()) == left


@every_kind
@given(data=st.data())
@LAW
async def test_what_is_cheaper_than_the_items_says_the_same_of_them(kind: type[Step], data: st.DataObject) -> None:
    step, other = data.draw(planned(kind)), data.draw(planned(kind))
    assert list(step.item_keys) == [item_key(item) for item in step.items]
    assert [item for item in step.items if item.kind is ItemKind.PROMOTION] == [*filter(None, [step.about_promotion])]
    assert {item: item.id for item in step.items if item.kind is ItemKind.EMAIL}.items() <= step.names.items()
    plan = Plan(steps=(step, other))
    assert (await plan.item_keys(), plan.first_items(2)) == ({*map(item_key, plan.items)}, plan.items[:2])
    some = data.draw(st.sets(st.sampled_from(plan.items))) if plan.items else set()
    assert await plan.among({*some, Item.profile("of no one")}) == tuple(item for item in plan.items if item in some)


@every_kind
@given(data=st.data())
@LAW
def test_people_among_the_items_are_the_shoppers_that_a_step_counts(kind: type[Step], data: st.DataObject) -> None:
    step = data.draw(planned(kind))
    people = [item for item in step.items if item.kind not in THINGS]
    assert not people or len(people) == len(step.items) == step.shoppers


@every_kind
@given(data=st.data())
@FEW
async def test_details_call_every_item_what_the_store_calls_it(kind: type[Step], data: st.DataObject) -> None:
    async with a_shop() as machine:
        plan = await planned_now(machine, DRAWN[kind](data, machine))
        described = {item: name async for some in each_name(plan, Shop(machine.client)) for item, name in some}
        assert described == {item: called(item, machine) for item in plan.items}
        assert all(name in plan.lines[0] for item, name in described.items() if item.kind in THINGS)
        referred_to = {item.id: item.kind for step in plan.steps for item in things(step)}
        assert all(referred_to.get(item.id, item.kind) is item.kind for item in plan.items)


@given(data=st.data())
@FEW
async def test_details_call_people_to_come_by_their_addresses(data: st.DataObject) -> None:
    async with a_shop() as machine:
        plan = await planned_now(machine, *draw_registration(data, machine))
        described = {item: name async for some in each_name(plan, Shop(machine.client)) for item, name in some}
        assert described == {item: called(item, machine) for item in plan.items}
        assert any(item.kind is ItemKind.EMAIL for item in described)


@every_kind
@given(data=st.data())
@FEW
async def test_bare_ids_of_earlier_versions_take_out_what_they_did(kind: type[Step], data: st.DataObject) -> None:
    async with a_shop() as machine:
        (step,) = (await planned_now(machine, DRAWN[kind](data, machine))).steps
        for item in step.items:
            stored: dict[str, Any] = {"number": 1, "verdict": "narrow", "items": [item.id]}
            old = Decision.model_validate(stored)
            assert step.without(old.items) == step.without({item})
            assert Decision.model_validate_json(old.model_dump_json()) == old


@given(data=st.data())
@FEW
async def test_taking_out_one_kind_of_step_leaves_the_others_whole(data: st.DataObject) -> None:
    async with a_shop() as machine:
        steps = [DRAWN[kind](data, machine) for kind in DRAWN]
        plan = Plan(steps=tuple(steps))
        for item in plan.items:
            left = await plan.without({item})
            assert set(left.items) == {*plan.items} - {item}
