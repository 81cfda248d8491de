"""Enabling and disabling a promotion."""

from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self

from bot.bigcommerce import Promotion, Reader, Store, Targeting
from bot.core.errors import Impossible, NothingToDo
from bot.core.planning.steps.on_promotion import OnPromotion
from bot.core.planning.steps.promotions import whom
from bot.core.planning.steps.references import PromotionRef, Stored
from bot.core.planning.steps.results import Applied
from bot.core.planning.steps.step import ChangedSince
from bot.core.store_view.cached_shop import Shop, describe_status
from bot.core.store_view.reach import Reach, count_reach, no_one, reaches

if TYPE_CHECKING:
    from bot.core.planning.steps import AnyStep

ENABLED, DISABLED = "ENABLED", "DISABLED"


class SwitchPromotion(OnPromotion):
    """Enable or disable a promotion, and change nothing else of it.

    ``was`` is its status before, as the store calls it; ``whom`` describes whom it reaches while it is live, and
    ``dates`` when it starts and ends. ``reach`` is how many gain or lose it, if that was counted.
    """

    kind: Literal["switch_promotion"] = "switch_promotion"
    does: ClassVar[str] = "enable or disable a promotion"
    to_each: ClassVar[str] = "is enabled or disabled"
    enabled: bool
    was: str = ""
    whom: str = ""
    dates: str = ""
    reach: Reach | None = None

    @property
    def becomes(self) -> str:
        """Its status afterwards, as the store calls it."""
        return ENABLED if self.enabled else DISABLED

    @property
    def live(self) -> bool:
        """That it is live, before or afterwards."""
        return True

    @property
    def risk(self) -> str:
        """That shoppers gain or lose a price."""
        return f"{'enables' if self.enabled else 'disables'} a promotion"

    @property
    def warnings(self) -> tuple[str, ...]:
        """Whom it reaches from then on, between its dates, or until now, since it reaches no one any more."""
        name = self.promotion.name
        off = f"{name} will reach no one. Until now, it reached {self.whom}."
        reached = f"{name} will reach {self.whom}{self.dates}." if self.enabled else off
        counted = (self.reach.describe(name, ""),) if self.reach else ()
        return (reached, *counted)

    def describe(self, shoppers: int) -> str:
        """Describe what is done to it."""
        return f"{'Enable' if self.enabled else 'Disable'} the promotion {self.promotion.name}"

    def before_and_after(self, applied: Applied, moved: int) -> tuple[Any, Any]:
        """Return its status before, and after as the store saved it."""
        stored = applied.stored.status if applied.stored else ""
        return {"status": self.was}, {"status": stored or self.becomes}

    async def sparing(self, shop: Shop) -> tuple[Self, tuple[str, ...]]:
        """Return it, if the promotion still has the status that this undoes. Raises Gone, and ChangedSince."""
        promotion = await self.present(shop)
        if promotion.status not in (self.was, self.becomes):
            now = describe_status(promotion)
            raise ChangedSince(f"The status of “{promotion.name}” was changed since, so it stays {now}.")
        return self, ()

    async def refreshed(self, shop: Shop) -> Self:
        """Return it for the promotion's current status. Raises Gone, NothingToDo, and Impossible if it is invalid."""
        promotion = await self.present(shop)
        if promotion.status == self.becomes:
            raise NothingToDo(f"“{promotion.name}” is {describe_status(promotion)} already.")
        if self.enabled and promotion.status != DISABLED:
            raise Impossible(
                f"The store calls “{promotion.name}” {describe_status(promotion)}, so it can't be enabled. "
                "Mend it in the control panel first."
            )
        return self.model_copy(
            update={
                "promotion": PromotionRef.of(promotion),
                "was": promotion.status,
                "whom": whom(promotion.targeting, await shop.names()),
                "dates": _dates(promotion),
                "reach": await self._reach(promotion.targeting, shop),
            }
        )

    async def _reach(self, targeting: Targeting | None, shop: Shop) -> Reach | None:
        on, named = reaches(targeting), targeting.segment_ids if targeting else ()
        before, after = (no_one, on) if self.enabled else (on, no_one)
        return await count_reach(before, after, named, shop)

    async def inverse(self, reader: Reader) -> "tuple[AnyStep, ...]":
        """Return the Step that restores the status that the plan showed; nobody can set INVALID."""
        return self._back(self.becomes)

    def _back(self, now: str) -> "tuple[AnyStep, ...]":
        if self.was not in (ENABLED, DISABLED):
            return ()
        return (self.model_copy(update={"enabled": not self.enabled, "was": now, "reach": None}),)

    async def apply(self, store: Store) -> Applied:
        """Put the promotion's current document back with the new status.

        Raises Impossible if its status changed since it was shown: the document is read just before each attempt.
        """
        updated = await store.update_promotion(self.promotion.id, self._switched)
        if updated is None or updated.status == self.becomes:
            return Applied()
        differs = f"The store set “{updated.name}” to {describe_status(updated)}: look at it with `/promotion show`."
        return Applied(undo=self._back(updated.status), stored=Stored(status=updated.status), notes=(differs,))

    def _switched(self, promotion: Promotion) -> dict[str, Any] | None:
        if promotion.status == self.becomes:
            return None
        if promotion.status != self.was:
            raise Impossible(
                f"The status of “{promotion.name}” changed in the meantime, so it was left alone. "
                "Look at it with `/promotion show`, and ask again."
            )
        return promotion.with_status(self.becomes)

    async def already_applied(self, reader: Reader) -> Applied | None:
        """Return an empty result, if the promotion has this status."""
        promotion = await reader.promotion(self.promotion.id)
        return Applied() if promotion.status == self.becomes else None


def _dates(promotion: Promotion) -> str:
    """Write when it starts and ends, as `` (from 2026-11-15 to 2026-12-24)``; empty if it says neither."""
    dates = " ".join(f"{word} {day}" for word, day in (("from", promotion.starts), ("to", promotion.ends)) if day)
    return f" ({dates})" if dates else ""
