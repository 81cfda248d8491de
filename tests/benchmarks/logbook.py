"""A long log: what a busy team leaves behind in years, the same at each run."""

import json
import random
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count, islice

from bot.core.audit.entries import Entry, EntryKind
from bot.core.items import Item
from bot.core.planning.plan import fingerprint_of_json
from bot.ledger.ledger import Ledger
from bot.ledger.sql.audit_log import append
from tests.records import database_of

BEGAN = datetime(2022, 1, 1, tzinfo=UTC)
STEP = timedelta(minutes=2)
ASKERS = tuple(f"U0ASKS{number:04d}" for number in range(15))
APPROVERS = tuple(f"U0APPR{number:04d}" for number in range(15))
SEGMENTS = tuple(f"6a8e0f62-0000-4000-8000-{number:012d}" for number in range(1000))
BUSY = SEGMENTS[0]
"""The segment that a tenth of all entries are about."""
SHOPPERS = 50_000
RARE = EntryKind.CARD_LOST
A_TRANSACTION = 10_000
A_CHANGE = 8
"""Entries of a change."""
RARELY = 20_000
"""Changes between two of the rare entries."""


def whole(number: int) -> int:
    """The least number of entries from this one on that end with the end of a change."""
    changes = -(-number // A_CHANGE)
    return changes * A_CHANGE + changes // RARELY


def time_of(number: int) -> datetime:
    """When this entry is written."""
    return BEGAN + number * STEP


def entries() -> Iterator[Entry]:
    """Entries without end: eight a change, and now and then a rare one."""
    drawn = random.Random(7)
    for change in count(1):
        yield from _change(drawn, change)
        if change % RARELY == 0:
            yield Entry(RARE, "U0RARE0000", "", "segment add", change, {"reason": "message_not_found"})


def _change(drawn: random.Random, change: int) -> Iterator[Entry]:
    asker, approver = drawn.choice(ASKERS), drawn.choice(APPROVERS)
    segment = BUSY if drawn.random() < 0.115 else drawn.choice(SEGMENTS)
    shopper = drawn.randrange(1, SHOPPERS)
    said = f"/segment add {segment} {shopper}"
    about = (str(Item.segment(segment)),)
    whom = (*about, str(Item.customer(shopper)), str(Item.profile(f"{shopper:08x}-0000-4000-8000-000000000000")))
    fingerprint = fingerprint_of_json(_plan(segment, shopper))
    plan = {"said": said, "plan": [f"Add 1 shopper to {segment}"], "fingerprint": fingerprint}
    request = [f"{drawn.getrandbits(128):032x}" for _ in range(2)]
    place, command, seen = "C0APPROVALS", "segment add", {"version": 1, "fingerprint": fingerprint}
    yield Entry(EntryKind.ASKED, asker, place, command, None, {"said": said})
    yield Entry(EntryKind.PLANNED, asker, place, command, change, plan, "planned", whom, 420)
    yield Entry(EntryKind.POST, "", place, command, change, {}, "waiting", about, 310)
    yield Entry(EntryKind.APPROVE, approver, place, command, change, seen, "approved", about, 86_000)
    yield Entry(EntryKind.START, "", place, command, change, {}, "running", about, 3)
    step = {"step": 0, "kind": "add_members", "told": f"Add 1 shopper to {segment}", "requests": request}
    yield Entry(EntryKind.STEP_STARTED, "", place, command, change, step, "started", whom, 0)
    yield Entry(
        EntryKind.STEP_DONE, "", place, command, change, {**step, "effects": {segment: [1, 0]}}, "done", whom, 730
    )
    yield Entry(EntryKind.FINISH, "", place, command, change, {}, "done", about, 740)


def _plan(segment: str, shopper: int) -> str:
    """A plan as it is stored."""
    step = {"kind": "add_members", "segment": {"name": "", "id": segment}, "profile_ids": [shopper]}
    return json.dumps({"steps": [step], "undoes": None}, separators=(",", ":"))


def _save_rows(db: sqlite3.Connection, number: int, entry: Entry) -> None:
    """What the ledger's tables hold of a change after this entry of it."""
    if entry.kind is EntryKind.PLANNED:
        segment, customer, _ = (one.partition(":")[2] for one in entry.subjects)
        row = (entry.change, "done", 1, entry.actor, "", _plan(segment, int(customer)), "{}")
        columns = "number, state, revision, requester, expires_at, plan, body"
        db.execute(f"INSERT INTO changes ({columns}) VALUES (?, ?, ?, ?, ?, ?, ?)", row)
        db.execute("INSERT INTO touches VALUES (?, ?)", (segment, entry.change))
    elif entry.kind is EntryKind.APPROVE:
        body = json.dumps({"version": 1, "approvals": [{"actor": entry.actor}]})
        db.execute("UPDATE changes SET body = ? WHERE number = ?", (body, entry.change))
    elif entry.kind is EntryKind.STEP_DONE:
        db.execute("INSERT INTO runs VALUES (?, 0, ?)", (entry.change, '{"position":0,"state":"done"}'))
        effects = entry.detail["effects"].items()
        db.executemany("INSERT INTO effects VALUES (?, ?, ?, ?)", [(number, one, *counts) for one, counts in effects])


def write(ledger: Ledger, source: Iterator[Entry], first: int, last: int) -> None:
    """Append the entries from number ``first`` to ``last`` of this source."""
    for begin in range(first, last + 1, A_TRANSACTION):
        end = min(begin + A_TRANSACTION, last + 1)
        with database_of(ledger).transaction() as db:
            for number, entry in zip(range(begin, end), islice(source, end - begin), strict=True):
                append(db, entry, time_of(number))
                _save_rows(db, number, entry)
