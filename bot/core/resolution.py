"""How typed words are read with the store's names."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from itertools import takewhile
from typing import Any

from bot.bigcommerce import is_uuid
from bot.core.asked_alternatives import ask_about_alternatives, ask_about_second_acts
from bot.core.asked_names import ask_about_new_names
from bot.core.asked_orders import (
    ask_about_order,
    ask_about_people,
    ask_about_shoppers,
    people_meant,
    without_last_name,
)
from bot.core.command import Call
from bot.core.errors import Instead, Misuse, NotSegments, Question, Reading
from bot.core.language.args import (
    Choice,
    Input,
    PromotionInput,
    SegmentInput,
    ShopperInput,
    Text,
    input_of,
    inputs_of,
    missing,
    typed_fields,
)
from bot.core.language.field_values import WORDS_OF_A_NAME, Run, is_name
from bot.core.language.labels import is_labelled, with_keys
from bot.core.language.left_out_words import EVERY, EXCEPT, OPEN, excepting_word
from bot.core.language.line_reader import Values, words_of
from bot.core.language.misplaced_addresses import shoppers_for_names, without_addresses
from bot.core.language.near_readings import Near, near_readings
from bot.core.language.orders_of_words import in_another_order, with_second_choice
from bot.core.language.phrases import listing
from bot.core.language.readings import MOST_READINGS, readings
from bot.core.language.second_names import without_second_name
from bot.core.language.tokenizer import QUOTES, Word, as_typed, split
from bot.core.latest_numbers import unnumbered_field
from bot.core.left_out_times import with_left_out_times
from bot.core.named_readings import Indexes, indexes_of, labels_of, names_of, naming, readings_of, taken
from bot.core.questions import ask_near, ask_which, typed_line
from bot.core.store_view.cached_shop import Shop
from bot.core.store_view.names import similar_names


async def resolve(call: Call, shop: Shop) -> Call:
    """Return the call as its words are read with the store's names.

    Raises Question if they can be read in several ways, lack something, have a name that is misspelt, or an address in
    a new one. Words that no reading fits stay as they are: the Command says which name is unknown.
    """
    return await ask_about_new_names(await _resolve(call, shop), call.words, shop)


async def _resolve(call: Call, shop: Shop) -> Call:
    if call.otherwise and (shown := await _shown(call, call.otherwise, shop)):
        return shown
    if not call.words or _is_sure(call):
        return replace(call, words="")
    indexes = await indexes_of(call, shop)
    ask_about_people(call, indexes)
    exact = readings_of(call, indexes)
    keyed = _readings_with_keys(call, indexes, exact)
    found = _found(call, indexes, exact, keyed)
    if len(found) == 1 and (replace(call, values=found[0]).is_complete or unnumbered_field(call.command, found[0])):
        return Call(call.command, found[0])  # a number in words is asked for first, whatever else is missing
    if found:
        raise ask_which(call.command, found, labels_of(indexes))
    _refuse_exceptions(call)
    near = _near(call, indexes, is_whole=lambda values: _is_whole(call, values))[:MOST_READINGS]
    if not keyed and not _take_all(near) and not _verb_before(call, near):
        _ask_about_misspelt(call, indexes)
    if not near or near[0].left_out:
        ask_about_people(call, indexes, is_unread=True)
    ask_about_second_acts(call, indexes, lambda values: _is_whole(call, values))
    ask_about_alternatives(call, near, indexes)
    _ask_about_near(call, near, indexes)
    if call.unknown:
        raise call.unknown
    await ask_about_shoppers(call.command, call.words, shop)
    await ask_about_order(call, indexes, shop)
    await _refuse_unknown(call, shop)
    return replace(call, words="")


def _refuse_exceptions(call: Call) -> None:
    """Raise Misuse if a word leaves some names out, or takes all: what else is said would mean the contrary."""
    kinds = [input_of(field) for field in typed_fields(call.command.args).values()]
    chosen = {part for kind in kinds if isinstance(kind, Choice) for word in kind.said for part in word.split("-")}
    if any(isinstance(kind, Text) and not kind.option for kind in kinds):
        return
    words = split(call.words)
    is_all = len(words) == 1 and words[0].text.casefold() in EVERY
    word = words[0].text if is_all else excepting_word(words, besides=chosen)
    if word:
        raise Misuse(
            f"“{word}” is not a name, and `/{call.command.path}` takes only what is named. Nothing was done.",
            for_log="A word leaves some out, or takes all.",
        )


def _take_all(near: Sequence[Near]) -> bool:
    """Return whether each word is taken by one of these: then none is misspelt, however like a name the line is."""
    return bool(near) and not frozenset.intersection(*(frozenset(one.left_out) for one in near))


def _found(call: Call, indexes: Indexes, exact: Sequence[Values], keyed: Sequence[Values]) -> tuple[Values, ...]:
    """Return the ways to read the words; with labels before values, and of a single way also what else it may mean."""
    exact = [one for one in exact if not keyed or taken(call, one)]
    known = [taken(call, one) for one in exact]
    others = [one for one in keyed if taken(call, one) not in known]
    found = (*exact, *others)[:MOST_READINGS] if exact else ()
    if len(found) != 1:
        return found
    args, words = call.command.args, call.words
    second_names = without_second_name(args, words, found[0], names_of(indexes))
    second_choices = with_second_choice(args, words, found[0], naming(indexes))
    return (*found, *without_last_name(call, found[0], indexes), *second_names, *second_choices)


async def resolve_for_form(call: Call, shop: Shop) -> tuple[Call, tuple[str, ...]]:
    """Return the call of a form as its words are read with the store's names, and the words that are left out of it.

    Where the form is filled from the store, what stands behind the name is its new value.
    """
    if not call.words:
        return call, ()
    filled = call.command.prefill.fields[:1] if call.command.prefill else ()
    indexes, opened = await indexes_of(call, shop), replace(call, positional=(*call.positional, *filled))
    found = people_meant(opened, indexes) or _readings_with_keys(opened, indexes, ()) or readings_of(opened, indexes)
    if found:
        return Call(call.command, _as_said(call, found[0])), ()
    near = _near(opened, indexes, is_whole=lambda values: not missing(call.command.args, values))
    near = near or _near(opened, indexes, is_whole=bool)
    args = call.command.args
    ordered = in_another_order(args, call.words, naming(indexes))
    meant = shoppers_for_names(args, call.words) or ordered or without_addresses(args, call.values)
    nearest = min(near, key=lambda one: len(one.left_out), default=meant)
    return Call(call.command, _as_said(call, nearest.values)), nearest.left_out


def _as_said(call: Call, values: Values) -> Values:
    """Return the values without choices that nobody typed."""
    plain = split(with_keys(call.command.args, call.words), quotes=False)
    words = [word.text.strip(QUOTES) for word in plain]
    runs = [" ".join(words[at : at + count]) for at in range(len(words)) for count in (1, 2)]

    def is_said(name: str) -> bool:
        kind = inputs_of(call.command.args)[name]
        return not isinstance(kind, Choice) or values[name] in map(kind.chosen, runs)

    return {name: value for name, value in values.items() if is_said(name)}


def _readings_with_keys(call: Call, indexes: Indexes, exact: Sequence[Values]) -> tuple[Values, ...]:
    """Return how else a line can be read whose values have labels, but for lists of shoppers."""
    keyed = with_keys(call.command.args, call.words)
    read = readings_of(replace(call, words=keyed), indexes) if keyed != call.words else ()
    valid = [one for one in read if taken(call, one)]
    found = [one for one in valid if not missing(call.command.args, one)] or valid
    lists = {name for name, kind in inputs_of(call.command.args).items() if isinstance(kind, ShopperInput)}
    known = [{name: one[name] for name in one if name not in lists} for one in exact]
    return tuple(one for one in found if {name: one[name] for name in one if name not in lists} not in known)


def _is_whole(call: Call, values: Values) -> bool:
    return replace(call, values=values).is_complete and bool(taken(call, values))


def _near(call: Call, indexes: Indexes, is_whole: Callable[[Values], bool]) -> tuple[Near, ...]:
    """Return what near readings there are, but for those where a text is a word that leaves something out or open."""
    args, names = call.command.args, names_of(indexes)
    found = near_readings(args, call.words, names, is_whole, positional=call.positional)
    texts = [name for name, kind in inputs_of(args).items() if isinstance(kind, Text) and not kind.as_typed]
    said = [{str(one.values.get(name, "")).casefold() for name in texts} for one in found]
    return tuple(one for one, words in zip(found, said, strict=True) if not words & (EXCEPT | OPEN))


def _ask_about_near(call: Call, near: Sequence[Near], indexes: Indexes) -> None:
    """Raise Question if the line makes sense with some of its words left out, or behind others.

    A misspelt command goes before that, where its word would be left out.
    """
    verb = call.unknown if near and _leaves_out_verb(call, near[0]) else None
    if near and not _verb_before(call, near):
        timed = with_left_out_times(call.command.args, near)
        raise ask_near(timed, labels_of(indexes), unknown=str(verb or ""))


def _verb_before(call: Call, near: Sequence[Near]) -> bool:
    """Return whether a word that is left out means another command, as in ``off Tasting week``: this is suggested."""
    return bool(near and call.unknown and call.unknown.instead and _leaves_out_verb(call, near[0]))


def _leaves_out_verb(call: Call, near: Near) -> bool:
    """Return whether the words that are left out are where a command may be meant: at the beginning, or behind."""
    verbs = [one.line.split()[1] for one in call.unknown.instead] if call.unknown else []
    return call.words.startswith(near.left_out[:1]) or any(word.casefold() in verbs for word in near.left_out)


async def _shown(call: Call, show: Call, shop: Shop) -> Call | None:
    """Return the call that shows what is called like the verb and all. Raises Misuse if the verb may be meant, too."""
    ((name, word),) = show.values.items()
    (index,) = (await indexes_of(show, shop)).values()
    called = index.called(word)
    if not called:
        return None
    chosen = {name: str(called[0].id)}
    meant = readings_of(call, await indexes_of(call, shop)) if call.words else (call.values,)
    if not meant:
        return Call(show.command, chosen)
    raise Misuse(
        f"“{called[0].name}” is a {call.command.group}, and its first word is a command. Which do you mean? "
        "Nothing was done yet.",
        for_log="A name begins with a command.",
        instead=[
            Instead(one.submit, f"{one.path} {typed_line(one, values)}")
            for one, values in ((show.command, chosen), (call.command, meant[0]))
        ],
    )


def _ask_about_misspelt(call: Call, indexes: Indexes) -> None:
    """Raise Question if names like those of the store make the words complete."""
    meant = dict[str, str]()

    def nearly(kind: Input, run: Run) -> Iterable[tuple[str, int]]:
        exact = list(indexes[type(kind)].beginning(run))
        near = [] if exact else list(indexes[type(kind)].nearly(run))
        meant.update((name, as_typed(run[:length])) for name, length in near)
        return exact or near

    found = readings(call.command.args, call.words, nearly, positional=call.positional)
    called = {id_: one.partition(" (id ")[0] for index in indexes.values() for id_, one in index.labels.items()}
    named = [tuple(word for name in values for word in _names(call, name, values[name])) for values in found]
    misspelt = dict.fromkeys(word for words in named for word in words if word in meant)
    if not misspelt:
        return
    unknown = listing(list(dict.fromkeys(f"“{meant[word]}”" for word in misspelt)))
    near = " or ".join(f"“{called.get(word, word)}”" for word in misspelt)
    labels = [f"{call.command.submit}: {listing([called.get(word, word) for word in words])}" for words in named]
    noun = "promotion" if PromotionInput in indexes else "segment"
    raise Question(
        f"No {noun} is called {unknown}. Did you mean {near}?",
        [Reading(values, label) for values, label in zip(found, labels, strict=True)],
        names=called,
        for_log=f"No {noun} is called that.",
    )


def _names(call: Call, name: str, value: Any) -> tuple[str, ...]:
    """Return the names of segments and promotions in the value of a field."""
    return words_of(value) if is_name(inputs_of(call.command.args)[name]) else ()


async def _refuse_unknown(call: Call, shop: Shop) -> None:
    """Raise NotSegments if several words before the first shopper are no segment's name."""
    kinds = [(name, type(kind)) for name, kind in inputs_of(call.command.args).items() if not kind.option]
    words = list(takewhile(_may_be_of_a_name, split(call.words)))
    if [kind for _, kind in kinds] == [SegmentInput, ShopperInput] and len(words) > 1:
        segments, text = await shop.segments(), " ".join(word.text for word in words)
        parts = (
            " ".join(word.text for word in words[:count]) for count in range(min(len(words), WORDS_OF_A_NAME), 0, -1)
        )
        near = next(filter(None, (similar_names(part, segments) for part in parts)), ())
        raise NotSegments((text,), near, field=kinds[0][0])


def _may_be_of_a_name(word: Word) -> bool:
    return not word.quoted and word.key is None and "@" not in word.text and not word.text.lstrip("#").isdecimal()


def _is_sure(call: Call) -> bool:
    """Return whether nothing is named, or everything by its id."""
    kinds = inputs_of(call.command.args)
    named = [word for name, kind in kinds.items() if is_name(kind) for word in call.each(name)]
    return bool(named) and all(map(is_uuid, named)) and not is_labelled(call.command.args, call.words)
