"""Undoes Slack's escaping of typed text, which the manifest turns on with ``should_escape``. Pure.

People arrive as ``<@U123|ben>``, channels as ``<#C1|general>``, addresses and links as ``<…>``, and ``&``, ``<`` and
``>`` as entities: docs.slack.dev/interactivity/implementing-slash-commands#escaping
"""

import html
import re

_ESCAPED = re.compile(r"<([@#!]|mailto:)?([^<>|]*)(?:\|([^<>]*))?>")


def unescaped(text: str) -> str:
    """Return ``text`` as it was typed; only people stay as ``<@U123>``, since two may have the same name."""
    return html.unescape(_ESCAPED.sub(_typed, text))


def _typed(match: re.Match[str]) -> str:
    sign, id_, label = match[1] or "", match[2], match[3]
    if sign == "@":
        return f"<@{id_}>"
    if sign == "!":
        return f"@{(label or id_).removeprefix('@')}"
    return f"{sign if sign == '#' else ''}{label or id_}"
