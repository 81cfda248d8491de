"""What an undo that creates deleted segments again does beyond that: promotions follow to the new ids."""

from bot.core.items import Item
from bot.core.planning.steps import AnyStep, Restored, pointed
from bot.core.store_view.cached_shop import Shop


async def with_promotions(steps: tuple[AnyStep, ...], shop: Shop) -> tuple[AnyStep, ...]:
    """Return the Steps of an undo and, last, those that point promotions to the segments that it creates again.

    Which promotions these are is read from the store: some may have been pointed elsewhere since the deletion. None is
    pointed if they cannot be read, or where a Step of the undo is about them anyway.
    """
    restored = tuple(Restored(name=one.creates, old_id=one.replaces.id) for one in steps if one.replaces)
    if not restored:
        return steps
    about = {step.about_promotion for step in steps}
    others = (one for one in await shop.promotions() or () if Item.promotion(one.id) not in about)
    return (*steps, *filter(None, (pointed(one, restored) for one in others)))
