"""Steps on promotions: whom they reach."""

import re
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, Self

from pydantic import AfterValidator, SerializerFunctionWrapHandler, model_serializer

from bot.bigcommerce import Promotion, Reader, Store, Targeting
from bot.bigcommerce.wire_format import UUID
from bot.core.errors import Impossible, NothingToDo
from bot.core.items import Item
from bot.core.planning.steps.on_promotion import OnPromotion
from bot.core.planning.steps.references import PromotionRef, Restored, Stored
from bot.core.planning.steps.results import Applied, CreatedIds
from bot.core.planning.steps.step import ChangedSince
from bot.core.store_view.cached_shop import Shop
from bot.core.store_view.reach import Reach, count_reach, reaches
from bot.core.store_view.targeting import describe

if TYPE_CHECKING:
    from bot.core.planning.steps import AnyStep


def whom(targeting: Targeting | None, names: Mapping[str, str]) -> str:
    """Describe whom a promotion reaches: ``everyone``, ``shoppers in VIPs``; ``names`` are segments' names by id."""
    return f"shoppers {describe(targeting, names)}" if targeting else "everyone"


_GONE = re.compile(rf"a segment that is gone \({UUID}\)")


def _in_todays_words(words: str) -> str:
    """Return what an earlier version stored in the words that are used now, so that the same plan stays the same."""
    return "everyone" if words == "everybody" else _GONE.sub("a deleted segment", words)


Whom = Annotated[str, AfterValidator(_in_todays_words)]


def _json(targeting: Targeting | None) -> Any:
    return targeting.to_json() if targeting else None


class RetargetPromotion(OnPromotion):
    """Change whom a promotion reaches, and nothing else of it. None means everyone.

    ``was`` and ``becomes`` describe both in words, with the segments' names at the time of planning. ``restored`` are
    segments that an earlier Step of the same Plan creates again: ``after`` names them by their old ids until they are
    there. ``reach`` is how many gain and lose it, if that was counted.
    """

    kind: Literal["retarget_promotion"] = "retarget_promotion"
    does: ClassVar[str] = "change whom a promotion reaches"
    to_each: ClassVar[str] = "reaches others"
    several: ClassVar[str] = "Retarget {count} promotions"
    before: Targeting | None = None
    after: Targeting | None = None
    was: Whom = ""
    becomes: Whom = ""
    restored: tuple[Restored, ...] = ()
    reach: Reach | None = None

    @model_serializer(mode="wrap")
    def _as_before(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Leave out what there is not: fingerprints of plans from before stay as they were sealed."""
        fields: dict[str, Any] = handler(self)
        absent = {name for name in ("restored", "reach") if not getattr(self, name)}
        return {name: value for name, value in fields.items() if name not in absent}

    @property
    def live(self) -> bool:
        """Whether the promotion is live."""
        return self.promotion.live

    @property
    def risk(self) -> str:
        """That shoppers gain or lose a price."""
        return f"changes whom a promotion reaches{' that is live' if self.promotion.live else ''}"

    @property
    def segment_ids(self) -> tuple[str, ...]:
        """The segments named before or after."""
        named = [one.segment_ids for one in (self.before, self.after) if one]
        return tuple(dict.fromkeys(segment_id for ids in named for segment_id in ids))

    @property
    def warnings(self) -> tuple[str, ...]:
        """Whom it reached until now, and how many gain and lose it."""
        status = "live" if self.promotion.live else "off"
        return (f"Before, {self.promotion.name} ({status}) reached {self.was}.", *self._reach_lines)

    @property
    def _reach_lines(self) -> tuple[str, ...]:
        when = "" if self.promotion.live else "(once it is enabled)"
        return (self.reach.describe(self.promotion.name, when),) if self.reach else ()

    @property
    def moot_without(self) -> Item | None:
        """The segment under its new id: once it is deleted again, the promotion names a deleted one either way."""
        return next((Item.segment(one.new_id) for one in self.restored if one.new_id), None)

    def describe(self, shoppers: int) -> str:
        """Describe whom it will reach."""
        return f"Retarget the promotion {self.promotion.name} to {self.becomes}"

    def before_and_after(self, applied: Applied, moved: int) -> tuple[Any, Any]:
        """Return its targeting before, and after as the store saved it; None means everyone."""
        return _json(self.before), _json(applied.stored.targeting if applied.stored else self.after)

    async def sparing(self, shop: Shop) -> tuple[Self, tuple[str, ...]]:
        """Return it, if it is to point to what an earlier Step creates, or to undo what is so still.

        Raises Gone, and ChangedSince.
        """
        if self._awaited:
            return self, ()
        promotion = await self.present(shop)
        if promotion.targeting not in (self.before, self.after):
            now = whom(promotion.targeting, await shop.names())
            raise ChangedSince(f"Whom “{promotion.name}” reaches was changed since, so it still reaches {now}.")
        return self, ()

    async def refreshed(self, shop: Shop) -> Self:
        """Return it for the promotion's current targeting, with current names. Raises Gone and NothingToDo."""
        promotion = await self.present(shop)
        names = await shop.names() | {one.old_id: one.name for one in self._awaited}
        if promotion.targeting == self.after and not self._awaited:
            raise NothingToDo(f"“{promotion.name}” reaches {whom(self.after, names)} already.")
        return self.model_copy(
            update={
                "promotion": PromotionRef.of(promotion),
                "before": promotion.targeting,
                "was": whom(promotion.targeting, await shop.names()),
                "becomes": whom(self.after, names),
                "reach": None if self._awaited else await _reach(promotion.targeting, self.after, shop),
            }
        )

    @property
    def _awaited(self) -> tuple[Restored, ...]:
        return tuple(one for one in self.restored if not one.new_id)

    def resolved(self, created_ids: CreatedIds) -> Self:
        """Return it with the new ids of segments that were created again."""
        resolved = self._renewed(created_ids.restored)
        for one in self._awaited:
            if new_id := created_ids.segments.get(one.name):
                resolved = resolved._pointed(one, new_id)
        return resolved

    def _renewed(self, restored: Mapping[str, str]) -> Self:
        """Return it with new ids; one that points a promotion from an old id to the new one, or back, is as it was."""
        before, after, awaited = self.before, self.after, {one.old_id for one in self._awaited}
        for old_id in restored.keys() - awaited:
            before = before.replaced(old_id, restored[old_id]) if before else None
            after = after.replaced(old_id, restored[old_id]) if after else None
        return self if after == before else self.model_copy(update={"before": before, "after": after})

    def _pointed(self, segment: Restored, new_id: str) -> Self:
        known = segment.model_copy(update={"new_id": new_id})
        return self.model_copy(
            update={
                "after": self.after.replaced(segment.old_id, new_id) if self.after else None,
                "becomes": self.becomes.replace(segment.old_id, new_id),
                "restored": tuple(known if one == segment else one for one in self.restored),
            }
        )

    async def inverse(self, reader: Reader) -> "tuple[AnyStep, ...]":
        """Return the Step that restores the targeting that the plan showed."""
        return self._back(self.after)

    def _back(self, now: Targeting | None) -> "tuple[AnyStep, ...]":
        swapped = {"before": now, "after": self.before, "was": self.becomes, "becomes": self.was, "reach": None}
        return (self.model_copy(update=swapped),)

    async def apply(self, store: Store) -> Applied:
        """Put the promotion's current document back with the new targeting.

        Raises Impossible if its targeting changed since it was shown: the store has no conditional PUT, so the document
        is read just before each attempt.
        """
        updated = await store.update_promotion(self.promotion.id, self._retargeted)
        if updated is not None and self.after is None:  # an answer may repeat what was sent, and the store keep the old
            updated = await store.promotion(self.promotion.id)
        if updated is None or updated.targeting == self.after:
            return Applied()
        differs = f"The store set “{updated.name}” differently: look at it with `/promotion show`."
        if self.after is None and updated.targeting == self.before:
            differs = f"The store kept whom “{updated.name}” reaches: it still reaches {self.was}."
        stored = Stored(targeting=updated.targeting)
        return Applied(undo=self._back(updated.targeting), stored=stored, notes=(differs,))

    def _retargeted(self, promotion: Promotion) -> dict[str, Any] | None:
        for one in self._awaited:
            raise Impossible(f"The segment “{one.name}” does not exist yet.")
        if promotion.targeting == self.after:
            return None
        if promotion.targeting != self.before:
            raise Impossible(
                f"Someone else changed whom “{promotion.name}” reaches in the meantime, so it was left alone. "
                "Look at it with `/promotion show`, and ask again."
            )
        return promotion.with_targeting(self.after)

    async def already_applied(self, reader: Reader) -> Applied | None:
        """Return an empty result, if the promotion reaches these shoppers."""
        promotion = await reader.promotion(self.promotion.id)
        return Applied() if promotion.targeting == self.after and not self._awaited else None


async def _reach(before: Targeting | None, after: Targeting | None, shop: Shop) -> Reach | None:
    named = [id_ for one in (before, after) if one for id_ in one.segment_ids]
    return await count_reach(reaches(before), reaches(after), named, shop)


def pointed(promotion: Promotion, restored: Collection[Restored]) -> RetargetPromotion | None:
    """Return the Step that points a promotion to segments that are created again; None if it names none of them."""
    named = tuple(one for one in restored if promotion.uses(one.old_id))
    if not named:
        return None
    return RetargetPromotion(promotion=PromotionRef.of(promotion), after=promotion.targeting, restored=named)
