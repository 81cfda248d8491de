"""Segments' names in targeting: how they are written, and which segment a word means."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence

from bot.bigcommerce import Segment
from bot.core.errors import Misuse, NotSegments
from bot.core.language.logic_tokens import BLANK, LETTER, Token
from bot.core.language.normal_form import normal_form
from bot.core.language.tokenizer import QUOTES
from bot.core.store_view.names import Names, similar_names
from bot.core.store_view.targeting.tokens import UNASKABLE, tokenize

_QUOTED = re.compile(f"[{QUOTES}][^{QUOTES}]*[{QUOTES}]?")


def is_bare(word: str) -> bool:
    """Return whether this is parsed as one name, without quotes."""
    return list(tokenize(word)) == [Token("name", word, word)] and (word.casefold(),) not in UNASKABLE


def names_within(text: str, names: Iterable[str], is_bare: Callable[[str], bool] = is_bare) -> list[tuple[int, int]]:
    """Return where names stand in a rule, without quotes, whose words could be parsed otherwise: “Try and Buy”."""
    plain = _QUOTED.sub(lambda quoted: QUOTES[0] * len(quoted[0]), text)
    lower, found = plain.casefold(), set[tuple[int, int]]()
    for name in names:
        words = name.split()
        if words and all(word.casefold() in lower for word in words) and not {*QUOTES} & {*name} and not is_bare(name):
            pattern = rf"(?<!{LETTER}){f'{BLANK}+'.join(map(re.escape, words))}(?!{LETTER})"
            found |= {match.span() for match in re.finditer(pattern, plain, re.IGNORECASE)}
    return sorted(found)


def written_name(
    id_: str,
    names: Mapping[str, str],
    is_bare: Callable[[str], bool] = is_bare,
    *,
    quoted: bool = False,
    gone: str = "a deleted segment",
) -> str:
    """Write the name of what has this id: bare, quoted, as its id, or as ``gone``. ``quoted``: never bare."""
    name = names.get(id_)
    if name is None:
        return gone
    word = re.sub(f"[{QUOTES}]", "'", name)
    word = word if _means_one(word, name, names) else id_
    return word if is_bare(word) and not quoted else f"“{word}”"


def _means_one(word: str, name: str, names: Mapping[str, str]) -> bool:
    if word == name:
        return bool(name.strip()) and name not in names and list(names.values()).count(name) == 1
    return sum(normal_form(word) in (normal_form(one), normal_form(other)) for one, other in names.items()) == 1


def ids_by_word(words: tuple[str, ...], segments: Sequence[Segment]) -> dict[str, str]:
    """Return the segments' ids by word. Raises NotSegments with all unknown words."""
    names = Names(segments)
    found = {word: names.one(word) for word in words}
    unknown = tuple(word for word, segment in found.items() if segment is None)
    for word in unknown:
        _check_one_name(word, names)
    if unknown:
        raise NotSegments(unknown, similar_names(" ".join(unknown), segments) or similar_names(unknown[0], segments))
    return {word: segment.id for word, segment in found.items() if segment}


def _check_one_name(word: str, names: Names[Segment]) -> None:
    for gap in re.finditer(" ", word):
        first, second = word[: gap.start()], word[gap.end() :]
        if names.called(first) and names.called(second):
            raise Misuse(
                f"“{word}” is no segment, but “{first}” and “{second}” are. Say “and” or “or” between them: "
                "`in VIPs or Loyal`."
            )
