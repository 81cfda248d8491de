"""How a change stands, in words."""

import pytest

from bot.core.approval.changes import Brief, State
from bot.core.approval.refusals import too_late
from bot.core.approval.state_words import describe_standing, describe_state, name_state
from bot.core.errors import TooLate
from tests.core.samples import change

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
