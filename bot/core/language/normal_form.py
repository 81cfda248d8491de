"""The normal form in which names are compared: what people see and type alike is one name. Pure."""

import re
import unicodedata
from functools import lru_cache

from bot.core.language.tokenizer import QUOTES, SINGLE_QUOTES
from bot.core.language.visible import HIDDEN, JOINERS

_HYPHENS = re.compile("[-‐‑‒–—―−﹘﹣－⸺⸻]+")
_QUOTES = re.compile(f"[{QUOTES}{SINGLE_QUOTES}′″]+")
_BLANK_LETTERS = re.compile("[\u2800\ufe0e\ufe0f]")
"""A letter of Braille without dots, and what chooses the picture of a letter."""
_PLAIN = re.compile(r"[a-z0-9#$%&()*+/<=>@\[\\\]^_`{|}~]+")
"""What a normal form keeps of a text, wherever it stands: neither blanks nor signs that may end a name."""


def without_hidden(text: str) -> str:
    """Return ``text`` without characters that nobody sees; those that separate words become spaces."""
    return HIDDEN.sub(lambda match: " " if match[0].isspace() else "", text)


def one_line(text: str) -> str:
    """Return ``text`` without line breaks, control characters and whatever else nobody sees; empty if nothing is left.

    Letters without ink stay beside others: they may belong to these.
    """
    kept = "".join(one if one.isprintable() or one in JOINERS else " " for one in without_hidden(text))
    return " ".join(kept.split()) if normal_form(kept) else ""


@lru_cache(maxsize=8192)
def normal_form(name: str) -> str:
    """Return the name composed, without case and hidden characters; blanks, hyphens and quotes each of one kind."""
    text = unicodedata.normalize("NFC", unicodedata.normalize("NFD", name).casefold())
    if not text.isascii() or not text.isprintable():
        text = _BLANK_LETTERS.sub("", without_hidden(text))
    return " ".join(_QUOTES.sub("'", _HYPHENS.sub("-", text)).split())


@lru_cache(maxsize=8192)
def stem(text: str) -> str:
    """Return the plain letters of ``text`` and their like, without case: the same of two texts in one normal form.

    The stem of a text is those of its parts, one behind another.
    """
    return "".join(_PLAIN.findall(unicodedata.normalize("NFD", text).casefold()))
