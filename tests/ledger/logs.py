"""Logs that hypothesis draws, in real files, and what a log by hand is made of."""

import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from functools import cache
from itertools import product
from pathlib import Path

from hypothesis import strategies as st

from bot.core.audit.entries import Entry, EntryKind
from bot.core.items import Item
from bot.ledger.sqlite.audit_log import append
from bot.ledger.sqlite.ledger import Ledger
from bot.ledger.sqlite.schema import GUARDED
from tests.core.samples import NOW, uuid

DAY = timedelta(days=1)
KINDS = (
    EntryKind.ASKED,
    EntryKind.PLANNED,
    EntryKind.REFUSED,
    EntryKind.STEP_DONE,
    EntryKind.ARCHIVED,
    EntryKind.FINISH,
)
MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None
"""Where files need no disk: a busy one takes seconds for what an example writes."""
# An address would be masked; and SQLite's texts end with a NUL, which no id, kind or command of Slack's has.
words = st.text(st.characters(codec="utf-8", exclude_characters="@\0"), max_size=8)
subjects = st.one_of(
    st.integers(0, 3).map(uuid).map(Item.segment).map(str),
    st.integers(1, 3).map(Item.customer).map(str),
    st.integers(0, 3).map(uuid).map(Item.profile).map(str),
)
entries = st.builds(
    Entry,
    kind=st.sampled_from(KINDS),
    actor=st.sampled_from(("", "UANA", "UBEN")),
    channel=words,
    command=words,
    change=st.none() | st.integers(1, 3),
    detail=st.dictionaries(words, st.none() | st.booleans() | st.integers(-9, 9) | words | st.lists(words), max_size=3),
    outcome=words,
    subjects=st.lists(subjects, max_size=3).map(tuple),
    ms=st.none() | st.integers(0, 10**6),
    workspace=st.sampled_from(("", "T1")),
)
logs = st.lists(entries, min_size=2, max_size=6)


@cache
def empty() -> bytes:
    """A ledger's file in which nothing stands yet: to make its tables for each example would take most of the time."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ledger.sqlite"
        Ledger.open(path).close()
        return path.read_bytes()


def write(path: Path, log: list[Entry]) -> None:
    """The log in a file of its own, one entry a day from NOW on."""
    path.write_bytes(empty())
    with closing(Ledger.open(path)) as ledger, ledger._transaction() as db:
        for number, entry in enumerate(log):
            append(db, entry, NOW + number * DAY)


@contextmanager
def written(log: list[Entry]) -> Iterator[Path]:
    """The log in a file that is gone afterwards."""
    with tempfile.TemporaryDirectory(dir=MEMORY) as folder:
        path = Path(folder) / "ledger.sqlite"
        write(path, log)
        yield path


@contextmanager
def unguarded(path: Path) -> Iterator[sqlite3.Connection]:
    """The file in the hands of somebody who took the guards down."""
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        for table, what in product(GUARDED, ("changed", "removed", "replaced")):
            db.execute(f"DROP TRIGGER {table}_are_never_{what}")
        yield db
