"""Which connection is opened or closed next."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.slack.socket_mode.upkeep import Open, Stage, Step, connections_of_each, next_step

OPENING, OPEN, LEAVING, CLOSING = Stage
TEN = 10
"""What Slack takes of an app."""


@pytest.mark.parametrize(
    ("stages", "wanted", "step"),
    [
        ((), 2, Open.ANOTHER),
        ((OPENING,), 2, None),  # a second one only once Slack takes the first
        ((OPEN,), 2, Open.ANOTHER),
        ((OPEN, OPENING), 2, None),
        ((OPEN, OPEN), 2, None),
        ((OPEN, OPEN), 1, 1),
        ((OPEN, OPENING), 1, 1),
        ((OPEN, CLOSING), 1, None),
        ((LEAVING,), 1, Open.ANOTHER),  # it stays until another one has taken its place
        ((LEAVING, OPENING), 1, None),
        ((LEAVING, OPEN), 1, 0),
        ((OPEN, LEAVING), 2, 1),
        ((LEAVING, LEAVING), 2, 0),  # over the other one Slack still sends
        ((CLOSING, LEAVING), 2, None),  # until it is closed there would be three
        ((LEAVING,), 2, Open.ANOTHER),
        ((CLOSING,), 1, Open.ANOTHER),
        ((OPENING, LEAVING, OPEN), 0, 0),
        ((CLOSING,), 0, None),
    ],
)
def test_each_situation_has_its_next_step(stages: Sequence[Stage], wanted: int, step: Step | None) -> None:
    assert next_step(stages, wanted) == step


@pytest.mark.parametrize("living", range(1, TEN + 1))
def test_all_processes_together_have_ten_connections_at_most(living: int) -> None:
    assert connections_of_each(living) == (2 if living <= 4 else 1)
    newcomers = 2
    assert living * connections_of_each(living) + (newcomers if living <= 4 else 0) <= TEN


LEGS = {"greet": (OPENING, OPEN), "warn": (OPEN, LEAVING)}
"""What Slack does to a connection, which leads from one stage to another one; else it is over."""
EVENTS = st.lists(st.tuples(st.sampled_from(["greet", "warn", "over"]), st.integers(0, 1), st.integers(1, 2)))


def follow(stages: list[Stage], event: str, at: int) -> None:
    """Let this happen to one of them."""
    if at >= len(stages):
        return
    before, after = LEGS.get(event, (stages[at], None))
    if after is None:
        del stages[at]
    elif stages[at] is before:
        stages[at] = after


def keep(stages: list[Stage], wanted: int) -> None:
    """Do all that is to be done; what is closed is not the last one over which Slack sends."""
    while (step := next_step(stages, wanted)) is not None:
        if isinstance(step, Open):
            stages.append(OPENING)
        else:
            was, stages[step] = stages[step], CLOSING
            assert was is OPENING or OPEN in stages or LEAVING in stages


@given(EVENTS)
def test_a_connection_is_closed_only_while_another_one_is_there(events: list[tuple[str, int, int]]) -> None:
    stages = list[Stage]()
    for event, at, wanted in events:
        follow(stages, event, at)
        keep(stages, wanted)
        assert 1 <= len(stages) <= 2
