"""What people are asked about addresses where a name belongs; nothing is done before."""

from bot.core.command import Call, Command
from bot.core.errors import NotSegments, Question, Reading
from bot.core.language.args import input_of
from bot.core.language.misplaced_addresses import shoppers_for_names, without_address
from bot.core.language.new_names import is_new_name
from bot.core.language.tokenizer import split
from bot.core.questions import ask_near, ask_which
from bot.core.store_view.cached_shop import Shop
from bot.core.store_view.names import similar_names


async def ask_about_new_names(call: Call, typed: str, shop: Shop) -> None:
    """Raise Question if a new name was typed with an address in it, unless it stands in quotes or is a segment's."""
    fields = call.command.args.model_fields
    quoted = {word.text for word in split(typed) if word.quoted}
    named = {name: str(value) for name, value in call.values.items() if is_new_name(input_of(fields[name]))}
    for field, name in named.items():
        shorter = without_address(name) if typed and name not in quoted else None
        if shorter is None or (names := await shop.segment_names()).called(name):
            continue
        raise Question(
            f"“{name}” seems to hold an email, and everyone can read a name. `/segment add` puts shoppers into a "
            "segment. Which name did you mean? Nothing was done yet.",
            [Reading(call.values | {field: one}) for one in (shorter, name) if one],
            names=names.labels,
            for_log="A new name holds an email.",
        )


async def ask_about_shoppers(command: Command, words: str, shop: Shop) -> None:
    """Raise Question if shoppers are typed, and no segment: it asks for one, and keeps the shoppers."""
    meant = shoppers_for_names(command.args, words)
    if meant is None or not meant.values:
        return
    called = "".join(meant.left_out).partition(" ")[2]
    if not called:
        raise ask_which(command, [meant.values], {})
    unknown = NotSegments((called,), similar_names(called, await shop.segments()))
    raise ask_near(command, [meant], {}, unknown=str(unknown))
