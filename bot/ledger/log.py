"""The audit log: entries, sealed one after the other."""

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from bot.core.asks import masked
from bot.ledger.seal import GENESIS, Verdict, canonical, seal, verify

COLUMNS = ("number", "at", "kind", "actor", "channel", "command", "change", "detail")
_SELECT = f"SELECT {', '.join(COLUMNS)}, previous, seal FROM entries"  # noqa: S608 - our own constants


@dataclass(frozen=True)
class Entry:
    """What the log is told. ``detail`` becomes JSON: ids and words, no shopper's name or e-mail."""

    kind: str
    actor: str = ""
    channel: str = ""
    command: str = ""
    change: int | None = None
    detail: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Sealed(Entry):
    """An Entry in the log: its number (from 1, without gaps), its time (UTC, milliseconds), and its seal."""

    number: int = 0
    at: str = ""
    seal: str = ""

    @property
    def told(self) -> str:
        """The entry in one line: the command, and the most telling thing of its detail."""
        said = next((self.detail[key] for key in ("reason", "told", "said", "need") if self.detail.get(key)), "")
        return " · ".join(filter(None, (self.command, str(said))))


def stamp(time: datetime) -> str:
    """UTC with milliseconds: text that sorts as time."""
    return time.astimezone(UTC).isoformat(timespec="milliseconds")


def _masked(value: Any) -> Any:
    """``value`` without an e-mail address anywhere in it: the log outlives a shopper's erasure."""
    if isinstance(value, str):
        return masked(value)
    if isinstance(value, dict):
        return {key: _masked(inner) for key, inner in value.items()}
    return [_masked(inner) for inner in value] if isinstance(value, list | tuple) else value


def append(db: sqlite3.Connection, entry: Entry, at: datetime) -> None:
    """Seal ``entry`` behind the last one; the caller holds the writing transaction."""
    last = db.execute("SELECT number, seal FROM entries ORDER BY number DESC LIMIT 1").fetchone() or (0, GENESIS)
    content = {
        "number": last[0] + 1,
        "at": stamp(at),
        "kind": entry.kind,
        "actor": entry.actor,
        "channel": entry.channel,
        "command": entry.command,
        "change": entry.change,
        "detail": canonical(_masked(entry.detail)),
    }
    db.execute(
        "INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (*content.values(), last[1], seal(last[1], content)),
    )


def read(db: sqlite3.Connection, *, after: int = 0, limit: int = -1) -> Iterator[Sealed]:
    """Entries with a number above ``after``, oldest first; ``limit`` -1 is all of them, streaming."""
    for row in db.execute(f"{_SELECT} WHERE number > ? ORDER BY number LIMIT ?", (after, limit)):
        content = dict(zip(COLUMNS, row, strict=False))
        yield Sealed(**(content | {"detail": json.loads(content["detail"]), "seal": row[-1]}))


def check(db: sqlite3.Connection) -> Verdict:
    """Check the whole chain, streaming."""
    rows = db.execute(f"{_SELECT} ORDER BY number")
    return verify((row[0], dict(zip(COLUMNS, row, strict=False)), row[-2], row[-1]) for row in rows)
