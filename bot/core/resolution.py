"""How typed words are read with the store's names."""

from collections.abc import Iterable
from dataclasses import replace
from itertools import takewhile
from typing import Any

from bot.bigcommerce import is_uuid
from bot.core.command import Call
from bot.core.errors import NotSegments
from bot.core.language.args import Input, PromotionInput, SegmentInput, ShopperInput, input_of
from bot.core.language.readings import Run, is_name, readings
from bot.core.language.tokenizer import Word, split
from bot.core.questions import ask_which
from bot.core.store_view.cached_shop import Shop
from bot.core.store_view.names import Identified, Names, similar_names


async def resolve(call: Call, shop: Shop) -> Call:
    """Return the call as its words are read with the store's names.

    Raises Question if they can be read in several ways, or lack something. Words that no reading fits stay as they are:
    the Command says which name is unknown.
    """
    if not call.words or _is_sure(call):
        return replace(call, words="")
    indexes = await _indexes(call, shop)

    def names(kind: Input, run: Run) -> Iterable[tuple[str, int]]:
        return indexes[type(kind)].beginning(run)

    found = readings(call.command.args, call.words, names, positional=call.positional)
    if not found and call.unknown:
        raise call.unknown
    if len(found) == 1 and replace(call, values=found[0]).is_complete:
        return Call(call.command, found[0])
    if found:
        called = {id_: name for index in indexes.values() for id_, name in index.labels.items()}
        raise ask_which(call.command, found, called)
    await _refuse_unknown(call, shop)
    return replace(call, words="")


async def _refuse_unknown(call: Call, shop: Shop) -> None:
    """Raise NotSegments if several words before the first shopper are no segment's name."""
    kinds = [(name, type(input_of(field))) for name, field in call.command.args.model_fields.items()]
    words = list(takewhile(_may_be_of_a_name, split(call.words)))
    if [kind for _, kind in kinds] == [SegmentInput, ShopperInput] and len(words) > 1:
        segments, text = await shop.segments(), " ".join(word.text for word in words)
        parts = (" ".join(word.text for word in words[:count]) for count in range(len(words), 0, -1))
        near = next(filter(None, (similar_names(part, segments) for part in parts)), ())
        raise NotSegments((text,), near, field=kinds[0][0])


def _may_be_of_a_name(word: Word) -> bool:
    return not word.quoted and word.key is None and "@" not in word.text and not word.text.lstrip("#").isdecimal()


def _is_sure(call: Call) -> bool:
    """Return whether nothing is named, or everything by its id."""
    kinds = {name: input_of(field) for name, field in call.command.args.model_fields.items()}
    named = [word for name, kind in kinds.items() if is_name(kind) for word in call.each(name)]
    return bool(named) and all(map(is_uuid, named))


async def _indexes(call: Call, shop: Shop) -> dict[type[Input], Names[Any]]:
    kinds = {type(input_of(field)) for field in call.command.args.model_fields.values()}
    found: dict[type[Input], Names[Any]] = {}
    if PromotionInput in kinds:
        found[PromotionInput] = Names[Identified](await shop.readable_promotions())
    if SegmentInput in kinds:
        found[SegmentInput] = await shop.segment_names()
    return found
