"""What people say for conditions of a segment's rule, beside the language itself: written in it. Pure.

It is tried only for words that are no rule as they stand, and what comes of it is told back like any other.
"""

import re
from collections.abc import Iterator, Mapping

from bot.core.language.tokenizer import QUOTES

_PERIOD = (
    r"(?:the )?(?:last |past )?(?:(?:an? |one )(?:day|week|month|year)|[\d,]+ (?:day|week|month|year)s?|"
    r"(?:day|week|month|year))"
)
_NUMBER = r"\d+(?:,\d{3})*"
_HOW = r"over|more than|above|under|less than|fewer than|below|at least|at most"
_HAVE = r"(?:has |have )?"
_BUY = r"(?:ordered|order|bought|buy|purchased|purchase)"
_NONE = rf"(?:(?:has|have|had|did)(?: not|n['’]t)|not) {_BUY}(?: anything)?|(?:without|no|zero)(?: any)? orders?"
_SAID: Mapping[str, tuple[str, ...]] = {
    r"(?:(?:all|the) )?(?:(?:shoppers|customers|people|those|everyone|everybody) )?who ": ("",),
    # Whoever never ordered has not ordered for 180 days either, and may not be meant.
    rf"(?:{_NONE}|inactive) (?:for|since) ({_PERIOD})": (
        r"last ordered more than \1 ago",
        r"ordered at most 0 times in \1",
    ),
    rf"(?:{_NONE}) (?:in|within) ({_PERIOD})": (r"ordered at most 0 times in \1",),
    rf"{_HAVE}never {_BUY}|{_NONE}": ("never ordered",),
    rf"last order(?:ed)? (?:was )?(?:in|within) ({_PERIOD})": (r"ordered in \1",),
    rf"last order(?:ed)? (?:was )?(?:over|more than|longer than) ({_PERIOD}) ago": (r"last ordered more than \1 ago",),
    rf"last order(?:ed)? (?:was )?(?:under|less than) ({_PERIOD}) ago": (r"last ordered less than \1 ago",),
    rf"{_HAVE}(?:with |placed |made )?({_HOW}) ({_NUMBER}) orders?": (r"ordered \1 \2 times",),
    rf"{_HAVE}(?:{_BUY} )?({_NUMBER})(?: or more|\+) (?:times|orders)": (r"ordered at least \1 times",),
    rf"{_HAVE}{_BUY} ({_NUMBER}) times or more": (r"ordered at least \1 times",),
    rf"{_HAVE}spent ({_NUMBER}(?:\.\d\d?)?)(?: or more|\+)": (r"spent at least \1",),
    rf"{_HAVE}(?:bought|purchased|ordered)": ("ordered",),
    r"(?:has|have) (spent|registered)": (r"\1",),
    rf"{_HAVE}(?:registered|signed up|joined) (?:within|during) ({_PERIOD})": (r"registered in \1",),
    rf"{_HAVE}(?:signed up|joined)": ("registered",),
    r"(?:does|do)(?: not|n['’]t) accept marketing(?: emails?)?|unsubscribed": ("not accepts marketing",),
    r"accepts? (?:marketing )?emails?|accept marketing|(?:is |are )?subscribed(?: to (?:marketing|emails?))?": (
        "accepts marketing",
    ),
    r"in (?:the )?(?:customer )?group|(?<!customer )group is": ("customer group is",),
    r"(?:is |are )?(?:from|living in|lives? in)(?= [A-Za-z]{2}(?![^\s,)]))": ("country is",),
}
_BEGINS = r"(?:^|(?<=\()|(?<=[,;] )|(?<=\band )|(?<=\bor )|(?<=\bbut )|(?<=\bnot )|(?<=\blast )|(?<=\bwho ))"
"""Where a condition begins, and no name goes on: “in Doctor Who”."""
_PATTERNS: tuple[tuple[re.Pattern[str], tuple[str, ...]], ...] = tuple(
    (re.compile(rf"{_BEGINS}(?:{said})(?:(?<= )|(?![^\s,)]))", re.IGNORECASE), meant) for said, meant in _SAID.items()
)
_MOST_MEANINGS = max(len(meant) for meant in _SAID.values())
_QUOTED = re.compile(f"([{QUOTES}][^{QUOTES}]*[{QUOTES}]?)")


def other_wordings(text: str) -> Iterator[str]:
    """Yield what the words may mean in the language of rules, where they are said otherwise; nothing, if they are not.

    What is said twice means the same both times. What is in quotes stays.
    """
    pieces = _QUOTED.split(text)
    wordings = dict.fromkeys("".join(_meant(piece, at) for piece in pieces) for at in range(_MOST_MEANINGS))
    yield from (wording for wording in wordings if wording != text)


def as_conditions(text: str, value: str) -> Iterator[str]:
    """Yield the words with this value said as the condition that it may be, too: ``Tier is Silver or subscribed``.

    Nothing, if it may be none, or stands in quotes.
    """
    alone = re.compile(rf"(?<![^\s,(]){re.escape(value)}(?![^\s,)])")
    for condition in other_wordings(value):
        pieces = (
            one if _QUOTED.fullmatch(one) else alone.sub(lambda _, said=condition: said, one)
            for one in _QUOTED.split(text)
        )
        if (way := "".join(pieces)) != text:
            yield way


def _meant(piece: str, at: int) -> str:
    """Return a piece in the language, by the meaning at this place of whatever has several."""
    if _QUOTED.fullmatch(piece):
        return piece
    for pattern, meant in _PATTERNS:
        piece = pattern.sub(meant[min(at, len(meant) - 1)], piece)
    return piece
