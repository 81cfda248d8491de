"""What people are asked about the name that a segment is to have; nothing is done before."""

from dataclasses import replace

from bot.core.command import Call
from bot.core.errors import Question, Reading
from bot.core.language.args import Text, input_of
from bot.core.language.misplaced_addresses import without_address
from bot.core.language.new_names import in_quotes, is_new_name, names_meant
from bot.core.language.second_acts import is_another_act, names_before_acts
from bot.core.language.times_behind import time_behind
from bot.core.language.tokenizer import split
from bot.core.store_view.cached_shop import Shop

_LONGEST = 1_000
"""The most characters of what may be a name, with what people write around one; of more, it is refused as too long."""


async def ask_about_new_names(call: Call, typed: str, shop: Shop) -> Call:
    """Return the call with each new name as it is meant: what a form's field holds in quotes, without them.

    Raises Question if one may be meant otherwise, or has an address in it, unless it stands in quotes or is a
    segment's. ``typed``: the words that were typed; a form has none.
    """
    fields, quoted = call.command.args.model_fields, {word.text for word in split(typed) if word.quoted}
    values = dict(call.values)
    if typed:
        await _ask_about_acts(call, typed, shop)
    for field in [one for one in values if one in fields and is_new_name(input_of(fields[one]))]:
        name = str(values[field] or "")
        if not 0 < len(name) <= _LONGEST or name in quoted or field in call.settled:
            continue
        if (await shop.segment_names()).called(name):
            continue
        if not typed and (inside := in_quotes(name)):
            values[field] = inside
            continue
        if typed:
            _ask_about_times(call, field, name)
        names, meant = await shop.segment_names(), names_meant(input_of(fields[field]), name)
        before = _signs_before(name, typed)
        others = tuple(names_before_acts(call.command.args, meant[0], names.called, before)) if typed else ()
        meant = tuple(dict.fromkeys((*meant, *filter(None, others))))
        if others or len(meant) > 1 or without_address(meant[0]) is not None:
            raise _which_name(call, field, meant, names.labels, is_form=not typed)
    return replace(call, values=values)


async def _ask_about_acts(call: Call, typed: str, shop: Shop) -> None:
    """Raise Question if the text behind a new name may be another command: ``create "Gold" and delete Loyal``.

    One that stands in quotes, or behind its key, is meant as it is.
    """
    words, fields = split(typed), call.command.args.model_fields
    kinds = {name: input_of(fields[name]) for name in call.values if name in fields}
    plain = {name for name, kind in kinds.items() if type(kind) is Text and not kind.option}
    for field in plain - {word.key for word in words} if any(map(is_new_name, kinds.values())) else ():
        text = str(call.values[field])
        joint = _signs_before(text, typed)
        is_quoted = any(word.quoted and word.text == text for word in words)
        if not is_quoted and is_another_act(f"{joint}{text}", (await shop.segment_names()).called):
            without = {name: value for name, value in call.values.items() if name != field}
            label = kinds[field].label
            raise Question(
                f"“{text}” may be another command, and one line does one thing. Nothing was done yet.",
                [Reading(without, f"{call.command.submit} Without It"), Reading(call.values, f"Take It as {label}")],
                for_log="A text behind a new name may be another act.",
            )


def _signs_before(text: str, typed: str) -> str:
    """Return the blanks and signs that stand right before a text among the words that were typed."""
    before = typed.rpartition(text)[0]
    return before[len(before.rstrip(" ,;.")) :]


def _ask_about_times(call: Call, field: str, name: str) -> None:
    """Raise Question if a new name ends with a time to come, at which it may be meant to happen, or to end."""
    found = time_behind(name, is_name=True)
    if found and found.key in call.command.args.model_fields and not call.values.get(found.key):
        timed = {field: in_quotes(found.before) or found.before, found.key: found.time}
        raise Question(
            f"Does “{found.words}” say when, or is it part of the name? Nothing was done yet.",
            [Reading(call.values | timed), Reading(call.values)],
            for_log="A new name ends with a time.",
        )


def _which_name(call: Call, field: str, meant: tuple[str, ...], labels: dict[str, str], *, is_form: bool) -> Question:
    """Ask which name is meant; one with an address stands last."""
    asked, order = "Which name did you mean?", meant
    if without_address(meant[0]) is not None:
        order = (*meant[1:], meant[0])
        asked = (
            f"“{meant[0]}” seems to hold an email, and everyone can read a name. `/segment add` puts shoppers into a "
            f"segment. {asked}"
        )
    quotes = " In quotes it is taken as it is." if is_form else ""
    return Question(
        f"{asked}{quotes} Nothing was done yet.",
        [Reading(call.values | {field: one}) for one in order],
        names=labels,
        for_log="A new name may be meant otherwise.",
    )
