"""The results of Steps that ran, and what later Steps of the same Plan need to know of them."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

from pydantic import Field

from bot.core.frozen_value import Value
from bot.core.items import CustomerKey
from bot.core.joined_maps import JoinedMaps
from bot.core.kept_lists import IdsById, kept_list
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
    """What earlier Steps of a Plan created: ids by the names that later Steps use.

    ``renewed`` and ``restored`` are new ids, of profiles and of segments, by those from before they were deleted.
    """

    segments: dict[str, str] = field(default_factory=dict)
    profiles: JoinedMaps[int, str] = field(default_factory=lambda: JoinedMaps(()))
    customers: dict[str, int] = field(default_factory=dict)
    renewed: JoinedMaps[str, str] = field(default_factory=lambda: JoinedMaps(()))
    restored: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, applied: Collection[Applied]) -> Self:
        """Collect all that these Steps created."""
        return cls(
            {one.created.name: one.created.known_id for one in applied if one.created},
            JoinedMaps(one.profiles for one in applied),
            {email: id_ for one in applied for email, id_ in one.customers.items()},
            JoinedMaps(one.renewed for one in applied),
        )

    async def fetch(self) -> None:
        """Read what is needed of the ledger ahead; the event loop goes on meanwhile."""
        await self.profiles.fetch()
        await self.renewed.fetch()

    def segment(self, ref: SegmentRef) -> SegmentRef:
        """Return a segment with its id: the new one, if it was created, or created again."""
        id_ = self.segments.get(ref.name) if ref.id is None else self.restored.get(ref.id, ref.id)
        return SegmentRef(name=ref.name, id=id_)

    def renew(self, profile_ids: Sequence[str]) -> Sequence[str]:
        """Return these profiles' ids, with the new ones of those that were created again."""
        if not self.renewed:
            return profile_ids
        new = self.renewed.among(profile_ids)
        return kept_list([new.get(one, one) for one in profile_ids])

    def customer(self, key: CustomerKey) -> CustomerKey:
        """Return the customer's id if it is known by now, else the key unchanged."""
        return self.customers.get(key, key) if isinstance(key, str) else key

    def profiles_of(self, keys: Iterable[CustomerKey]) -> dict[CustomerKey, str | None]:
        """Return these customers' profile ids, in their order; None for those for whom no earlier Step created one."""
        ids = {key: self.customer(key) for key in keys}
        profiles = self.profiles.among([id_ for id_ in ids.values() if isinstance(id_, int)])
        return {key: profiles.get(id_) if isinstance(id_, int) else None for key, id_ in ids.items()}
