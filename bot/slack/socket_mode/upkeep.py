"""Which connection is opened or closed next. Pure.

The last one over which Slack can send is closed only when another has taken its place: Slack repeats events, but
neither commands nor clicks. See docs.slack.dev/apis/events-api/using-socket-mode.
"""

from collections.abc import Sequence
from enum import Enum, auto

CROWDED = 5
"""From so many processes on, each has one connection: Slack takes ten of an app, and one more is opened while it
replaces another."""


class Stage(Enum):
    """What a connection is at."""

    OPENING = auto()
    """Slack did not say hello yet."""
    OPEN = auto()
    LEAVING = auto()
    """Slack is going to close it, and may still send over it."""
    CLOSING = auto()
    """The bot closes it: Slack may still send over it, until it has read so."""


class Open(Enum):
    """One more is to be opened."""

    ANOTHER = auto()


Step = Open | int
"""What is done next; a number is that of a connection to be closed."""


def connections_of_each(living: int) -> int:
    """Return how many connections each of so many processes is to have."""
    return 2 if living < CROWDED else 1


def next_step(stages: Sequence[Stage], wanted: int) -> Step | None:
    """Return what is done next for ``wanted`` of them to be open; None if nothing is to be done now.

    There are never more than two at once, or than are wanted. The second is opened once the first is open.
    """
    if not wanted:
        return next((at for at, stage in enumerate(stages) if stage is not Stage.CLOSING), None)
    staying = [at for at, stage in enumerate(stages) if stage in (Stage.OPENING, Stage.OPEN)]
    leaving = [at for at, stage in enumerate(stages) if stage is Stage.LEAVING]
    are_open = [at for at in staying if stages[at] is Stage.OPEN]
    if leaving and len(leaving) + len(are_open) > 1:
        return leaving[0]
    if len(staying) > wanted and are_open:
        return next((at for at in staying if stages[at] is Stage.OPENING), are_open[-1])
    is_room = len(stages) < max(wanted, 2)
    is_due = not staying or (len(staying) < wanted and len(staying) == len(are_open))
    return Open.ANOTHER if is_room and is_due else None
