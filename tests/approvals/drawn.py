"""Interleavings of which each is drawn by itself.

Hypothesis follows each example that it draws with five near copies, once it has drawn ten: of 200, some 40 differed.
"""

from collections.abc import Callable

from hypothesis import Phase, seed, settings
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test

from tests.laws.values import LAW

EVENTS = 40
"""Of each interleaving."""
LOT = 8
"""So many are drawn by one run of Hypothesis, after the least that can be drawn: too few for copies."""
DRAWN = settings(LAW, derandomize=False, phases=[Phase.generate], report_multiple_bugs=False, print_blob=False)


def run_drawn(
    machine: type[RuleBasedStateMachine], count: int, number: int, *, lot_begins: Callable[[], None] = lambda: None
) -> None:
    """Run so many interleavings, other ones for each ``number``. The first of each lot is beside these."""
    for at in range(0, count, LOT):
        lot_begins()
        chosen = seed(f"{number} {at}")(type(machine.__name__, (machine,), {}))
        size = 1 + min(LOT, count - at)
        run_state_machine_as_test(chosen, settings=settings(DRAWN, max_examples=size, stateful_step_count=EVENTS))
