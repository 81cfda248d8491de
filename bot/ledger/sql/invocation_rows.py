"""Invocations that wait in the table asks, compared with the entries that they were asked, and answered."""

import json
from collections.abc import Iterator
from typing import Any

from bot.core.approval.change_replay import sealed_fact
from bot.core.audit.entries import EntryKind, RecordedEntry
from bot.core.audit.entry_codec import decode
from bot.ledger.sql.database import Connection
from bot.ledger.stored_changes import digest

_ASKED = "SELECT body, seal FROM entries WHERE kind = 'asked' AND at = ?"
_ANSWERS = """
    SELECT 1 FROM entries WHERE kind IN ('answered', 'refused', 'planned') AND at >= ?
    AND json_extract(body, '$.detail.sealed.delivery') = ? LIMIT 1
"""
_ALL = """
    SELECT kind, json_extract(body, '$.detail.sealed.delivery') AS delivery FROM entries
    WHERE kind IN ('asked', 'answered', 'refused', 'planned') ORDER BY number
"""


def asked_entry(db: Connection, id_: str) -> RecordedEntry | None:
    """Return the entry that this waiting invocation was asked, if there is one, and it was not answered yet."""
    row = db.execute("SELECT id, at, body FROM asks WHERE id = ? AND body IS NOT NULL", (id_,)).fetchone()
    entry = _entry_of(db, row) if row else None
    answered = entry and db.execute(_ANSWERS, (row["at"], digest(id_))).fetchone()
    return None if answered else entry


def _entry_of(db: Connection, row: Any) -> RecordedEntry | None:
    entries = (decode(*found) for found in db.execute(_ASKED, (row["at"],)))
    return next((entry for entry in entries if _is_asked(entry, row)), None)


def _is_asked(entry: RecordedEntry, row: Any) -> bool:
    delivery = sealed_fact(entry, "delivery")
    if delivery is not None:
        return (delivery, sealed_fact(entry, "words")) == (digest(row["id"]), digest(row["body"]))
    return _is_asked_before(entry, row["body"])


def _is_asked_before(entry: RecordedEntry, body: str) -> bool:
    """Compare with an entry of an earlier version, which has no digest of what was asked."""
    try:
        stored = json.loads(body)
        who = (stored["actor"], stored["command"], stored["place"]["channel"] or "", stored["workspace"])
        decision = stored.get("decision")
        words = f"{decision['verdict']} change {decision['number']}" if decision else entry.detail["said"]
        return who == (entry.actor, entry.command, entry.channel, entry.workspace) and words == entry.detail["said"]
    except (ValueError, KeyError, TypeError):
        return False


def first_fault(db: Connection) -> str:
    """Return the first waiting request that the log does not have so, or that is missing, as a sentence.

    Deliveries that were settled only keep the same one from being taken twice.
    """
    waiting = set[str]()
    for row in db.execute("SELECT id, at, body FROM asks WHERE body IS NOT NULL ORDER BY at, id"):
        entry = _entry_of(db, row)
        if entry is None:
            return f"A request of {row['at']} is in the table asks, and no entry has it so."
        if sealed_fact(entry, "delivery"):
            waiting.add(digest(row["id"]))
    return _wrongly_waiting(db, waiting)


def _wrongly_waiting(db: Connection, waiting: set[str]) -> str:
    """Compare the requests that wait with those that the log has no answer to; earlier versions sealed neither."""
    unanswered = set[str]()
    for kind, delivery in _sealed(db):
        unanswered.add(delivery) if kind == EntryKind.ASKED else unanswered.discard(delivery)
    if unanswered - waiting:
        return "A request that no one answered yet does not wait in the table asks."
    return "A request that was answered waits again in the table asks." if waiting - unanswered else ""


def _sealed(db: Connection) -> Iterator[tuple[str, str]]:
    return ((kind, delivery) for kind, delivery in db.stream(_ALL) if delivery)
