"""Translates the ledger's statements, written as SQLite reads them, to those that psycopg takes."""

import re
from functools import cache

_WORD = re.compile(r"'(?:[^']|'')*'|::|\?|:[a-z_][a-z_0-9]*|%", re.DOTALL)
"""What may stand in a statement and matters: texts, casts, parameters by place and by name, per cent signs."""


@cache
def translated(query: str) -> str:
    """Return the statement with ``%s`` for each ``?``, and ``%(name)s`` for each ``:name``."""
    return _WORD.sub(lambda found: _translated(found.group()), query)


def _translated(word: str) -> str:
    if word == "?":
        return "%s"
    if word.startswith(":") and word != "::":
        return f"%({word[1:]})s"
    return word.replace("%", "%%")
