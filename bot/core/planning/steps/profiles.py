"""Steps on the profiles of customers."""

from collections.abc import Collection, Mapping, Sequence, Set
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self

from pydantic import Field

from bot.bigcommerce import Customer, Reader, Store, confirm_no_profiles
from bot.bigcommerce.wire_format import batches
from bot.core.errors import NothingToDo
from bot.core.frozen_value import Value
from bot.core.items import CustomerKey, Item, ItemKey, customer_keys, named_by_address
from bot.core.kept_lists import Ids, kept_list, kept_map
from bot.core.language.phrases import counted, people
from bot.core.planning.steps.key_lists import known_customers, without_keys
from bot.core.planning.steps.lost_memberships import Memberships, by_segment, memberships_of, summed
from bot.core.planning.steps.members import added
from bot.core.planning.steps.references import SegmentRef, all_with
from bot.core.planning.steps.results import Applied, CreatedIds
from bot.core.planning.steps.step import BATCH, Step
from bot.core.store_view.cached_shop import Shop, any_live, describe_uses, live_uses

if TYPE_CHECKING:
    from bot.core.planning.steps import AnyStep


class OldProfile(Value):
    """The profile that a customer had before it was deleted."""

    customer_id: int
    id: str


class CreateProfiles(Step):
    """Give customers the profile that lets them be in segments. Idempotent.

    ``old``: the deleted profiles that these replace, by whose ids later Steps may name them.
    """

    kind: Literal["create_profiles"] = "create_profiles"
    does: ClassVar[str] = "create profiles"
    to_each: ClassVar[str] = "gets a profile"
    conditions: ClassVar[frozenset[str]] = frozenset({"shoppers"})
    in_requests: ClassVar[bool] = True
    customers: Ids[CustomerKey] = Field(min_length=1, max_length=BATCH)
    old: Ids[OldProfile] = ()

    def before_and_after(self, applied: Applied, moved: int) -> tuple[Any, Any]:
        """Return profiles by customer, without customers who already had one: they are not in the undo."""
        created = {key for inverse in applied.undo or () for key in inverse.item_keys}
        after = {str(id_): profile for id_, profile in applied.profiles.items()}
        before = {str(id_): profile for id_, profile in applied.profiles.items() if id_ not in created}
        return {"profiles": before}, {"profiles": after}

    @property
    def items(self) -> tuple[Item, ...]:
        """Each customer, including those yet to be registered."""
        return tuple(map(Item.customer, self.customers))

    @property
    def item_keys(self) -> Collection[ItemKey]:
        """The key of each customer."""
        return customer_keys(self.customers)

    @property
    def names(self) -> Mapping[Item, str]:
        """The addresses of customers who are not registered yet."""
        return named_by_address(self.customers)

    @property
    def old_profiles(self) -> Mapping[int, str]:
        """The deleted profiles."""
        return {one.customer_id: one.id for one in self.old}

    def _dropping(self, out: Set[ItemKey]) -> Self:
        return self.model_copy(update={"customers": without_keys(self.customers, out)})

    @property
    def shoppers(self) -> int:
        """One for each customer."""
        return len(self.customers)

    @property
    def batch_key(self) -> tuple[str, str]:
        """The kind alone: one line for all."""
        return (self.kind, "")

    def describe(self, shoppers: int) -> str:
        """Describe how many profiles are created."""
        return f"Create {counted(shoppers, 'shopper profile')}"

    def resolved(self, created_ids: CreatedIds) -> Self:
        """Return it with the ids of customers whom earlier Steps registered."""
        if not created_ids.customers:
            return self
        return self.model_copy(update={"customers": kept_list(tuple(map(created_ids.customer, self.customers)))})

    async def refreshed(self, shop: Shop) -> Self:
        """Return it without customers who no longer exist. Raises NothingToDo if nobody is left."""
        remaining = await known_customers(self.customers, shop)
        if not remaining:
            raise NothingToDo("None of these customers is registered any more.")
        return self.model_copy(update={"customers": remaining})

    async def settled(self, shop: Shop) -> frozenset[Item]:
        """Return the customers who have a profile already."""
        return frozenset(Item.customer(one.id) for one in await _with_profiles(_ids(self.customers), shop))

    async def inverse(self, reader: Reader) -> "tuple[AnyStep, ...]":
        """Return the Steps that delete the profiles again: the plan named only customers without one."""
        return deleted(_ids(self.customers), unused=True)

    async def apply(self, store: Store) -> Applied:
        """Create them; customers who got one meanwhile keep it, even after an undo."""
        outcome = await store.create_profiles(*_ids(self.customers))
        already = len(outcome.already)
        profiles = {one.customer_id: one.id for one in (*outcome.created, *outcome.already)}
        return Applied(
            undo=deleted(tuple(one.customer_id for one in outcome.created), unused=True),
            profiles=kept_map(profiles),
            renewed=kept_map({one.id: profiles[one.customer_id] for one in self.old if one.customer_id in profiles}),
            notes=(f"{people(already)} already had a profile.",) if already else (),
        )

    async def unapplied(self, shop: Shop) -> frozenset[Item]:
        """Return the customers who have no profile."""
        having = {one.id for one in await _with_profiles(_ids(self.customers), shop)}
        return frozenset(Item.customer(key) for key in self.customers if key not in having)


def _ids(keys: Sequence[CustomerKey]) -> tuple[int, ...]:
    return tuple(key for key in keys if isinstance(key, int))


class DeleteProfiles(Step):
    """Delete the profiles of customers, and with them all their memberships. The customers remain.

    ``unused``: skip those who are in a segment when it runs (for an undo); ``memberships``: the segments they are in.
    """

    kind: Literal["delete_profiles"] = "delete_profiles"
    does: ClassVar[str] = "delete profiles"
    to_each: ClassVar[str] = "loses the profile"
    conditions: ClassVar[frozenset[str]] = frozenset({"shoppers", "live"})
    in_requests: ClassVar[bool] = True
    customer_ids: Ids[int] = Field(min_length=1, max_length=BATCH)
    destructive: ClassVar[bool] = True
    undone_last: ClassVar[bool] = True
    unused: bool = False
    memberships: tuple[Memberships, ...] = ()

    @property
    def live(self) -> bool:
        """Whether a live promotion uses a segment that they are in."""
        return any(any_live(one.promotions) for one in self.memberships)

    def before_and_after(self, applied: Applied, moved: int) -> tuple[Any, Any]:
        """Return how many of them had a profile, and how many memberships were deleted with the profiles."""
        gone = sum(inverse.shoppers for inverse in applied.undo or () if isinstance(inverse, CreateProfiles))
        return {"profiles": gone + applied.left, "memberships": moved}, {"profiles": applied.left, "memberships": 0}

    @property
    def items(self) -> tuple[Item, ...]:
        """Each customer."""
        return tuple(map(Item.customer, self.customer_ids))

    @property
    def item_keys(self) -> Collection[ItemKey]:
        """Each customer's number."""
        return self.customer_ids

    def _dropping(self, out: Set[ItemKey]) -> Self:
        left = kept_list([one for one in self.customer_ids if one not in out])
        return self.model_copy(update={"customer_ids": left})

    @property
    def risk(self) -> str:
        """That promotions stop reaching those people, or start to."""
        uses = {use.id: use for one in self.memberships for use in one.promotions or ()}
        return f"deletes shopper profiles{live_uses(tuple(uses.values()), ' in segments')}"

    @property
    def shoppers(self) -> int:
        """One for each customer."""
        return len(self.customer_ids)

    @property
    def warnings(self) -> tuple[str, ...]:
        """The memberships that they lose."""
        if self.unused:
            return ("Profiles that are in a segment by then stay.",)
        lost = (f"Takes {people(one.shoppers)} out of {one.segment.name}." for one in self.memberships)
        used = (line for one in self.memberships for line in describe_uses(one.segment.name, one.promotions))
        return (*lost, *used)

    @property
    def segment_ids(self) -> tuple[str, ...]:
        """The segments that they are in."""
        return tuple(one.segment.known_id for one in self.memberships)

    @property
    def batch_key(self) -> tuple[str, str]:
        """The kind alone: one line for all."""
        return (self.kind, "")

    def describe(self, shoppers: int) -> str:
        """Describe how many profiles are deleted."""
        return f"Delete {counted(shoppers, 'shopper profile')}"

    def merged(self, others: Sequence[Step]) -> Self:
        """Return it with the memberships of all, summed for each segment."""
        steps: list[DeleteProfiles] = [self, *(one for one in others if isinstance(one, DeleteProfiles))]
        return self.model_copy(update={"memberships": summed(one for step in steps for one in step.memberships)})

    async def refreshed(self, shop: Shop) -> Self:
        """Return it without customers who have no profile, and with the current memberships. Raises NothingToDo."""
        remaining = await _with_profiles(self.customer_ids, shop)
        if not remaining:
            raise NothingToDo("None of these shoppers has a profile any more.")
        if not self.unused:
            await shop.empty_lists.check_memberships(remaining)  # whom an undo would bring back
        memberships = await memberships_of([] if self.unused else remaining, shop)
        ids = kept_list(sorted(one.id for one in remaining))
        return self.model_copy(update={"customer_ids": ids, "memberships": memberships})

    async def inverse(self, reader: Reader) -> "tuple[AnyStep, ...]":
        """Return the Steps that create the profiles again and put everyone back into their current segments."""
        customers = [one async for one in reader.customers(ids=self.customer_ids) if one.shopper_profile_id]
        groups = by_segment(customers)
        segments = [segment async for segment in reader.segments(tuple(groups))]
        memberships = [
            step
            for segment in all_with(groups, segments)
            for step in added(SegmentRef.of(segment), (), groups[segment.id])
        ]
        return (*_recreate(customers), *memberships)

    async def apply(self, store: Store) -> Applied:
        """Delete those that still exist, by profile id."""
        customers = [one async for one in store.customers(ids=self.customer_ids) if one.shopper_profile_id]
        to_delete = [one for one in customers if not (self.unused and one.segment_ids)]
        ids = tuple(one.shopper_profile_id for one in to_delete if one.shopper_profile_id)
        if ids:
            await store.delete_profiles(*ids)
            await confirm_no_profiles(store, [one.id for one in to_delete], ids)
        kept = len(customers) - len(to_delete)
        notes = (f"{counted(kept, 'profile')} stayed, being in a segment.",) if kept else ()
        if not self.unused:
            return Applied(notes=notes)
        return Applied(undo=_recreate(to_delete), left=kept, notes=notes)

    async def unapplied(self, shop: Shop) -> frozenset[Item]:
        """Return the customers who still have a profile."""
        return frozenset(Item.customer(one.id) for one in await _with_profiles(self.customer_ids, shop))


async def _with_profiles(ids: Collection[int], shop: Shop) -> list[Customer]:
    """Return those of these customers who have a profile; the store's view keeps none of them, for there are many."""
    return [one async for one in shop.each_customer(ids=ids) if one.shopper_profile_id] if ids else []


def _recreate(customers: list[Customer]) -> "tuple[AnyStep, ...]":
    """Return the Steps that give these customers new profiles in place of their current ones."""
    old = [OldProfile(customer_id=one.id, id=one.shopper_profile_id or "") for one in customers]
    return tuple(
        CreateProfiles(customers=kept_list([one.customer_id for one in batch]), old=kept_list(batch))
        for batch in batches(old, BATCH)
    )


def created(customers: Collection[CustomerKey]) -> "tuple[AnyStep, ...]":
    """Return the Steps that give these customers profiles; none for nobody."""
    return tuple(CreateProfiles(customers=kept_list(batch)) for batch in batches(customers, BATCH))


def deleted(customer_ids: Collection[int], *, unused: bool = False) -> "tuple[AnyStep, ...]":
    """Return the Steps that delete these customers' profiles; none for nobody."""
    return tuple(DeleteProfiles(customer_ids=kept_list(batch), unused=unused) for batch in batches(customer_ids, BATCH))
