"""What came of Steps that ran, and what later Steps of the same Plan find in it."""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

from pydantic import Field

from bot.core.items import CustomerKey
from bot.core.planning.steps.references import SegmentRef, Stored
from bot.core.value import Value

if TYPE_CHECKING:
    from bot.core.planning.steps import AnyStep


class Applied(Value):
    """What came of a Step: what it created, what people should hear, and its way back; None: the one saved before.

    ``profiles`` are profile ids by customer id, ``customers`` customer ids by e-mail, ``renewed`` new profile ids by
    the old ones that they replace. ``left``: how many of its shoppers are in the segment, or have a profile,
    afterwards. ``stored``: what the store set, where that is not what was asked for. ``notes`` name no shopper.
    """

    undo: "tuple[AnyStep, ...] | None" = None
    created: SegmentRef | None = None
    profiles: dict[int, str] = Field(default_factory=dict)
    customers: dict[str, int] = Field(default_factory=dict)
    renewed: dict[str, str] = Field(default_factory=dict)
    left: int = 0
    stored: Stored | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Made:
    """What earlier Steps of a Plan created: ids by the names under which later Steps know them."""

    segments: dict[str, str] = field(default_factory=dict)
    profiles: dict[int, str] = field(default_factory=dict)
    customers: dict[str, int] = field(default_factory=dict)
    renewed: dict[str, str] = field(default_factory=dict)

    @classmethod
    def by(cls, applied: Collection[Applied]) -> Self:
        """Return all that these Steps created."""
        return cls(
            {one.created.name: one.created.known_id for one in applied if one.created},
            {id_: profile for one in applied for id_, profile in one.profiles.items()},
            {email: id_ for one in applied for email, id_ in one.customers.items()},
            {old: new for one in applied for old, new in one.renewed.items()},
        )

    def customer(self, key: CustomerKey) -> CustomerKey:
        """Return the customer's id, as far as it is known by now."""
        return self.customers.get(key, key) if isinstance(key, str) else key

    def profile(self, key: CustomerKey) -> str | None:
        """Return the customer's profile, if an earlier Step created it."""
        id_ = self.customer(key)
        return self.profiles.get(id_) if isinstance(id_, int) else None
