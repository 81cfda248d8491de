"""Lists that are values of their own: what is known of them without their content, and when that is read."""

import json

import pytest
from pydantic import Field, ValidationError

from bot.core.frozen_value import Value
from bot.core.items import Item, named_by_address
from bot.core.joined_maps import JoinedMaps
from bot.core.kept_lists import (
    SHORT,
    Ids,
    IdsById,
    Values,
    count_stored,
    fetch_lists,
    kept_list,
    kept_map,
)
from bot.core.planning.plan import Plan, fingerprint_of_json
from bot.core.planning.steps import AddMembers, CreatedIds, RemoveMembers, SegmentRef, added, removed
from tests.core.samples import VIPS, plan, uuid
from tests.records import ListsAtHand

MANY = tuple(map(uuid, range(SHORT + 1)))


class Named(Value):
    ids: Ids[str] = ()
    owners: IdsById[int, str] = Field(default_factory=dict)
    args: Values = Field(default_factory=dict)


def stored(value: Named, lists: ListsAtHand) -> Named:
    return Named.model_validate_json(value.model_dump_json(context=lists), context=lists)


def test_a_short_list_stands_where_it_is_named() -> None:
    short = Named(ids=kept_list(MANY[1:]), owners=kept_map(dict(enumerate(MANY[1:]))))
    assert json.loads(short.model_dump_json())["ids"] == list(MANY[1:])
    assert stored(short, ListsAtHand()) == short


def test_a_list_with_an_address_in_it_is_never_kept_apart() -> None:
    people = ("ada@example.com", *MANY)
    assert kept_list(people) == people


def test_a_long_list_is_named_by_its_digest_and_read_only_when_looked_into() -> None:
    lists, owners = ListsAtHand(), dict(enumerate(MANY))
    named = Named(ids=kept_list(MANY), owners=kept_map(owners), args={"found": {"customers": kept_list(MANY)}})
    found = stored(named, lists)
    assert len(lists.bodies) == 2  # the same list twice, and a map
    assert (len(found.ids), len(found.owners), found, found.model_dump_json()) == (
        len(MANY),
        len(MANY),
        named,
        named.model_dump_json(),
    )
    assert lists.reads == 0
    assert (tuple(found.ids), found.ids[0], found.ids[1:3], MANY[5] in found.ids) == (MANY, MANY[0], MANY[1:3], True)
    assert (dict(found.owners), found.owners[3]) == (owners, MANY[3])
    assert tuple(found.args["found"]["customers"]) == MANY
    assert lists.reads > 0


def test_equal_lists_are_equal_wherever_they_are() -> None:
    found = stored(Named(ids=kept_list(MANY)), ListsAtHand()).ids
    assert {found, kept_list(MANY)} == {found}
    assert found not in (MANY, kept_list(MANY[::-1]))
    assert repr(found) == f"KeptList({len(MANY)})"


def test_what_is_shown_as_python_keeps_its_lists() -> None:
    named = Named(ids=kept_list(MANY), args={"some": kept_list(MANY)})
    assert named.model_dump() == {"ids": kept_list(MANY), "owners": {}, "args": {"some": kept_list(MANY)}}


def test_who_is_not_registered_yet_is_told_without_reading_a_list() -> None:
    lists = ListsAtHand()
    assert named_by_address(stored(Named(ids=kept_list(MANY)), lists).ids) == {}
    assert (named_by_address((17, "ada@example.com")), lists.reads) == (
        {Item.customer("ada@example.com"): "ada@example.com"},
        0,
    )


def test_without_a_ledger_no_list_can_be_named() -> None:
    with pytest.raises(ValidationError, match="there is no ledger to read that from"):
        Named.model_validate_json(Named(ids=kept_list(MANY)).model_dump_json())


def test_a_list_in_json_tells_how_long_it_is() -> None:
    body = json.loads(Named(ids=kept_list(MANY)).model_dump_json())
    assert (count_stored(body["ids"]), count_stored(["a", "b"])) == (len(MANY), 2)


def test_joined_maps_are_one_and_read_what_is_needed() -> None:
    lists = ListsAtHand()
    halves = ({one: uuid(one) for one in range(start, start + 40)} for start in (0, 40))
    kept = [stored(Named(owners=kept_map(half)), lists).owners for half in halves]
    joined = JoinedMaps([{}, *kept])
    assert (len(joined), lists.reads) == (80, 0)
    assert ([joined[one] for one in (1, 2, 3)], lists.reads) == ([uuid(1), uuid(2), uuid(3)], 1)
    assert (joined.among((79, 0, 80)), lists.reads) == ({79: uuid(79), 0: uuid(0)}, 2)
    assert (joined.get(80), dict(joined)) == (None, {one: uuid(one) for one in range(80)})


def test_what_is_told_of_a_plan_at_each_move_reads_no_list() -> None:
    lists, refs = ListsAtHand(), [SegmentRef(name=name, id=uuid(at)) for at, name in enumerate(("A", "B", "C"))]
    people = tuple(map(uuid, range(600)))
    same = plan(*(step for one in refs for step in added(one, people)))
    others = plan(*(step for at, one in enumerate(refs) for step in added(one, people[at:])))
    for whole, headline in ((same, "Add 600 shoppers to 3 segments"), (others, "Add shoppers to 3 segments")):
        found = Plan.model_validate_json(whole.model_dump_json(context=lists), context=lists)
        assert (whole.headline, found.headline) == (headline, headline)
        assert (found.has_several_items, found.things, lists.reads) == (True, whole.things, 0)


async def test_lists_are_read_ahead() -> None:
    lists = ListsAtHand()
    found = stored(Named(ids=kept_list(MANY), owners=kept_map(dict(enumerate(MANY)))), lists)
    assert (MANY[5] in found.ids, lists.surprises) == (True, 1)
    await fetch_lists(found)
    await fetch_lists(Named(ids=kept_list(MANY)))
    assert lists.fetched == set(lists.bodies)
    assert (MANY[5] in found.ids, found.owners[3], lists.surprises) == (True, MANY[3], 1)


async def test_what_earlier_steps_created_is_read_ahead_and_once() -> None:
    lists, owners = ListsAtHand(), dict(enumerate(MANY))
    kept = [stored(Named(owners=kept_map(owners | {extra: uuid(extra)})), lists).owners for extra in (100, 200)]
    created = CreatedIds(profiles=JoinedMaps([*kept, {300: "new"}]), renewed=JoinedMaps(()))
    for _ in range(2):
        await created.fetch()
    assert (lists.reads, lists.surprises) == (2, 0)
    assert [created.profiles[one] for one in (100, 200, 300)] == [uuid(100), uuid(200), "new"]
    assert lists.reads == 2


def size_of(count: int) -> int:
    return len(Plan(steps=added(VIPS, tuple(map(uuid, range(count))))).model_dump_json())


def test_the_json_of_a_plan_does_not_grow_with_its_lists() -> None:
    assert size_of(500) - size_of(26) == len("500") - len("26")
    assert size_of(20_000) < 40 * size_of(500)


def test_a_plan_that_writes_out_its_lists_does_as_one_that_names_them() -> None:
    ids = tuple(map(uuid, range(300)))
    old, new = plan(RemoveMembers(segment=VIPS, profile_ids=ids)), plan(*removed(VIPS, ids))
    assert old.fingerprint != new.fingerprint
    assert (old.does_as(new), new.does_as(old), new.does_as(new)) == (True, True, True)
    assert not old.does_as(plan(*removed(VIPS, ids[1:])))
    assert not old.does_as(plan(AddMembers(segment=VIPS, profile_ids=ids)))


def test_a_fingerprint_is_that_of_the_json_whichever_form_a_list_has() -> None:
    ids, lists = tuple(map(uuid, range(300))), ListsAtHand()
    for one in (plan(RemoveMembers(segment=VIPS, profile_ids=ids)), plan(*removed(VIPS, ids))):
        text = one.model_dump_json(context=lists)
        assert one.fingerprint == fingerprint_of_json(text)
        assert Plan.model_validate_json(text, context=lists).fingerprint == one.fingerprint
