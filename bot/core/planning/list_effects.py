"""Whom promotions gain and lose when shoppers join or leave one segment: told by the segments that each is in. Pure."""

from collections.abc import Collection, Iterable
from typing import NamedTuple

from bot.bigcommerce import Promotion, Segment, Targeting
from bot.core.language.phrases import people
from bot.core.store_view.reach import COUNTED, LIVE


class Movers(NamedTuple):
    """So many shoppers who join the segment, or else leave it, and the noted segments that they were in before."""

    before: frozenset[str]
    joins: bool
    shoppers: int


def promotions_naming(segment: Segment, promotions: Iterable[Promotion] | None) -> dict[str, Targeting]:
    """Return whom each live promotion reaches that names the segment, by its name; none if they cannot be read."""
    live = ((one.name, one.targeting) for one in promotions or () if one.is_live)
    return {name: targeting for name, targeting in live if targeting and segment.id in targeting.segment_ids}


def list_effects(
    segment: Segment, named: dict[str, Targeting], movers: Collection[Movers], *, is_known: bool
) -> tuple[str, ...]:
    """Describe how many gain and lose each of these promotions, the largest loss first, if that can be told.

    ``is_known``: all noted segments of all movers are; else only what this segment alone decides can be told.
    """
    counted = [(name, _count(segment, targeting, movers, is_known=is_known)) for name, targeting in named.items()]
    told = sorted(((name, *one) for name, one in counted if one and any(one)), key=lambda one: (-one[2], -one[1]))
    # Steps that take somebody out say themselves which promotions name the segment.
    says_so = any(not one.joins for one in movers)
    untold = (f"{name} (live) names {segment.name}." for name, one in counted if one is None and not says_so)
    return (*(_describe(*one) for one in told), *((COUNTED,) if told else ()), *untold)


def _count(
    segment: Segment, targeting: Targeting, movers: Iterable[Movers], *, is_known: bool
) -> tuple[int, int] | None:
    """Return how many gain it and how many lose it; None if that cannot be told."""
    if not is_known and {*targeting.segment_ids} != {segment.id}:
        return None
    gain = lose = 0
    for before, joins, shoppers in movers:
        after = before | {segment.id} if joins else before - {segment.id}
        was, will = targeting.reaches(before), targeting.reaches(after)
        if was is None or will is None:
            return None
        gain, lose = gain + shoppers * (will and not was), lose + shoppers * (was and not will)
    return gain, lose


def _describe(name: str, gain: int, lose: int) -> str:
    ways = ((gain, "gain"), (lose, "lose"))
    told = (f"{people(count)} {verb}{'s' if count == 1 else ''} it" for count, verb in ways if count)
    return f"{name}{LIVE}{' and '.join(told)}."
