"""What all Steps on a promotion have in common."""

from collections.abc import Mapping
from typing import ClassVar

from bot.bigcommerce import Promotion
from bot.core.items import Item
from bot.core.planning.steps.references import PromotionRef
from bot.core.planning.steps.step import Gone, Step
from bot.core.store_view.cached_shop import Shop


class OnPromotion(Step):
    """A Step on one promotion. Its fields come first, as plans from before have them in their fingerprints."""

    kind: str
    promotion: PromotionRef
    conditions: ClassVar[frozenset[str]] = frozenset({"live"})
    destructive: ClassVar[bool] = True

    @property
    def items(self) -> tuple[Item, ...]:
        """The promotion."""
        return (self.promotion.item,)

    @property
    def about_promotion(self) -> Item:
        """The promotion."""
        return self.promotion.item

    @property
    def names(self) -> Mapping[Item, str]:
        """The promotion's name."""
        return {self.promotion.item: self.promotion.name}

    @property
    def batch_key(self) -> tuple[str, str]:
        """The kind and promotion: one line per promotion."""
        return (self.kind, str(self.promotion.id))

    async def present(self, shop: Shop) -> Promotion:
        """Return the promotion in its current state. Raises Gone."""
        promotion = await shop.promotion_by_id(self.promotion.id)
        if promotion is None:
            raise Gone(self.promotion.name, what="promotion")
        return promotion
