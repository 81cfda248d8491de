"""What people are asked where their words can be read in several ways, or lack something. Pure."""

import re
from collections.abc import Iterator, Mapping, Sequence

from bot.core.answers import MOST_WORDS, Answer, Offer, Offers, Sentence
from bot.core.command import Call, Command
from bot.core.errors import Instead, Misuse, Question, Reading, Refusal
from bot.core.language.addresses import with_addresses
from bot.core.language.args import (
    Choice,
    NumberInput,
    SegmentInput,
    ShopperInput,
    Text,
    input_of,
    missing,
    takes_many,
    typed_fields,
)
from bot.core.language.checked_args import check
from bot.core.language.field_values import is_name
from bot.core.language.left_out_words import before_exception
from bot.core.language.line_reader import Values, words_of
from bot.core.language.near_readings import Near
from bot.core.language.phrases import capital, listing, shortened
from bot.core.language.readings import MOST_READINGS, fill
from bot.core.language.second_acts import ACTS, DECIDING
from bot.core.language.shopper_list import read_shoppers
from bot.core.language.tokenizer import split

LABEL_ROOM = 70
"""The most characters of a button's label."""
TOLD = 100
"""The most characters that are shown of a value."""

_NUMBER = re.compile(r"(?<![\w+])(?<!(?<!\d)-)(?<!\d[.,])[1-9]\d*(?![.,]?\d|[eE][+-]?\d)")
_SEPARATED = re.compile(r"(?<![\w.,-])[1-9]\d{0,2}(?:[,.']\d{3})+(?![\w-])")
_OTHER = re.compile(rf"\b(?:{'|'.join(sorted(ACTS | DECIDING))})\b", re.IGNORECASE)
FAULT = 250
"""The most characters that say why something is not possible: it may name many who are unknown."""


def ask_which(command: Command, found: Sequence[Values], names: Mapping[str, str]) -> Question:
    """Ask which reading is meant; of a single one, for what is missing."""
    fields = command.args.model_fields
    readings = tuple(map(Reading, found))
    if len(found) > 1:
        name = next(one for one in fields if len({str(values.get(one)) for values in found}) > 1)
        is_search = isinstance(kind := input_of(fields[name]), Text) and kind.as_typed
        is_plain = not is_search and not (isinstance(kind, SegmentInput) and kind.new)
        which = f"Which {_label(command, name)}" if is_plain else "Which of these"
        return Question(
            f"{which} did you mean? Nothing was done yet.",
            readings,
            names=names,
            for_log="The words can be read in several ways.",
        )
    lacks = missing(command.args, found[0])
    sentence = f"Which {_label(command, lacks[0])}?" if lacks else "What is to change?"
    return Question(f"{sentence} Nothing was done yet.", readings, names=names, for_log="Something is missing.")


def ask_near(near: Sequence[Near], names: Mapping[str, str], *, unknown: str = "") -> Question:
    """Ask whether a line was meant that can be read, where the one that was typed cannot."""
    each = dict.fromkeys(one.left_out for one in near if one.left_out)
    left_out = " ".join(*each) if len(each) == 1 else ""
    unexpected = f"I didn't expect “{left_out}” here. " if left_out else ""
    readings = [Reading(one.values) for one in near]
    which = "Which of these did you mean?" if near[1:] else "Did you mean this?"
    sentence = unknown or f"{unexpected}{which} Nothing was done yet."
    return Question(sentence, readings, names=names, for_log="The words cannot be read, and some may be meant.")


def question_answer(command: Command, question: Question) -> Answer:
    """Build the answer that asks: each reading in words, and with a button that types it unless it cannot be done."""
    each = [(one, typed_line(command, dict(one.values))) for one in question.readings]
    told = [Sentence(_bullet(command, one, line, question)) for one, line in each if one.fault or not one.label]
    labelled = zip(_labels(command, question), each, strict=True)
    offers = [Offer(label, f"{command.path} {line}".strip()) for label, (one, line) in labelled if not one.fault]
    others = [Offer("Something Else", command.path)] if told[1:] and missing(command.args, {}) else []
    return Answer(str(question), (*told, Offers((*offers, *others))))


def _bullet(command: Command, reading: Reading, line: str, question: Question) -> str:
    described = reading.label or _describe(command, dict(reading.values), question)
    fault = f" (not possible: {shortened(reading.fault, FAULT)})" if reading.fault else ""
    return f"• {described}{fault or _form_note(command, line)}"


def with_meant(call: Call, misuse: Misuse) -> Misuse:
    """Return the error about an invalid value with a button for each other one that may be meant by what was typed."""
    name, command = misuse.field or "", call.command
    if name not in command.args.model_fields or not isinstance(call.values.get(name), str):
        return misuse
    kind = input_of(command.args.model_fields[name])
    found = {str(one[name]): one for one in _instead_of(name, call) if _is_valid(command, one)}
    meant = dict(list(found.items())[:MOST_READINGS]) if not _is_valid(command, call.values) else {}
    instead = [
        Instead(f"{command.submit}: {word}", f"{command.path} {typed_line(command, values)}")
        for word, values in meant.items()
    ]
    is_any = isinstance(kind, Choice) and kind.choices == tuple(meant)
    asked = f"{misuse} Did you mean {' or '.join(meant)}?" if meant and not is_any else str(misuse)
    return Misuse(asked, field=misuse.field, for_log=misuse.for_log, instead=[*misuse.instead, *instead])


def _instead_of(name: str, call: Call) -> Iterator[Values]:
    """Yield other values: a number or choice among the words for one, an address in words, texts in another order.

    ``7 please``, ``mine now``, ``Ada Byron ada@example.com`` where the address comes first.
    """
    fields, typed = call.command.args.model_fields, str(call.values[name])
    kind = input_of(fields[name])
    if isinstance(kind, NumberInput | Choice):
        is_alone = isinstance(kind, Choice) and (kind.option or len(call.values) == 1)
        parts = _chosen(kind, typed, any_=is_alone) if isinstance(kind, Choice) else _numbers(typed)
        yield from (call.values | {name: one} for one in dict.fromkeys(parts) if one != typed)
        return
    if isinstance(kind, ShopperInput):
        yield from (call.values | {name: one} for one in _shoppers(typed))
        return
    kinds = {one: input_of(fields[one]) for one in call.values}
    yield call.values | {name: with_addresses(typed)}
    texts = [one for one, kind in kinds.items() if isinstance(kind, Text) and not kind.option]
    at = texts.index(name) if name in texts else len(texts)
    for other in range(at + 1, len(texts)):
        order = [*texts[:at], texts[other], *texts[at:other], *texts[other + 1 :]]
        yield call.values | {one: call.values[source] for one, source in zip(texts, order, strict=True)}


def _chosen(kind: Choice, typed: str, *, any_: bool) -> Sequence[str]:
    """Return the choices among these words; any of them where none is, if nothing else was typed for another field."""
    said = [word for one in typed.split() if (word := kind.chosen(_bare(one))) in kind.choices]
    return said or (kind.choices if any_ else ())


def _numbers(typed: str) -> list[str]:
    """Return the numbers among these words; of one with separators, the whole: ``1,000``.

    None behind a word that leaves something out, or a verb: ``all but 7``, ``7 and undo 8``.
    """
    own = _OTHER.split(typed)[0]
    named, _ = before_exception(own) or (own, "")
    return _NUMBER.findall(_SEPARATED.sub(lambda found: re.sub(r"\D", "", found[0]), named))


def _shoppers(typed: str) -> list[str]:
    """Return the shoppers among these words by themselves, but for those behind a word that leaves someone out."""
    before, _ = before_exception(typed) or (typed, "")
    named = read_shoppers((with_addresses(before),))
    return [*named.emails, *(f"#{one}" for one in named.customer_ids), *named.profile_ids]


def _bare(word: str) -> str:
    return word.strip("#.,;:!?()")


def _is_valid(command: Command, values: Values) -> bool:
    try:
        check(command.args, values)
    except Misuse:
        return False
    return True


def refusal_answer(refusal: Refusal) -> Answer:
    """Build the answer that tells of a refusal, with a button for each line that may have been meant."""
    offers = [Offer(shortened(one.label, LABEL_ROOM), _with_room(one.line)) for one in refusal.instead]
    return Answer(str(refusal), (Offers(tuple(offers)),) if offers else ())


def _with_room(line: str) -> str:
    """Return the line; of one that no button holds, its command, which asks for the rest in a form."""
    return line if len(line) <= MOST_WORDS else " ".join(line.split()[:2])


def _form_note(command: Command, line: str) -> str:
    return "" if Call(command, fill(command.args, line)).is_complete else " (asks for the rest in a form)"


def _describe(command: Command, values: Values, question: Question) -> str:
    given = [name for name in typed_fields(command.args) if name in values]
    called = [[f"“{shortened(_called(one, question), TOLD)}”" for one in words_of(values[name])] for name in given]
    parts = zip(given, called, strict=True)
    return "; ".join(f"{capital(_label(command, name))}: {listing(words)}" for name, words in parts)


def _called(word: str, question: Question) -> str:
    return question.names.get(word, word)


def _labels(command: Command, question: Question) -> list[str]:
    """Label each reading: as it says itself, or by the first field in which it differs from the others."""
    labels = [one.label or _label_of(command, one, question) for one in question.readings]
    return [f"{at}. {one}" if labels.count(one) > 1 else one for at, one in enumerate(labels, 1)]


def _label_of(command: Command, reading: Reading, question: Question) -> str:
    values, others = reading.values, [one.values for one in question.readings]
    is_only = len(others) == 1
    if is_only and not Call(command, dict(values)).is_complete:
        return "Open Form"
    differs = [one for one in command.args.model_fields if any(other.get(one) != values.get(one) for other in others)]
    name = next(iter(values if is_only else differs), "")
    named = [one for one in values if is_name(input_of(command.args.model_fields[one]))]
    differing = [one for one in named if is_only or one in differs]
    shown = differing if name in named or (named and is_only) else [name]
    what = listing([_called(word, question) for one in shown for word in words_of(values.get(one, ()))])
    return shortened(": ".join(filter(None, (command.submit, what))), LABEL_ROOM)


def typed_line(command: Command, values: Values) -> str:
    """Write words that mean just these values. What cannot be typed or has no room is left out, for a form to ask."""
    return _typed(_fitting(command, values))


def has_room(command: Command, question: Question) -> bool:
    """Return whether the buttons of a question hold all that was said, so that no form has to be filled again."""
    said = ({name: value for name, value in one.values.items() if value} for one in question.readings)
    return all(_fitting(command, values) == values for values in said)


def _fitting(command: Command, values: Values) -> Values:
    """Return the values that a button holds."""
    fields = command.args.model_fields
    typed = {name: value for name, value in values.items() if name in typed_fields(command.args)}
    kept = {name: value for name, value in typed.items() if all(_quoted(word) for word in words_of(value))}
    if len(_typed(kept)) > MOST_WORDS - len(command.path):
        kept = {name: value for name, value in kept.items() if not isinstance(input_of(fields[name]), ShopperInput)}
    while len(_typed(kept)) > MOST_WORDS - len(command.path):
        kept.popitem()
    return kept


def _typed(values: Values) -> str:
    return " ".join(f"{name}:{_quoted(word)}" for name, value in values.items() for word in words_of(value))


def _quoted(word: str) -> str:
    """Return ``word`` in quotes that keep it as it is; an empty text if none do."""
    ways = (f'"{word}"', f"'{word}'")
    return next((way for way in ways if [one.text for one in split(way)] == [word]), "")


def _label(command: Command, name: str) -> str:
    field = command.args.model_fields[name]
    label = (input_of(field).word or input_of(field).label).lower()
    return f"{label}s" if takes_many(field) and not label.endswith("s") else label
