"""What people are asked where a line leaves open which of its names is meant, or goes on with another command.

``delete VIPs or Loyal``, ``delete VIPs and rename Loyal``: nothing is done before.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import islice

from bot.core.command import Call
from bot.core.language.args import SegmentInput, input_of, takes_many
from bot.core.language.left_out_words import OPEN
from bot.core.language.line_reader import Values
from bot.core.language.near_readings import Near, tries_of
from bot.core.language.second_acts import ACTS, JOINTS, MAYBE_ACTS
from bot.core.language.tokenizer import Word, as_typed, split
from bot.core.named_readings import Indexes, labels_of, readings_of
from bot.core.questions import ask_near

_OPEN = OPEN | {"any", "one", "/", "|"}


def ask_about_alternatives(call: Call, near: Sequence[Near], indexes: Indexes) -> None:
    """Raise Question if a word that is left out leaves open which segments are meant: all of them, or one."""
    values, left_out = (near[0].values, near[0].left_out) if near else ({}, ())
    word = next((one for one in left_out if one.casefold() in _OPEN), "")
    many = [name for name, value in values.items() if word and _are_several(call, name, value)]
    if many:
        alone = [Near(values | {many[0]: (one,)}) for one in values[many[0]]]
        sentence = f"“{word}” leaves open which of them is meant. Which do you mean? Nothing was done yet."
        raise ask_near([Near(values), *alone], labels_of(indexes), unknown=sentence)


def _are_several(call: Call, name: str, value: object) -> bool:
    field = call.command.args.model_fields[name]
    kind = input_of(field)
    is_every = isinstance(kind, SegmentInput) and not kind.any_of
    return is_every and takes_many(field) and isinstance(value, tuple) and len(value) > 1


def ask_about_second_acts(call: Call, indexes: Indexes, is_whole: Callable[[Values], bool]) -> None:
    """Raise Question if the words are another command behind a verb of one: the rest names what that is about."""
    words, own = split(call.words), {call.command.name, *call.command.aliases}
    verbs = (at for at in range(1, len(words)) if _is_verb(words, at) and words[at].text.casefold() not in own)
    for at in islice(verbs, 0 if call.unknown else tries_of(call.words)):
        before = as_typed(_without_joints(words[:at]))
        found = [one for one in readings_of(replace(call, words=before), indexes) if is_whole(one)]
        if found:
            sentence = f"“{words[at].text}” may be another command, and one line does one thing. Did you mean this?"
            near = [Near(one) for one in found]
            raise ask_near(near, labels_of(indexes), unknown=f"{sentence} Nothing was done yet.")


def _is_verb(words: Sequence[Word], at: int) -> bool:
    """Return whether a verb stands there; one that is a noun as well, behind a word that joins another act."""
    word, before = words[at], words[at - 1]
    verb = "" if word.quoted or word.key else word.text.casefold()
    is_joined = before.text.casefold() in JOINTS or before.text[-1:] in (";", ".") or word.typed.lstrip(" ")[:1] == ","
    return verb in ACTS or (is_joined and verb in MAYBE_ACTS)


def _without_joints(words: Sequence[Word]) -> Sequence[Word]:
    while words and words[-1].text.casefold() in JOINTS:
        words = words[:-1]
    return words
