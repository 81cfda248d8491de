"""The kinds of entries that one can look for are those which the code writes."""

import ast
from collections.abc import Iterator
from pathlib import Path

from bot.core.approval.changes import Event, StepState
from bot.core.audit.entries import KINDS
from bot.ledger.sqlite.summary_runs import DayState

ROOT = Path(__file__).parent.parent.parent.parent
WRITING = {"Entry", "_entry", "answered", "settle", "_settle", "_note", "_moved", "amend"}
"""What makes an entry, and is given its kind."""
DUE = ("reminder", "glass")
"""Notices, of which each may not be delivered; told in bot/engine/card_reconciler.py by their own words."""


def written_out() -> Iterator[str]:
    """The kinds that stand in the code word by word."""
    for path in [*ROOT.glob("bot/engine/**/*.py"), *ROOT.glob("bot/ledger/**/*.py")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and _name(node.func) in WRITING:
                yield from filter(None, map(_text, node.args[:2]))


def _name(func: ast.expr) -> str:
    return func.attr if isinstance(func, ast.Attribute) else getattr(func, "id", "")


def _text(argument: ast.expr) -> str:
    return argument.value if isinstance(argument, ast.Constant) and isinstance(argument.value, str) else ""


def test_each_kind_that_the_code_writes_can_be_looked_for_and_no_other() -> None:
    steps = {f"step {state.value}" for state in StepState}
    notices = {f"{kind} not delivered" for kind in DUE}
    events = {event.value for event in Event}
    summaries = {f"summary {state.value}" for state in DayState} - {"summary under way", "summary posting"}
    assert set(KINDS) == {*written_out(), *steps, *notices, *events, *summaries}
    assert len(KINDS) == len(set(KINDS))
