"""What the items of a plan are called: what Details shows, and what people type to take some out."""

from collections.abc import Awaitable, Callable, Mapping, Sequence

from bot.core.items import Item, ItemKind
from bot.core.planning.plan import Plan
from bot.core.store_view.shop import Shop
from bot.core.store_view.shoppers import describe_customer, fetch_owners

Names = Mapping[Item, str]
UNKNOWN = "no longer in the store"


async def describe_items(plan: Plan, shop: Shop) -> dict[Item, str]:
    """Return what each item is called, in the plan's order: by its Step, or by the store, if it is a shopper there."""
    items, names = plan.items, dict(plan.names)
    for kind, look_up in _LOOK_UPS.items():
        unnamed = [item for item in items if item.kind is kind and item not in names]
        names |= await look_up(unnamed, plan, shop) if unnamed else {}
    return {item: names.get(item, UNKNOWN) for item in items}


async def present_names(plan: Plan, shop: Shop) -> dict[Item, str]:
    """Return what those items are called that are named by their Steps: segments by their present name."""
    names = dict(plan.names)
    if any(item.kind is ItemKind.SEGMENT for item in names):
        present = {Item.segment(one.id): one.name for one in await shop.segments()}
        names |= {item: present[item] for item in names if item in present}
    return names


async def _customers(items: Sequence[Item], plan: Plan, shop: Shop) -> Names:
    found = await shop.customers(ids=[int(item.id) for item in items])
    return {Item.customer(one.id): describe_customer(one) for one in found}


async def _profiles(items: Sequence[Item], plan: Plan, shop: Shop) -> Names:
    """Return whose profiles these are: read from the segments that list them, and else from all profiles."""
    members = await _members(plan, shop)
    ids = {item.id: members[item.id] for item in items if item.id in members}
    customers = {one.id: one for one in await shop.customers(ids=tuple(ids.values()))}
    here = {profile: customers[id_] for profile, id_ in ids.items() if id_ in customers}
    others = await fetch_owners([item.id for item in items if item.id not in ids], shop)
    return {Item.profile(profile): describe_customer(one) for profile, one in (here | others).items()}


async def _members(plan: Plan, shop: Shop) -> dict[str, int]:
    """Return customer ids by profile id of all members of the segments that list the plan's profiles."""
    present = {one.id for one in await shop.segments()}
    listed = sorted(present.intersection(id_ for step in plan.steps for id_ in step.listed_in))
    return {profile.id: profile.customer_id for id_ in listed async for profile in shop.reader.members(id_)}


_LOOK_UPS: dict[ItemKind, Callable[[Sequence[Item], Plan, Shop], Awaitable[Names]]] = {
    ItemKind.CUSTOMER: _customers,
    ItemKind.PROFILE: _profiles,
}
"""How those are found whom the store knows."""
