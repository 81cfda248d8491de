"""Logs: those that hypothesis draws, and that of one change."""

from datetime import timedelta

from hypothesis import strategies as st

from bot.core.audit.entries import Entry, EntryKind
from bot.core.items import Item
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

NAMES = ("asked", "planned", "post", "approve", "start", "step done", "finish")
"""The entries of a change, by their kinds."""
LATER = NOW + 100 * DAY


def log_of(*kinds: str) -> list[Entry]:
    """Entries of one change: each is about the same segment, and a customer of its own."""
    return [
        Entry(EntryKind(kind), "UANA", change=7, subjects=("segment:a", f"customer:{place}"))
        for place, kind in enumerate(kinds)
    ]
