"""The results of Steps that ran, and what later Steps of the same Plan need to know of them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

from pydantic import Field

from bot.core.frozen_value import Value
from bot.core.items import CustomerKey
from bot.core.kept_lists import IdsById, JoinedMaps, kept_list
from bot.core.planning.steps.references import SegmentRef, Stored

if TYPE_CHECKING:
    from bot.core.planning.steps import AnyStep


class Applied(Value):
    """The result of a Step: what it created, notes for people, and its undo (None: the one that was saved before).

    ``profiles`` are profile ids by customer id, ``customers`` customer ids by e-mail, ``renewed`` new profile ids by
    the old ones that they replace. ``left`` is how many of its shoppers are in the segment, or have a profile,
    afterwards. ``stored`` is what the store saved, if it differs from the request. ``notes`` name no shopper.
    """

    undo: "tuple[AnyStep, ...] | None" = None
    created: SegmentRef | None = None
    profiles: IdsById[int, str] = Field(default_factory=dict)
    customers: dict[str, int] = Field(default_factory=dict)
    renewed: IdsById[str, str] = Field(default_factory=dict)
    left: int = 0
    stored: Stored | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class CreatedIds:
    """What earlier Steps of a Plan created: ids by the names that later Steps use."""

    segments: dict[str, str] = field(default_factory=dict)
    profiles: Mapping[int, str] = field(default_factory=dict[int, str])
    customers: dict[str, int] = field(default_factory=dict)
    renewed: Mapping[str, str] = field(default_factory=dict[str, str])

    @classmethod
    def of(cls, applied: Collection[Applied]) -> Self:
        """Collect all that these Steps created."""
        return cls(
            {one.created.name: one.created.known_id for one in applied if one.created},
            JoinedMaps(one.profiles for one in applied),
            {email: id_ for one in applied for email, id_ in one.customers.items()},
            JoinedMaps(one.renewed for one in applied),
        )

    def renew(self, profile_ids: Sequence[str]) -> Sequence[str]:
        """Return these profiles' ids, with the new ones of those that were created again."""
        return kept_list([self.renewed.get(one, one) for one in profile_ids]) if self.renewed else profile_ids

    def customer(self, key: CustomerKey) -> CustomerKey:
        """Return the customer's id if it is known by now, else the key unchanged."""
        return self.customers.get(key, key) if isinstance(key, str) else key

    def profile(self, key: CustomerKey) -> str | None:
        """Return the customer's profile id, if an earlier Step created it."""
        id_ = self.customer(key)
        return self.profiles.get(id_) if isinstance(id_, int) else None
