"""What people are asked about words that stand in another order than a command has them; nothing is done before."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

from bot.core.command import Call, Command
from bot.core.errors import NotSegments
from bot.core.language.args import SegmentInput, inputs_of, takes_many
from bot.core.language.line_reader import Values
from bot.core.language.misplaced_addresses import shoppers_for_names
from bot.core.language.near_readings import Near, tries_of
from bot.core.language.orders_of_words import in_another_order, name_before_shopper
from bot.core.language.person_names import LastName, with_names_in_order
from bot.core.language.tokenizer import split
from bot.core.named_readings import Indexes, labels_of, naming, readings_of, taken
from bot.core.questions import ask_near, ask_which
from bot.core.store_view.cached_shop import Shop
from bot.core.store_view.names import similar_names


def ask_about_people(call: Call, indexes: Indexes, *, is_unread: bool = False) -> None:
    """Raise Question if names of a person stand in another order than the command has them, or may do so."""
    if found := people_meant(call, indexes, is_unread=is_unread):
        segments = (one for values in found for one in without_last_name(call, values, indexes))
        raise ask_near(list(map(Near, (*found, *segments))), labels_of(indexes))


def people_meant(call: Call, indexes: Indexes, *, is_unread: bool = False) -> tuple[Values, ...]:
    """Return who is meant, with the fewest words as first names; two orders of them where that is not plain."""
    lines = islice(with_names_in_order(call.command.args, call.words, is_unread=is_unread), tries_of(call.words))
    read = (values for line in lines for values in readings_of(replace(call, words=line), indexes))
    return tuple(islice((values for values in read if taken(call, values)), 2))


def without_last_name(call: Call, values: Values, indexes: Indexes) -> Iterator[Values]:
    """Yield how else values may be meant whose last name a segment has: ``Eve VIPs``, where the last name is missing.

    One that was typed in quotes or behind its key is meant as it is.
    """
    kinds = inputs_of(call.command.args)
    last = next((name for name, kind in kinds.items() if isinstance(kind, LastName)), "")
    segments = next((name for name, kind in kinds.items() if isinstance(kind, SegmentInput)), "")
    word = str(values.get(last, "")) if segments else ""
    is_sure = any(one.text == word and (one.quoted or one.key) for one in split(call.words))
    if word and not is_sure and naming(indexes)(word):
        others = {name: value for name, value in values.items() if name != last}
        yield others | {segments: (word, *values.get(segments, ()))}


async def ask_about_order(call: Call, indexes: Indexes, shop: Shop) -> None:
    """Raise Question if the words make sense in another order; NotSegments if they name no segment then."""
    is_named = naming(indexes)
    if swapped := name_before_shopper(call.command.args, call.words, is_named):
        raise ask_near([swapped], labels_of(indexes))
    ordered = in_another_order(call.command.args, call.words, is_named)
    first = next(iter(call.command.args.model_fields), "")
    name = str(ordered.values.get(first, "")) if ordered else ""
    if ordered and (not name or is_named(name)):
        raise ask_near([ordered], labels_of(indexes))
    if name:
        raise NotSegments((name,), similar_names(name, await shop.segments()), field=first)


async def ask_about_shoppers(command: Command, words: str, shop: Shop) -> None:
    """Raise Question if shoppers are typed, and no segment: it asks for one, and keeps the shoppers."""
    meant = shoppers_for_names(command.args, words)
    if meant is None or not meant.values:
        return
    called = "".join(meant.left_out).partition(" ")[2]
    if not called:
        raise ask_which(command, [meant.values], {})
    names = await shop.segment_names()
    if names.called(called):
        first, field = next(iter(command.args.model_fields.items()))
        raise ask_near([Near({first: (called,) if takes_many(field) else called} | meant.values)], {})
    unknown = NotSegments((called,), similar_names(called, await shop.segments()))
    raise ask_near([meant], {}, unknown=str(unknown))
