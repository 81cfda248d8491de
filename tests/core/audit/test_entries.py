"""The kinds of entries: each is written by the code, and explained."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.core.approval.changes import Event, StepState
from bot.core.audit.entries import EntryKind, RecordedEntry, UnknownEntry
from bot.core.summary.summary_run import SummaryState
from bot.slack.change_notices import UNDER_THE_CARD

ROOT = Path(__file__).parent.parent.parent.parent
NOTICES = (*UNDER_THE_CARD, "glass", "contradict")
"""What may not be delivered, by the words of bot/engine/card_reconciler.py."""


def named_in_code() -> Iterator[EntryKind]:
    """The kinds that the machine and the ledger name."""
    for path in [*ROOT.glob("bot/engine/**/*.py"), *ROOT.glob("bot/ledger/**/*.py")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "EntryKind":
                yield EntryKind[node.attr]


def test_each_kind_is_written_by_the_code() -> None:
    steps = {f"step {state.value}" for state in StepState}
    notices = {f"{kind} not delivered" for kind in NOTICES}
    events = {event.value for event in Event}
    summaries = {f"summary {state.value}" for state in SummaryState} - {"summary under way", "summary posting"}
    assert set(EntryKind) == {*named_in_code(), *steps, *notices, *events, *summaries}


@pytest.mark.parametrize("kind", EntryKind)
def test_each_kind_is_explained_by_one_sentence(kind: EntryKind) -> None:
    assert kind.explanation[0].isupper()
    assert kind.explanation.endswith(".")
    assert kind.explanation.count(".") == 1


def test_explanations_differ() -> None:
    assert len({kind.explanation for kind in EntryKind}) == len(EntryKind)


@pytest.mark.parametrize(
    ("entry", "line"),
    [
        (
            RecordedEntry("refused", command="segment delete", detail={"said": "x", "reason": "No."}),
            "segment delete · No.",
        ),
        (RecordedEntry("asked", command="segment list", detail={"said": "/segment list"}), "/segment list"),
        (RecordedEntry("planned", command="segment list", detail={"need": ""}), "segment list"),
        (RecordedEntry("step done", detail={"told": "Delete VIPs"}), "Delete VIPs"),
        (RecordedEntry("answered"), ""),
    ],
)
def test_an_entry_is_described_in_one_line(entry: RecordedEntry, line: str) -> None:
    assert entry.description == line


@pytest.mark.parametrize(("number", "is_archived"), [(-1, False), (0, False), (1, True), (7, True), (8, False)])
def test_an_entry_that_was_moved_to_an_archive_is_told_from_none(number: int, is_archived: bool) -> None:
    refusal = UnknownEntry(number, 7)
    gone = f"Entry {number} was moved to an archive: `python -m bot audit show {number} --database FILE` shows it."
    none = f"There is no entry {number} in the log. `/audit recent` shows the latest ones."
    assert (str(refusal), refusal.for_log) == (gone if is_archived else none, "There is no such entry.")
