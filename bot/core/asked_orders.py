"""What people are asked about words that stand in another order than a command has them; nothing is done before."""

from dataclasses import replace
from itertools import islice

from bot.core.command import Call, Command
from bot.core.errors import NotSegments
from bot.core.language.args import takes_many
from bot.core.language.line_reader import Values
from bot.core.language.misplaced_addresses import shoppers_for_names
from bot.core.language.near_readings import Near
from bot.core.language.orders_of_words import in_another_order, name_before_shopper
from bot.core.language.person_names import with_names_in_order
from bot.core.named_readings import Indexes, labels_of, naming, readings_of, taken
from bot.core.questions import ask_near, ask_which
from bot.core.store_view.cached_shop import Shop
from bot.core.store_view.names import similar_names


def ask_about_people(call: Call, indexes: Indexes, *, is_unread: bool = False) -> None:
    """Raise Question if names of a person stand in another order than the command has them, or may do so."""
    if found := people_meant(call, indexes, is_unread=is_unread):
        raise ask_near(list(map(Near, found)), labels_of(indexes))


def people_meant(call: Call, indexes: Indexes, *, is_unread: bool = False) -> tuple[Values, ...]:
    """Return who is meant, with the fewest words as first names; two orders of them where that is not plain."""
    lines = with_names_in_order(call.command.args, call.words, is_unread=is_unread)
    read = (values for line in lines for values in readings_of(replace(call, words=line), indexes))
    return tuple(islice((values for values in read if taken(call, values)), 2))


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
