"""Steps on who is in a segment, in batches."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal, Self

from pydantic import Field

from bot.bigcommerce import Reader, Store
from bot.core.shop import Shop
from bot.core.steps.step import Applied, SegmentRef, Step, gone, people

if TYPE_CHECKING:
    from bot.core.steps import AnyStep

BATCH = 500
"""Members in one Step: ten requests of 50, the most that the store takes at once."""


class _Membership(Step):
    segment: SegmentRef
    profile_ids: tuple[str, ...] = Field(min_length=1, max_length=BATCH)

    @property
    def shoppers(self) -> int:
        """One for each profile."""
        return len(self.profile_ids)

    def bound(self, ids: Mapping[str, str]) -> Self:
        """With the id of a segment that was created on the way."""
        if self.segment.id is not None or self.segment.name not in ids:
            return self
        ref = SegmentRef(name=self.segment.name, id=ids[self.segment.name])
        return self.model_copy(update={"segment": ref})

    async def observed(self, shop: Shop) -> Self:
        """Under the segment's present name. Raises Impossible where it is gone."""
        if self.segment.id is None:
            return self
        segment = await shop.by_id(self.segment.id)
        if segment is None:
            raise gone(self.segment.name)
        return self.model_copy(update={"segment": SegmentRef(name=segment.name, id=segment.id)})


class AddMembers(_Membership):
    """Put shopper profiles into a segment. Doing it twice is harmless."""

    kind: Literal["add_members"] = "add_members"

    @property
    def topic(self) -> tuple[str, str]:
        """One line a segment."""
        return (self.kind, self.segment.name)

    def told(self, shoppers: int) -> str:
        """One line."""
        return f"Add {people(shoppers)} to {self.segment.name}"

    async def inverse(self, reader: Reader) -> "tuple[AnyStep, ...]":
        """Take them all out: the plan named only people who were not in it."""
        return removed(self.segment, self.profile_ids)

    async def apply(self, store: Store) -> Applied:
        """Add them; who has become a member meanwhile is told, and stays when this is undone."""
        outcome = await store.add_members(self.segment.known_id, *self.profile_ids)
        already = len(outcome.already)
        notes = (f"{people(already)} {'was' if already == 1 else 'were'} in it already.",) if already else ()
        return Applied(undo=removed(self.segment, outcome.added), notes=notes)


class RemoveMembers(_Membership):
    """Take shopper profiles out of a segment. Doing it twice is harmless."""

    kind: Literal["remove_members"] = "remove_members"

    @property
    def danger(self) -> str:
        """Promotions stop reaching those people."""
        return "removes shoppers from a segment"

    @property
    def topic(self) -> tuple[str, str]:
        """One line a segment."""
        return (self.kind, self.segment.name)

    def told(self, shoppers: int) -> str:
        """One line."""
        return f"Remove {people(shoppers)} from {self.segment.name}"

    async def inverse(self, reader: Reader) -> "tuple[AnyStep, ...]":
        """Put them all back: the plan named only people who were in it."""
        return added(self.segment, self.profile_ids)

    async def apply(self, store: Store) -> Applied:
        """Remove them by id."""
        await store.remove_members(self.segment.known_id, *self.profile_ids)
        return Applied()


def _batches(ids: tuple[str, ...]) -> list[tuple[str, ...]]:
    return [ids[start : start + BATCH] for start in range(0, len(ids), BATCH)]


def added(segment: SegmentRef, profile_ids: tuple[str, ...]) -> "tuple[AnyStep, ...]":
    """The Steps that add these profiles; none for nobody."""
    return tuple(AddMembers(segment=segment, profile_ids=batch) for batch in _batches(profile_ids))


def removed(segment: SegmentRef, profile_ids: tuple[str, ...]) -> "tuple[AnyStep, ...]":
    """The Steps that remove these profiles; none for nobody."""
    return tuple(RemoveMembers(segment=segment, profile_ids=batch) for batch in _batches(profile_ids))
