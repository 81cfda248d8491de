"""How Steps name the things of a store: by id, and by the name that people read."""

from typing import Self

from bot.bigcommerce import Promotion, Segment, Targeting
from bot.core.errors import Impossible
from bot.core.items import Item
from bot.core.value import Value


class SegmentRef(Value):
    """A segment by name and id; no id yet where an earlier Step of the same Plan creates it."""

    name: str
    id: str | None = None

    @classmethod
    def of(cls, segment: Segment) -> Self:
        """Return the reference to a segment of the store."""
        return cls(name=segment.name, id=segment.id)

    @property
    def known_id(self) -> str:
        """The id. Raises Impossible where the segment was not created before."""
        if self.id is None:
            raise Impossible(f"The segment “{self.name}” does not exist yet.")
        return self.id

    @property
    def item(self) -> Item:
        """The segment as an item. Raises Impossible where it was not created before."""
        return Item.segment(self.known_id)


class Naming(Value):
    """What a person writes about a segment."""

    name: str
    description: str = ""

    @classmethod
    def of(cls, segment: Segment) -> Self:
        """Return how a segment of the store is named and described."""
        return cls(name=segment.name, description=segment.description)


class PromotionRef(Value):
    """A promotion by name and id, and whether it is live."""

    id: int
    name: str
    live: bool = False

    @classmethod
    def of(cls, promotion: Promotion) -> Self:
        """Return the reference to a promotion of the store."""
        return cls(id=promotion.id, name=promotion.name, live=promotion.is_live)

    @property
    def item(self) -> Item:
        """The promotion as an item."""
        return Item.promotion(self.id)


class Stored(Value):
    """Whom a promotion reaches, as the store set it; None is everybody."""

    targeting: Targeting | None = None
