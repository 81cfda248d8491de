"""What Steps that change the members of a segment have in common."""

from collections.abc import Collection, Set
from typing import ClassVar, Self

from pydantic import Field, model_validator

from bot.core.items import Item, ItemKey
from bot.core.kept_lists import Ids, kept_list
from bot.core.planning.steps.references import SegmentRef
from bot.core.planning.steps.results import CreatedIds
from bot.core.planning.steps.step import BATCH, Step, present
from bot.core.store_view.cached_shop import Shop


class Membership(Step):
    """Shopper profiles who join or leave one segment, in one batch."""

    in_requests: ClassVar[bool] = True
    segment: SegmentRef
    profile_ids: Ids[str] = Field(max_length=BATCH)

    @property
    def target(self) -> SegmentRef:
        """The segment."""
        return self.segment

    @property
    def items(self) -> tuple[Item, ...]:
        """Each profile."""
        return tuple(map(Item.profile, self.profile_ids))

    @property
    def item_keys(self) -> Collection[ItemKey]:
        """Each profile's id."""
        return self.profile_ids

    @property
    def shoppers(self) -> int:
        """One for each profile."""
        return len(self.profile_ids)

    def _dropping(self, out: Set[ItemKey]) -> Self:
        left = kept_list([one for one in self.profile_ids if one not in out])
        return self.model_copy(update={"profile_ids": left})

    def resolved(self, created_ids: CreatedIds) -> Self:
        """Return it with the ids of a segment and of profiles that earlier Steps created."""
        segment, ids = created_ids.segment(self.segment), created_ids.renew(self.profile_ids)
        return self.model_copy(update={"segment": segment, "profile_ids": ids})

    async def refreshed(self, shop: Shop) -> Self:
        """Return it with the segment's current name. Raises Gone."""
        if self.segment.id is None:
            return self
        return self.model_copy(update={"segment": SegmentRef.of(await present(self.segment, shop))})

    @model_validator(mode="after")
    def _has_shoppers(self) -> Self:
        if not self.shoppers:
            raise ValueError("a step for no one")
        return self
