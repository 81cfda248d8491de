"""What words name that a command does not take: a shopper, a segment, a promotion or a change, which can be shown.

Who types an address where a segment belongs has meant its shopper.
"""

import re
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress

from bot.bigcommerce import StoreError
from bot.core.command import Call
from bot.core.context import Context
from bot.core.errors import Instead, Misuse, NotSegments, Question, Refusal, UnknownChange
from bot.core.language.args import NumberInput, ShopperInput, inputs_of
from bot.core.language.field_values import is_name
from bot.core.language.line_reader import words_of
from bot.core.language.shopper_list import read_shoppers
from bot.core.store_view.names import Names
from bot.core.store_view.people_meant import WORDS_OF_A_NAME, describe_customer
from bot.core.store_view.shopper_search import customers_called

_KIND = re.compile(
    r"(?:the\s+)?(?:(?P<kind>segment|promotion|change)s?|(?P<shopper>shopper|customer)s?)\s+"
    r"(?:(?:id|no\.?|nr\.?|number)\s*[:=]?\s*)?(?P<rest>\S.*)",
    re.IGNORECASE | re.DOTALL,
)
_NUMBER = re.compile(r"#?(?P<number>[1-9]\d{0,8})")


async def with_elsewhere(call: Call, misuse: Misuse, ctx: Context) -> Misuse:
    """Return the error with a button for each thing that the words name, where a command does not take it."""
    text = _misplaced(call, misuse)
    if isinstance(misuse, Question) or not text or not ctx.shop.can_ask:
        return misuse
    with suppress(Refusal, StoreError):
        if found := await named_elsewhere(text, ctx, call.command.group):
            instead = tuple(dict.fromkeys((*misuse.instead, *found)))
            return Misuse(str(misuse), field=misuse.field, for_log=misuse.for_log, instead=instead)
    return misuse


def _misplaced(call: Call, misuse: Misuse) -> str:
    """Return the words that may name something else: all of them, or those for the first field that names anything.

    None where the error is about something else.
    """
    if call.unknown:
        return call.words.strip()
    kinds = inputs_of(call.command.args)
    named = (name for name, kind in kinds.items() if is_name(kind) or isinstance(kind, NumberInput | ShopperInput))
    name = next(named, "")
    is_about_it = misuse.field == name or (misuse.field is None and isinstance(misuse, NotSegments))
    return " ".join(words_of(call.values.get(name, ""))) if is_about_it else ""


async def named_elsewhere(text: str, ctx: Context, group: str) -> tuple[Instead, ...]:
    """Return what shows each thing that a text names, but for those of this group."""
    said = _KIND.fullmatch(text.strip())
    kind = (said["kind"] or "shopper").lower() if said else ""
    words = said["rest"] if said else text.strip()
    looks = [look for name, look in _LOOKS.items() if name != group and kind in ("", name)]
    return tuple([instead for look in looks for instead in await look(words, ctx)])


async def _shoppers(words: str, ctx: Context) -> list[Instead]:
    named = read_shoppers((words,))
    if named.words and named.count == len(named.words) == 1:
        is_known = named.emails or named.profile_ids or await ctx.shop.customers(ids=named.customer_ids)
        return [Instead(f"Show Shopper: {named.line}", f"shopper show {named.line}")] if is_known else []
    if named.count or not named.others or len(words.split()) > WORDS_OF_A_NAME or any(map(str.isdecimal, words)):
        return []
    found = await customers_called(words, ctx.shop.reader, 2, whole=True)
    if len(found) == 1:
        return [Instead(f"Show Shopper: {describe_customer(found[0])}", f"shopper show #{found[0].id}")]
    return [Instead(f"Find Shoppers: {words}", f"shopper find {words}")] if found else []


async def _segments(words: str, ctx: Context) -> list[Instead]:
    called = (await ctx.shop.segment_names()).called(words)
    return [Instead(f"Show Segment: {one.name}", f"segment show {one.id}") for one in called]


async def _promotions(words: str, ctx: Context) -> list[Instead]:
    called = Names(await ctx.shop.promotions() or ()).called(words.removeprefix("#"))
    return [Instead(f"Show Promotion: {one.name}", f"promotion show {one.id}") for one in called]


async def _changes(words: str, ctx: Context) -> list[Instead]:
    found = _NUMBER.fullmatch(words)
    with suppress(UnknownChange):
        number = (await ctx.changes.load(int(found["number"]))).number if found else 0
        return [Instead(f"Show Change: {number}", f"change show {number}")] if number else []
    return []


_LOOKS: Mapping[str, Callable[[str, Context], Awaitable[list[Instead]]]] = {
    "shopper": _shoppers,
    "segment": _segments,
    "promotion": _promotions,
    "change": _changes,
}
