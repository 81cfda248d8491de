"""Times that are typed without their key, in lines that make sense only without: ``delete Lapsed tomorrow 9am``."""

from collections.abc import Sequence
from dataclasses import replace

from bot.core.language.args import Args, DueInput, inputs_of
from bot.core.language.due_times import may_be_due
from bot.core.language.near_readings import Near

_BEFORE = frozenset({"at", "on", "the", "please"})
"""Words before a time that say nothing else: "until" and "by" would."""


def with_left_out_times(args: type[Args], near: Sequence[Near]) -> tuple[Near, ...]:
    """Return the ways in which a line may be meant with the time that one leaves out as the time at which it is to run.

    What is offered to whoever typed “tomorrow 9am” is not to happen at once.
    """
    name = next((name for name, kind in inputs_of(args).items() if isinstance(kind, DueInput)), "")
    return tuple(_with_time(one, name) if name and not one.values.get(name) else one for one in near)


def _with_time(near: Near, name: str) -> Near:
    first = next((at for at, word in enumerate(near.left_out) if word.lower() not in _BEFORE), 0)
    words = " ".join(near.left_out[first:])
    return replace(near, values=near.values | {name: words}, left_out=()) if may_be_due(words) else near
