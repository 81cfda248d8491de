"""The change that makes a segment as a list says: its Steps, whom it names, and what comes of it."""

import asyncio
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from bot.bigcommerce import Segment, Targeting, read_again
from bot.core.approval.due import End
from bot.core.context import Context
from bot.core.errors import NothingToDo
from bot.core.items import Item
from bot.core.language.hidden_addresses import told_apart
from bot.core.language.phrases import NAMED, and_list, counted
from bot.core.long_lists import AT_ONCE, in_pieces, made_of
from bot.core.planning.list_effects import Movers, list_effects
from bot.core.planning.plan import KNOWN, Person, Plan
from bot.core.planning.plan_building import build_plan
from bot.core.planning.steps import AnyStep, SegmentRef, added, created, kept, removed
from bot.core.store_view.cached_shop import Shop
from bot.core.store_view.listed_shoppers import Listed, ListedShoppers
from bot.core.store_view.reach import segments_by_profile
from commands.rule_remarks import moved_back
from commands.segment.import_preview import Mode
from commands.segment.who_moves import names_of, who_moves
from commands.temporary import remarks_on_kept, taken_out_again

Ids = Mapping[str, int]
"""Customer ids by profile id."""
NOTHING: dict[Mode, str] = {
    "add": "Nothing to do: everyone of {source} is in {name} already.",
    "remove": "Nothing to do: no one of {source} is in {name}.",
    "equal": "Nothing to do: {name} is equal to {source} already.",
}


@dataclass(frozen=True)
class ListChange:
    """What to do with a segment and these shoppers. ``named``: whom each live promotion reaches that names it."""

    mode: Mode
    segment: Segment
    shoppers: ListedShoppers
    named: dict[str, Targeting]

    async def plan(self, places: Sequence[int], source: str, rows: int, ctx: Context) -> Plan:
        """Plan what makes the segment as the list says, which names the shoppers at these places.

        ``source`` is what people call the list, and ``rows`` how many it had. Raises NothingToDo if it is so already.
        """
        moved = await made_of(places, partial(self._moved, places))
        others = await self._others(places, ctx) if self.mode == "equal" else {}
        staying = await self._staying(places, ctx) if self.mode != "remove" else {}
        steps = await self.steps(moved, others)
        steps += await made_of(staying, partial(kept, SegmentRef.of(self.segment), staying))
        if not steps:
            raise NothingToDo(NOTHING[self.mode].format(name=self.segment.name, source=source))
        used = len(places) if self.mode == "equal" else len(moved) + len(staying)
        told = remarks_on_kept(self.segment.name, tuple(staying.values()))
        ruled = await moved_back((self.segment,), ctx)
        remarks = (f"From {source}: {used:,} of {counted(rows, 'row')}.", *told, *ruled)
        return await self.plan_of(steps, moved, others, remarks, ctx)

    async def _staying(self, places: Sequence[int], ctx: Context) -> Mapping[str, End]:
        """Return the profiles at these places that are in the segment, and would be taken out again."""
        ends = await taken_out_again(self.segment.id, ctx)
        return await made_of(places, partial(self._among, ends, places)) if ends else {}

    def _among(self, ends: Mapping[str, End], places: Sequence[int]) -> dict[str, End]:
        inside = (self.shoppers.profile_id(at) for at in places if self.shoppers.is_in(at))
        return {profile: ends[profile] for profile in inside if profile and profile in ends}

    async def steps(self, moved: Sequence[int], others: Ids) -> tuple[AnyStep, ...]:
        """Build the Steps that add or remove the shoppers at these places, and remove these ``others``."""
        return await made_of((*moved, *others), partial(self._steps, moved, others))

    async def plan_of(
        self,
        steps: tuple[AnyStep, ...],
        moved: Sequence[int],
        others: Ids,
        remarks: tuple[str, ...],
        ctx: Context,
    ) -> Plan:
        """Build the Plan of these Steps, with these remarks, whom it moves, and what comes of it."""
        plan = await self._with_names(steps, moved, others, ctx)
        size = await ctx.shop.size(self.segment.id)
        effects = plan.effects or await self._effects(moved, others, ctx.shop)
        return plan.model_copy(update={"remarks": (*remarks, *plan.remarks), "effects": effects, "size": size})

    async def _with_names(self, steps: tuple[AnyStep, ...], moved: Sequence[int], others: Ids, ctx: Context) -> Plan:
        """Build the plan, with the names of the first of those who are moved; where some leave, of either."""
        if not others and len(moved) <= KNOWN:
            return await build_plan(steps, ctx.shop, who=tuple(_person(self.shoppers[at]) for at in moved))
        names = told_apart(self.shoppers[at].label for at in moved[:KNOWN])[:NAMED]
        if others:
            told = who_moves(names, len(moved), await names_of(others.values(), ctx.shop), len(others))
        else:
            told = (f"Among them: {and_list(names)}.",) if names else ()
        return await build_plan(steps, ctx.shop, remarks=told)

    def _moved(self, places: Sequence[int]) -> Sequence[int]:
        """Return the places of those who join or leave, in the order of their ids.

        By a file the store is asked in another order than by the ids, at the click.
        """
        joins = self.mode != "remove"
        found = [at for at in places if self.shoppers.is_in(at) is not joins]
        return tuple(in_pieces(found, self.shoppers.customer_id, lambda id_: id_ // AT_ONCE))

    def _steps(self, moved: Sequence[int], others: Ids) -> tuple[AnyStep, ...]:
        target, everyone = SegmentRef.of(self.segment), self.shoppers
        profiles = tuple(filter(None, map(everyone.profile_id, moved)))
        if self.mode == "remove":
            return removed(target, profiles)
        newcomers = tuple(everyone.customer_id(at) for at in moved if not everyone.has_profile(at))
        return (*created(newcomers), *added(target, profiles, newcomers), *removed(target, others))

    async def _effects(self, moved: Sequence[int], others: Ids, shop: Shop) -> tuple[str, ...]:
        if not self.named:
            return ()
        counts = self.shoppers.count_memberships(moved)
        movers = [Movers(before, self.mode != "remove", count) for before, count in counts.items()]
        inside = await self._inside(shop) if others else {}
        leavers = await asyncio.to_thread(Counter, (frozenset((inside or {}).get(one, ())) for one in others))
        movers += [Movers(before | {self.segment.id}, False, count) for before, count in leavers.items()]
        is_known = self.shoppers.are_known and inside is not None
        return list_effects(self.segment, self.named, movers, is_known=is_known)

    async def _inside(self, shop: Shop) -> Mapping[str, Collection[str]] | None:
        """Return the noted segments that profiles are in beside this one; None if these have too many members."""
        noted = {id_ for one in self.named.values() for id_ in one.segment_ids} - {self.segment.id}
        return await segments_by_profile(noted, shop)

    async def _others(self, places: Sequence[int], ctx: Context) -> Ids:
        """Return the members who are not on the list, and their customers."""
        listed = await made_of(places, lambda: frozenset(map(self.shoppers.profile_id, places)))

        async def read() -> Ids:
            members = ctx.shop.each_member(self.segment.id)
            return {one.id: one.customer_id async for one in members if one.id not in listed}

        return await read_again(read)


def _person(one: Listed) -> Person:
    item = Item.profile(one.profile_id) if one.profile_id else Item.customer(one.customer_id or 0)
    return Person(item=item, name=one.label)
