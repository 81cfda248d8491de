"""Names of people as others write them: ``Moss, Eve <eve@example.com>``, ``Dr. Eve Moss``, ``Eve Moss, Jr.``. Pure.

Which of two names is the first one, nobody can tell where a comma stands between them: people are asked.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import dropwhile

from bot.core.language.addresses import find_address
from bot.core.language.args import Args, Text, inputs_of
from bot.core.language.labels import with_keys
from bot.core.language.pasted_text import plain
from bot.core.language.shopper_list import PARTICLES
from bot.core.language.tokenizer import as_typed, split

TITLES = frozenset({"mr", "mrs", "ms", "miss", "mx", "dr", "prof", "sir", "herr", "frau", "mme", "mlle", "sr", "sra"})
"""What stands before a name, and is none; some are last names, too: Mike Herr."""
SUFFIXES = frozenset({"jr", "sr", "junior", "senior", "ii", "iii", "iv", "phd", "md", "dds", "esq", "mba"})
"""What belongs to the last name, also behind a comma."""
_SPACED_ADDRESS = re.compile(
    r"(?<![^\s<>()\[\],;|\"'])[<(\[]*(?:mailto:|e-?mail:)?[^\s<>()\[\],;|\"']+@[^\s<>()\[\],;|\"']+[>)\]]*",
    re.IGNORECASE,
)
_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|\"[^\",]*\"(?=\s+\S)|(?<=\s)'[^',]*'(?=\s)")
"""A department, or a nickname."""
_LABELS = re.compile(r"(?<!\S)(?:(?:full )?name|e-?mail|mail)\s*[:=]", re.IGNORECASE)
_PARTICLES = "|".join(sorted(PARTICLES))
_REVERSED = re.compile(
    rf"(?P<last>(?:(?:{_PARTICLES})\s+)*[^\W\d_][\w'.-]*)\s*[,;]\s*(?!(?:{'|'.join(sorted(SUFFIXES))})\b)(?P<first>[^\W\d_].*)",
    re.IGNORECASE,
)
"""A last name, a comma, and first names, with whatever follows."""
_AROUND = " \t\n,;:|–—-\"'<>"
_NO_NAMES = frozenset(
    {"please", "thanks", "a", "an", "the", "new", "shopper", "customer", "user", "me", "called", "named", "as", "is"}
)
_LEADS = frozenset({"to", "into", "in"})
_MOST_WORDS, _MOST_BEHIND = 6, 12
"""The most words of a name, and those behind an address among which one is looked for."""


@dataclass(frozen=True, kw_only=True)
class FirstName(Text):
    """A person's first name, or several."""


@dataclass(frozen=True, kw_only=True)
class LastName(Text):
    """A person's last name."""


def one_name(text: str) -> str:
    """Return a first or last name without what separates it from others. Raises ValueError for what is none."""
    name = text.strip(" ,;|")
    if "@" in name:
        raise ValueError("an email is no name")
    _, comma, behind = name.partition(",")
    if comma and not _are_suffixes(behind):
        raise ValueError("it has a comma, so it may be two names: give the first and the last name by themselves")
    return name


def no_title(name: str) -> str:
    """Return a first name. Raises ValueError for a title."""
    if _bare(name) in TITLES:
        raise ValueError(f"“{name}” is a title, not a name")
    return name


def with_names_in_order(args: type[Args], text: str, *, is_unread: bool = False) -> Iterator[str]:
    """Yield lines that say who is meant by one with a single address, field by field; none where its order is plain.

    Where a comma stands between two names, both orders, the one with the last name first before. ``is_unread``: the
    line cannot be read as it is, so that there may be more than two names.
    """
    named = {type(kind): name for name, kind in inputs_of(args).items() if isinstance(kind, FirstName | LastName)}
    if not named or {*named.values()} & {word.key for word in split(with_keys(args, text))}:
        return
    typed = plain(text)
    found = [*_SPACED_ADDRESS.finditer(typed)]
    email = find_address(found[0][0]) if len(found) == 1 else None
    before, unread = _up_to_key(args, typed[: found[0].start()]) if email else ("", "")
    if email is None or unread:
        return
    behind, options = _up_to_key(args, typed[found[0].end() :])
    ahead = ((*names, behind) for names in _orders(before))
    for first, last, others in ahead if _words(before) else _names_behind(behind, is_unread=is_unread):
        said = ((named[FirstName], first), (named[LastName], last))
        keyed = " ".join(f'{name}:"{value}"' for name, value in said if value)
        yield f"email:{email} {keyed} {others} {options}".strip()


def _up_to_key(args: type[Args], text: str) -> tuple[str, str]:
    """Return what stands before the first ``key:value``, and the rest."""
    words = split(text)
    end = next((at for at, word in enumerate(words) if word.key in args.model_fields), len(words))
    return as_typed(words[:end]), as_typed(words[end:])


def _bare(word: str) -> str:
    return word.strip(".,; ").casefold()


def _are_suffixes(text: str) -> bool:
    words = text.split()
    return bool(words) and all(_bare(word) in SUFFIXES for word in words)


def _is_title(word: str) -> bool:
    return _bare(word) in TITLES and not word.endswith((",", ";"))


def _words(who: str) -> list[str]:
    """Return the words of names, without titles before them, what stands around them, and a label."""
    words = _LABELS.sub(" ", _BRACKETS.sub(" ", who)).strip(_AROUND).split()
    words = list(dropwhile(lambda word: _is_title(word) or word.casefold() in _NO_NAMES, words))
    return words[:-1] if words and words[-1].casefold() in _NO_NAMES else words


def _is_unclear(who: str) -> bool:
    """Return whether names behind an address do not just stand there, the first one first."""
    words = who.strip(_AROUND).split()
    has_suffix = len(words) > 2 and _bare(words[2]) in SUFFIXES
    return bool(words) and (_bare(words[0]) in TITLES or has_suffix or bool(_REVERSED.match(_shown(who))))


def _shown(who: str) -> str:
    return " ".join(_BRACKETS.sub(" ", who).strip(_AROUND).split())


def _names_behind(who: str, *, is_unread: bool) -> Iterator[tuple[str, str, str]]:
    """Yield the names behind an address, where they do not just stand there, and the words behind them."""
    if _is_unclear(who):
        yield from _beginnings(who)
    elif is_unread:
        words = _words(who)
        led = next((at for at, word in enumerate(words) if _bare(word) in _LEADS), len(words))
        for end in range(2, min(led, _MOST_BEHIND) + 1):
            who = " ".join(words[:end])  # with a number in it, as in “for 2 days”, it is no name
            orders = () if any(map(str.isdigit, who)) else _orders(who)
            yield from ((*names, " ".join(words[end:])) for names in orders)


def _beginnings(who: str) -> Iterator[tuple[str, str, str]]:
    """Yield the names that a text begins with, the first one and the last one, and the words behind them."""
    found = _REVERSED.match(_shown(who))
    if not found:
        words = _words(who)
        end = next((at for at, word in enumerate(words) if at > 1 and _bare(word) not in SUFFIXES), len(words))
        first, *last = words[:end] if len(words) > 1 else ["", *words]
        yield first, " ".join(last).replace(",", ""), " ".join(words[end:])
        return
    words = found["first"].split()
    for count in range(1, min(_MOST_WORDS, len(words)) + 1):
        first = " ".join(words[:count]).strip(_AROUND)
        for one, other in ((first, found["last"]), (found["last"], first)):
            yield one, other, " ".join(words[count:])


def _orders(who: str) -> Iterator[tuple[str, str]]:
    """Yield how a text may be a first name and a last one."""
    text = " ".join(_words(who))
    parts = [part.strip(_AROUND) for part in re.split("[,;]", text) if part.strip(_AROUND)]
    suffixes = [part for part in parts[1:] if _are_suffixes(part)]
    names = [part for part in parts if part not in suffixes]
    words = names[0].split() if len(names) == 1 else []
    if len(names) == 2:
        last = " ".join((names[0], *suffixes))
        yield names[1], last
        yield last, names[1]
    elif len(names) == 1 and len(words) < 3:
        is_last = not words[1:] and any(map(_is_title, who.split()))
        yield "" if is_last else words[0], " ".join((*words[0 if is_last else 1 :], *suffixes))
    elif words and len(words) <= _MOST_WORDS:
        particle = next((at for at, word in enumerate(words) if at and _bare(word) in PARTICLES | SUFFIXES), 0)
        last_alone = len(words) - (2 if _bare(words[-1]) in SUFFIXES else 1)
        for at in dict.fromkeys((particle,) if particle and _bare(words[particle]) in PARTICLES else (1, last_alone)):
            yield " ".join(words[:at]), " ".join((*words[at:], *suffixes))
