"""Names that segments are to have: what people call a segment that is made, or made anew. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot.core.language.args import Input, SegmentInput, Text
from bot.core.language.misplaced_addresses import without_address
from bot.core.language.tokenizer import QUOTES, SINGLE_QUOTES, split, without_open_quote

_SIGN = r"\s*[:=]>?\s*|\s+(?:[-–—]+>?|→)\s+"
_SIGNED = re.compile(rf"(?:(?:an?|the|new)\s+)*(?P<label>[\w -]+?)(?:{_SIGN})(?P<rest>\S.*)", re.DOTALL | re.IGNORECASE)
_UNSIGNED = re.compile(
    r"(?:(?:an?|the|new|with|me)\s+)*(?:segment|name)(?:\s+is)?\s+(?P<rest>\S.*)", re.DOTALL | re.IGNORECASE
)
_INCHES = re.compile(rf"\d[{QUOTES}]")


@dataclass(frozen=True, kw_only=True)
class NewName(Text):
    """The name that a segment is to have."""


def is_new_name(kind: Input) -> bool:
    """Return whether a value of this kind is the name that a segment is to have."""
    return isinstance(kind, NewName) or (isinstance(kind, SegmentInput) and kind.new)


def names_meant(kind: Input, text: str) -> tuple[str, ...]:
    """Return which names a text may mean that stands where a new one belongs, the text itself before others."""
    whole = " ".join(text.splitlines()).strip()
    return tuple(dict.fromkeys((whole, *filter(None, _shorter(kind, text.strip())))))


def in_quotes(text: str) -> str:
    """Return what a text has in quotes, if it is nothing else: that is meant as it is. Else an empty text."""
    words, is_closed = split(text), text.strip()[1:].endswith(tuple(QUOTES + SINGLE_QUOTES))
    is_quoted = len(words) == 1 and words[0].quoted and words[0].key is None and is_closed
    return words[0].text if is_quoted else ""


def _shorter(kind: Input, text: str) -> Iterator[str]:
    """Yield the name in a text without what people write around one."""
    first, *others = text.splitlines() or [""]
    if others:
        yield first.strip()
    if (unquoted := without_open_quote(text).strip()) != text and not _INCHES.search(text):
        yield unquoted
    name = text
    while (rest := _behind_label(kind, name)) != name:
        name = rest
    if name != text:
        yield name
    yield without_address(name) or ""


def _behind_label(kind: Input, text: str) -> str:
    """Return a text without the label, or the word that leads to a name, at its beginning."""
    first, _, behind = text.partition(" ")
    if first.casefold() in kind.leads and behind.strip():
        return behind.strip()
    labels = {one.casefold() for one in ("name", kind.label, *kind.called) if one}
    signed, unsigned = _SIGNED.fullmatch(text), _UNSIGNED.fullmatch(text)
    if signed and " ".join(signed["label"].casefold().split()) in labels:
        return signed["rest"].strip()
    return unsigned["rest"].strip() if unsigned else text
