"""One row a local day, whichever process sees to it; what became of it is on record in the same moment."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from bot.core.audit.entries import Entry, EntryKind
from bot.core.summary.history import Size, Snapshot
from bot.core.summary.summary_run import SummaryRun, SummaryState
from bot.ledger.ledger import Ledger
from tests.core.samples import NOW

FIRST, TODAY, TOMORROW = date(2026, 5, 3), date(2026, 5, 4), date(2026, 5, 5)
MINUTE = timedelta(minutes=1)
LEASE = timedelta(seconds=6)
SIZES = Snapshot(TODAY, NOW, 1, 40, (Size("s1", "VIPs", 12),))


async def lives(ledger: Ledger, owner: str = "one") -> None:
    await ledger.leases.renew(owner=owner, until=NOW + LEASE, now=NOW)


async def opened(ledger: Ledger, day: date = TODAY) -> SummaryRun:
    """A day under way, after one that was first of all."""
    await ledger.summaries.open(FIRST, at=NOW)
    return await ledger.summaries.open(day, at=NOW)


async def claimed(ledger: Ledger, owner: str = "one") -> SummaryRun:
    await lives(ledger, owner)
    found = await ledger.summaries.claim(await opened(ledger), owner=owner, now=NOW)
    assert found
    return found


async def posting(ledger: Ledger, owner: str = "one") -> SummaryRun:
    found = await ledger.summaries.begin_posting(await claimed(ledger, owner), SIZES)
    assert found
    return found


async def unattended(ledger: Ledger, owner: str = "two", *, after: timedelta = timedelta(0)) -> list[date]:
    now = NOW + after
    found = await ledger.summaries.unattended(owner=owner, now=now, pause=MINUTE, judged_by=now)
    return [one.day for one in found]


async def told(ledger: Ledger) -> list[tuple[str, str]]:
    return [(entry.kind, entry.detail["day"]) for entry in await ledger.audit.entries()]


async def test_a_ledgers_first_day_is_marked_and_recorded(ledger: Ledger) -> None:
    assert await ledger.summaries.load(TODAY) is None
    assert await ledger.summaries.open(TODAY, at=NOW) == SummaryRun(TODAY, SummaryState.BEGUN, "", NOW)
    assert await ledger.summaries.open(TODAY, at=NOW + MINUTE) == await ledger.summaries.load(TODAY)
    assert await unattended(ledger) == []
    assert await told(ledger) == [("summary begun", "2026-05-04")]


async def test_a_day_is_begun_once(ledger: Ledger, other: Ledger) -> None:
    day = await opened(ledger)
    assert day == SummaryRun(TODAY, SummaryState.UNDER_WAY, "", NOW)
    assert await other.summaries.open(TODAY, at=NOW + MINUTE) == day
    assert await unattended(ledger) == [TODAY]


async def test_a_first_day_in_the_future_gives_way_to_today(ledger: Ledger, other: Ledger) -> None:
    ahead = TODAY + timedelta(days=365)
    await ledger.summaries.open(ahead, at=NOW + timedelta(days=365))
    for reader in (ledger, other):
        assert await reader.summaries.open(TODAY, at=NOW) == SummaryRun(TODAY, SummaryState.BEGUN, "", NOW)
    assert await ledger.summaries.open(TOMORROW, at=NOW) == SummaryRun(TOMORROW, SummaryState.UNDER_WAY, "", NOW)
    assert await told(ledger) == [("summary begun", "2027-05-04"), ("summary begun", "2026-05-04")]
    assert (await ledger.audit.entry(2)).detail["instead_of"] == "2027-05-04"
    came = NOW + timedelta(days=365)
    assert await ledger.summaries.open(ahead, at=came) == SummaryRun(ahead, SummaryState.UNDER_WAY, "", came)
    await ledger.leases.renew(owner="one", until=came + LEASE, now=came)
    run = await ledger.summaries.claim(SummaryRun(ahead, SummaryState.UNDER_WAY, "", came), owner="one", now=came)
    assert run
    assert await ledger.summaries.settle(run, SummaryState.SKIPPED, at=came, reason="Late.")
    settled = await ledger.summaries.open(ahead, at=came)
    assert settled.state is SummaryState.SKIPPED


async def test_one_process_gets_a_day_and_keeps_it_while_it_lives(ledger: Ledger, other: Ledger) -> None:
    day = await opened(ledger)
    await lives(ledger)
    await lives(other, "two")
    assert (found := await ledger.summaries.claim(day, owner="one", now=NOW))
    assert found.owner == "one"
    assert await other.summaries.claim(day, owner="two", now=NOW) is None
    assert await other.summaries.claim(found, owner="two", now=NOW) is None
    assert await unattended(other) == []
    later = NOW + LEASE + MINUTE
    assert await unattended(other, after=LEASE + MINUTE) == [TODAY]
    assert await other.summaries.claim(found, owner="two", now=later)
    assert await ledger.summaries.begin_posting(found, SIZES) is None
    assert await ledger.history.latest(TOMORROW) is None


async def test_a_process_that_resigns_frees_its_day(ledger: Ledger) -> None:
    await claimed(ledger)
    await ledger.leases.resign(owner="one")
    assert await unattended(ledger) == [TODAY]


async def test_a_process_gets_back_a_run_that_it_lost(ledger: Ledger) -> None:
    day = await claimed(ledger)
    assert await unattended(ledger, "one") == [TODAY]
    assert await ledger.summaries.claim(day, owner="one", now=NOW) == day


async def test_a_snapshot_is_kept_whatever_becomes_of_the_message(ledger: Ledger) -> None:
    await posting(ledger)
    assert await ledger.history.latest(TOMORROW) == SIZES


async def test_a_summary_that_somebody_posts_by_hand_says_nothing_of_the_days(ledger: Ledger) -> None:
    await posting(ledger)
    record = {"day": TODAY.isoformat(), "entry": 7, "head": "ab"}
    await ledger.audit.append(Entry(EntryKind.SUMMARY_POSTED, "UANA", detail=record, outcome="posted"), at=NOW)
    assert (await ledger.audit.verify()).holds


@pytest.mark.parametrize("state", [SummaryState.POSTED, SummaryState.FAILED, SummaryState.UNSURE])
async def test_only_a_posted_summary_counts_as_reported(ledger: Ledger, state: SummaryState) -> None:
    earlier = replace(SIZES, day=FIRST - timedelta(days=1))
    await ledger.history.save(earlier)
    day = await posting(ledger)
    assert await ledger.history.last_reported(TOMORROW) == earlier
    await ledger.summaries.settle(day, state, at=NOW)
    assert await ledger.history.last_reported(TOMORROW) == (SIZES if state is SummaryState.POSTED else earlier)
    assert await ledger.history.latest(TOMORROW) == SIZES


async def test_sizes_of_a_ledgers_first_day_count_as_reported(ledger: Ledger) -> None:
    await ledger.summaries.open(FIRST, at=NOW)
    begun = replace(SIZES, day=FIRST)
    await ledger.history.save(begun)
    assert await ledger.history.last_reported(TODAY) == begun


async def test_a_postponed_run_is_free_and_due_then(ledger: Ledger) -> None:
    await ledger.summaries.postpone(await posting(ledger), until=NOW + MINUTE)
    assert await ledger.summaries.load(TODAY) == SummaryRun(TODAY, SummaryState.UNDER_WAY, "", NOW)
    assert await unattended(ledger, after=timedelta(seconds=59)) == []
    assert await unattended(ledger, after=MINUTE) == [TODAY]


async def test_a_postponed_run_does_not_wait_for_a_clock_set_back(ledger: Ledger) -> None:
    await ledger.summaries.postpone(await claimed(ledger), until=NOW + MINUTE)
    assert await unattended(ledger, after=timedelta(0)) == []
    assert await unattended(ledger, after=timedelta(hours=-2)) == [TODAY]


async def test_a_run_is_settled_once(ledger: Ledger, other: Ledger) -> None:
    day = await posting(ledger)
    assert await ledger.summaries.settle(day, SummaryState.POSTED, at=NOW, channel="C1", head="ab", entries=3)
    assert not await other.summaries.settle(day, SummaryState.UNSURE, at=NOW, reason="Who knows.")
    await ledger.summaries.postpone(day, until=NOW + MINUTE)
    settled = await ledger.summaries.load(TODAY)
    assert settled
    assert (settled.state, settled.is_settled, await unattended(ledger, "one")) == (SummaryState.POSTED, True, [])
    *_, entry = await ledger.audit.entries()
    assert (entry.kind, entry.channel) == ("summary posted", "C1")
    assert entry.detail.items() >= {"day": "2026-05-04", "head": "ab", "entries": 3}.items()


async def test_an_unsure_run_may_only_turn_out_posted(ledger: Ledger) -> None:
    day = await posting(ledger)
    assert await ledger.summaries.settle(day, SummaryState.UNSURE, at=NOW, reason="Who knows.")
    assert not await ledger.summaries.settle(day, SummaryState.FAILED, at=NOW, reason="No.")
    assert await ledger.summaries.settle(day, SummaryState.POSTED, at=NOW)
    assert not await ledger.summaries.settle(day, SummaryState.POSTED, at=NOW)
    assert [kind for kind, _ in await told(ledger)] == ["summary begun", "summary unsure", "summary posted"]


async def test_the_previous_run_is_the_last_posted_or_failed(ledger: Ledger) -> None:
    day = await claimed(ledger)
    assert await ledger.summaries.previous(TODAY) is None
    await ledger.summaries.settle(day, SummaryState.FAILED, at=NOW, reason="C1: is_archived")
    await ledger.summaries.mark_reported(day)
    skipped = await ledger.summaries.open(TOMORROW, at=NOW)
    await ledger.summaries.settle(skipped, SummaryState.SKIPPED, at=NOW, reason="Late.")
    before = await ledger.summaries.previous(TOMORROW + timedelta(days=1))
    assert before == SummaryRun(TODAY, SummaryState.FAILED, "one", NOW, "C1: is_archived", reported=True)
