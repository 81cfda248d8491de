"""Segments that are named where shoppers belong: who names one is asked about it, before their words are left out."""

from collections.abc import Iterable
from dataclasses import dataclass

from bot.bigcommerce import Segment
from bot.core.language.left_out_words import without_open_words
from bot.core.language.shopper_list import read_shoppers
from bot.core.store_view.cached_shop import Shop
from bot.core.store_view.names import Names
from bot.core.store_view.people_meant import listed, names_in


@dataclass(frozen=True)
class Among:
    """Segments that a list of shoppers names, and the list without them; ``is_open``: “or” may stand between them."""

    segments: tuple[Segment, ...]
    rest: str
    is_open: bool = False


async def segments_among(texts: Iterable[str], shop: Shop) -> Among:
    """Return the segments that other words of typed lists name. Where people can be asked nothing, there are none."""
    lists = tuple(texts)
    named = read_shoppers(lists)
    phrases = names_in(named) if shop.can_ask else ()
    names = await shop.segment_names() if phrases else Names[Segment](())
    found, rest = list[Segment](), list[str]()
    for phrase in phrases:
        inside, others = names.split_off(phrase)
        found += inside
        rest += [others] if others else []
    numbers = " ".join(map(str, named.numbers))
    is_open = without_open_words(" ".join(lists)) is not None
    return Among(tuple(dict.fromkeys(found)), listed(named.line, numbers, *rest), is_open)
