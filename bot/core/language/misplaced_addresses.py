"""Addresses where a name belongs: in the name that a segment is to have, or in place of a segment. Pure.

Everyone reads names, and the log keeps them: an address is taken for a part of one only if a person says so.
"""

import re

from bot.core.language.addresses import may_hold_address, with_addresses
from bot.core.language.args import (
    Args,
    Choice,
    Input,
    ShopperInput,
    Text,
    input_of,
    typed_fields,
)
from bot.core.language.field_values import is_name
from bot.core.language.hidden_addresses import before_address
from bot.core.language.line_reader import Values, words_of
from bot.core.language.near_readings import Near
from bot.core.language.tokenizer import Word, as_typed, split

_AROUND = " \t\r\n,;:.|/<>()[]{}=+&*-–—→\"'“”"
_LEADS = re.compile(
    r"with|for|and|of|to|from|in|by|has|having|is|as|add(ing)?|plus|then|also|includ(e|ing)|contain(s|ing)?|called|"
    r"address|(shopper|customer|member|e-?mail)s?|people|mail",
    re.IGNORECASE,
)
"""Words before an address that say what becomes of it."""
_CUSTOMER = re.compile(r"#\d+")


def without_address(name: str) -> str | None:
    """Return a name up to its first address, without the words that lead to it; None if it has no address."""
    words = before_address(with_addresses(name))
    while words is not None:
        rest, _, last = (words := words.strip(_AROUND)).rpartition(" ")
        if not _LEADS.fullmatch(last):
            break
        words = rest
    return words


def shoppers_for_names(args: type[Args], text: str) -> Near | None:
    """Return how a line is meant that names no segment, and begins with an address where one belongs.

    What leads to a segment is left out with all behind it; so is everything, where there is no field for shoppers.
    """
    kinds = {name: input_of(field) for name, field in typed_fields(args).items()}
    choices = {name: kind for name, kind in kinds.items() if isinstance(kind, Choice) and not kind.option}
    values, words = Values(), list[Word]()
    for word in split(with_addresses(text)):
        chosen = {name: kind.chosen(word.text) for name, kind in choices.items()}
        said = {name: one for name, one in chosen.items() if one in choices[name].choices and name not in values}
        values |= said
        words += [] if said else [word]
    if not is_name(next(iter(kinds.values()))) or not _begins_with_shoppers(words):
        return None
    field = next((name for name, kind in kinds.items() if _takes_shoppers(kind)), "")
    if not field:
        return Near({}, (text,))
    leads = {lead for kind in kinds.values() if is_name(kind) for lead in kind.leads}
    end = next((at for at, word in enumerate(words) if word.text.casefold() in leads), len(words))
    shoppers = as_typed(words[:end])
    listed = (shoppers,) if isinstance(kinds[field], ShopperInput) else shoppers
    return Near(values | {field: listed}, tuple(filter(None, (as_typed(words[end:]),))))


def without_addresses(args: type[Args], values: Values) -> Near:
    """Return the values of a line that no names of the store fit, without addresses where a name belongs."""
    names = [name for name in values if is_name(input_of(args.model_fields[name]))]
    out = [name for name in names if any(map(may_hold_address, words_of(values[name])))]
    kept = {name: value for name, value in values.items() if name not in out}
    return Near(kept, tuple(word for name in out for word in words_of(values[name])))


def _begins_with_shoppers(words: list[Word]) -> bool:
    """Return whether an address comes first, or nothing but customers are named."""
    texts = [word.text for word in words]
    return bool(texts) and (may_hold_address(texts[0]) or all(map(_CUSTOMER.fullmatch, texts)))


def _takes_shoppers(kind: Input) -> bool:
    return isinstance(kind, ShopperInput) or (isinstance(kind, Text) and kind.private and kind.as_typed)
