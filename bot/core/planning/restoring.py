"""What an undo that creates deleted segments again does beyond that: rules and promotions follow to the new ids."""

from bot.core.items import Item
from bot.core.planning.steps import AnyStep, FollowRule, Restored, RetargetPromotion, SegmentRef, pointed
from bot.core.store_view.cached_shop import Shop


async def with_promotions(steps: tuple[AnyStep, ...], shop: Shop) -> tuple[AnyStep, ...]:
    """Return the Steps of an undo and, last, those that point promotions to the segments that it creates again.

    Which promotions these are is read from the store: some may have been pointed elsewhere since the deletion. None is
    pointed if they cannot be read, or where a Step of the undo says whom they reach anyway.
    """
    restored = tuple(Restored(name=one.creates, old_id=one.replaces.id) for one in steps if one.replaces)
    if not restored:
        return steps
    about = {step.about_promotion for step in steps if isinstance(step, RetargetPromotion)}
    others = (one for one in await shop.promotions() or () if Item.promotion(one.id) not in about)
    return (*steps, *filter(None, (pointed(one, restored) for one in others)))


async def with_rules(steps: tuple[AnyStep, ...], shop: Shop, policy: str) -> tuple[AnyStep, ...]:
    """Return the Steps of an undo and, behind them, those that let the segments follow the rules that they followed.

    Whoever approves the undo approves them anew, under the ``policy`` of this digest.
    """
    follows = list[AnyStep]()
    for one in steps:
        found = await shop.rules.of(one.replaces.id) if one.replaces else None
        if found:
            after = found.followed.under(policy)
            follows.append(FollowRule(segment=SegmentRef(name=one.creates), after=after))
    return (*steps, *follows)
