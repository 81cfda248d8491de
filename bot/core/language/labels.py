"""Labels that people type before a value: ``Segment: VIPs``, ``name=Gold``, ``New name - Gold``. Pure.

A field is labelled by its key, by what a form or a usage line calls it, by words that may lead to it, and by what it is
``called`` besides; in any case, also in the plural.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from string import whitespace

from bot.core.language.args import Args, Text, TimeInput, input_of, inputs_of, options, typed_fields
from bot.core.language.tokenizer import split

_SIGN = r"(?:\s*(?:[:=]>?|→)\s*|\s+[-–—]+>?\s+)"
_ARTICLES = r"(?:(?:an?|the|new)\s+){0,3}?"
_GAP = re.compile(r"[\s_-]+")


def with_keys(args: type[Args], text: str, *, bare: bool = False) -> str:
    """Return the line with ``segment:VIPs`` for ``Segment: VIPs``: the key of a field for each label of it.

    ``bare``: also for the key of an option that has no sign behind it: ``page 2``.
    """
    return _with_keys(args, *_outside_quotes(text), bare=bare)


def _with_keys(args: type[Args], line: str, starts: frozenset[int], *, bare: bool = False) -> str:
    labels = _labels(args)

    def keyed(match: re.Match[str]) -> str:
        label = next(filter(None, match.groups()))
        return f"{labels[_plain(label)]}:" if match.start() in starts else match[0]

    return _pattern(args, bare).sub(keyed, line)


def without_empty_key(args: type[Args], text: str) -> str:
    """Return the line without the key of a field at its end that has no value: ``VIPs name:``.

    What is only called what the first field is, as in ``create a new segment``, has no value either.
    """
    alone, key = _label_alone(args), _empty_key(args).search(text)
    if alone and alone.fullmatch(text):
        return ""
    return text[: key.start()].rstrip(f"{whitespace},") if key else text


def lacks_time(args: type[Args], text: str) -> str:
    """Return the key of a time to come with which the line ends, without a time: it would run at once, or for good."""
    found = _empty_key(args).search(text)
    key = found["key"].casefold() if found else ""
    return key if isinstance(inputs_of(args).get(key), TimeInput) else ""


@cache
def _label_alone(args: type[Args]) -> re.Pattern[str] | None:
    """Return what a label of the first field looks like by itself, which no word that leads to a value is.

    None where the field is no text, or one to search for.
    """
    first = next(iter(typed_fields(args)), "")
    kind = input_of(args.model_fields[first]) if first else None
    if not isinstance(kind, Text) or kind.option or kind.as_typed:
        return None
    labels = _any_of(one for one, name in _labels(args).items() if name == first and one not in kind.leads)
    return re.compile(rf"\s*{_ARTICLES}(?:{labels}|an?|new)\s*", re.IGNORECASE)


def is_labelled(args: type[Args], text: str) -> bool:
    """Return whether the line has a label that is not just the key of its field: ``Name: Gold``, not ``name:Gold``."""
    line, starts = _outside_quotes(text)
    return _with_keys(args, line, starts) != line


def _outside_quotes(text: str) -> tuple[str, frozenset[int]]:
    """Return the line as it is split, and the places where its words begin that are not in quotes."""
    line, starts = "", set[int]()
    for word in split(text):
        if not word.quoted or word.key:
            starts.add(len(line) + len(word.typed) - len(word.typed.lstrip(" \t\r\n,")))
        line += word.typed
    return line, frozenset(starts)


@cache
def _labels(args: type[Args]) -> Mapping[str, str]:
    """Return the fields by their labels: where two have the same, it is the key's, and then the first one's."""
    kinds = {name: input_of(field) for name, field in typed_fields(args).items()}
    named = [(name, name) for name in kinds]
    named += [(word, name) for name, kind in kinds.items() for word in (kind.label, kind.word, *kind.called)]
    named += [(lead, name) for name, kind in kinds.items() for lead in kind.leads]
    found = dict[str, str]()
    for word, name in named:
        for form in (word, f"{word}s") if word else ():
            found.setdefault(_plain(form), name)
    return found


def _plain(label: str) -> str:
    return _GAP.sub(" ", label.casefold()).strip()


@cache
def _empty_key(args: type[Args]) -> re.Pattern[str]:
    return re.compile(rf"(?<![^\s,])(?P<key>{_any_of(typed_fields(args))})\s*[:=]\s*$", re.IGNORECASE)


@cache  # each line that is typed asks for it
def _pattern(args: type[Args], bare: bool) -> re.Pattern[str]:
    return re.compile(rf"(?<![^\s,])(?:{'|'.join(_patterns(args, bare=bare))})(?=[^\s,])", re.IGNORECASE)


def _patterns(args: type[Args], *, bare: bool) -> Iterator[str]:
    """Yield what labels look like: with a sign behind each; without one at the beginning, where a name is a text."""
    labels = _labels(args)
    yield rf"{_ARTICLES}({_any_of(labels)}){_SIGN}"
    first = next(iter(typed_fields(args)), "")
    kind = input_of(args.model_fields[first]) if first else None
    if isinstance(kind, Text) and not kind.option and not kind.as_typed:
        yield rf"^\s*{_ARTICLES}({_any_of(one for one, name in labels.items() if name == first)})\s+"
    if bare and options(args):
        yield rf"({_any_of(options(args))})\s+"


def _any_of(labels: Iterable[str]) -> str:
    """Return what any of them looks like; of none, what nothing does."""
    longest_first = sorted(labels, key=len, reverse=True)
    return "|".join(_GAP.sub(r"[\\s_-]+", re.escape(one).replace(r"\ ", " ")) for one in longest_first) or "(?!)"
