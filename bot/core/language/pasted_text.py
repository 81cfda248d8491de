"""Brings pasted text into one plain form: what nobody sees is gone, and blanks and quotes are of one kind. Pure.

E-mails, spreadsheets, chats and phones dress what they hand over: with no-break blanks, joiners, soft hyphens, marks of
direction, curly quotes, accents apart from their letters, letters of full width, entities of HTML, and
Slack's own links.
"""

import html
import re
import unicodedata
from urllib.parse import unquote

from bot.core.language.visible import INVISIBLE

_BREAKS = re.compile(r"\r\n?|[\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_BLANKS = re.compile(r"[^\S\n\t]|\u2800")
_UNSEEN = re.compile(rf"(?![\n\t])[{INVISIBLE}\ufe0e\ufe0f]")
_ENTITY = re.compile(r"&(?:[A-Za-z]+|#\d{1,7}|#[xX][0-9a-fA-F]{1,6});")
_LINK = re.compile(r"<(?P<scheme>mailto:|tel:|https?://)(?P<target>[^<>|]*)\|(?P<label>[^<>]*)>", re.IGNORECASE)
_MARKDOWN = re.compile(r"\[(?P<label>[^\[\]]*)\]\((?P<scheme>mailto:)(?P<target>[^()\s]*)\)", re.IGNORECASE)
_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0xFE6B: ord("@"), 0xFF64: ord(",")}
_QUOTES = dict.fromkeys(map(ord, "“”„‟«»‹›″〝〞〟"), '"') | dict.fromkeys(map(ord, "‘’‚‛`´′ʼ"), "'")


def plain(text: str) -> str:
    r"""Return ``text`` composed, with only ``\n``, ``\t`` and spaces as blanks, straight quotes, and nothing unseen."""
    written = _ENTITY.sub(lambda match: html.unescape(match[0]), text) if "&" in text else text
    shown = _UNSEEN.sub("", _BLANKS.sub(" ", _BREAKS.sub("\n", written)))
    straight = unicodedata.normalize("NFC", shown.translate(_FULL_WIDTH).translate(_QUOTES))
    return _MARKDOWN.sub(_unlinked, _LINK.sub(_unlinked, straight))


def _unlinked(match: re.Match[str]) -> str:
    """Return what a link shows; of a link to an address, the address. Where it shows another, both."""
    target, label = unquote(match["target"].partition("?")[0]), match["label"]
    if match["scheme"].lower() != "mailto:" or label in (target, match["target"]):
        return f" {label} "
    same = "@" not in label or label.strip().casefold() == target.strip().casefold()
    return f" {target} " if same else f" {target}≠{label.strip()} "
