"""Whatever happens in a month: one summary a day, and every number in it is the one that the store and the log tell."""

import asyncio
import re
import tempfile
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from bot.core.answers import Answer, Delta, Fields, Sentence, Table
from bot.core.audit.entries import RecordedEntry
from bot.engine.daily_summary import Schedule
from tests.approvals.mortal import NewSite, Site, in_file, on_server
from tests.disks import MEMORY
from tests.laws.values import LAW
from tests.mornings.month import Act, Books, Month
from tests.records import entries_of, verified

DEEP = 150
"""Months: some thirty days each."""
FINISHED = ("finish", "fail", "stop")
DAY, WEEK, LONGEST_WEEK = timedelta(days=1), timedelta(days=7), timedelta(days=10)
KINDS = ("wait",) * 16 + ("ask",) * 16 + ("past",) * 9 + ("restart",) * 3 + ("come",) * 2 + ("go", "jump")
acts = st.builds(Act, st.sampled_from(KINDS), st.integers(0, 99), st.integers(0, 9999))
schedules = st.builds(
    Schedule,
    st.just("CSEGMENTS"),
    st.sampled_from((time(9), time(0), time(2, 30), time(23, 59), time(1, 15))),
    st.sampled_from(("Europe/Berlin", "UTC", "America/St_Johns", "Australia/Lord_Howe")).map(ZoneInfo),
)
begins = st.sampled_from((datetime(2027, 3, 14), datetime(2027, 10, 20), datetime(2027, 6, 1)))
"""Clocks change in the second or third week of the first two."""


@pytest.mark.parametrize(("on", "quick"), [(in_file, 3), (on_server, 1)])
def test_every_day_of_a_month_has_one_summary_whose_numbers_are_those_of_store_and_log(
    on: NewSite, quick: int, deep: bool
) -> None:
    # Examples are always the same, and shrinking a month that fails would take longer than a test may.
    @settings(LAW, max_examples=DEEP if deep else quick, phases=[Phase.generate])
    @given(schedules, begins, st.lists(acts, min_size=150, max_size=200))
    def law(schedule: Schedule, begun: datetime, happens: list[Act]) -> None:
        with tempfile.TemporaryDirectory(dir=MEMORY) as folder, on(Path(folder)) as site:
            asyncio.run(lived(site, schedule, begun, happens))

    law()


async def lived(site: Site, schedule: Schedule, begun: datetime, happens: list[Act]) -> None:
    # Half a second off, so that nothing that is asked expires at the very moment of a summary.
    month = Month.of(site, schedule, begun.replace(hour=12, microsecond=500_000, tzinfo=UTC))
    try:
        await month.happens(Act("come"))
        for act in happens:
            await month.happens(act)
        await month.happens(Act("come"))
        judge(month)
    finally:
        await month.close()


def judge(month: Month) -> None:
    """One summary a day, where some bot was there in time, and nothing in it that is not so."""
    ledger = month.ledger
    entries = entries_of(ledger)
    assert verified(ledger).holds
    on_record = [(one.detail["day"], one.kind) for one in entries if one.kind.startswith("summary ")]
    fates = [(day.isoformat(), f"summary {fate}") for day, fate in month.fates]
    assert on_record == fates
    assert [day for day, fate in month.fates if fate == "posted"] == list(month.told)
    for day in month.told:
        Told.of(month, day, entries).judge()


@dataclass
class Told:
    """What one summary says, beside what it has to say."""

    month: Month
    day: date
    entries: list[RecordedEntry]
    answer: Answer
    books: Books

    @classmethod
    def of(cls, month: Month, day: date, entries: list[RecordedEntry]) -> "Told":
        return cls(month, day, entries, month.told[day], month.books[day])

    def judge(self) -> None:
        assert self.books.entries[0] <= self.length <= self.books.entries[1]
        assert self.head == self.entries[self.length - 1].seal
        assert self.table() == self.expected_table(), self.day
        assert self.totals() == self.expected_totals(), self.day
        assert self.listed("Through the bot .*") == self.expected_changes(), self.day
        assert min(self.books.waiting) <= self.listed("Waiting for approval") <= max(self.books.waiting)
        assert self.gone() == self.expected_gone(), self.day

    # What it says

    def sentences(self) -> list[str]:
        return [part.text for part in self.answer.parts if isinstance(part, Sentence)]

    def sentence(self, pattern: str) -> re.Match[str] | None:
        return next((found for one in self.sentences() if (found := re.search(pattern, one))), None)

    @property
    def length(self) -> int:
        """How many entries it says that the log has."""
        found = self.sentence(r"^The log has ([\d,]+) entr")
        assert found
        return int(found[1].replace(",", ""))

    @property
    def head(self) -> str:
        found = self.sentence(r"its head is ([0-9a-f]{64})\.$")
        assert found
        return found[1]

    def table(self) -> Counter[tuple[object, ...]]:
        (table,) = (part for part in self.answer.parts if isinstance(part, Table))
        return Counter(tuple(cell.by if isinstance(cell, Delta) else cell for cell in row) for row in table.rows)

    def totals(self) -> str:
        found = self.sentence(r"^.* segments used; .*$")
        assert found
        return re.sub(r" (since|over) [^,.]*", "", found[0])

    def listed(self, what: str) -> int:
        found = self.sentence(rf"^{what}: ([\d,]+) changes?\.$")
        assert not found or any(isinstance(part, Fields) for part in self.answer.parts)
        return int(found[1]) if found else 0

    def gone(self) -> int:
        """How many segments it calls deleted."""
        found = self.sentence(r"^Deleted: (.*)\.$")
        more = re.search(r" and ([\d,]+) more$", found[1]) if found else None
        return len(re.findall(r" \(\d+ shoppers?\)", found[1])) + (int(more[1]) if more else 0) if found else 0

    # What it has to say

    def earlier(self, until: date) -> "Told | None":
        """The latest day's summary up to this day, of those that were told already when this one was."""
        told = list(self.month.told)
        days = [day for day in told[: told.index(self.day)] if day <= until]
        return Told.of(self.month, max(days), self.entries) if days else None

    @property
    def before(self) -> "Told | None":
        return self.earlier(self.day - DAY)

    @property
    def week(self) -> "Told | None":
        """A week before; nothing more, where that is the day that it compares with anyway."""
        before, found = self.before, self.earlier(self.day - WEEK)
        if not before or not found or found.day == before.day:
            return None
        return found if found.day >= self.day - LONGEST_WEEK else None

    def expected_table(self) -> Counter[tuple[object, ...]]:
        before, week = self.before, self.week
        rows = Counter[tuple[object, ...]]()
        for id_, (name, size) in self.books.sizes.items():
            was, old = self.known(before).get(id_, ("", 0))
            shown = f"{name} (was {was})" if was not in ("", name) else name if was or not before else f"{name} (new)"
            bot = sum(self.moved(moved, id_) for number, moved in self.month.through if self._since(before, number))
            daily = (size - old, bot, size - old - bot) if before else ()
            weekly = (size - self.known(week).get(id_, ("", 0))[1],) if week else ()
            rows[(shown, size, *daily, *weekly)] += 1
        return rows

    def known(self, other: "Told | None") -> dict[str, tuple[str, int]]:
        """Names and sizes of another day, by the ids that those segments had on this one."""
        return {self.by_now(id_): found for id_, found in other.books.sizes.items()} if other else {}

    def moved(self, moved: Counter[str], id_: str) -> int:
        return sum(count for old, count in moved.items() if self.by_now(old) == id_)

    def by_now(self, id_: str) -> str:
        """The id that a segment had on this day, also where an undo made it again."""
        while id_ not in self.books.sizes and id_ in self.month.heirs:
            id_ = self.month.heirs[id_]
        return id_

    def _since(self, before: "Told | None", number: int) -> bool:
        return before is not None and before.length < number <= self.length

    def expected_totals(self) -> str:
        now = self.books.memberships
        compared = [_up_or_down(now - one.books.memberships) for one in (self.before, self.week) if one]
        return f"{len(self.books.sizes)} of 1,000 segments used; {', '.join((f'{now} memberships', *compared))}."

    def expected_changes(self) -> int:
        since = self.before.length if self.before else 0
        return sum(one.kind in FINISHED and since < one.number <= self.length for one in self.entries)

    def expected_gone(self) -> int:
        return len(self.known(self.before).keys() - self.books.sizes.keys())


def _up_or_down(by: int) -> str:
    return f"{'up' if by > 0 else 'down'} {abs(by)}" if by else "unchanged"
