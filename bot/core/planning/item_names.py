"""The names of a plan's items: what Details shows, and what people type to take some out."""

from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from bot.bigcommerce import Profile
from bot.core.errors import NotNamed
from bot.core.items import Item, ItemKey, ItemKind, item_key
from bot.core.language.normal_form import normal_form
from bot.core.planning.plan import Plan
from bot.core.store_view.cached_shop import Shop
from bot.core.store_view.people_meant import describe_customer
from bot.core.store_view.shoppers import find_owners

Names = Mapping[Item, str]
UNKNOWN = "no longer in the store"
AT_ONCE = 1_000
"""Items whose names are looked up together: several requests, and few enough rows that others have their turn soon."""


async def describe_items(plan: Plan, shop: Shop, *, most: int) -> dict[Item, str]:
    """Return the names of the first ``most`` items, in the plan's order."""
    return await describe_others(plan.first_items(most), plan, shop)


async def describe_others(some: Iterable[Item], plan: Plan, shop: Shop) -> dict[Item, str]:
    """Return the name of each of these items, which the plan need not have any more."""
    items = tuple(some)
    return await _Describing(
        plan.names, shop, await _owners([one.id for one in items if _is_profile(one)], plan, shop)
    ).names(items)


async def each_name(plan: Plan, shop: Shop) -> AsyncIterator[list[tuple[Item, str]]]:
    """Yield all items with their names, in the plan's order, some at a time: there may be 100,000.

    A name is from its Step or, for known shoppers, from the store.
    """
    profiles = [key async for step in plan.each_step() for key in step.item_keys if isinstance(key, str)]
    describing = _Describing(plan.names, shop, await _owners(profiles, plan, shop))
    seen: set[ItemKey] = set()
    some: list[Item] = []
    async for step in plan.each_step():
        some += [item for item in step.items if item_key(item) not in seen]
        seen.update(step.item_keys)
        if len(some) >= AT_ONCE:
            yield list((await describing.names(some)).items())
            some = []
    yield list((await describing.names(some)).items())


async def what_happens(plan: Plan) -> dict[ItemKey, str]:
    """Return what becomes of each item, by its key: all of it, where several Steps are about one."""
    found: dict[ItemKey, str] = {}
    async for step in plan.each_step():
        happens = step.to_each.format(segment=step.target.name if step.target else "")
        for key in step.item_keys:
            found[key] = f"{found[key]}, {happens}" if key in found else happens
    return found


async def present_names(plan: Plan, shop: Shop) -> dict[Item, str]:
    """Return the names of the items that their Steps name; segments by their current names."""
    names = dict(plan.names)
    if any(item.kind is ItemKind.SEGMENT for item in names):
        present = {Item.segment(one.id): one.name for one in await shop.segments()}
        names |= {item: present[item] for item in names if item in present}
    return names


async def names_since(unknown: NotNamed, plan: Plan, shop: Shop) -> dict[str, str]:
    """Return what the store calls those things of a plan now whom these words named when it was planned, by word."""
    called = {normal_form(name): item for item, name in _named_like(unknown, plan).items()}
    names = await _LOOK_UPS[ItemKind(unknown.noun)](shop)
    now = {word: names.get(called[normal_form(word)]) for word in unknown.words if normal_form(word) in called}
    return {word: name for word, name in now.items() if name}


def names_of_ids(unknown: NotNamed, plan: Plan) -> tuple[str, ...]:
    """Return what a plan calls the things whose ids these words are, as forms have them; none if one is no id of it."""
    names = {item.id: name for item, name in _named_like(unknown, plan).items()}
    return tuple(names[word] for word in unknown.words) if names.keys() >= {*unknown.words} else ()


def _named_like(unknown: NotNamed, plan: Plan) -> dict[Item, str]:
    """Return the segments or the promotions that a plan is about, whichever the words were for, and their names."""
    segments = [(one.item, one.name) for step in plan.steps if (one := step.target) and one.id]
    promotions = [named for step in plan.steps if step.about_promotion for named in step.names.items()]
    return {item: name for item, name in (*segments, *promotions) if item.kind is ItemKind(unknown.noun)}


@dataclass(frozen=True)
class _Describing:
    """What looks up names. ``named`` items have theirs; ``owners``: customers' ids by those of their profiles."""

    named: Names
    shop: Shop
    owners: Mapping[str, int]

    async def names(self, items: Sequence[Item]) -> dict[Item, str]:
        """Return the name of each of these items."""
        names = dict(self.named)
        customers = {one: id_ for one in items if one not in names and (id_ := self._customer_id(one))}
        people = await _people(customers.values(), self.shop)
        names |= {one: people[id_] for one, id_ in customers.items() if id_ in people}
        for kind, look_up in _LOOK_UPS.items():
            if any(one.kind is kind and one not in names for one in items):
                names |= await look_up(self.shop)
        return {one: names.get(one, UNKNOWN) for one in items}

    def _customer_id(self, item: Item) -> int | None:
        return int(item.id) if item.kind is ItemKind.CUSTOMER else self.owners.get(item.id)


def _is_profile(item: Item) -> bool:
    return item.kind is ItemKind.PROFILE


async def _people(customer_ids: Iterable[int], shop: Shop) -> Mapping[int, str]:
    ids = tuple(dict.fromkeys(customer_ids))
    return {one.id: describe_customer(one) async for one in shop.each_customer(ids=ids)} if ids else {}


async def _segments(shop: Shop) -> Names:
    return {Item.segment(id_): name for id_, name in (await shop.names()).items()}


async def _promotions(shop: Shop) -> Names:
    return {Item.promotion(one.id): one.name for one in await shop.promotions() or ()}


async def _owners(profile_ids: Collection[str], plan: Plan, shop: Shop) -> dict[str, int]:
    """Return the customers' ids of these profiles, found in the segments that list them, or else among all profiles."""
    wanted = set(profile_ids)
    if not wanted:
        return {}
    owners = {one.id: one.customer_id async for one in _members(plan, shop) if one.id in wanted}
    return owners | await find_owners(wanted - owners.keys(), shop)


async def _members(plan: Plan, shop: Shop) -> AsyncIterator[Profile]:
    """Yield all members of the segments that list the plan's profiles."""
    present = {one.id for one in await shop.segments()}
    for id_ in sorted(present.intersection(id_ for step in plan.steps for id_ in step.listed_in)):
        async for profile in shop.reader.members(id_):
            yield profile


_LOOK_UPS: dict[ItemKind, Callable[[Shop], Awaitable[Names]]] = {
    ItemKind.SEGMENT: _segments,
    ItemKind.PROMOTION: _promotions,
}
"""How to look up things that the plan does not name, by kind."""
