"""Segments' names in targeting: how they are written, and which segment a word means."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Mapping, Sequence

from bot.bigcommerce import Segment
from bot.core.errors import Misuse, NotSegments
from bot.core.language.tokenizer import QUOTES
from bot.core.store_view.cached_shop import find_named, similar_names
from bot.core.store_view.targeting.tokens import BLANK, UNASKABLE, Token, tokenize


def written_name(segment_id: str, names: Mapping[str, str]) -> str:
    """Write this segment's name: bare, quoted, as its id, or marked as deleted."""
    name = names.get(segment_id)
    if name is None:
        return "a deleted segment"
    word = re.sub(f"[{QUOTES}]", "'", name)
    word = word if _means_one(word, name, names) else segment_id
    return word if _is_bare(word) else f"“{word}”"


def _means_one(word: str, name: str, names: Mapping[str, str]) -> bool:
    if word == name:
        return bool(name.strip()) and name not in names and list(names.values()).count(name) == 1
    return sum(_flat(word) in (_flat(one), _flat(other)) for one, other in names.items()) == 1


def _is_bare(word: str) -> bool:
    return list(tokenize(word)) == [Token("name", word, word)] and (word.casefold(),) not in UNASKABLE


def ids_by_word(words: tuple[str, ...], segments: Sequence[Segment]) -> dict[str, str]:
    """Return the segments' ids by word. Raises NotSegments with all unknown words."""
    alike = _by_flat_name(segments)
    found = {word: find_named(word, segments) or _only(word, alike) for word in words}
    unknown = tuple(word for word, segment in found.items() if segment is None)
    for word in unknown:
        _check_one_name(word, alike)
    if unknown:
        raise NotSegments(unknown, similar_names(" ".join(unknown), segments) or similar_names(unknown[0], segments))
    return {word: segment.id for word, segment in found.items() if segment}


_Alike = Mapping[str, Mapping[str, Segment]]


def _by_flat_name(segments: Sequence[Segment]) -> _Alike:
    """Index segments by the flattened form of their names and ids, and then by id."""
    alike: dict[str, dict[str, Segment]] = defaultdict(dict)
    for one in segments:
        alike[_flat(one.id)][one.id] = alike[_flat(one.name)][one.id] = one
    return alike


def _only(word: str, alike: _Alike) -> Segment | None:
    found = tuple(alike.get(_flat(word), {}).values())
    if len(found) > 1:
        spellings = ", ".join(f"“{one.name}”" for one in found)
        raise Misuse(f"“{word}” could be any of {spellings}. Type it exactly, or use its id.")
    return next(iter(found), None)


def _flat(name: str) -> str:
    """Normalize what differs between keyboards: whitespace, dashes, quotes, apostrophes, case."""
    flat = unicodedata.normalize("NFKC", name).casefold()
    flat = re.sub(f"[{QUOTES}‘’‚‛′]", "'", re.sub("[-‐-―−]+", "-", flat))
    return re.sub(f"{BLANK}+", " ", flat).strip()


def _check_one_name(word: str, alike: _Alike) -> None:
    for gap in re.finditer(" ", word):
        first, second = word[: gap.start()], word[gap.end() :]
        if _flat(first) in alike and _flat(second) in alike:
            raise Misuse(
                f"“{word}” is no segment, but “{first}” and “{second}” are. Say “and” or “or” between them: "
                "`in VIPs or Loyal`."
            )
