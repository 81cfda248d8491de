"""The closed set of what can be done to a store. Danger belongs to the Step, and so does the way back.

The Runner takes each Step through the same four questions:

1. ``observed``: what is this step in the store as it is now? Asked when planning; Impossible where it cannot be done.
2. ``inverse``: which steps undo it? Read just before it runs, and saved *before* anything is sent.
3. ``happened``: was it carried out already? Asked when a run goes on after a crash.
4. ``apply``: do it.
"""

from abc import abstractmethod
from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field

from bot.bigcommerce import NewSegment, Reader, SegmentChange, Store
from bot.core.errors import Impossible, NothingToDo
from bot.core.shop import PromotionUse, Shop

BATCH = 500
"""Members in one Step: ten requests of 50, the most that the store takes at once."""


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class SegmentRef(_Value):
    """A segment by name and id; no id yet where an earlier Step of the same Plan creates it."""

    name: str
    id: str | None = None

    @property
    def known_id(self) -> str:
        """The id. Raises Impossible where the segment was not created before."""
        if self.id is None:
            raise Impossible(f"The segment “{self.name}” does not exist yet.")
        return self.id


class Naming(_Value):
    """What a person writes about a segment."""

    name: str
    description: str = ""


class Applied(_Value):
    """What came of a Step: what it created, what people should hear, and its way back; None: the one saved before."""

    undo: "tuple[AnyStep, ...] | None" = None
    created: SegmentRef | None = None
    notes: tuple[str, ...] = ()


class Step(_Value):
    """One thing done to a store. Frozen, stored as JSON, told apart by ``kind``."""

    @property
    def danger(self) -> str | None:
        """Why this hurts, as the end of "needs approval: it …"; None where it can simply be undone."""
        return None

    @property
    def shoppers(self) -> int:
        """How many shoppers it moves."""
        return 0

    @property
    def warnings(self) -> tuple[str, ...]:
        """What a person should know before they approve it."""
        return ()

    @property
    @abstractmethod
    def topic(self) -> tuple[str, str]:
        """Kind and segment: neighbours that share it are told in one line."""

    @abstractmethod
    def told(self, shoppers: int) -> str:
        """One line in plain words, for ``shoppers`` in all."""

    def bound(self, ids: Mapping[str, str]) -> Self:
        """This Step with the ids of the segments that earlier Steps created, by name."""
        return self

    @abstractmethod
    async def observed(self, shop: Shop) -> Self:
        """This Step as it would be now. Raises Impossible."""

    @abstractmethod
    async def inverse(self, reader: Reader) -> "tuple[AnyStep, ...]":
        """What would undo it, as far as it can be known before; read from the store as it is."""

    @abstractmethod
    async def apply(self, store: Store) -> Applied:
        """Do it. Raises StoreError."""

    async def happened(self, reader: Reader) -> Applied | None:
        """What came of it if a run that died had carried it out; None where applying it (again) is right."""
        return None


def people(count: int) -> str:
    """``count`` shoppers, in words."""
    return f"{count:,} shopper{'' if count == 1 else 's'}"


class CreateSegment(Step):
    """Create an empty segment.

    ``restores``: it was there before, so that only its very name, and none that looks like it, is in its way.
    ``lost``: the promotions that named the deleted segment which this one restores.
    """

    kind: Literal["create_segment"] = "create_segment"
    segment: Naming
    restores: bool = False
    lost: tuple[PromotionUse, ...] = ()

    @property
    def topic(self) -> tuple[str, str]:
        """One line each."""
        return (self.kind, self.segment.name)

    def told(self, shoppers: int) -> str:
        """One line."""
        return f"Create the segment {self.segment.name}"

    async def observed(self, shop: Shop) -> Self:
        """Raises Impossible where the name is taken."""
        await _refuse_taken_name(self.segment, shop, restores=self.restores)
        return self

    async def inverse(self, reader: Reader) -> "tuple[AnyStep, ...]":
        """Unknown before: its id is the store's to give."""
        return ()

    async def apply(self, store: Store) -> Applied:
        """Create it; the way back is deleting the new id."""
        (made,) = await store.create_segments(NewSegment(name=self.segment.name, description=self.segment.description))
        return self._made(SegmentRef(name=made.name, id=made.id))

    async def happened(self, reader: Reader) -> Applied | None:
        """It did, where a segment of just this name and description stands in the store."""
        wanted = (self.segment.name, self.segment.description)
        found = [one async for one in reader.segments() if (one.name, one.description) == wanted]
        return self._made(SegmentRef(name=found[0].name, id=found[0].id)) if found else None

    def _made(self, made: SegmentRef) -> Applied:
        lost = ", ".join(f"“{use.name}”" for use in self.lost)
        notes = (f"The segment has a new id, so these promotions do not follow it: {lost}.",) if lost else ()
        return Applied(
            undo=(DeleteSegment(segment=made, description=self.segment.description),),
            created=made,
            notes=notes,
        )


class UpdateSegment(Step):
    """Give a segment another name or description. ``restores`` as in CreateSegment."""

    kind: Literal["update_segment"] = "update_segment"
    segment: SegmentRef
    before: Naming
    after: Naming
    restores: bool = False

    @property
    def topic(self) -> tuple[str, str]:
        """One line each."""
        return (self.kind, self.segment.name)

    def told(self, shoppers: int) -> str:
        """Only what changes is told."""
        changes = []
        if self.before.name != self.after.name:
            changes.append(f"rename it to {self.after.name}")
        if self.before.description != self.after.description:
            changes.append(
                f"describe it as “{self.after.description}”" if self.after.description else "drop its description"
            )
        return f"Edit the segment {self.before.name}: {' and '.join(changes)}"

    async def observed(self, shop: Shop) -> Self:
        """With the naming that it has now. Raises Impossible, and NothingToDo where it is named so already."""
        segment = await shop.by_id(self.segment.known_id)
        if segment is None:
            raise _gone(self.segment.name)
        if segment.name.casefold() != self.after.name.casefold():
            await _refuse_taken_name(self.after, shop, restores=self.restores)
        before = Naming(name=segment.name, description=segment.description)
        if before == self.after:
            raise NothingToDo(f"The segment “{segment.name}” is already named and described like this.")
        return self.model_copy(update={"segment": SegmentRef(name=segment.name, id=segment.id), "before": before})

    async def inverse(self, reader: Reader) -> "tuple[AnyStep, ...]":
        """The naming it had."""
        return (
            UpdateSegment(
                segment=self.segment.model_copy(update={"name": self.after.name}),
                before=self.after,
                after=self.before,
                restores=True,
            ),
        )

    async def apply(self, store: Store) -> Applied:
        """Send both fields: what was shown is what is set."""
        await store.update_segments(
            SegmentChange(id=self.segment.known_id, name=self.after.name, description=self.after.description)
        )
        return Applied()

    async def happened(self, reader: Reader) -> Applied | None:
        """It did, where the segment is named and described so now."""
        found = [one async for one in reader.segments((self.segment.known_id,))]
        named = [Naming(name=one.name, description=one.description) for one in found]
        return Applied() if named == [self.after] else None


class DeleteSegment(Step):
    """Delete a segment; its shoppers stay in the store. ``promotions`` is None where they cannot be read."""

    kind: Literal["delete_segment"] = "delete_segment"
    segment: SegmentRef
    description: str = ""
    members: int = 0
    promotions: tuple[PromotionUse, ...] | None = ()

    @property
    def danger(self) -> str:
        """Deleting always hurts; more so where promotions reach nobody, or everybody, afterwards."""
        live = sum(use.live for use in self.promotions or ())
        if live:
            using = "1 live promotion uses" if live == 1 else f"{live} live promotions use"
            return f"deletes a segment that {using}"
        return "deletes a segment"

    @property
    def shoppers(self) -> int:
        """Its members."""
        return self.members

    @property
    def warnings(self) -> tuple[str, ...]:
        """Which promotions use it, and what undo will not bring back."""
        if self.promotions is None:
            return ("Whether promotions use it could not be read: the token lacks store_v2_marketing_read_only.",)
        used = [
            f"“{use.name}” ({'live' if use.live else 'off'}) "
            f"{'includes' if use.way == 'included' else 'excludes'} {self.segment.name}."
            for use in self.promotions
        ]
        return (*used, "Undo restores a segment under a new id, which promotions do not follow.") if used else ()

    @property
    def topic(self) -> tuple[str, str]:
        """One line each."""
        return (self.kind, self.segment.name)

    def told(self, shoppers: int) -> str:
        """One line."""
        return f"Delete the segment {self.segment.name} ({people(shoppers)})"

    async def observed(self, shop: Shop) -> Self:
        """With its members and promotions counted now. Raises Impossible where it is gone."""
        segment = await shop.by_id(self.segment.known_id)
        if segment is None:
            raise _gone(self.segment.name)
        return self.model_copy(
            update={
                "segment": SegmentRef(name=segment.name, id=segment.id),
                "description": segment.description,
                "members": await shop.reader.member_count(segment.id),
                "promotions": await shop.uses(segment.id),
            }
        )

    async def inverse(self, reader: Reader) -> "tuple[AnyStep, ...]":
        """Create it again and put everybody back who is in it now."""
        again = CreateSegment(
            segment=Naming(name=self.segment.name, description=self.description),
            restores=True,
            lost=self.promotions or (),
        )
        members = [member.id async for member in reader.members(self.segment.known_id)]
        return (again, *added(SegmentRef(name=self.segment.name), tuple(members)))

    async def apply(self, store: Store) -> Applied:
        """Delete it by its id."""
        await store.delete_segments(self.segment.known_id)
        return Applied()

    async def happened(self, reader: Reader) -> Applied | None:
        """It did, where the id is gone."""
        still = [one async for one in reader.segments((self.segment.known_id,))]
        return None if still else Applied()


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
            raise _gone(self.segment.name)
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


AnyStep = Annotated[
    CreateSegment | UpdateSegment | DeleteSegment | AddMembers | RemoveMembers, Field(discriminator="kind")
]
Applied.model_rebuild()


def _batches(ids: tuple[str, ...]) -> list[tuple[str, ...]]:
    return [ids[start : start + BATCH] for start in range(0, len(ids), BATCH)]


def added(segment: SegmentRef, profile_ids: tuple[str, ...]) -> tuple[AnyStep, ...]:
    """The Steps that add these profiles; none for nobody."""
    return tuple(AddMembers(segment=segment, profile_ids=batch) for batch in _batches(profile_ids))


def removed(segment: SegmentRef, profile_ids: tuple[str, ...]) -> tuple[AnyStep, ...]:
    """The Steps that remove these profiles; none for nobody."""
    return tuple(RemoveMembers(segment=segment, profile_ids=batch) for batch in _batches(profile_ids))


def _gone(name: str) -> Impossible:
    return Impossible(f"The segment “{name}” is not in the store any more.")


async def _refuse_taken_name(naming: Naming, shop: Shop, *, restores: bool) -> None:
    taken = await shop.by_name(naming.name, exactly=restores)
    if taken:
        raise Impossible(f"There is already a segment named “{taken.name}”. Choose another name.", field="name")
