"""Steps on the profiles of customers."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self

from pydantic import Field

from bot.bigcommerce import Customer, Reader, Store
from bot.bigcommerce.wire import batches
from bot.core.errors import NothingToDo
from bot.core.items import CustomerKey, Item
from bot.core.language.phrases import counted, people
from bot.core.planning.steps.applied import Applied, Made
from bot.core.planning.steps.members import added
from bot.core.planning.steps.references import SegmentRef
from bot.core.planning.steps.step import BATCH, Step
from bot.core.store_view.shop import PromotionUse, Shop, any_live, describe_uses, live_uses
from bot.core.value import Value

if TYPE_CHECKING:
    from bot.core.planning.steps import AnyStep


class OldProfile(Value):
    """The profile that a customer had before it was deleted."""

    customer_id: int
    id: str


class CreateProfiles(Step):
    """Give customers the profile that lets them be in segments. Doing it twice is harmless.

    ``old``: the profiles in whose place these stand, by whose ids later Steps may name them.
    """

    kind: Literal["create_profiles"] = "create_profiles"
    does: ClassVar[str] = "create profiles"
    in_requests: ClassVar[bool] = True
    customers: tuple[CustomerKey, ...] = Field(min_length=1, max_length=BATCH)
    old: tuple[OldProfile, ...] = ()

    def before_and_after(self, applied: Applied, moved: int) -> tuple[Any, Any]:
        """Return profiles by customer; who had one before is in no step back."""
        made = {item.customer_key for back in applied.undo or () for item in back.items}
        after = {str(id_): profile for id_, profile in applied.profiles.items()}
        before = {str(id_): profile for id_, profile in applied.profiles.items() if id_ not in made}
        return {"profiles": before}, {"profiles": after}

    @property
    def items(self) -> tuple[Item, ...]:
        """Each customer, those to come among them."""
        return tuple(map(Item.customer, self.customers))

    def _keeping(self, kept: tuple[Item, ...]) -> Self:
        return self.model_copy(update={"customers": tuple(one.customer_key for one in kept)})

    @property
    def shoppers(self) -> int:
        """One for each customer."""
        return len(self.customers)

    @property
    def batch_key(self) -> tuple[str, str]:
        """Kind alone: one line for all."""
        return (self.kind, "")

    def describe(self, shoppers: int) -> str:
        """Return how many profiles."""
        return f"Create {counted(shoppers, 'shopper profile')}"

    def resolved(self, made: Made) -> Self:
        """Return it with the ids of customers who were registered on the way."""
        return self.model_copy(update={"customers": tuple(map(made.customer, self.customers))})

    async def refreshed(self, shop: Shop) -> Self:
        """Return it without customers who are gone. Raises NothingToDo where nobody is left."""
        known = {one.id for one in await shop.customers(ids=_ids(self.customers))}
        here = tuple(key for key in self.customers if isinstance(key, str) or key in known)
        if not here:
            raise NothingToDo("None of these customers is registered any more.")
        return self.model_copy(update={"customers": here})

    async def inverse(self, reader: Reader) -> "tuple[AnyStep, ...]":
        """Return how to delete the profiles again: the plan named only customers who had none."""
        return deleted(_ids(self.customers), unused=True)

    async def apply(self, store: Store) -> Applied:
        """Create them; customers who got one in the meantime keep it, also when this is undone."""
        outcome = await store.create_profiles(*_ids(self.customers))
        already = len(outcome.already)
        profiles = {one.customer_id: one.id for one in (*outcome.created, *outcome.already)}
        return Applied(
            undo=deleted(tuple(one.customer_id for one in outcome.created), unused=True),
            profiles=profiles,
            renewed={one.id: profiles[one.customer_id] for one in self.old if one.customer_id in profiles},
            notes=(f"{people(already)} already had a profile.",) if already else (),
        )


def _ids(keys: tuple[CustomerKey, ...]) -> tuple[int, ...]:
    return tuple(key for key in keys if isinstance(key, int))


class Memberships(Value):
    """How many of those concerned are in a segment, and which promotions use it; None: it cannot be read."""

    segment: SegmentRef
    shoppers: int
    promotions: tuple[PromotionUse, ...] | None = ()


class DeleteProfiles(Step):
    """Delete the profiles of customers, who stay customers, and all their memberships.

    ``unused``: only of those who are in no segment when it runs, as fits an undo; ``memberships``: what they are in.
    """

    kind: Literal["delete_profiles"] = "delete_profiles"
    does: ClassVar[str] = "delete profiles"
    in_requests: ClassVar[bool] = True
    customer_ids: tuple[int, ...] = Field(min_length=1, max_length=BATCH)
    destructive: ClassVar[bool] = True
    undone_last: ClassVar[bool] = True
    unused: bool = False
    memberships: tuple[Memberships, ...] = ()

    @property
    def live(self) -> bool:
        """Whether a live promotion uses a segment that they are in."""
        return any(any_live(one.promotions) for one in self.memberships)

    def before_and_after(self, applied: Applied, moved: int) -> tuple[Any, Any]:
        """Return how many of them had a profile, and the memberships that went with those that were deleted."""
        gone = sum(back.shoppers for back in applied.undo or () if isinstance(back, CreateProfiles))
        return {"profiles": gone + applied.left, "memberships": moved}, {"profiles": applied.left, "memberships": 0}

    @property
    def items(self) -> tuple[Item, ...]:
        """Each customer."""
        return tuple(map(Item.customer, self.customer_ids))

    def _keeping(self, kept: tuple[Item, ...]) -> Self:
        return self.model_copy(update={"customer_ids": tuple(one.customer_key for one in kept)})

    @property
    def risk(self) -> str:
        """Promotions stop reaching those people, or begin to."""
        uses = {use.id: use for one in self.memberships for use in one.promotions or ()}
        return f"deletes shopper profiles{live_uses(tuple(uses.values()), ' in segments')}"

    @property
    def shoppers(self) -> int:
        """One for each customer."""
        return len(self.customer_ids)

    @property
    def warnings(self) -> tuple[str, ...]:
        """What they lose."""
        if self.unused:
            return ("Profiles that are in a segment by then stay.",)
        lost = (f"Takes {people(one.shoppers)} out of {one.segment.name}." for one in self.memberships)
        used = (line for one in self.memberships for line in describe_uses(one.segment.name, one.promotions))
        return (*lost, *used)

    @property
    def segment_ids(self) -> tuple[str, ...]:
        """Those that they are in."""
        return tuple(one.segment.known_id for one in self.memberships)

    @property
    def batch_key(self) -> tuple[str, str]:
        """Kind alone: one line for all."""
        return (self.kind, "")

    def describe(self, shoppers: int) -> str:
        """Return how many profiles."""
        return f"Delete {counted(shoppers, 'shopper profile')}"

    def merged(self, others: Sequence[Step]) -> Self:
        """Return it with what all of them take out of each segment."""
        shoppers: Counter[SegmentRef] = Counter()
        memberships: dict[SegmentRef, Memberships] = {}
        alike: list[DeleteProfiles] = [self, *(one for one in others if isinstance(one, DeleteProfiles))]
        for one in (one for step in alike for one in step.memberships):
            shoppers[one.segment] += one.shoppers
            memberships.setdefault(one.segment, one)
        summed = tuple(one.model_copy(update={"shoppers": shoppers[ref]}) for ref, one in memberships.items())
        return self.model_copy(update={"memberships": summed})

    async def refreshed(self, shop: Shop) -> Self:
        """Return it without customers who have no profile, and with what the others are in. Raises NothingToDo."""
        here = [one for one in await shop.customers(ids=self.customer_ids) if one.shopper_profile_id]
        if not here:
            raise NothingToDo("None of these shoppers has a profile any more.")
        groups = _by_segment(here) if not self.unused else {}
        memberships = [
            Memberships(
                segment=SegmentRef.of(segment),
                shoppers=len(groups[segment.id]),
                promotions=await shop.uses(segment.id),
            )
            for segment in await shop.segments()
            if segment.id in groups
        ]
        ids = tuple(sorted(one.id for one in here))
        return self.model_copy(update={"customer_ids": ids, "memberships": tuple(memberships)})

    async def inverse(self, reader: Reader) -> "tuple[AnyStep, ...]":
        """Return how to create the profiles again, and put everybody back into what they are in now."""
        here = [one async for one in reader.customers(ids=self.customer_ids) if one.shopper_profile_id]
        groups = _by_segment(here)
        back = [
            step
            async for segment in reader.segments(tuple(groups))
            for step in added(SegmentRef.of(segment), (), groups[segment.id])
        ]
        return (*_again(here), *back)

    async def apply(self, store: Store) -> Applied:
        """Delete them by profile id, as far as they have one."""
        here = [one async for one in store.customers(ids=self.customer_ids) if one.shopper_profile_id]
        doomed = [one for one in here if not (self.unused and one.segment_ids)]
        ids = tuple(one.shopper_profile_id for one in doomed if one.shopper_profile_id)
        if ids:
            await store.delete_profiles(*ids)
        spared = len(here) - len(doomed)
        notes = (f"{counted(spared, 'profile')} stayed, being in a segment.",) if spared else ()
        if not self.unused:
            return Applied(notes=notes)
        return Applied(undo=_again(doomed), left=spared, notes=notes)

    async def unapplied(self, shop: Shop) -> frozenset[Item]:
        """Return who has a profile still."""
        here = await shop.customers(ids=self.customer_ids)
        return frozenset(Item.customer(one.id) for one in here if one.shopper_profile_id)


def _again(customers: list[Customer]) -> "tuple[AnyStep, ...]":
    """Return the Steps that give these customers new profiles in the place of those that they have now."""
    old = {one.id: OldProfile(customer_id=one.id, id=one.shopper_profile_id or "") for one in customers}
    return tuple(CreateProfiles(customers=ids, old=tuple(map(old.__getitem__, ids))) for ids in batches(old, BATCH))


def _by_segment(customers: list[Customer]) -> dict[str, tuple[int, ...]]:
    """Return customer ids by the segments that they are in."""
    groups: defaultdict[str, list[int]] = defaultdict(list)
    for customer in customers:
        for segment_id in customer.segment_ids:
            groups[segment_id].append(customer.id)
    return {segment_id: tuple(ids) for segment_id, ids in groups.items()}


def created(customers: tuple[CustomerKey, ...]) -> "tuple[AnyStep, ...]":
    """Return the Steps that give these customers profiles; none for nobody."""
    return tuple(CreateProfiles(customers=batch) for batch in batches(customers, BATCH))


def deleted(customer_ids: tuple[int, ...], *, unused: bool = False) -> "tuple[AnyStep, ...]":
    """Return the Steps that delete these customers' profiles; none for nobody."""
    return tuple(DeleteProfiles(customer_ids=batch, unused=unused) for batch in batches(customer_ids, BATCH))
