"""Splits typed text into words at whitespace and commas, with quotes (curly ones too) and ``key:value``. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

# Phones and Macs replace quotes and dashes with typographic ones while typing; either kind closes the other.
QUOTES = '"“”„«»'
SINGLE_QUOTES = "'‘’‚‛"
"""Quotes only where they stand around words: elsewhere they are apostrophes."""
_APOSTROPHES = (
    rf"(?<![^\s,:])[{SINGLE_QUOTES}](?P<single>(?=\S)(?:(?![{SINGLE_QUOTES}](?=[\s,]|$))[\s\S]){{1,255}})"
    rf"[{SINGLE_QUOTES}](?=[\s,]|$)"
)
# Slack may wrap an address or link that it recognises: <mailto:ann@example.com|ann@example.com>.
_WRAPPED = re.compile(
    r"<(?P<scheme>mailto:|tel:|https?://)?(?P<target>[^<>|]*)\|(?P<label>[^<>]*)>|<(?:mailto:|tel:)(?P<alone>[^<>|]*)>",
    re.IGNORECASE,
)
# An address may begin with a quoted part: "doe, jane"@example.com.
_TOKEN = re.compile(
    rf"[{QUOTES}](?P<local>[^{QUOTES}]+)[{QUOTES}]@(?P<domain>[^\s,{QUOTES}]+)"
    rf"|(?:(?P<key>[A-Za-z_]+):)?(?:[{QUOTES}](?P<quoted>[^{QUOTES}]*)(?:[{QUOTES}]|(?P<open>$))|{_APOSTROPHES})"
    rf"|(?P<bare>[^\s,{QUOTES}]+)|,"
)
_PLAIN_TOKEN = re.compile(r"(?P<bare>[^\s,]+)|,")
_OPEN_SINGLE = re.compile(rf"[{SINGLE_QUOTES}][^\W\d_][^{SINGLE_QUOTES}]+")
"""A word with a quote before it that nothing closes: no apostrophe, as in ``'90s`` and ``'n``."""
_STAND_IN = "\uf8fe"
"""A letter that nobody types, in place of a quote that is none."""
_OPTION = re.compile(r"([A-Za-z_]+):(.+)", re.DOTALL)


@dataclass(frozen=True)
class Word:
    """One word: its text, whether it was quoted, and the key of ``key:value`` if it had one.

    ``typed`` is the word as typed, with its quotes and whatever separates it from the word before.
    """

    text: str
    quoted: bool = False
    key: str | None = None
    typed: str = ""

    @property
    def whole(self) -> str:
        """The text, with the key if it had one."""
        return f"{self.key}:{self.text}" if self.key else self.text


def split(text: str, *, quotes: bool = True) -> tuple[Word, ...]:
    """Split a line into words, in order. Whitespace and commas separate; quotes keep a name with spaces together.

    A quote that nothing closes runs to the end (``split_otherwise`` has what else it may be); behind a digit it is a
    sign for inches. Without ``quotes``, they are letters.
    """
    plain = _WRAPPED.sub(_unwrapped, text)
    at = _open_quote(plain) if quotes else None
    if at and plain[at - 1].isdigit():
        return _with_letter(plain, at)
    return _split(plain, quotes=quotes)


def split_otherwise(text: str) -> tuple[Word, ...]:
    """Split a line with a quote that nothing closes in the other way in which it may be meant; any other line as ever.

    A double quote holds the rest of the line for ``split``, and is a letter here; a single one the other way round.
    """
    plain = _WRAPPED.sub(_unwrapped, text)
    at = _open_quote(plain)
    if at is None:
        return _split(plain)
    return _with_letter(plain, at) if plain[at] in QUOTES else _split(f'{plain[:at]}"{plain[at + 1 :]}')


def without_open_quote(text: str) -> str:
    """Return the line without a quote that nothing closes."""
    plain = _WRAPPED.sub(_unwrapped, text)
    at = _open_quote(plain)
    return text if at is None else plain[:at] + plain[at + 1 :]


def _split(plain: str, *, quotes: bool = True) -> tuple[Word, ...]:
    tokens = [match for match in (_TOKEN if quotes else _PLAIN_TOKEN).finditer(plain) if match[0] != ","]
    ends = (0, *(match.end() for match in tokens))
    return tuple(_word(match, plain[end : match.end()]) for end, match in zip(ends, tokens, strict=False))


def _open_quote(plain: str) -> int | None:
    """Return where a quote stands that nothing closes, if there is one."""
    for match in _TOKEN.finditer(plain) if _STAND_IN not in plain else ():
        bare = (match["bare"] or "").rpartition(":")[2]
        if match["open"] is not None:
            return match.start("quoted") - 1
        if _OPEN_SINGLE.fullmatch(bare):
            return match.end() - len(bare)
    return None


def _with_letter(plain: str, at: int) -> tuple[Word, ...]:
    """Split the line with the quote at this place as a letter."""

    def quoted(text: str) -> str:
        return text.replace(_STAND_IN, plain[at])

    words = _split(plain[:at] + _STAND_IN + plain[at + 1 :])
    return tuple(replace(word, text=quoted(word.text), typed=quoted(word.typed)) for word in words)


def _unwrapped(match: re.Match[str]) -> str:
    """Return what a link shows. One that shows something else than its address stays: its reader has to know both."""
    is_address = (match["scheme"] or "").lower() == "mailto:"
    if is_address and match["label"].casefold() != match["target"].casefold():
        return match[0]
    return match["label"] or match["alone"] or ""


def _word(match: re.Match[str], typed: str) -> Word:
    parts = match.groupdict()
    if parts.get("local") is not None:
        return Word(f'"{parts["local"]}"@{parts["domain"]}', typed=typed)
    within = parts.get("quoted") if parts.get("quoted") is not None else parts.get("single")
    if within is not None:
        return Word(within.strip(), quoted=True, key=parts["key"], typed=typed)
    option = _OPTION.fullmatch(match["bare"])
    if option:
        return Word(option[2], key=option[1], typed=typed)
    return Word(match["bare"], typed=typed)


def as_typed(words: Sequence[Word]) -> str:
    """Return the words as they were typed, without what separates them from the word before."""
    return re.sub(r"^[\s,]+", "", "".join(word.typed for word in words))


def quote(text: str) -> str:
    """Quote ``text`` if it would be split or lose an apostrophe, so that it is parsed as one word."""
    plain = "".join("'" if letter in QUOTES else letter for letter in text)
    return f'"{plain}"' if re.search(rf"^$|[\s,:]|^[{SINGLE_QUOTES}]", plain) else plain
