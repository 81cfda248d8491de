"""What a plan's Steps do, in lines: batches of one effect share a line, and many lines are summed up. Pure."""

from collections.abc import Iterable, Sequence
from itertools import groupby

from bot.core.kept_lists import BY_DIGEST, lists_of
from bot.core.language.phrases import people
from bot.core.planning.steps import AnyStep

_WHOM = {"profile_ids", "newcomers"}
"""The fields of a Step that hold whom it adds to a segment, or removes from it."""


def lines_of(steps: Iterable[AnyStep]) -> tuple[str, ...]:
    """Describe these steps, one line per effect."""
    return tuple(group[0].describe(sum(step.shoppers for step in group)) for group in batched(steps))


def summed_up(steps: Sequence[AnyStep]) -> tuple[str, ...]:
    """Describe these steps, those of one kind in one line: ``Add 2 shoppers to 3 segments``."""
    kinds = dict.fromkeys(step.kind for step in steps)
    return tuple(line for kind in kinds for line in _in_one_line([step for step in steps if step.kind == kind]))


def _in_one_line(steps: Sequence[AnyStep]) -> tuple[str, ...]:
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
