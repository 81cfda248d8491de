"""Splits typed text into words at blanks and commas, with quotes (curly ones too) and ``key:value``. Pure."""

import re
from dataclasses import dataclass

# Phones and Macs turn quotes and dashes into typographic ones while one types; either kind closes the other.
QUOTES = '"“”„«»'
# Slack may wrap an address or a link that it recognised: <mailto:ann@example.com|ann@example.com>.
_WRAPPED = re.compile(r"<(?:mailto:|tel:|https?://)?[^<>|]*\|([^<>]*)>|<(?:mailto:|tel:)([^<>|]*)>")
# An address may begin with a part in quotes: "doe, jane"@example.com.
_TOKEN = re.compile(
    rf"[{QUOTES}](?P<local>[^{QUOTES}]+)[{QUOTES}]@(?P<domain>[^\s,{QUOTES}]+)"
    rf"|(?:(?P<key>[A-Za-z_]+):)?[{QUOTES}](?P<quoted>[^{QUOTES}]*)(?:[{QUOTES}]|$)|(?P<bare>[^\s,{QUOTES}]+)|,"
)
_OPTION = re.compile(r"([A-Za-z_]+):(.+)", re.DOTALL)


@dataclass(frozen=True)
class Word:
    """One word: its text, whether it was in quotes, and the key of ``key:value`` if it had one.

    ``typed`` is the word as it was typed, with its quotes and all that separates it from the word before.
    """

    text: str
    quoted: bool = False
    key: str | None = None
    typed: str = ""

    @property
    def whole(self) -> str:
        """The text, and the key where it had one."""
        return f"{self.key}:{self.text}" if self.key else self.text


def split(text: str) -> tuple[Word, ...]:
    """Split a line into words, in order. Blanks and commas separate; quotes keep a name with blanks together.

    A quote that is never closed runs to the end, so that no slip of typing swallows a word silently.
    """
    plain = _WRAPPED.sub(lambda found: found[1] or found[2] or "", text)
    tokens = [found for found in _TOKEN.finditer(plain) if found[0] != ","]
    ends = (0, *(found.end() for found in tokens))
    return tuple(_word(found, plain[end : found.end()]) for end, found in zip(ends, tokens, strict=False))


def _word(found: re.Match[str], typed: str) -> Word:
    if found["local"] is not None:
        return Word(f'"{found["local"]}"@{found["domain"]}', typed=typed)
    if found["quoted"] is not None:
        return Word(found["quoted"].strip(), quoted=True, key=found["key"], typed=typed)
    option = _OPTION.fullmatch(found["bare"])
    if option:
        return Word(option[2], key=option[1], typed=typed)
    return Word(found["bare"], typed=typed)


def quote(text: str) -> str:
    """Write ``text`` so that it is read as one word: in quotes where blanks, commas or a colon would split it."""
    plain = "".join("'" if letter in QUOTES else letter for letter in text)
    return f'"{plain}"' if not plain or re.search(r"[\s,:]", plain) else plain
