"""Steps on shoppers themselves: customers and their profiles."""

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self

from pydantic import Field

from bot.bigcommerce import Conflict, Customer, Invalid, NewCustomer, Reader, Store
from bot.core.errors import NothingToDo
from bot.core.language.phrases import counted, people
from bot.core.planning.steps.members import added
from bot.core.planning.steps.step import BATCH, Applied, CustomerKey, Made, SegmentRef, Step, Value, batches
from bot.core.store_view.shop import PromotionUse, Shop, any_live, describe_uses, live_uses

if TYPE_CHECKING:
    from bot.core.planning.steps import AnyStep


class CreateCustomer(Step):
    """Register a customer, without a password: the store's own e-mail lets them set one. Nothing deletes customers."""

    kind: Literal["create_customer"] = "create_customer"
    does: ClassVar[str] = "register a customer"
    email: str
    first_name: str
    last_name: str

    @property
    def topic(self) -> tuple[str, str]:
        """One line each."""
        return (self.kind, self.email)

    def told(self, shoppers: int) -> str:
        """One line, without the person's name: the log hides addresses, and could not hide names."""
        return f"Register {self.email} as a customer"

    def before_and_after(self, applied: Applied, moved: int) -> tuple[Any, Any]:
        """The account, by its id."""
        return None, {"customer": next(iter(applied.customers.values()), None)}

    async def observed(self, shop: Shop) -> Self:
        """Raises NothingToDo where the address is registered."""
        if await _registered(shop.reader, self.email):
            raise NothingToDo(f"{self.email} is registered already.")
        return self

    async def inverse(self, reader: Reader) -> "tuple[AnyStep, ...]":
        """Nothing: an account may have orders by then."""
        return ()

    async def apply(self, store: Store) -> Applied:
        """Register them; somebody who was registered by others meanwhile is who was meant."""
        new = NewCustomer(email=self.email, first_name=self.first_name, last_name=self.last_name)
        try:
            (customer,) = await store.create_customers(new)
        except (Conflict, Invalid):
            found = await _registered(store, self.email)
            if found is None:
                raise
            return self._made(found, "They were registered by somebody else in the meantime.")
        return self._made(customer)

    async def happened(self, reader: Reader) -> Applied | None:
        """It did, where the address is registered."""
        found = await _registered(reader, self.email)
        return self._made(found) if found else None

    def _made(self, customer: Customer, *notes: str) -> Applied:
        stays = "The account stays when this is undone."
        return Applied(customers={self.email: customer.id}, notes=(*notes, stays))


async def _registered(reader: Reader, email: str) -> Customer | None:
    found = [one async for one in reader.customers(emails=(email,))]
    return next((one for one in found if one.email.casefold() == email.casefold()), None)


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

    @property
    def shopper_ids(self) -> tuple[CustomerKey, ...]:
        """Each registered customer."""
        return _ids(self.customers)

    def before_and_after(self, applied: Applied, moved: int) -> tuple[Any, Any]:
        """Profiles by customer; who had one before is in no step back."""
        made = {id_ for back in applied.undo or () for id_ in back.shopper_ids}
        after = {str(id_): profile for id_, profile in applied.profiles.items()}
        before = {str(id_): profile for id_, profile in applied.profiles.items() if id_ not in made}
        return {"profiles": before}, {"profiles": after}

    @property
    def items(self) -> tuple[str, ...]:
        """Each customer."""
        return tuple(map(str, self.customers))

    def without(self, items: Collection[str]) -> Self | None:
        """Without these customers; None where nobody is left."""
        left = tuple(one for one in self.customers if str(one) not in items)
        return self.model_copy(update={"customers": left}) if left else None

    @property
    def shoppers(self) -> int:
        """One for each customer."""
        return len(self.customers)

    @property
    def topic(self) -> tuple[str, str]:
        """One line for all."""
        return (self.kind, "")

    def told(self, shoppers: int) -> str:
        """One line."""
        return f"Create {counted(shoppers, 'shopper profile')}"

    def bound(self, made: Made) -> Self:
        """With the ids of customers who were registered on the way."""
        return self.model_copy(update={"customers": tuple(map(made.customer, self.customers))})

    async def observed(self, shop: Shop) -> Self:
        """Without customers who are gone. Raises NothingToDo where nobody is left."""
        known = {one.id for one in await shop.customers(ids=_ids(self.customers))}
        here = tuple(key for key in self.customers if isinstance(key, str) or key in known)
        if not here:
            raise NothingToDo("None of these customers is registered any more.")
        return self.model_copy(update={"customers": here})

    async def inverse(self, reader: Reader) -> "tuple[AnyStep, ...]":
        """Delete the profiles again: the plan named only customers who had none."""
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
            notes=(f"{people(already)} had a profile already.",) if already else (),
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
    hurts: ClassVar[bool] = True
    unused: bool = False
    memberships: tuple[Memberships, ...] = ()

    @property
    def live(self) -> bool:
        """Whether a live promotion uses a segment that they are in."""
        return any(any_live(one.promotions) for one in self.memberships)

    @property
    def shopper_ids(self) -> tuple[CustomerKey, ...]:
        """Each customer."""
        return self.customer_ids

    def before_and_after(self, applied: Applied, moved: int) -> tuple[Any, Any]:
        """How many of them had a profile, and the memberships that went with those that were deleted."""
        gone = sum(back.shoppers for back in applied.undo or () if isinstance(back, CreateProfiles))
        return {"profiles": gone + applied.left, "memberships": moved}, {"profiles": applied.left, "memberships": 0}

    @property
    def items(self) -> tuple[str, ...]:
        """Each customer."""
        return tuple(map(str, self.customer_ids))

    def without(self, items: Collection[str]) -> Self | None:
        """Without these customers; None where nobody is left."""
        left = tuple(one for one in self.customer_ids if str(one) not in items)
        return self.model_copy(update={"customer_ids": left}) if left else None

    @property
    def danger(self) -> str:
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
        used = (told for one in self.memberships for told in describe_uses(one.segment.name, one.promotions))
        return (*lost, *used)

    @property
    def segment_ids(self) -> tuple[str, ...]:
        """Those that they are in."""
        return tuple(one.segment.known_id for one in self.memberships)

    @property
    def topic(self) -> tuple[str, str]:
        """One line for all."""
        return (self.kind, "")

    def told(self, shoppers: int) -> str:
        """One line."""
        return f"Delete {counted(shoppers, 'shopper profile')}"

    def joined(self, others: Sequence[Step]) -> Self:
        """With what all of them take out of each segment."""
        shoppers: Counter[SegmentRef] = Counter()
        memberships: dict[SegmentRef, Memberships] = {}
        alike: list[DeleteProfiles] = [self, *(one for one in others if isinstance(one, DeleteProfiles))]
        for one in (one for step in alike for one in step.memberships):
            shoppers[one.segment] += one.shoppers
            memberships.setdefault(one.segment, one)
        summed = tuple(one.model_copy(update={"shoppers": shoppers[ref]}) for ref, one in memberships.items())
        return self.model_copy(update={"memberships": summed})

    async def observed(self, shop: Shop) -> Self:
        """Without customers who have no profile, and with what the others are in. Raises NothingToDo."""
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
        """Create the profiles again, and put everybody back into what they are in now."""
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

    async def untouched(self, shop: Shop) -> frozenset[str]:
        """Who has a profile still."""
        here = await shop.customers(ids=self.customer_ids)
        return frozenset(str(one.id) for one in here if one.shopper_profile_id)


def _again(customers: list[Customer]) -> "tuple[AnyStep, ...]":
    """The Steps that give these customers new profiles in the place of those that they have now."""
    old = {one.id: OldProfile(customer_id=one.id, id=one.shopper_profile_id or "") for one in customers}
    return tuple(CreateProfiles(customers=ids, old=tuple(map(old.__getitem__, ids))) for ids in batches(tuple(old)))


def _by_segment(customers: list[Customer]) -> dict[str, tuple[int, ...]]:
    """Customer ids by the segments that they are in."""
    groups: defaultdict[str, list[int]] = defaultdict(list)
    for customer in customers:
        for segment_id in customer.segment_ids:
            groups[segment_id].append(customer.id)
    return {segment_id: tuple(ids) for segment_id, ids in groups.items()}


def created(customers: tuple[CustomerKey, ...]) -> "tuple[AnyStep, ...]":
    """The Steps that give these customers profiles; none for nobody."""
    return tuple(CreateProfiles(customers=batch) for batch in batches(customers))


def deleted(customer_ids: tuple[int, ...], *, unused: bool = False) -> "tuple[AnyStep, ...]":
    """The Steps that delete these customers' profiles; none for nobody."""
    return tuple(DeleteProfiles(customer_ids=batch, unused=unused) for batch in batches(customer_ids))
