"""Email addresses, found in a word that may have something around them. Pure."""

import re
import unicodedata
from urllib.parse import unquote

from bot.core.language.pasted_text import plain

_BEFORE = " \t\n\"'<>()[]{},;.!?•·*|=→–—"
_MARKED = re.compile(r"[^\w@]*([_~])(?P<inside>[^_~].*)\1[^\w@]*")
_ADDRESS = re.compile(r"[^\s@<>()\[\],;:\"\\≠]+@[^\s@<>()\[\],;:\"'\\/?#≠]+")
_QUOTED_LOCAL = re.compile(r"\"[^\"@]+\"@[^\s@<>()\[\],;:\"'\\/?#]+")
_AT, _DOT = (rf"\s*[(\[{{<]\s*{word}\s*[)\]}}>]\s*|\s+{word}\s+" for word in ("at", "dot"))
_SPELLED = re.compile(
    rf"(?<![\w@.+-])(?P<local>[\w.+-]+?(?:(?:{_DOT})[\w+-]+)*)(?:{_AT}|\s+@\s*|\s*@\s+)"
    rf"(?P<domain>[\w-]+(?:(?:{_DOT}|\.)[\w-]+)*(?:{_DOT}|\.)[^\W\d_]{{2,}})(?![\w@-])",
    re.IGNORECASE,
)
"""An address in words: ``ada at example dot com``, ``ada [at] example.com``, ``ada @ example.com``."""
_DOTS = re.compile(_DOT, re.IGNORECASE)


def with_addresses(text: str) -> str:
    """Return the text with addresses in place of those in words, which may mean them."""
    return _SPELLED.sub(lambda found: "@".join(_DOTS.sub(".", found[part]) for part in ("local", "domain")), text)


def may_hold_address(text: str) -> bool:
    """Return whether there may be an address in a text: a sign before it is none, as in ``@VIPs``."""
    return "@" in text[1:]


def find_address(text: str) -> str | None:
    """Return the address in a pasted word, without what stands around it; None if there is none, or more than one.

    Its case stays as it was written.
    """
    return address_in(plain(text).strip())


def address_in(word: str) -> str | None:
    """Return the address in a word of plain text."""
    shown = _without_end(word)
    if _QUOTED_LOCAL.fullmatch(shown):
        return shown
    if marked := _MARKED.fullmatch(word):
        shown = marked["inside"]
    if "mailto:" in shown.casefold():
        shown = unquote(shown.partition("?")[0])
    address = _without_end(_without_beginning(shown).lstrip(_BEFORE))
    return address if _ADDRESS.fullmatch(address) else None


def _without_beginning(word: str) -> str:
    """Strip what stands before a colon: ``mailto:``, ``SMTP:``, ``Email:``; and the mark of an item in a list."""
    local, at, domain = word.partition("@")
    mark, _, name = local.rpartition(":")[2].strip().rpartition(" ")
    return (f"{mark} {name}" if any(map(str.isalnum, mark)) else name) + at + domain


def _without_end(word: str) -> str:
    """Strip whatever no domain ends with: all but letters, digits, and the marks of letters."""
    end = len(word)
    while end and unicodedata.category(word[end - 1])[0] not in "LNM":
        end -= 1
    return word[:end]
