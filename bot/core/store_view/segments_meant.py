"""Segments that are named where shoppers belong: who names one is asked about it, before their words are left out."""

from collections.abc import Iterable
from dataclasses import dataclass

from bot.bigcommerce import Segment
from bot.core.language.shopper_list import read_shoppers
from bot.core.language.tokenizer import Word, as_typed, split
from bot.core.store_view.cached_shop import Shop
from bot.core.store_view.names import Names
from bot.core.store_view.people_meant import listed, names_in

_LEADING = frozenset({"to", "into", "in", "from", "of", "the", "segment"})
"""Words before a segment that say nothing else."""


@dataclass(frozen=True)
class Among:
    """Segments that a list of shoppers names, and the list without them."""

    segments: tuple[Segment, ...]
    rest: str


async def segments_among(texts: Iterable[str], shop: Shop) -> Among:
    """Return the segments that other words of typed lists name. Where people can be asked nothing, there are none."""
    named = read_shoppers(texts)
    phrases = names_in(named) if shop.can_ask else ()
    names = await shop.segment_names() if phrases else Names[Segment](())
    found, rest = list[Segment](), list[str]()
    for phrase in phrases:
        inside, others = _split_off(split(phrase), names)
        found += inside
        rest += [others] if others else []
    numbers = " ".join(map(str, named.numbers))
    return Among(tuple(dict.fromkeys(found)), listed(named.line, numbers, *rest))


def _split_off(words: tuple[Word, ...], names: Names[Segment]) -> tuple[list[Segment], str]:
    """Return the segments that a phrase names, and its other words."""
    found, others, at = list[Segment](), list[Word](), 0
    while at < len(words):
        word, length = next(iter(names.beginning(words[at:])), ("", 1))
        if word and (called := names.called(word)):
            found += called
            others = others[:-1] if others and others[-1].text.casefold() in _LEADING else others
        else:
            others.append(words[at])
        at += length
    return found, as_typed(others)
