"""Keys of times to come that people type with a blank or another sign: ``until: friday``, ``at = noon``. Pure."""

import re

from bot.core.language.args import Args, Input, SegmentInput, Text, TimeInput, inputs_of
from bot.core.language.field_values import Run
from bot.core.language.tokenizer import Word

_KEYED = re.compile(r"(?P<key>[a-z]+)[:=](?P<value>.*)", re.IGNORECASE | re.DOTALL)
_SIGN = re.compile(r"\s*[:=]")


def with_time_keys(args: type[Args], words: Run) -> Run:
    """Return the words with the key of each time joined to the word behind it, as in ``until:friday``.

    Left among other words it would be lost with its time, and what is done would last for good. Where any text may
    stand, as a new name, it may be meant so: that is asked.
    """
    kinds = inputs_of(args)
    times = {name for name, kind in kinds.items() if isinstance(kind, TimeInput)}
    if any(map(_is_any_text, kinds.values())):
        return words
    found, at = list[Word](), 0
    while at < len(words):
        begins = words[at].whole.casefold().startswith(tuple(times))
        keyed, count = _keyed(words[at : at + 3]) if begins else (words[at], 1)
        found.append(keyed if keyed.key in times else words[at])
        at += count if keyed.key in times else 1
    return tuple(found)


def _keyed(words: Run) -> tuple[Word, int]:
    """Return the word with the key that the words begin with, and how many of them it takes."""
    for count in (1, 2):
        head = words[:count]
        match = None if any(one.quoted and not one.key for one in head) else _KEYED.fullmatch(_text(head))
        taken = words[: count if match and match["value"] else count + 1]
        if match and (match["value"] or taken[count:]):
            typed = _SIGN.sub(":", "".join(one.typed for one in taken), count=1)
            return Word(match["value"] or taken[-1].text, taken[-1].quoted, match["key"].casefold(), typed), len(taken)
    return words[0], 1


def _text(words: Run) -> str:
    return "".join(word.whole for word in words)


def _is_any_text(kind: Input) -> bool:
    return (isinstance(kind, Text) and not kind.option) or (isinstance(kind, SegmentInput) and kind.new)
