"""How a change stands, in words."""

from datetime import timedelta

import pytest

from bot.core.approval.brief import Brief
from bot.core.approval.changes import State
from bot.core.approval.refusals import too_late
from bot.core.approval.state_words import describe_standing, describe_state, name_state
from bot.core.errors import TooLate
from tests.core.samples import NOW, change

CANCELLED = change(state=State.CANCELLED)
STOPPED = change(state=State.CANCELLED, settled_by="UBEN")


def test_a_run_that_somebody_stopped_was_not_cancelled() -> None:
    assert (name_state(STOPPED), name_state(Brief.of(STOPPED))) == ("stopped", "stopped")
    assert (name_state(CANCELLED), name_state(Brief.of(CANCELLED))) == ("cancelled", "cancelled")
    assert (describe_state(STOPPED), describe_standing(STOPPED)) == ("was stopped", "was stopped")
    assert (describe_state(CANCELLED), describe_standing(CANCELLED)) == ("was cancelled", "was cancelled")
    with pytest.raises(TooLate, match="is already stopped by"):
        too_late(STOPPED)


def test_a_brief_of_an_earlier_version_is_read_as_before() -> None:
    stored = Brief.of(CANCELLED).model_dump(mode="json", exclude={"is_stopped"})
    assert name_state(Brief.model_validate(stored)) == "cancelled"


def test_who_rejects_a_change_does_not_stop_it() -> None:
    assert name_state(change(state=State.REJECTED, settled_by="UBEN")) == "rejected"


def test_what_runs_later_says_when_as_long_as_it_only_may() -> None:
    due = NOW + timedelta(hours=48)
    waits, later = change(state=State.WAITING, due_at=due), change(state=State.APPROVED, due_at=due)
    assert name_state(Brief.of(waits)) == f"waiting, runs {due:%Y-%m-%d %H:%M} UTC"
    assert name_state(Brief.of(later)) == f"approved, runs {due:%Y-%m-%d %H:%M} UTC"
    assert describe_state(later) == f"is approved and runs {due:%Y-%m-%d %H:%M} UTC"
    assert name_state(change(state=State.DONE, due_at=due)) == "done"
    with pytest.raises(TooLate, match="change 42 is approved and runs 2"):
        too_late(later)
