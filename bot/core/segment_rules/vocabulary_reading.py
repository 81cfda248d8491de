"""Reads the names that a segment's rule may hold: only those that it can hold, since each list takes a request."""

from bot.core.segment_rules.rule import HasAttribute, InGroup, Rule, conditions
from bot.core.segment_rules.vocabulary import Named, Vocabulary
from bot.core.store_view.cached_shop import Shop


async def vocabulary_of_words(text: str, shop: Shop) -> Vocabulary:
    """Read the names that these words may hold. Raises StoreError where the bot may not read them."""
    words = text.casefold()
    return await _read(shop, groups="group" in words, attributes="attribute" in words)


async def vocabulary_of_rule(rule: Rule, shop: Shop) -> Vocabulary:
    """Read the names that this rule needs to be told. Raises StoreError where the bot may not read them."""
    kinds = set(map(type, conditions(rule)))
    return await _read(shop, groups=InGroup in kinds, attributes=HasAttribute in kinds)


async def _read(shop: Shop, *, groups: bool, attributes: bool) -> Vocabulary:
    return Vocabulary(
        await shop.segments(),
        [Named(one.id, one.name) async for one in shop.reader.behaviour.groups()] if groups else (),
        [Named(one.id, one.name) async for one in shop.reader.behaviour.attributes()] if attributes else (),
    )
