"""Each thing that a table may have otherwise than the log is found by itself, and told in its own sentence."""

import json
from dataclasses import replace
from typing import Any

import pytest

from bot.core.approval.change_replay import Life, SealedRun
from bot.core.approval.changes import State
from bot.core.planning.plan import fingerprint_of_json
from bot.ledger.stored_changes import StoredChange, StoredRun, contradiction, digest
from tests.core.samples import plan

PLAN = plan().model_dump_json()
STORED = StoredChange(
    number=42,
    state="running",
    requester="UANA",
    revision=5,
    row="r",
    plan=PLAN,
    body=json.dumps({"version": 2, "approvals": [{"actor": "UBEN"}]}),
    stopped_by="UCLEO",
    runs={0: StoredRun("done", "d")},
    segments=frozenset({"a", "new"}),
    created=frozenset({"new"}),
    broken_lists=frozenset({"x"}),
)
LIFE = Life(
    requester="UANA",
    state=State.RUNNING,
    version=2,
    fingerprint=fingerprint_of_json(PLAN),
    approvals=("UBEN",),
    stopped_by="UCLEO",
    revision=5,
    row="r",
    plan=digest(PLAN),
    segments=frozenset({"a"}),
    runs={0: SealedRun(state="done", digest="d")},
    broken_lists=frozenset({"x"}),
)
OLD = replace(LIFE, row="")
"""As earlier versions sealed it: without a digest of its row."""
ROW = "The row of change 42 in the tables changes and briefs is not the one that the log has."
PLAN_DIFFERS = "Change 42 has another plan in the table changes than in the log."
APPROVALS = "Change 42 has other approvals in the table changes than in the log."
TOUCHES = "Change 42 touches other segments in the table touches than in the log."
STEP = "Step {} of change 42 is not in the table runs as it is in the log."
UNREADABLE = "What the table changes has of change 42 cannot be read."


@pytest.mark.parametrize("life", [LIFE, OLD, replace(LIFE, plan=""), replace(LIFE, fingerprint="")])
def test_a_change_is_stored_as_its_life_was_sealed(life: Life) -> None:
    assert contradiction(life, STORED) == ""


@pytest.mark.parametrize(
    ("stored", "sentence"),
    [
        ({"state": "done"}, "Change 42 is “done” in the table changes, and “running” in the log."),
        ({"requester": "UDAN"}, "Change 42 has another requester in the table changes than in the log."),
        ({"plan": plan(undoes=1).model_dump_json()}, PLAN_DIFFERS),
        ({"plan": "{"}, PLAN_DIFFERS),
        ({"stopped_by": ""}, "Change 42 was asked to stop by someone else in the table changes than in the log."),
        ({"row": "s"}, ROW),
        ({"revision": 4}, ROW),
        ({"revision": 6}, ROW),
        ({"revision": 4, "is_undone": True}, ROW),
        ({"revision": 6, "is_undone": True}, ""),
        ({"runs": {}}, STEP.format(1)),
        ({"runs": {0: StoredRun("failed", "d")}}, STEP.format(1)),
        ({"runs": {0: StoredRun("done", "e")}}, STEP.format(1)),
        ({"runs": {0: StoredRun("done", "d"), 2: StoredRun("done", "d")}}, STEP.format(3)),
        (
            {"broken_lists": frozenset({"x", "y"})},
            "A list of shoppers that change 42 names is not in the table lists as it was stored.",
        ),
        ({"broken_lists": frozenset()}, ""),
        ({"segments": frozenset({"a"})}, TOUCHES),
        ({"segments": frozenset({"a", "new", "b"})}, TOUCHES),
        ({"body": "no longer compared"}, ""),
    ],
)
def test_a_row_that_says_otherwise_is_told(stored: dict[str, Any], sentence: str) -> None:
    assert contradiction(LIFE, replace(STORED, **stored)) == sentence


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ({"version": 1, "approvals": [{"actor": "UBEN"}]}, APPROVALS),
        ({"version": 2, "approvals": [{"actor": "UDAN"}]}, APPROVALS),
        ({"version": 2}, APPROVALS),
        ({"version": 2, "approvals": [{}]}, UNREADABLE),
        ([], UNREADABLE),
    ],
)
def test_of_an_old_row_the_approvals_are_compared(body: object, sentence: str) -> None:
    assert contradiction(OLD, replace(STORED, body=json.dumps(body))) == sentence


def test_an_old_row_without_a_version_is_the_first() -> None:
    first = replace(OLD, version=1, approvals=())
    assert contradiction(first, replace(STORED, body="{}")) == ""
    assert contradiction(replace(first, version=2), replace(STORED, body="{}")) == APPROVALS
    assert contradiction(first, replace(STORED, body="{")) == UNREADABLE


def test_where_the_first_entry_is_archived_the_rest_is_compared() -> None:
    late = replace(LIFE, is_whole=False, requester="", plan="", fingerprint="", stopped_by="", approvals=())
    assert contradiction(late, STORED) == ""
    assert contradiction(late, replace(STORED, runs={**STORED.runs, 1: StoredRun("done", "d")})) == ""
    assert contradiction(late, replace(STORED, runs={})) == STEP.format(1)
    assert contradiction(late, replace(STORED, row="s")) == ROW


def test_a_run_that_was_sealed_without_a_digest_is_known_by_its_state() -> None:
    old = replace(LIFE, runs={0: SealedRun(state="done", digest="")})
    assert contradiction(old, replace(STORED, runs={0: StoredRun("done", "any")})) == ""


def test_entries_without_subjects_say_nothing_of_segments() -> None:
    other = replace(STORED, segments=frozenset({"z"}), created=frozenset())
    assert contradiction(replace(LIFE, segments=None), other) == ""
    assert contradiction(replace(OLD, segments=frozenset()), other) == ""
    assert contradiction(replace(LIFE, segments=frozenset()), other) == TOUCHES
    assert contradiction(replace(LIFE, segments=frozenset()), replace(other, segments=frozenset())) == ""
