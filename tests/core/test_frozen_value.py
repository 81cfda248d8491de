"""What is stored as JSON is read whole, or not at all."""

from collections.abc import Iterator

import pytest
from pydantic import ValidationError

from bot.core.approval.changes import Change, Run, StepState
from bot.core.frozen_value import Value
from bot.core.planning.plan import Plan
from tests.core.samples import change, plan


def kinds(base: type[Value]) -> Iterator[type[Value]]:
    for kind in base.__subclasses__():
        yield kind
        yield from kinds(kind)


@pytest.mark.parametrize("stored", [plan(), plan().steps[0], change(), Run(position=0, state=StepState.STARTED)])
def test_what_a_later_version_added_is_not_left_out_silently(stored: Value) -> None:
    with pytest.raises(ValidationError, match="later\n  Extra inputs are not permitted"):
        type(stored).model_validate({**stored.model_dump(), "later": True})


def test_no_stored_value_lets_unknown_fields_or_changes_pass() -> None:
    found = set(kinds(Value))
    assert {Plan, Change, Run} <= found
    for kind in found:
        assert (kind.model_config.get("extra"), kind.model_config.get("frozen")) == ("forbid", True), kind
