"""Whatever is looked for: what is found is what reading the whole log through would find."""

from contextlib import closing
from dataclasses import replace
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.audit.entries import Entry, EntryKind, RecordedEntry, UnknownEntry
from bot.core.audit.reader import AuditFilter
from bot.ledger.sqlite.archives import Archives
from bot.ledger.sqlite.ledger import Ledger
from tests.core.samples import NOW
from tests.laws.values import LAW
from tests.ledger.logs import DAY, logs, subjects, written

times = st.none() | st.integers(-1, 6).map(lambda day: NOW + day * DAY)
wanted = st.builds(
    AuditFilter,
    actor=st.sampled_from(("", "UANA", "UBEN")),
    kind=st.sampled_from((None, EntryKind.ASKED, EntryKind.FINISH)),
    change=st.none() | st.integers(1, 3),
    subjects=st.lists(subjects, max_size=3, unique=True).map(tuple),
    besides=st.lists(subjects, max_size=2, unique=True).map(tuple),
    since=times,
    until=times,
)


def suits(entry: RecordedEntry, sought: AuditFilter) -> bool:
    at = datetime.fromisoformat(entry.at)
    return (
        (not sought.actor or entry.actor == sought.actor)
        and (not sought.kind or entry.kind == sought.kind)
        and (sought.change is None or entry.change == sought.change)
        and (not sought.subjects or bool(set(sought.subjects) & set(entry.subjects)))
        and (not sought.besides or bool(set(sought.besides) & set(entry.subjects)))
        and (sought.since is None or at >= sought.since)
        and (sought.until is None or at < sought.until)
    )


@LAW
@given(logs, st.lists(wanted, min_size=1, max_size=8), st.integers(1, 6), st.integers(0, 3))
def test_what_is_found_is_what_reading_it_all_would_find(
    log: list[Entry], several: list[AuditFilter], before: int, limit: int
) -> None:
    with written(log) as path, closing(Ledger.read(path)) as ledger:
        for sought in several:
            suiting = [entry for entry in ledger.entries() if suits(entry, sought)]
            assert list(ledger.found(sought, oldest_first=True)) == suiting
            assert list(ledger.found(sought, limit=limit)) == suiting[::-1][:limit]
            if before <= len(log):
                earlier = [entry for entry in suiting if entry.number < before]
                assert list(ledger.found(sought, before=before)) == earlier[::-1]


OTHERS = tuple(f"segment:{number}" for number in range(600))


@LAW
@given(logs, wanted.filter(lambda sought: sought.subjects), st.integers(0, 3))
def test_a_name_that_hundreds_of_segments_had_is_looked_for_like_that_of_a_few(
    log: list[Entry], sought: AuditFilter, limit: int
) -> None:
    crowded = replace(sought, subjects=(*OTHERS, *sought.subjects))
    with written(log) as path, closing(Ledger.read(path)) as ledger:
        suiting = [entry for entry in ledger.entries() if suits(entry, sought)]
        assert list(ledger.found(crowded, oldest_first=True)) == suiting
        assert list(ledger.found(crowded, limit=limit)) == suiting[::-1][:limit]
        assert (
            list(ledger.found(crowded, before=len(log)))[:1] == [one for one in suiting if one.number < len(log)][-1:]
        )


async def test_an_entry_that_was_archived_is_told_apart_from_one_that_never_was() -> None:
    with written([Entry(EntryKind.ASKED), Entry(EntryKind.ANSWERED)]) as path, closing(Archives.open(path)) as ledger:
        ledger.archive(path.with_name("old.sqlite"), before=NOW + DAY, at=NOW + 100 * DAY)
        assert (await ledger.entry(2)).kind == "answered"
        with pytest.raises(UnknownEntry, match="There is no entry 9 in the log"):
            await ledger.entry(9)
        with pytest.raises(UnknownEntry, match="Entry 1 was moved to an archive"):
            await ledger.entry(1)
