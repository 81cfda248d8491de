"""What the stories of the engine leave behind: entries of the log, and what people hear. Each line is kept, once.

Times, ids and digests are left out; all else has to stand in the file. Who changes what is recorded, or said, keeps it
anew and reads the difference: ``python -m pytest tests/engine --keep``
"""

import json
import re
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from bot.core.answers import bare
from bot.core.approval.changes import Change
from bot.slack.answers import message
from bot.slack.older_blocks import as_text
from tests.engine.bench import Bench, Board
from tests.records import entries_of

FILE = Path(__file__).parent / "left_behind.txt"
_OF_ITS_OWN = ("number", "at", "seal", "ms", "subjects")
"""Fields of an entry that differ from day to day; what it is about is many ids."""
_TIME = re.compile(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?(\+00:00|Z)?)?|\b\d\d:\d\d\b")
_ID = re.compile(r"\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b|\b[0-9a-f]{12,64}\b")


def lines_of(machine: Bench) -> set[str]:
    """What stands in its log, and what its people heard."""
    entries = (_without_empty(asdict(one)) for one in entries_of(machine.ledger))
    recorded = (json.dumps(one, ensure_ascii=False, sort_keys=True) for one in entries)
    return {_ID.sub("<id>", _TIME.sub("<time>", bare(line))) for line in (*recorded, *_heard(machine.board))}


def _without_empty(entry: dict[str, object]) -> dict[str, object]:
    return {key: value for key, value in entry.items() if value not in ("", None, {}) and key not in _OF_ITS_OWN}


def _heard(board: Board) -> Iterator[str]:
    yield from (f"{user} reads: {bare(title)!r}" for user, title in board.whispered)
    yield from (f"all read: {as_text(message(answer))!r}" for answer in board.announced)
    yield from (f"approvers read: {as_text(message(answer))!r}" for answer in board.warned)
    yield from (f"{user} is told of change {number}: {kind}" for number, kind, user in board.notified)
    for verb, changes in (("posted", board.posted), ("drawn", board.drawn), ("heard of", board.heard)):
        yield from (f"change {one.number} is {verb} {_as_it_is(one)}" for one in changes)
    yield from (f"the card of change {number} is looked for" for number in board.sought)
    yield from (f"the lost card of change {one.number} points to {_as_it_is(one)}" for _, one in board.pointed)
    for button, change in board.cleared:
        yield f"a button {button.shown.number}.{button.shown.version} is cleared of {change and _as_it_is(change)}"
    yield from (f"a question ends: {bare(said)!r}" for _, said in board.closed)


def _as_it_is(change: Change) -> str:
    signed = [one.actor for one in change.approvals]
    runs = [f"{run.state} {run.error}".strip() for run in change.runs]
    return f"{change.state} {change.version}, by {signed}, ran {runs}: {change.plan.headline} ({change.reason})"


def kept() -> frozenset[str]:
    """The lines that are kept."""
    return frozenset(FILE.read_text(encoding="utf-8").split("\n"))


def keep(lines: set[str]) -> None:
    """Keep these lines, and no others."""
    FILE.write_text("\n".join(sorted(lines)) + "\n", encoding="utf-8")
