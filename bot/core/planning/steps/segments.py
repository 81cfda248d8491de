"""Steps on segments themselves."""

from collections.abc import Collection, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self

from pydantic import SerializerFunctionWrapHandler, model_serializer

from bot.bigcommerce import NewSegment, Promotion, Reader, Segment, Store, confirm_deleted
from bot.core.errors import Impossible
from bot.core.items import Item
from bot.core.language.phrases import listing, size
from bot.core.long_lists import made_of
from bot.core.planning.steps.members import added
from bot.core.planning.steps.references import Naming, SegmentRef
from bot.core.planning.steps.results import Applied, CreatedIds
from bot.core.planning.steps.segment_naming import refuse_taken_name, saved_differently
from bot.core.planning.steps.step import Step, Unclear, present
from bot.core.store_view.cached_shop import PromotionUse, Shop, any_live, describe_uses, live_uses

if TYPE_CHECKING:
    from bot.core.planning.steps import AnyStep


class CreateSegment(Step):
    """Create an empty segment.

    ``restores``: it existed before, so that only the very same name, and no similar one, conflicts with it. ``old_id``
    is the id that it had then; ``lost`` are the promotions that name that id (None: they cannot be read).
    """

    kind: Literal["create_segment"] = "create_segment"
    does: ClassVar[str] = "create a segment"
    several: ClassVar[str] = "Create {count} segments"
    segment: Naming
    restores: bool = False
    old_id: str = ""
    lost: tuple[PromotionUse, ...] | None = ()

    @property
    def replaces(self) -> Item | None:
        """The segment under its old id."""
        return Item.segment(self.old_id) if self.old_id else None

    @property
    def creates(self) -> str:
        """The name."""
        return self.segment.name

    @property
    def orphans(self) -> tuple[PromotionUse, ...] | None:
        """The promotions that name it by its old id."""
        return self.lost

    @property
    def batch_key(self) -> tuple[str, str]:
        """The kind and segment: one line per segment."""
        return (self.kind, self.segment.name)

    def describe(self, shoppers: int) -> str:
        """Describe the segment to create."""
        return f"Create the segment {self.segment.name}"

    def before_and_after(self, applied: Applied, moved: int) -> tuple[Any, Any]:
        """Return nothing before, and the segment with its id after."""
        return None, {"id": applied.created and applied.created.id, **self.segment.model_dump()}

    def resolved(self, created_ids: CreatedIds) -> Self:
        """Return it with the last id that the segment had: since then it may have been restored and deleted again."""
        return self.model_copy(update={"old_id": created_ids.restored.get(self.old_id, self.old_id)})

    async def refreshed(self, shop: Shop) -> Self:
        """Return it with the promotions that name its old id by now. Raises Impossible if the name is taken."""
        await refuse_taken_name(self.segment, shop, restores=self.restores)
        return self.model_copy(update={"lost": await shop.uses(self.old_id)}) if self.old_id else self

    async def inverse(self, reader: Reader) -> "tuple[AnyStep, ...]":
        """Return nothing: the id is known only once the store has created it."""
        return ()

    async def apply(self, store: Store) -> Applied:
        """Create it; its undo deletes the new id."""
        (created,) = await store.create_segments(
            NewSegment(name=self.segment.name, description=self.segment.description)
        )
        return self._applied(created)

    async def already_applied(self, reader: Reader) -> Applied | None:
        """Return None if the store has no segment with exactly this name and description, so that it can be created.

        Raises Unclear if it has one: whoever made it, it has no mark of its maker.
        """
        naming = (self.segment.name, self.segment.description)
        if naming in [(one.name, one.description) async for one in reader.segments()]:
            raise Unclear(
                f"There is a segment named “{self.segment.name}” now, and no one can tell whether this change made it "
                "or someone else did. "
                "Look at it with `/segment show`."
            )
        return None

    def _applied(self, created: Segment) -> Applied:
        # Later Steps know it by its planned name, however the store spells it.
        planned = SegmentRef(name=self.segment.name, id=created.id)
        undo = DeleteSegment(segment=SegmentRef.of(created), description=created.description)
        notes = () if Naming.of(created) == self.segment else (saved_differently(created),)
        return Applied(undo=(undo,), created=planned, notes=notes)


class DeleteSegment(Step):
    """Delete a segment; its shoppers stay in the store. ``promotions`` is None if they cannot be read.

    ``unused``: leave it where anybody is in it or a promotion names it, which is read last, just before it goes.
    """

    kind: Literal["delete_segment"] = "delete_segment"
    does: ClassVar[str] = "delete a segment"
    to_each: ClassVar[str] = "is deleted"
    conditions: ClassVar[frozenset[str]] = frozenset({"shoppers", "share", "live"})
    several: ClassVar[str] = "Delete {count} segments"
    destructive: ClassVar[bool] = True
    segment: SegmentRef
    description: str = ""
    members: int = 0
    promotions: tuple[PromotionUse, ...] | None = ()
    unused: bool = False

    @model_serializer(mode="wrap")
    def _as_before(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Leave out what holds of few: fingerprints of plans from before stay as they were sealed."""
        fields: dict[str, Any] = handler(self)
        return fields if self.unused else {name: value for name, value in fields.items() if name != "unused"}

    @property
    def live(self) -> bool:
        """Whether a live promotion uses the segment."""
        return any_live(self.promotions)

    @property
    def segment_size(self) -> int:
        """The number of members."""
        return self.members

    @property
    def takes_back(self) -> Item | None:
        """The segment, if nobody would miss it."""
        return self.segment.item if self.unused else None

    @property
    def items(self) -> tuple[Item, ...]:
        """The segment."""
        return (self.segment.item,)

    @property
    def names(self) -> Mapping[Item, str]:
        """The segment's name."""
        return {self.segment.item: self.segment.name}

    @property
    def whole_segment(self) -> SegmentRef:
        """The segment."""
        return self.segment

    @property
    def deletes(self) -> tuple[Item, ...]:
        """The segment."""
        return self.items

    @property
    def orphans(self) -> tuple[PromotionUse, ...] | None:
        """The promotions that use it."""
        return self.promotions

    @property
    def risk(self) -> str:
        """That it is deleted, and that promotions that use it will reach nobody, or everybody."""
        return f"deletes a segment{live_uses(self.promotions)}"

    @property
    def shoppers(self) -> int:
        """The number of members."""
        return self.members

    @property
    def warnings(self) -> tuple[str, ...]:
        """The promotions that use it, and what an undo will restore."""
        used = describe_uses(self.segment.name, self.promotions)
        if self.unused:
            checked = f"{self.segment.name} goes only if it is still empty and no promotion names it."
            return (f"{checked} Who is added at that very moment goes with it.",)
        if self.promotions is None:
            return (*used, "Undo restores the segment under a new id; promotions may still name the deleted one.")
        return (*used, "Undo restores the segment, and points these promotions to it.") if used else ()

    @property
    def target(self) -> SegmentRef:
        """The segment."""
        return self.segment

    @property
    def batch_key(self) -> tuple[str, str]:
        """The kind and segment: one line per segment."""
        return (self.kind, self.segment.name)

    def describe(self, shoppers: int) -> str:
        """Describe the segment, with its size."""
        return f"Delete the segment {self.segment.name} ({size(shoppers)})"

    def before_and_after(self, applied: Applied, moved: int) -> tuple[Any, Any]:
        """Return the segment with its size before, and nothing after."""
        return {**self.segment.model_dump(), "description": self.description, "members": moved}, None

    def resolved(self, created_ids: CreatedIds) -> Self:
        """Return it with the id that the segment has since it was created again."""
        return self.model_copy(update={"segment": created_ids.segment(self.segment)})

    async def sparing(self, shop: Shop) -> tuple[Self, tuple[str, ...]]:
        """Return it, and what others named or described anew since that goes with it. Raises Gone."""
        now, was = (
            Naming.of(await present(self.segment, shop)),
            Naming(name=self.segment.name, description=self.description),
        )
        anew = listing([field for field, value in now if value != getattr(was, field)])
        return self, (f"“{now.name}” got another {anew} since; it is deleted all the same.",) if anew else ()

    async def refreshed(self, shop: Shop) -> Self:
        """Return it with its current size and promotions. Raises Impossible if it no longer exists."""
        segment = await present(self.segment, shop)
        members, promotions = await shop.reader.checked_member_count(segment.id), await shop.uses(segment.id)
        await shop.empty_lists.check_members(segment.id, members)
        return self.model_copy(
            update={
                "segment": SegmentRef.of(segment),
                "description": segment.description,
                "members": members,
                "promotions": promotions,
                "unused": self.unused and not members and promotions == (),
            }
        )

    async def inverse(self, reader: Reader) -> "tuple[AnyStep, ...]":
        """Return the Steps that create it again and put its current members back."""
        recreate = CreateSegment(
            segment=Naming(name=self.segment.name, description=self.description),
            restores=True,
            old_id=self.segment.known_id,
            lost=self.promotions,
        )
        members = [member.id for member in await reader.steady_members(self.segment.known_id, self.members)]
        return (recreate, *await made_of(members, partial(added, SegmentRef(name=self.segment.name), members)))

    async def apply(self, store: Store) -> Applied:
        """Delete it by its id. Raises Impossible if it has to be unused and is not, read before each attempt."""
        if self.unused:
            await store.delete_segment_as_read(self.segment.known_id, self._refuse_used)
        else:
            await store.delete_segments(self.segment.known_id)
        await confirm_deleted(store, self.segment.known_id)
        return Applied()

    def _refuse_used(self, promotions: Collection[Promotion], members: int) -> None:
        if members or any(one.uses(self.segment.known_id) for one in promotions):
            raise Impossible(
                f"“{self.segment.name}” is not empty any more, or a promotion names it, so it was left alone. "
                "Ask again: someone else has to approve then."
            )

    async def already_applied(self, reader: Reader) -> Applied | None:
        """Return an empty result, if the id no longer exists. Raises StoreError."""
        return None if await reader.segment(self.segment.known_id) else Applied()
