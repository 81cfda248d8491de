"""A long log: what a busy team leaves behind in years, the same at each run."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count, islice

from bot.core.audit.entries import Entry, EntryKind
from bot.core.items import Item
from bot.ledger.ledger import Ledger
from bot.ledger.sqlite.audit_log import append
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


def time_of(number: int) -> datetime:
    """When this entry is written."""
    return BEGAN + number * STEP


def entries() -> Iterator[Entry]:
    """Entries without end: eight a change, and now and then a rare one."""
    drawn = random.Random(7)
    for change in count(1):
        yield from _change(drawn, change)
        if change % 20_000 == 0:
            yield Entry(RARE, "U0RARE0000", "", "segment add", change, {"reason": "message_not_found"})


def _change(drawn: random.Random, change: int) -> Iterator[Entry]:
    asker, approver = drawn.choice(ASKERS), drawn.choice(APPROVERS)
    segment = BUSY if drawn.random() < 0.115 else drawn.choice(SEGMENTS)
    shopper = drawn.randrange(1, SHOPPERS)
    said = f"/segment add {segment} {shopper}"
    about = (str(Item.segment(segment)),)
    whom = (*about, str(Item.customer(shopper)), str(Item.profile(f"{shopper:08x}-0000-4000-8000-000000000000")))
    plan = {"said": said, "plan": [f"Add 1 shopper to {segment}"], "fingerprint": f"{drawn.getrandbits(256):064x}"}
    request = [f"{drawn.getrandbits(128):032x}" for _ in range(2)]
    place, command = "C0APPROVALS", "segment add"
    yield Entry(EntryKind.ASKED, asker, place, command, None, {"said": said})
    yield Entry(EntryKind.PLANNED, asker, place, command, change, plan, "planned", whom, 420)
    yield Entry(EntryKind.POST, "", place, command, change, {}, "waiting", about, 310)
    yield Entry(EntryKind.APPROVE, approver, place, command, change, {"version": 1}, "approved", about, 86_000)
    yield Entry(EntryKind.START, "", place, command, change, {}, "running", about, 3)
    step = {"step": 0, "kind": "add_members", "told": f"Add 1 shopper to {segment}", "requests": request}
    yield Entry(EntryKind.STEP_STARTED, "", place, command, change, step, "started", whom, 0)
    yield Entry(
        EntryKind.STEP_DONE, "", place, command, change, {**step, "effects": {segment: [1, 0]}}, "done", whom, 730
    )
    yield Entry(EntryKind.FINISH, "", place, command, change, {}, "done", about, 740)


def write(ledger: Ledger, source: Iterator[Entry], first: int, last: int) -> None:
    """Append the entries from number ``first`` to ``last`` of this source."""
    for begin in range(first, last + 1, A_TRANSACTION):
        end = min(begin + A_TRANSACTION, last + 1)
        with database_of(ledger).transaction() as db:
            for number, entry in zip(range(begin, end), islice(source, end - begin), strict=True):
                append(db, entry, time_of(number))
