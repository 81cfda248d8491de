"""Whatever is looked for: what is found is what reading the whole log through would find."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.audit.audit_reader import AuditFilter
from bot.core.audit.entries import Entry, EntryKind, RecordedEntry
from bot.core.audit.hash_chain import canonical
from bot.ledger.ledger import Ledger
from bot.ledger.ports.audit_log import AuditLog
from tests.core.samples import NOW
from tests.laws.values import LAW
from tests.ledger.hands import tampered
from tests.ledger.logs import DAY, logs, subjects
from tests.ledger.subject import SUBJECTS, Subject

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
    without=st.sampled_from(((), (), (EntryKind.ASKED,), (EntryKind.FINISH, EntryKind.ASKED))),
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
        and entry.kind not in sought.without
    )


OTHERS = tuple(f"segment:{number}" for number in range(600))


@asynccontextmanager
async def written(kind: type[Subject], log: list[Entry]) -> AsyncIterator[AuditLog]:
    """The log in a ledger that is gone afterwards, an entry a day."""
    with kind.fresh() as subject:
        async with subject.open() as ledger:
            for number, entry in enumerate(log):
                await ledger.audit.append(entry, at=NOW + number * DAY)
            yield ledger.audit


@pytest.mark.parametrize("kind", SUBJECTS)
@LAW
@given(log=logs, several=st.lists(wanted, min_size=1, max_size=8), before=st.integers(1, 6), limit=st.integers(0, 3))
async def test_what_is_found_is_what_reading_it_all_would_find(
    kind: type[Subject], log: list[Entry], several: list[AuditFilter], before: int, limit: int
) -> None:
    async with written(kind, log) as audit:
        for sought in several:
            suiting = [entry for entry in await audit.entries() if suits(entry, sought)]
            assert await audit.export(sought, list) == suiting
            assert list(await audit.recent(sought, limit=limit)) == suiting[::-1][:limit]
            if before <= len(log):
                earlier = [entry for entry in suiting if entry.number < before]
                assert list(await audit.recent(sought, limit=9, before=before)) == earlier[::-1]


@pytest.mark.parametrize("kind", SUBJECTS)
@LAW
@given(log=logs, sought=wanted.filter(lambda sought: sought.subjects), limit=st.integers(0, 3))
async def test_hundreds_of_segments_are_searched_like_a_few(
    kind: type[Subject], log: list[Entry], sought: AuditFilter, limit: int
) -> None:
    crowded = replace(sought, subjects=(*OTHERS, *sought.subjects))
    async with written(kind, log) as audit:
        suiting = [entry for entry in await audit.entries() if suits(entry, sought)]
        assert await audit.export(crowded, list) == suiting
        assert list(await audit.recent(crowded, limit=limit)) == suiting[::-1][:limit]
        before_last = list(await audit.recent(crowded, limit=1, before=len(log)))
        assert before_last == [one for one in suiting if one.number < len(log)][-1:]


async def test_an_entry_about_one_of_many_is_found_by_time_and_once(ledger: Ledger) -> None:
    about = (*OTHERS, "segment:a")
    for number, found in enumerate([("segment:a", "segment:7"), ("segment:b",), ("segment:8",)]):
        await ledger.audit.append(Entry(EntryKind.ASKED, subjects=found), at=NOW + number * DAY)
    assert [one.number for one in await ledger.audit.export(AuditFilter(subjects=about), list)] == [1, 3]
    assert [one.number for one in await ledger.audit.recent(AuditFilter(subjects=about), limit=1)] == [3]
    until = AuditFilter(subjects=about, until=NOW + DAY)
    assert [one.number for one in await ledger.audit.recent(until, limit=9)] == [1]
    assert await ledger.audit.recent(AuditFilter(subjects=about, since=NOW + 9 * DAY), limit=9) == ()


@pytest.mark.parametrize("content", [{"number": 0}, {"number": 99}, {"at": "2020"}, {"at": "2099"}], ids=str)
@pytest.mark.parametrize("edited", [1, 2, 3])
@pytest.mark.parametrize("sought", [AuditFilter(), AuditFilter(subjects=("shopper:1",))], ids=["all", "about one"])
async def test_an_export_ends_whatever_number_and_time_a_hand_wrote_into_an_entry(
    subject: Subject, edited: int, content: dict[str, str | int], sought: AuditFilter
) -> None:
    async with subject.open() as ledger:
        for number in range(3):
            await ledger.audit.append(Entry(EntryKind.ASKED, subjects=("shopper:1",)), at=NOW + number * DAY)
        with tampered(subject) as execute:
            (body,) = execute(f"SELECT body FROM entries WHERE number = {edited}").fetchone()
            text = canonical(json.loads(body) | content)
            execute(f"UPDATE entries SET body = '{text}' WHERE number = {edited}")
        first = await ledger.audit.export(sought, lambda entries: tuple(islice(entries, 9)))
        assert len(first) == 3
