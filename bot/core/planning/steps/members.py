"""Steps on who is in a segment, in batches."""

from collections.abc import Collection
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, Self, TypeVar

from pydantic import Field, model_validator

from bot.bigcommerce import AddedMembers, Reader, Store
from bot.core.errors import NothingToDo
from bot.core.language.phrases import people
from bot.core.planning.steps.step import BATCH, Applied, CustomerKey, Made, SegmentRef, Step, batches, present
from bot.core.store_view.shop import PromotionUse, Shop, any_live, describe_uses, live_uses

if TYPE_CHECKING:
    from bot.core.planning.steps import AnyStep

K = TypeVar("K", str, CustomerKey)


class _Membership(Step):
    in_requests: ClassVar[bool] = True
    segment: SegmentRef
    profile_ids: tuple[str, ...] = Field(max_length=BATCH)

    @property
    def shoppers(self) -> int:
        """One for each profile."""
        return len(self.profile_ids)

    @property
    def segment_ids(self) -> tuple[str, ...]:
        """The one segment."""
        return (self.segment.id,) if self.segment.id else ()

    @property
    def shopper_ids(self) -> tuple[CustomerKey, ...]:
        """Each profile."""
        return self.profile_ids

    @property
    def items(self) -> tuple[str, ...]:
        """Each profile."""
        return self.profile_ids

    def without(self, items: Collection[str]) -> Self | None:
        """Without these shoppers; None where nobody is left."""
        left = tuple(one for one in self.profile_ids if one not in items)
        return self.model_copy(update={"profile_ids": left}) if left else None

    def bound(self, made: Made) -> Self:
        """With the id of a segment that was created on the way, and of profiles that were created anew."""
        id_ = self.segment.id or made.segments.get(self.segment.name)
        ids = tuple(made.renewed.get(one, one) for one in self.profile_ids)
        return self.model_copy(update={"segment": SegmentRef(name=self.segment.name, id=id_), "profile_ids": ids})

    async def observed(self, shop: Shop) -> Self:
        """Under the segment's present name. Raises Gone."""
        if self.segment.id is None:
            return self
        return self.model_copy(update={"segment": SegmentRef.of(await present(self.segment, shop))})

    @model_validator(mode="after")
    def _of_somebody(self) -> Self:
        if not self.shoppers:
            raise ValueError("a step for nobody")
        return self


class AddMembers(_Membership):
    """Put shopper profiles into a segment. Doing it twice is harmless.

    ``newcomers``: customers whose profile an earlier Step of the same Plan creates.
    """

    kind: Literal["add_members"] = "add_members"
    does: ClassVar[str] = "add shoppers to a segment"
    profile_ids: Annotated[tuple[str, ...], Field(max_length=BATCH)] = ()
    newcomers: Annotated[tuple[CustomerKey, ...], Field(max_length=BATCH)] = ()

    @property
    def shoppers(self) -> int:
        """One for each profile, those to come among them."""
        return len(self.profile_ids) + len(self.newcomers)

    @property
    def topic(self) -> tuple[str, str]:
        """One line a segment."""
        return (self.kind, self.segment.name)

    def told(self, shoppers: int) -> str:
        """One line."""
        return f"Add {people(shoppers)} to {self.segment.name}"

    @property
    def shopper_ids(self) -> tuple[CustomerKey, ...]:
        """Each profile, and each registered customer whose profile is to come."""
        return (*self.profile_ids, *(key for key in self.newcomers if isinstance(key, int)))

    def before_and_after(self, applied: Applied, moved: int) -> tuple[Any, Any]:
        """How many of them were in the segment."""
        return {"members": applied.left - moved}, {"members": applied.left}

    @property
    def items(self) -> tuple[str, ...]:
        """Each profile, and each customer whose profile is to come."""
        return (*self.profile_ids, *map(str, self.newcomers))

    def without(self, items: Collection[str]) -> Self | None:
        """Without these shoppers; None where nobody is left."""
        profiles = tuple(one for one in self.profile_ids if one not in items)
        newcomers = tuple(one for one in self.newcomers if str(one) not in items)
        left = self.model_copy(update={"profile_ids": profiles, "newcomers": newcomers})
        return left if left.shoppers else None

    def bound(self, made: Made) -> Self:
        """With the profiles of the newcomers, as far as they were created."""
        bound = super().bound(made)
        profiles = {key: made.profile(key) for key in self.newcomers}
        here = {
            "profile_ids": (*bound.profile_ids, *filter(None, profiles.values())),
            "newcomers": tuple(key for key, profile in profiles.items() if profile is None),
        }
        return bound.model_copy(update=here)

    async def observed(self, shop: Shop) -> Self:
        """Without newcomers whose account is gone. Raises Gone, and NothingToDo where nobody is left."""
        now = await super().observed(shop)
        ids = [key for key in self.newcomers if isinstance(key, int)]
        known = {one.id for one in await shop.customers(ids=ids)}
        here = tuple(key for key in self.newcomers if isinstance(key, str) or key in known)
        if not here and not self.profile_ids:
            raise NothingToDo(f"None of those for {self.segment.name} is a customer any more.")
        return now.model_copy(update={"newcomers": here})

    async def inverse(self, reader: Reader) -> "tuple[AnyStep, ...]":
        """Take them all out: the plan named only people who were not in it."""
        return removed(self.segment, self.profile_ids)

    async def apply(self, store: Store) -> Applied:
        """Add them; who is a member already, or has no profile any more, is told, and stays so when this is undone."""
        if not self.profile_ids:
            return Applied(notes=_missing(len(self.newcomers)))
        outcome = await store.add_members(self.segment.known_id, *self.profile_ids)
        inside = len(outcome.added) + len(outcome.already)
        return Applied(undo=removed(self.segment, outcome.added), left=inside, notes=self._notes(outcome))

    async def untouched(self, shop: Shop) -> frozenset[str]:
        """Who is not in the segment."""
        return frozenset(self.profile_ids) - await shop.among(self.segment.known_id, self.profile_ids)

    def _notes(self, outcome: AddedMembers) -> tuple[str, ...]:
        already = len(outcome.already)
        were = "was" if already == 1 else "were"
        told = (f"{people(already)} {were} in {self.segment.name} already.",) if already else ()
        return (*told, *_missing(len(outcome.missing) + len(self.newcomers)))


def _missing(count: int) -> tuple[str, ...]:
    profiles, were = ("profile that was", "was") if count == 1 else ("profiles that were", "were")
    told = f"{people(count)} could not be added: the {profiles} planned with {were} deleted since."
    return (told,) if count else ()


class RemoveMembers(_Membership):
    """Take shopper profiles out of a segment. Doing it twice is harmless.

    ``promotions``, which use the segment, is None where they cannot be read; it has ``out_of`` members.
    """

    kind: Literal["remove_members"] = "remove_members"
    does: ClassVar[str] = "remove shoppers from a segment"
    hurts: ClassVar[bool] = True
    promotions: tuple[PromotionUse, ...] | None = ()
    out_of: int = 0

    @property
    def live(self) -> bool:
        """Whether a live promotion uses the segment."""
        return any_live(self.promotions)

    @property
    def of(self) -> int:
        """Everybody in the segment."""
        return self.out_of

    @property
    def danger(self) -> str:
        """Promotions stop reaching those people, or begin to."""
        return f"removes shoppers from a segment{live_uses(self.promotions)}"

    @property
    def warnings(self) -> tuple[str, ...]:
        """Which promotions use the segment."""
        return describe_uses(self.segment.name, self.promotions)

    @property
    def topic(self) -> tuple[str, str]:
        """One line a segment."""
        return (self.kind, self.segment.name)

    def told(self, shoppers: int) -> str:
        """One line."""
        some = f"{shoppers:,} of {people(self.out_of)}" if shoppers < self.out_of else people(shoppers)
        return f"Remove {some} from {self.segment.name}"

    def before_and_after(self, applied: Applied, moved: int) -> tuple[Any, Any]:
        """How many of them were in the segment."""
        return {"members": moved}, {"members": 0}

    async def observed(self, shop: Shop) -> Self:
        """With the promotions that use the segment now, and its members counted. Raises Gone."""
        now = await super().observed(shop)
        id_ = now.segment.known_id
        return now.model_copy(update={"promotions": await shop.uses(id_), "out_of": await shop.size(id_)})

    async def inverse(self, reader: Reader) -> "tuple[AnyStep, ...]":
        """Put them all back: the plan named only people who were in it."""
        return added(self.segment, self.profile_ids)

    async def apply(self, store: Store) -> Applied:
        """Remove them by id."""
        await store.remove_members(self.segment.known_id, *self.profile_ids)
        return Applied()

    async def untouched(self, shop: Shop) -> frozenset[str]:
        """Who is in the segment still."""
        return await shop.among(self.segment.known_id, self.profile_ids)


def added(
    segment: SegmentRef, profile_ids: tuple[str, ...], newcomers: tuple[CustomerKey, ...] = ()
) -> "tuple[AnyStep, ...]":
    """The Steps that add these profiles, and those of ``newcomers``; none for nobody.

    They share their batches, so that no request goes out half empty.
    """
    known, profile_ids, newcomers = len(profile_ids), _in_order(profile_ids), _in_order(newcomers)
    return tuple(
        AddMembers(
            segment=segment,
            profile_ids=profile_ids[start : start + BATCH],
            newcomers=newcomers[max(0, start - known) : max(0, start - known + BATCH)],
        )
        for start in range(0, known + len(newcomers), BATCH)
    )


def removed(segment: SegmentRef, profile_ids: tuple[str, ...]) -> "tuple[AnyStep, ...]":
    """The Steps that remove these profiles; none for nobody."""
    return tuple(RemoveMembers(segment=segment, profile_ids=batch) for batch in batches(_in_order(profile_ids)))


def _in_order(keys: tuple[K, ...]) -> tuple[K, ...]:
    """Always the same order: a plan that is made again has to come out the same, however the store lists."""
    return tuple(sorted(keys, key=str))
