"""The names that a segment's rule may hold: of segments, customer groups and customer attributes."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from bot.bigcommerce import Segment
from bot.core.store_view.names import Names


class Named(NamedTuple):
    """A customer group or a customer attribute."""

    id: int
    name: str


@dataclass(frozen=True)
class Vocabulary:
    """The store's segments, customer groups and customer attributes."""

    segments: Sequence[Segment]
    groups: Sequence[Named] = field(default=())
    attributes: Sequence[Named] = field(default=())

    @cached_property
    def segment_names(self) -> Names[Segment]:
        """The segments by what people call them."""
        return Names(self.segments)

    @cached_property
    def group_names(self) -> Names[Named]:
        """The customer groups by what people call them."""
        return Names(self.groups)

    @cached_property
    def attribute_names(self) -> Names[Named]:
        """The customer attributes by what people call them."""
        return Names(self.attributes)

    @property
    def names(self) -> list[str]:
        """All names that a rule may hold."""
        return [*(one.name for one in self.segments), *(one.name for one in (*self.groups, *self.attributes))]
