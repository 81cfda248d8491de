"""Invocations are kept as JSON until they are answered, also those that released versions kept."""

import json
from typing import Any

import pytest

from bot.core.approval.covering import Covered
from bot.core.approval.decisions import Decision, Verdict
from bot.core.approval.shown_change import Shown
from bot.core.invocation import (
    Clicked,
    Confirmation,
    Confirming,
    Due,
    Edited,
    FromShell,
    Invocation,
    Submitted,
    Typed,
    decode,
)
from bot.core.people import Place
from tests.core.samples import NOW

WHO: dict[str, Any] = {
    "id": "1.2",
    "actor": "UANA",
    "workspace": "T0001",
    "place": {"channel": "C1", "response_url": None},
}
HERE, SHELL = Place(channel="C1"), Place(is_shell=True)
DECISION = Decision(number=42, verdict=Verdict.REJECT, version=1, reason="No.")


@pytest.mark.parametrize(
    "invocation",
    [
        Typed(id="1", actor="UANA", place=HERE, command="segment delete", said="x", values={"segments": ["VIPs"]}),
        Submitted(id="1", actor="UANA", place=HERE, command="segment create", said="x", values={"name": "VIPs"}),
        Edited(id="1", actor="UANA", place=HERE, command="segment create", said="x", values={}, edits=42),
        Clicked(id="1", actor="UANA", place=HERE, command="reject", said="x", decision=DECISION),
        Due.at(NOW, covered_by=12, attempt=2, actor="UANA", command="segment run", values={"segment": "VIPs"}),
        FromShell(
            id="1",
            actor="UANA",
            place=SHELL,
            command="segment import",
            values={"mode": "add"},
            headline="Add",
            login="x",
        ),
        Confirming(id="1", actor="UANA", place=HERE, command="confirm", answer=Confirmation(request="2", is_mine=True)),
    ],
    ids=lambda one: one.kind,
)
def test_an_invocation_survives_being_kept(invocation: Invocation) -> None:
    assert decode(invocation.model_dump_json()) == invocation


def test_a_command_that_a_released_version_kept_is_a_typed_one() -> None:
    stored = {**WHO, "command": "segment delete", "values": {"segments": ["VIPs"]}, "decision": None, "edits": None}
    assert decode(json.dumps(stored)) == Typed(**WHO, command="segment delete", values={"segments": ["VIPs"]})


def test_an_edit_that_a_released_version_kept_is_an_edit() -> None:
    stored = {**WHO, "command": "segment create", "values": {"name": "VIPs"}, "decision": None, "edits": 42}
    assert decode(json.dumps(stored)) == Edited(**WHO, command="segment create", values={"name": "VIPs"}, edits=42)


def test_a_decision_that_a_released_version_kept_is_a_click() -> None:
    decision = DECISION.model_dump(mode="json")
    stored = {**WHO, "command": "reject", "values": {}, "decision": decision, "edits": None}
    assert decode(json.dumps(stored)) == Clicked(**WHO, command="reject", decision=DECISION)


def test_what_is_no_invocation_is_refused() -> None:
    with pytest.raises(ValueError, match="kind"):
        decode(json.dumps({**WHO, "command": "segment delete", "kind": "shouted"}))
    with pytest.raises(ValueError, match="should be an object"):
        decode("17")


def test_the_answer_to_a_question_is_recorded_in_words() -> None:
    texts = [Confirmation(request="1", is_mine=mine).recorded_text for mine in (True, False)]
    assert texts == ["confirmed what was asked from the shell", "did not ask what came from the shell"]


def test_what_an_earlier_version_did_not_store_of_a_button_is_its_number() -> None:
    edited = Edited(id="1", actor="UANA", place=HERE, command="segment create", edits=42)
    clicked = Clicked(id="1", actor="UANA", place=HERE, command="reject", decision=DECISION)
    assert edited.shown == clicked.shown == Shown(number=42)


def test_what_the_bot_asks_itself_is_known_by_what_covers_it_its_time_and_the_attempt() -> None:
    due = Due.at(NOW, covered_by=12, attempt=2, actor="UANA", command="segment run")
    assert (due.id, due.place) == ("due/12/2026-05-04T09:30:00+00:00/2", Place())
    assert due.covered == Covered(change=12, slot=NOW)
