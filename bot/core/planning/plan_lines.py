"""What a plan's Steps do, in lines: batches of one effect share a line, and many lines are summed up. Pure."""

from collections.abc import Iterable, Sequence
from itertools import accumulate, groupby

from bot.core.kept_lists import BY_DIGEST, lists_of
from bot.core.language.phrases import people
from bot.core.planning.steps import AnyStep

MOST_LINES = 2
"""The most lines that stand in one as they are; more of them are summed up."""
ROOM = 110
"""The most characters of several lines in one, leaving room for the text around them."""
_WHOM = {"profile_ids", "newcomers"}
"""The fields of a Step that hold whom it adds to a segment, or removes from it."""


def lines_of(steps: Iterable[AnyStep]) -> tuple[str, ...]:
    """Describe these steps, one line per effect."""
    return tuple(group[0].describe(sum(step.shoppers for step in group)) for group in batched(steps))


def in_one_line(steps: Sequence[AnyStep]) -> str:
    """Describe these steps in one line: as many of their effects as there is room for, and how many more there are."""
    lines = lines_of(steps)
    if len(lines) > MOST_LINES or sum(map(len, lines)) > ROOM:
        lines = summed_up(steps)
    ends = accumulate(map(len, lines))
    fit = max(1, sum(end <= ROOM for end in ends))
    more = (f"and {len(lines) - fit} more",) if len(lines) > fit else ()
    return " · ".join((*lines[:fit], *more))


def summed_up(steps: Sequence[AnyStep]) -> tuple[str, ...]:
    """Describe these steps, those of one kind in one line: ``Add 2 shoppers to 3 segments``."""
    kinds = dict.fromkeys(step.kind for step in steps)
    return tuple(line for kind in kinds for line in _of_one_kind([step for step in steps if step.kind == kind]))


def _of_one_kind(steps: Sequence[AnyStep]) -> tuple[str, ...]:
    lines, several = lines_of(steps), steps[0].several
    if len(lines) == 1 or not several:
        return lines
    return (several.format(count=f"{len(lines):,}", shoppers=_whom(steps)),)


def _whom(steps: Sequence[AnyStep]) -> str:
    """Count the shoppers of several effects; not where long lists that differ would have to be read for it."""
    if not any(map(lists_of, steps)):
        return people(len({item for step in steps for item in step.items}))
    batches = batched(steps)
    first, *others = ([one.model_dump_json(include=_WHOM, context=BY_DIGEST) for one in each] for each in batches)
    is_same = all(other == first for other in others)
    return people(sum(step.shoppers for step in batches[0])) if is_same else "shoppers"


def batched(steps: Iterable[AnyStep]) -> list[list[AnyStep]]:
    """Return these steps, batches of one effect together."""
    return [list(group) for _, group in groupby(steps, key=lambda step: step.batch_key)]
