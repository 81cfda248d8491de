"""References to things in the store: by id, and by the name that people read."""

from collections.abc import Collection
from typing import Self

from bot.bigcommerce import Contradiction, Promotion, Segment, Targeting
from bot.core.errors import Impossible
from bot.core.frozen_value import Value
from bot.core.items import Item


class SegmentRef(Value):
    """A segment by name and id; the id is None if an earlier Step of the same Plan creates it."""

    name: str
    id: str | None = None

    @classmethod
    def of(cls, segment: Segment) -> Self:
        """Build the reference to this segment."""
        return cls(name=segment.name, id=segment.id)

    @property
    def known_id(self) -> str:
        """The id. Raises Impossible if the segment is not created yet."""
        if self.id is None:
            raise Impossible(f"The segment “{self.name}” does not exist yet.")
        return self.id

    @property
    def item(self) -> Item:
        """The segment as an item. Raises Impossible if it is not created yet."""
        return Item.segment(self.known_id)


class Naming(Value):
    """A segment's name and description."""

    name: str
    description: str = ""

    @classmethod
    def of(cls, segment: Segment) -> Self:
        """Return the name and description of this segment."""
        return cls(name=segment.name, description=segment.description)

    def changed(self, before: Self, after: Self) -> Self:
        """Return it with what differs between these two, as it is afterwards."""
        differing = {field: value for field, value in after if value != getattr(before, field)}
        return self.model_copy(update=differing)

    def changed_since(self, before: Self, after: Self) -> tuple[str, ...]:
        """Return the fields that differ between these two, and of which it has neither's."""
        return tuple(field for field, value in self if len({value, getattr(before, field), getattr(after, field)}) == 3)


class PromotionRef(Value):
    """A promotion by name and id, and whether it is live."""

    id: int
    name: str
    live: bool = False

    @classmethod
    def of(cls, promotion: Promotion) -> Self:
        """Build the reference to this promotion."""
        return cls(id=promotion.id, name=promotion.name, live=promotion.is_live)

    @property
    def item(self) -> Item:
        """The promotion as an item."""
        return Item.promotion(self.id)


class Restored(Value):
    """A segment that a Step creates again: its name, the id that it had, and the new one once it is there."""

    name: str
    old_id: str
    new_id: str = ""


class Stored(Value):
    """What the store saved instead of what was sent.

    Whom a promotion reaches (None means everyone), or its status, if that was to change; or what a segment is called.
    """

    targeting: Targeting | None = None
    status: str = ""
    naming: Naming | None = None


def all_with(ids: Collection[str], segments: Collection[Segment]) -> list[Segment]:
    """Return the segments with these ids. Raises Contradiction where one is missing: nobody would get back into it."""
    found = [one for one in segments if one.id in ids]
    if len(found) < len(ids):
        raise Contradiction("Shoppers are in a segment that it does not list")
    return found
