"""The names of a plan's items: what Details shows, and what people type to take some out."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence

from bot.core.items import Item, ItemKind
from bot.core.planning.plan import Plan
from bot.core.store_view.cached_shop import Shop
from bot.core.store_view.people_meant import describe_customer
from bot.core.store_view.shoppers import fetch_owners

Names = Mapping[Item, str]
UNKNOWN = "no longer in the store"


async def describe_items(plan: Plan, shop: Shop, *, most: int | None = None) -> dict[Item, str]:
    """Return the name of each item, in the plan's order: from its Step or, for known shoppers, from the store.

    ``most``: of so many of them.
    """
    return await describe_others(plan.items[:most], plan, shop)


async def describe_others(some: Iterable[Item], plan: Plan, shop: Shop) -> dict[Item, str]:
    """Return the name of each of these items, which the plan need not have any more."""
    items, names = tuple(some), dict(plan.names)
    for kind, look_up in _LOOK_UPS.items():
        unnamed = [item for item in items if item.kind is kind and item not in names]
        names |= await look_up(unnamed, plan, shop) if unnamed else {}
    return {item: names.get(item, UNKNOWN) for item in items}


async def present_names(plan: Plan, shop: Shop) -> dict[Item, str]:
    """Return the names of the items that their Steps name; segments by their current names."""
    names = dict(plan.names)
    if any(item.kind is ItemKind.SEGMENT for item in names):
        present = {Item.segment(one.id): one.name for one in await shop.segments()}
        names |= {item: present[item] for item in names if item in present}
    return names


async def _customers(items: Sequence[Item], plan: Plan, shop: Shop) -> Names:
    customers = await shop.customers(ids=[int(item.id) for item in items])
    return {Item.customer(one.id): describe_customer(one) for one in customers}


async def _segments(items: Sequence[Item], plan: Plan, shop: Shop) -> Names:
    return {Item.segment(id_): name for id_, name in (await shop.names()).items()}


async def _promotions(items: Sequence[Item], plan: Plan, shop: Shop) -> Names:
    return {Item.promotion(one.id): one.name for one in await shop.promotions() or ()}


async def _profiles(items: Sequence[Item], plan: Plan, shop: Shop) -> Names:
    """Return the names of profiles' owners, found in the segments that list them, or else among all profiles."""
    members = await _members(plan, shop)
    ids = {item.id: members[item.id] for item in items if item.id in members}
    customers = {one.id: one for one in await shop.customers(ids=tuple(ids.values()))}
    owners = {profile: customers[id_] for profile, id_ in ids.items() if id_ in customers}
    other_owners = await fetch_owners([item.id for item in items if item.id not in ids], shop)
    return {Item.profile(profile): describe_customer(one) for profile, one in (owners | other_owners).items()}


async def _members(plan: Plan, shop: Shop) -> dict[str, int]:
    """Return customer ids by profile id, for all members of the segments that list the plan's profiles."""
    present = {one.id for one in await shop.segments()}
    listed = sorted(present.intersection(id_ for step in plan.steps for id_ in step.listed_in))
    return {profile.id: profile.customer_id for id_ in listed async for profile in shop.reader.members(id_)}


_LOOK_UPS: dict[ItemKind, Callable[[Sequence[Item], Plan, Shop], Awaitable[Names]]] = {
    ItemKind.CUSTOMER: _customers,
    ItemKind.PROFILE: _profiles,
    ItemKind.SEGMENT: _segments,
    ItemKind.PROMOTION: _promotions,
}
"""How to look up what the plan does not name, by kind."""
