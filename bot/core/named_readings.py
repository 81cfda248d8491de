"""How words are read with the names of the store: its segments and promotions, by what a field takes."""

from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any

from bot.core.command import Call
from bot.core.errors import Misuse
from bot.core.language.args import Args, Input, PromotionInput, SegmentInput, inputs_of, missing
from bot.core.language.checked_args import check
from bot.core.language.field_values import Names as NamesOf
from bot.core.language.field_values import Run
from bot.core.language.line_reader import Values
from bot.core.language.readings import readings
from bot.core.store_view.cached_shop import Shop
from bot.core.store_view.names import Identified, Names

Indexes = dict[type[Input], Names[Any]]
"""The store's names, by the kind of field that takes them."""


async def indexes_of(call: Call, shop: Shop) -> Indexes:
    """Fetch the names that the fields of a call's Command take."""
    kinds = set(map(type, inputs_of(call.command.args).values()))
    found: Indexes = {}
    if PromotionInput in kinds:
        found[PromotionInput] = Names[Identified](await shop.readable_promotions())
    if SegmentInput in kinds:
        found[SegmentInput] = await shop.segment_names()
    return found


def labels_of(indexes: Indexes) -> dict[str, str]:
    """Return what people call whatever is named by its id."""
    return {id_: name for index in indexes.values() for id_, name in index.labels.items()}


def names_of(indexes: Indexes) -> NamesOf:
    """Return what says which names of the store words begin with."""

    def names(kind: Input, run: Run) -> Iterable[tuple[str, int]]:
        return indexes[type(kind)].beginning(run)

    return names


def naming(indexes: Indexes) -> Callable[[str], bool]:
    """Return what says whether something in the store is called like a text."""
    return lambda text: any(index.called(text) for index in indexes.values())


def readings_of(call: Call, indexes: Indexes) -> tuple[Values, ...]:
    """Return the ways in which a call's words can be read."""
    return readings(call.command.args, call.words, names_of(indexes), positional=call.positional)


def taken(call: Call, values: Values) -> Args | Values | None:
    """Return what a Command takes of these values: its Args, or as many as there are; none of invalid ones."""
    if missing(call.command.args, values):
        return values
    with suppress(Misuse):
        return check(call.command.args, values)
    return None
