"""Which rules words may mean where names hold “and”, “or”, “not”, commas or parentheses themselves."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import combinations, pairwise
from typing import TypeVar

from bot.bigcommerce import Segment, Targeting
from bot.core.errors import Misuse, Question, Reading
from bot.core.store_view.targeting.description import describe
from bot.core.store_view.targeting.parser import parse
from bot.core.store_view.targeting.segment_names import is_bare, names_within

MOST_NAMES = 4
"""The most such names in a rule that are tried with and without quotes."""
R = TypeVar("R")


def read_rule(text: str, segments: Sequence[Segment], *, can_ask: bool) -> Targeting:
    """Return the targeting that the words mean; see ``one_reading``."""
    names = {one.id: one.name for one in segments}
    ways = quoted_ways(text, names.values(), is_bare)
    return one_reading(
        ways, lambda way: parse(way, segments), lambda rule: describe(rule, names, quoted=True), can_ask=can_ask
    )


def one_reading(ways: Iterable[str], parse: Callable[[str], R], describe: Callable[[R], str], *, can_ask: bool) -> R:
    """Return the rule that the words mean, with quotes around names where only that makes sense.

    Raises Question if they may mean several, unless the words were asked about before. Raises Misuse if they mean none.
    """
    found, refused = list[R](), list[Misuse]()
    for way in ways:
        try:
            rule = parse(way)
        except Misuse as error:
            refused.append(error)
        else:
            found += [] if rule in found else [rule]
    if not found:
        raise refused[-1]
    if found[1:] and can_ask:
        raise Question(
            "Which rule did you mean? Nothing was done yet.",
            [Reading({"rule": describe(rule)}) for rule in found],
            field="rule",
            for_log="The words can be read in several ways.",
        )
    return found[0]


def quoted_ways(text: str, names: Iterable[str], is_bare: Callable[[str], bool]) -> Iterator[str]:
    """Yield the words as they stand, and with quotes around one or several names that hold words of a rule."""
    within = names_within(text, names, is_bare)[:MOST_NAMES]
    for count in range(len(within) + 1):
        for spans in combinations(within, count):
            if all(before[1] <= after[0] for before, after in pairwise(spans)):
                yield _quoted(text, spans)


def _quoted(text: str, spans: Sequence[tuple[int, int]]) -> str:
    for start, end in reversed(spans):
        text = f"{text[:start]}“{text[start:end]}”{text[end:]}"
    return text
