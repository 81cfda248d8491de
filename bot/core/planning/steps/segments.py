"""Steps on segments themselves."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self

from bot.bigcommerce import NewSegment, Reader, SegmentChange, Store
from bot.core.errors import Impossible, NothingToDo
from bot.core.items import Item
from bot.core.language.phrases import listing, people
from bot.core.planning.steps.applied import Applied
from bot.core.planning.steps.members import added
from bot.core.planning.steps.references import Naming, SegmentRef
from bot.core.planning.steps.step import Step, present
from bot.core.store_view.shop import PromotionUse, Shop, any_live, describe_uses, live_uses

if TYPE_CHECKING:
    from bot.core.planning.steps import AnyStep


class CreateSegment(Step):
    """Create an empty segment.

    ``restores``: it was there before, so that only its very name, and none that looks like it, is in its way.
    ``old_id``: the id that it had then; ``lost``: the promotions that named it by that id; None: that cannot be read.
    """

    kind: Literal["create_segment"] = "create_segment"
    does: ClassVar[str] = "create a segment"
    segment: Naming
    restores: bool = False
    old_id: str = ""
    lost: tuple[PromotionUse, ...] | None = ()

    @property
    def replaces(self) -> Item | None:
        """The segment under its old id."""
        return Item.segment(self.old_id) if self.old_id else None

    @property
    def strands_promotions(self) -> bool:
        """Whether promotions named it by its old id, or that cannot be read."""
        return self.lost != ()

    @property
    def batch_key(self) -> tuple[str, str]:
        """Kind and segment: one line each."""
        return (self.kind, self.segment.name)

    def describe(self, shoppers: int) -> str:
        """Return what is created."""
        return f"Create the segment {self.segment.name}"

    def before_and_after(self, applied: Applied, moved: int) -> tuple[Any, Any]:
        """Return nothing, and the segment with its id."""
        return None, {"id": applied.created and applied.created.id, **self.segment.model_dump()}

    async def refreshed(self, shop: Shop) -> Self:
        """Return it as it is. Raises Impossible where the name is taken."""
        await _refuse_taken_name(self.segment, shop, restores=self.restores)
        return self

    async def inverse(self, reader: Reader) -> "tuple[AnyStep, ...]":
        """Return nothing: the store gives it its id only when it is created."""
        return ()

    async def apply(self, store: Store) -> Applied:
        """Create it; the way back is deleting the new id."""
        (made,) = await store.create_segments(NewSegment(name=self.segment.name, description=self.segment.description))
        return self._made(SegmentRef.of(made))

    async def already_applied(self, reader: Reader) -> Applied | None:
        """Return the segment of just this name and description, where the store has one."""
        wanted = (self.segment.name, self.segment.description)
        found = [one async for one in reader.segments() if (one.name, one.description) == wanted]
        return self._made(SegmentRef.of(found[0])) if found else None

    def _made(self, made: SegmentRef) -> Applied:
        # Later Steps know it by the name that was planned, however the store spells it.
        planned = made.model_copy(update={"name": self.segment.name})
        undo = DeleteSegment(segment=made, description=self.segment.description)
        return Applied(undo=(undo,), created=planned, notes=self._notes())

    def _notes(self) -> tuple[str, ...]:
        new_id = f"{self.segment.name} has a new id, so"
        if self.lost is None:
            return (f"{new_id} promotions may still name the deleted segment; they could not be read.",)
        lost = listing([f"“{use.name}”" for use in self.lost])
        return (f"{new_id} these promotions still name the deleted segment: {lost}.",) if lost else ()


class UpdateSegment(Step):
    """Give a segment another name or description. ``restores`` as in CreateSegment."""

    kind: Literal["update_segment"] = "update_segment"
    does: ClassVar[str] = "rename or describe a segment"
    segment: SegmentRef
    before: Naming
    after: Naming
    restores: bool = False

    @property
    def target(self) -> SegmentRef:
        """The segment."""
        return self.segment

    @property
    def batch_key(self) -> tuple[str, str]:
        """Kind and segment: one line each."""
        return (self.kind, self.segment.name)

    def describe(self, shoppers: int) -> str:
        """Return what changes, and only that."""
        changes = []
        if self.before.name != self.after.name:
            changes.append(f"rename it to {self.after.name}")
        if self.before.description != self.after.description:
            changes.append(
                f"describe it as “{self.after.description}”" if self.after.description else "drop its description"
            )
        return f"Edit the segment {self.segment.name}: {' and '.join(changes)}"

    def before_and_after(self, applied: Applied, moved: int) -> tuple[Any, Any]:
        """Return its naming."""
        return self.before.model_dump(), self.after.model_dump()

    async def refreshed(self, shop: Shop) -> Self:
        """Return it with the naming that it has now. Raises Impossible; NothingToDo where it is named so already."""
        segment = await present(self.segment, shop)
        if segment.name.casefold() != self.after.name.casefold():
            await _refuse_taken_name(self.after, shop, restores=self.restores)
        before = Naming.of(segment)
        if before == self.after:
            raise NothingToDo(f"The segment “{segment.name}” is already named and described like this.")
        return self.model_copy(update={"segment": SegmentRef.of(segment), "before": before})

    async def inverse(self, reader: Reader) -> "tuple[AnyStep, ...]":
        """Return how to give it back the naming that it has now."""
        found = [one async for one in reader.segments((self.segment.known_id,))]
        before = Naming.of(found[0]) if found else self.before
        renamed = self.segment.model_copy(update={"name": self.after.name})
        return (UpdateSegment(segment=renamed, before=self.after, after=before, restores=True),)

    async def apply(self, store: Store) -> Applied:
        """Send both fields: what was shown is what is set."""
        await store.update_segments(
            SegmentChange(id=self.segment.known_id, name=self.after.name, description=self.after.description)
        )
        return Applied()

    async def already_applied(self, reader: Reader) -> Applied | None:
        """Return that it did, where the segment is named and described so now."""
        found = [one async for one in reader.segments((self.segment.known_id,))]
        named = list(map(Naming.of, found))
        return Applied() if named == [self.after] else None


class DeleteSegment(Step):
    """Delete a segment; its shoppers stay in the store. ``promotions`` is None where they cannot be read."""

    kind: Literal["delete_segment"] = "delete_segment"
    does: ClassVar[str] = "delete a segment"
    several: ClassVar[str] = "Delete {count} segments"
    destructive: ClassVar[bool] = True
    segment: SegmentRef
    description: str = ""
    members: int = 0
    promotions: tuple[PromotionUse, ...] | None = ()

    @property
    def live(self) -> bool:
        """Whether a live promotion uses the segment."""
        return any_live(self.promotions)

    @property
    def segment_size(self) -> int:
        """Its members."""
        return self.members

    @property
    def items(self) -> tuple[Item, ...]:
        """The segment."""
        return (self.segment.item,)

    @property
    def names(self) -> Mapping[Item, str]:
        """The segment's name."""
        return {self.segment.item: self.segment.name}

    @property
    def deletes(self) -> tuple[Item, ...]:
        """The segment."""
        return self.items

    @property
    def risk(self) -> str:
        """It is gone; and where promotions use it, they reach nobody, or everybody, afterwards."""
        return f"deletes a segment{live_uses(self.promotions)}"

    @property
    def shoppers(self) -> int:
        """Its members."""
        return self.members

    @property
    def warnings(self) -> tuple[str, ...]:
        """Which promotions use it, and what undo will not bring back."""
        used = describe_uses(self.segment.name, self.promotions)
        new_id = "Undo restores the segment under a new id; promotions still name the deleted segment."
        return used if self.promotions == () else (*used, new_id)

    @property
    def target(self) -> SegmentRef:
        """The segment."""
        return self.segment

    @property
    def batch_key(self) -> tuple[str, str]:
        """Kind and segment: one line each."""
        return (self.kind, self.segment.name)

    def describe(self, shoppers: int) -> str:
        """Return what is deleted, and how many were in it."""
        return f"Delete the segment {self.segment.name} ({people(shoppers)})"

    def before_and_after(self, applied: Applied, moved: int) -> tuple[Any, Any]:
        """Return the segment and how many were in it, and nothing."""
        return {**self.segment.model_dump(), "description": self.description, "members": moved}, None

    async def refreshed(self, shop: Shop) -> Self:
        """Return it with its members and promotions counted now. Raises Impossible where it is gone."""
        segment = await present(self.segment, shop)
        return self.model_copy(
            update={
                "segment": SegmentRef.of(segment),
                "description": segment.description,
                "members": await shop.reader.member_count(segment.id),
                "promotions": await shop.uses(segment.id),
            }
        )

    async def inverse(self, reader: Reader) -> "tuple[AnyStep, ...]":
        """Return how to create it again and put everybody back who is in it now."""
        again = CreateSegment(
            segment=Naming(name=self.segment.name, description=self.description),
            restores=True,
            old_id=self.segment.known_id,
            lost=self.promotions,
        )
        members = [member.id async for member in reader.members(self.segment.known_id)]
        return (again, *added(SegmentRef(name=self.segment.name), tuple(members)))

    async def apply(self, store: Store) -> Applied:
        """Delete it by its id."""
        await store.delete_segments(self.segment.known_id)
        return Applied()

    async def already_applied(self, reader: Reader) -> Applied | None:
        """Return that it did, where the id is gone."""
        still = [one async for one in reader.segments((self.segment.known_id,))]
        return None if still else Applied()


async def _refuse_taken_name(naming: Naming, shop: Shop, *, restores: bool) -> None:
    taken = await shop.by_name(naming.name, exactly=restores)
    if taken:
        raise Impossible(f"There is already a segment named “{taken.name}”. Choose another name.", field="name")
