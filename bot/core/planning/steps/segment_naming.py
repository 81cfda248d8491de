"""Naming segments: a Step that renames or describes one, and the names that are taken."""

from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self

from bot.bigcommerce import Reader, Segment, SegmentChange, Store
from bot.core.errors import Impossible, NothingToDo
from bot.core.language.normal_form import normal_form
from bot.core.planning.steps.references import Naming, SegmentRef, Stored
from bot.core.planning.steps.results import Applied, CreatedIds
from bot.core.planning.steps.step import ChangedSince, Step, present
from bot.core.store_view.cached_shop import Shop

if TYPE_CHECKING:
    from bot.core.planning.steps import AnyStep


class UpdateSegment(Step):
    """Rename a segment or change its description: what is the same before and after stays as it is in the store.

    ``restores`` as in CreateSegment.
    """

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
        """The kind and segment: one line per segment."""
        return (self.kind, self.segment.name)

    def describe(self, shoppers: int) -> str:
        """Describe what changes, and only that."""
        changes = []
        if self.before.name != self.after.name:
            changes.append(f"rename it to {self.after.name}")
        if self.before.description != self.after.description:
            changes.append(
                f"describe it as “{self.after.description}”" if self.after.description else "drop its description"
            )
        return f"Edit the segment {self.segment.name}: {' and '.join(changes)}"

    def before_and_after(self, applied: Applied, moved: int) -> tuple[Any, Any]:
        """Return its name and description, before, and after as the store saved them."""
        stored = applied.stored.naming if applied.stored else None
        return self.before.model_dump(), (stored or self.after).model_dump()

    def resolved(self, created_ids: CreatedIds) -> Self:
        """Return it with the id that the segment has since it was created again."""
        return self.model_copy(update={"segment": created_ids.segment(self.segment)})

    async def sparing(self, shop: Shop) -> tuple[Self, tuple[str, ...]]:
        """Return it without the name, or the description, that others gave it since. Raises Gone and ChangedSince."""
        now = Naming.of(await present(self.segment, shop))
        stays = now.changed_since(self.before, self.after)
        told = tuple(f"“{now.name}” got another {field} since, so it keeps this one." for field in stays)
        after = self.after.model_copy(update={field: getattr(self.before, field) for field in stays})
        if stays and after == self.before:
            raise ChangedSince(" ".join(told))
        return self.model_copy(update={"after": after}), told

    async def refreshed(self, shop: Shop) -> Self:
        """Return it for the current name and description. Raises Impossible; NothingToDo if nothing differs."""
        segment = await present(self.segment, shop)
        before = Naming.of(segment)
        after = before.changed(self.before, self.after)
        if normal_form(segment.name) != normal_form(after.name):
            await refuse_taken_name(after, shop, restores=self.restores)
        if before == after:
            raise NothingToDo(f"The segment “{segment.name}” is already named and described like this.")
        return self.model_copy(update={"segment": SegmentRef.of(segment), "before": before, "after": after})

    async def inverse(self, reader: Reader) -> "tuple[AnyStep, ...]":
        """Return the Step that restores its current name and description."""
        segment = await reader.segment(self.segment.known_id)
        return self._back(self.after, Naming.of(segment) if segment else self.before)

    def _back(self, now: Naming, before: Naming) -> "tuple[AnyStep, ...]":
        renamed = self.segment.model_copy(update={"name": now.name})
        return (UpdateSegment(segment=renamed, before=now, after=before, restores=True),)

    async def apply(self, store: Store) -> Applied:
        """Send both fields, so that exactly what was shown is set.

        Raises Impossible if someone else named or described it since: it is read just before each attempt.
        """
        updated = await store.update_segment(self.segment.known_id, self._renamed)
        if updated is None or Naming.of(updated) == self.after:
            return Applied()
        if Naming.of(updated) == self.before:
            raise Impossible(f"The store kept “{updated.name}” as it was. Look at it with `/segment show`.")
        return Applied(
            undo=self._back(Naming.of(updated), self.before),
            stored=Stored(naming=Naming.of(updated)),
            notes=(saved_differently(updated),),
        )

    def _renamed(self, segment: Segment) -> SegmentChange | None:
        if Naming.of(segment) == self.after:
            return None
        if Naming.of(segment) != self.before:
            raise Impossible(
                f"Someone else named or described “{segment.name}” in the meantime, so it was left alone. "
                "Look at it with `/segment show`, and ask again."
            )
        return SegmentChange(id=segment.id, name=self.after.name, description=self.after.description)

    async def already_applied(self, reader: Reader) -> Applied | None:
        """Return an empty result, if the segment has this name and description."""
        segment = await reader.segment(self.segment.known_id)
        return Applied() if segment and Naming.of(segment) == self.after else None


def saved_differently(segment: Segment) -> str:
    """Tell people that a segment is not called or described quite as it was asked for."""
    return f"The store saved “{segment.name}” differently: look at it with `/segment show`."


async def refuse_taken_name(naming: Naming, shop: Shop, *, restores: bool) -> None:
    """Raise Impossible if a segment has this name. ``restores``: only the very same name conflicts."""
    taken = await shop.by_name(naming.name, exactly=restores)
    if taken:
        raise Impossible(f"There is already a segment named “{taken.name}”. Choose another name.", field="name")
