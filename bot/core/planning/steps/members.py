"""Steps that change the members of a segment, in batches."""

from collections.abc import Collection, Mapping, Set
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, Self

from pydantic import Field, SerializerFunctionWrapHandler, model_serializer

from bot.bigcommerce import AddedMembers, NotFound, Reader, Store, confirm_removed
from bot.bigcommerce.wire_format import batches
from bot.core.errors import NothingToDo
from bot.core.items import CustomerKey, Item, ItemKey, customer_keys, named_by_address
from bot.core.kept_lists import Ids, kept_list
from bot.core.language.phrases import people
from bot.core.planning.steps.key_lists import known_customers, sorted_keys, without_keys
from bot.core.planning.steps.membership import Membership
from bot.core.planning.steps.references import SegmentRef
from bot.core.planning.steps.results import Applied, CreatedIds
from bot.core.planning.steps.step import BATCH, Moves
from bot.core.store_view.cached_shop import PromotionUse, Shop, any_live, describe_uses, live_uses

if TYPE_CHECKING:
    from bot.core.planning.steps import AnyStep

_UNASKED: tuple[tuple[str, Any], ...] = (("promotions", ()), ("promotions", []), ("out_of", None))


class AddMembers(Membership):
    """Add shopper profiles to a segment. Idempotent.

    ``newcomers``: customers whose profile an earlier Step of the same Plan creates. ``promotions`` are those that use
    the segment, and ``out_of`` is its size before, if the policy has a rule about them.
    """

    kind: Literal["add_members"] = "add_members"
    does: ClassVar[str] = "add shoppers to a segment"
    to_each: ClassVar[str] = "joins {segment}"
    several: ClassVar[str] = "Add {shoppers} to {count} segments"
    conditions: ClassVar[frozenset[str]] = frozenset({"shoppers", "per", "share", "live"})
    is_addition: ClassVar[bool] = True
    profile_ids: Annotated[Ids[str], Field(max_length=BATCH)] = ()
    newcomers: Annotated[Ids[CustomerKey], Field(max_length=BATCH)] = ()
    promotions: tuple[PromotionUse, ...] | None = ()
    out_of: int | None = None

    @model_serializer(mode="wrap")
    def _as_before(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Leave out what no rule asked for: fingerprints of plans from before stay as they were sealed."""
        fields: dict[str, Any] = handler(self)
        return {name: value for name, value in fields.items() if (name, value) not in _UNASKED}

    @property
    def live(self) -> bool:
        """Whether a live promotion uses the segment; if that cannot be read, one may."""
        return self.promotions is None or any_live(self.promotions)

    @property
    def segment_size(self) -> int | None:
        """The number of members before."""
        return self.out_of

    @property
    def warnings(self) -> tuple[str, ...]:
        """The promotions that use the segment."""
        return describe_uses(self.segment.name, self.promotions)

    @property
    def items(self) -> tuple[Item, ...]:
        """Each profile, and each customer whose profile is yet to be created."""
        return (*super().items, *map(Item.customer, self.newcomers))

    @property
    def item_keys(self) -> Collection[ItemKey]:
        """Each profile's id, and the key of each newcomer."""
        return (*self.profile_ids, *customer_keys(self.newcomers))

    @property
    def names(self) -> Mapping[Item, str]:
        """The addresses of newcomers who are not registered yet."""
        return named_by_address(self.newcomers)

    @property
    def shoppers(self) -> int:
        """One for each profile, including those yet to be created."""
        return len(self.profile_ids) + len(self.newcomers)

    @property
    def puts_in(self) -> Collection[str]:
        """All of them, apart from newcomers, whose profiles are not known yet."""
        return self.profile_ids

    @property
    def moves(self) -> Moves:
        """All of them are added."""
        return Moves(added=self.shoppers)

    @property
    def batch_key(self) -> tuple[str, str]:
        """The kind and segment."""
        return (self.kind, self.segment.name)

    def describe(self, shoppers: int) -> str:
        """Describe how many are added."""
        return f"Add {people(shoppers)} to {self.segment.name}"

    def before_and_after(self, applied: Applied, moved: int) -> tuple[Any, Any]:
        """Return how many of them were in the segment."""
        return {"members": applied.left - moved}, {"members": applied.left}

    def _dropping(self, out: Set[ItemKey]) -> Self:
        return super()._dropping(out).model_copy(update={"newcomers": without_keys(self.newcomers, out)})

    def resolved(self, created_ids: CreatedIds) -> Self:
        """Return it with the profiles of the newcomers that have been created."""
        resolved = super().resolved(created_ids)
        if not self.newcomers:
            return resolved
        profiles = created_ids.profiles_of(self.newcomers)
        update = {
            "profile_ids": kept_list((*resolved.profile_ids, *filter(None, profiles.values()))),
            "newcomers": kept_list([key for key, profile in profiles.items() if profile is None]),
        }
        return resolved.model_copy(update=update)

    async def refreshed(self, shop: Shop) -> Self:
        """Return it without newcomers whose account is gone. Raises Gone, and NothingToDo if nobody is left."""
        now = await super().refreshed(shop)
        asked = await shop.context_of_additions(now.segment.id) if now.segment.id else {}
        remaining = await known_customers(self.newcomers, shop)
        if not remaining and not self.profile_ids:
            raise NothingToDo(f"None of the shoppers for {self.segment.name} is a customer any more.")
        return now.model_copy(update={"newcomers": remaining, **asked})

    async def settled(self, shop: Shop) -> frozenset[Item]:
        """Return the shoppers who are in the segment already."""
        return frozenset(self.items) - await self.unapplied(shop) - frozenset(map(Item.customer, self.newcomers))

    async def inverse(self, reader: Reader) -> "tuple[AnyStep, ...]":
        """Return the Steps that remove them all: the plan named only people who were not members."""
        return removed(self.segment, self.profile_ids)

    async def apply(self, store: Store) -> Applied:
        """Add them. Existing members, and shoppers whose profile is gone, are reported and not undone."""
        if not self.profile_ids:
            return Applied(notes=_missing(len(self.newcomers)))
        outcome = await store.add_members(self.segment.known_id, *self.profile_ids)
        inside = len(outcome.added) + len(outcome.already)
        return Applied(undo=removed(self.segment, outcome.added), left=inside, notes=self._notes(outcome))

    async def unapplied(self, shop: Shop) -> frozenset[Item]:
        """Return the shoppers who are not in the segment: of one that is gone, all of them."""
        try:
            inside = await shop.members_among(self.segment.known_id, self.profile_ids)
        except NotFound:
            inside = frozenset()
        return frozenset(Item.profile(one) for one in self.profile_ids if one not in inside)

    def _notes(self, outcome: AddedMembers) -> tuple[str, ...]:
        already = len(outcome.already)
        were = "was" if already == 1 else "were"
        inside = (f"{people(already)} {were} already in {self.segment.name}.",) if already else ()
        return (*inside, *_missing(len(outcome.missing) + len(self.newcomers)))


def _missing(count: int) -> tuple[str, ...]:
    profiles, were = ("profile that was", "was") if count == 1 else ("profiles that were", "were")
    missing = f"{people(count)} could not be added: the {profiles} planned with {were} deleted since."
    return (missing,) if count else ()


class RemoveMembers(Membership):
    """Remove shopper profiles from a segment. Idempotent.

    ``promotions`` are those that use the segment, None if they cannot be read; ``out_of`` is the segment's size.
    """

    kind: Literal["remove_members"] = "remove_members"
    does: ClassVar[str] = "remove shoppers from a segment"
    to_each: ClassVar[str] = "leaves {segment}"
    several: ClassVar[str] = "Remove {shoppers} from {count} segments"
    conditions: ClassVar[frozenset[str]] = frozenset({"shoppers", "share", "live"})
    destructive: ClassVar[bool] = True
    promotions: tuple[PromotionUse, ...] | None = ()
    out_of: int = 0

    @property
    def live(self) -> bool:
        """Whether a live promotion uses the segment."""
        return any_live(self.promotions)

    @property
    def takes_out(self) -> Collection[str]:
        """All of them."""
        return self.profile_ids

    @property
    def listed_in(self) -> tuple[str, ...]:
        """The segment that they are in."""
        return self.segment_ids

    @property
    def moves(self) -> Moves:
        """All of them are removed."""
        return Moves(removed=self.shoppers)

    @property
    def moot_without(self) -> Item | None:
        """The segment: members of a deleted segment need not be removed."""
        return Item.segment(self.segment.id) if self.segment.id else None

    @property
    def segment_size(self) -> int:
        """The number of members."""
        return self.out_of

    @property
    def risk(self) -> str:
        """That promotions stop reaching those people, or start to."""
        return f"removes shoppers from a segment{live_uses(self.promotions)}"

    @property
    def warnings(self) -> tuple[str, ...]:
        """The promotions that use the segment."""
        return describe_uses(self.segment.name, self.promotions)

    @property
    def batch_key(self) -> tuple[str, str]:
        """The kind and segment."""
        return (self.kind, self.segment.name)

    def describe(self, shoppers: int) -> str:
        """Describe how many are removed, and of how many."""
        some = f"{shoppers:,} of {people(self.out_of)}" if shoppers < self.out_of else people(shoppers)
        return f"Remove {some} from {self.segment.name}"

    def before_and_after(self, applied: Applied, moved: int) -> tuple[Any, Any]:
        """Return how many of them were in the segment."""
        return {"members": moved}, {"members": 0}

    async def refreshed(self, shop: Shop) -> Self:
        """Return it with the promotions that use the segment now and its current size. Raises Gone."""
        now = await super().refreshed(shop)
        id_ = now.segment.known_id
        return now.model_copy(update={"promotions": await shop.uses(id_), "out_of": await shop.size(id_)})

    async def departed(self, shop: Shop) -> frozenset[Item]:
        """Return the shoppers who are no longer in the segment: they are neither removed nor put back by an undo."""
        inside = await shop.members_among(self.segment.known_id, self.profile_ids)
        return frozenset(Item.profile(one) for one in self.profile_ids if one not in inside)

    async def settled(self, shop: Shop) -> frozenset[Item]:
        """Return the shoppers who are out of the segment already."""
        return await self.departed(shop)

    async def inverse(self, reader: Reader) -> "tuple[AnyStep, ...]":
        """Return the Steps that put them all back: the plan named only members."""
        return added(self.segment, self.profile_ids)

    async def apply(self, store: Store) -> Applied:
        """Remove them by id, and see of some that they are gone."""
        shown_by = await store.remove_members(self.segment.known_id, *self.profile_ids)
        await confirm_removed(store, self.segment.known_id, shown_by)
        return Applied()

    async def unapplied(self, shop: Shop) -> frozenset[Item]:
        """Return the shoppers who are still in the segment, and all of them if it is gone: it went with them."""
        try:
            inside = await shop.members_among(self.segment.known_id, self.profile_ids)
        except NotFound:
            inside = frozenset(self.profile_ids)
        return frozenset(map(Item.profile, inside))


def added(
    segment: SegmentRef, profile_ids: Collection[str], newcomers: Collection[CustomerKey] = ()
) -> "tuple[AnyStep, ...]":
    """Return the Steps that add these profiles and those of ``newcomers``; none for nobody.

    They share batches, so that no request goes out half empty.
    """
    known, profile_ids, newcomers = len(profile_ids), sorted_keys(profile_ids), sorted_keys(newcomers)
    return tuple(
        AddMembers(
            segment=segment,
            profile_ids=kept_list(profile_ids[start : start + BATCH]),
            newcomers=kept_list(newcomers[max(0, start - known) : max(0, start - known + BATCH)]),
        )
        for start in range(0, known + len(newcomers), BATCH)
    )


def removed(segment: SegmentRef, profile_ids: Collection[str]) -> "tuple[AnyStep, ...]":
    """Return the Steps that remove these profiles; none for nobody."""
    ordered = sorted_keys(profile_ids)
    return tuple(RemoveMembers(segment=segment, profile_ids=kept_list(one)) for one in batches(ordered, BATCH))
