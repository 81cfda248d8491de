"""A ledger that is copied to another engine, or the same, is the same ledger there."""

from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack, asynccontextmanager, nullcontext
from datetime import datetime, timedelta
from functools import partial
from typing import Any, TypeVar

import pytest

from bot.core.approval.changes import Event, Run, StepState
from bot.core.audit.entries import Entry, EntryKind
from bot.core.audit.hash_chain import Verification
from bot.core.invocation import Due
from bot.core.kept_lists import SHORT
from bot.core.planning.steps import Applied, CreateSegment, FollowRule, Naming, SegmentRef, added
from bot.core.segment_rules.followed import Followed
from bot.core.segment_rules.rule import NeverOrdered
from bot.ledger.ledger import Ledger
from bot.ledger.ports.audit_file import NotCopied
from bot.ledger.postgres import schema
from bot.ledger.postgres.database import PostgresDatabase
from bot.ledger.postgres.writer import utc_now
from bot.ledger.sql import audit_log
from bot.ledger.sql.copying import copy_ledger
from bot.ledger.sql.database import Connection
from bot.ledger.sql.ledger import ledger_on
from tests.core.samples import NOW, VIPS, plan, uuid
from tests.core.summary.days import TODAY, snapshot
from tests.ledger.mortal import KilledError, Mortal
from tests.ledger.planned import LATER, carried_out, moved, planned, running
from tests.ledger.subject import SUBJECTS, SqliteSubject, Subject
from tests.postgres import BOT, ledger_database, url_of

T = TypeVar("T")
STOPPED = LATER + timedelta(minutes=1)
NAMES = ("one", "two")
LIST = tuple(map(uuid, range(SHORT + 1)))
STAYING = {
    *("processes", "ledger_schema", "tail", "audit"),
    *("fact_reading", "order_facts", "customer_facts", "subscriber_facts"),
}
"""What each process or database has for itself, a view of what is compared, and what the store still has."""
TABLES = sorted(schema.TABLES - STAYING)
engines = pytest.mark.parametrize("kinds", [(one, other) for one in SUBJECTS for other in SUBJECTS], ids=str)
Kinds = tuple[type[Subject], type[Subject]]


@asynccontextmanager
async def two(kinds: Kinds) -> AsyncIterator[tuple[Ledger, Ledger]]:
    """Two empty ledgers."""
    with ExitStack() as stack:
        source, target = (stack.enter_context(kind.fresh()) for kind in kinds)
        async with source.open(workspace="T1") as one, target.open() as other:
            yield one, other


async def filled(ledger: Ledger) -> None:
    """A change that runs, one that waits, and a Home tab."""
    await running(ledger)
    await moved(ledger, await planned(ledger, "2"), Event.POST)
    await ledger.home_tabs.mark_opened("UANA", at=NOW)


async def filled_up(ledger: Ledger) -> None:
    """A rule whose run is asked for, an addition that is to end, a restored segment, a reminder, and a summary."""
    followed = Followed(rule=NeverOrdered(), words="never ordered")
    step = FollowRule(segment=SegmentRef(name="Loyal", id=uuid(2)), after=followed)
    await carried_out(ledger, await running(ledger, "9", plan=plan(step)))
    due = Due.at(NOW, covered_by=3, attempt=1, actor="UANA", command="segment run", said="run it")
    await ledger.invocations.record(due, owner="one", at=NOW, detail={})
    ending = plan(*added(VIPS, LIST)).ending(NOW + timedelta(days=3))
    await carried_out(ledger, await running(ledger, "10", plan=ending))
    restored = CreateSegment(segment=Naming(name="Gold"), restores=True, old_id=uuid(3))
    created = Applied(created=SegmentRef(name="Gold", id=uuid(4)))
    found = await running(ledger, "11", plan=plan(restored))
    run = Run(position=0, state=StepState.DONE, applied=created)
    detail = {"effects": {uuid(4): (3, 0)}, "after": {"name": "Gold"}}
    await ledger.changes.save_run(found, run, at=NOW, detail=detail, subjects=(f"segment:{uuid(4)}",))
    await ledger.changes.queue_reminders(expiring=NOW + timedelta(days=9), at=NOW + timedelta(days=1))
    await ledger.history.save(snapshot(1, {"Gold": 3}, entry=1))
    await ledger.summaries.open(TODAY, at=NOW)


async def begin(used: Ledger) -> None:
    """A bot starts on this ledger."""
    await used.leases.renew(owner="bot", until=STOPPED + timedelta(seconds=15), now=STOPPED)


def database(ledger: Ledger) -> Any:
    return ledger.storage


async def copied(source: Ledger, target: Ledger, **options: Any) -> Verification:
    one, other = (options.get(name, database(ledger)) for name, ledger in (("one", source), ("other", target)))
    return await copy_ledger(one, other, names=NAMES, clock=lambda: STOPPED)


async def rows(ledger: Ledger) -> dict[str, list[dict[str, Any]]]:
    """All that both engines store, apart from what the target's log says at its end."""

    def read(db: Connection) -> dict[str, list[dict[str, Any]]]:
        found = {table: [dict(row) for row in db.execute(f"SELECT * FROM {table}")] for table in TABLES}
        found["entries"] = [{key: one[key] for key in ("number", "body", "seal", "mac")} for one in found["entries"]]
        return {table: sorted(each, key=repr) for table, each in found.items()}

    return await database(ledger).read(read)  # type: ignore[no-any-return]


@engines
async def test_a_copy_holds_the_same_to_the_byte(kinds: Kinds) -> None:
    async with two(kinds) as (source, target):
        await filled(source)
        await filled_up(source)
        assert {table for table, each in (await rows(source)).items() if not each} == {"archives", "unindexed"}
        whole = await copied(source, target)
        assert await target.segment_rules.all() == await source.segment_rules.all() != {}
        assert (whole.holds, (whole.entries, whole.head)) == (True, await source.audit.head())
        theirs, said = await rows(target), (await target.audit.entries())[-1]
        theirs["entries"] = [one for one in theirs["entries"] if one["number"] != said.number]
        assert theirs == await rows(source)
        assert (await source.audit.entries())[-1].detail == {"to": "two"}
        assert (said.kind, said.detail) == ("copied", {"from": "one", "entries": whole.entries, "head": whole.head})
        assert (await target.audit.verify()).holds
        assert (await planned(target, "3")).number == 6


@engines
async def test_a_copy_that_is_killed_goes_on_where_it_was(kinds: Kinds) -> None:
    async with two(kinds) as (source, target):
        await filled(source)
        kills = 0
        while True:
            try:
                whole = await copied(source, target, other=Mortal(database(target), 1))
            except KilledError:
                kills += 1
            else:
                break
        assert kills > 5
        assert (whole.entries, whole.head) == await source.audit.head()
        assert [one.kind for one in await source.audit.entries()].count("copied") == 1


@engines
async def test_many_pages_are_copied(kinds: Kinds) -> None:
    def write(db: Connection, first: int) -> None:
        for number in range(first, first + 100):
            audit_log.append(db, Entry(EntryKind.ANSWERED, subjects=(f"segment:{uuid(number)}",)), NOW)

    async with two(kinds) as (source, target):
        for first in range(0, 1_100, 100):
            await database(source).write(partial(write, first=first))
        with pytest.raises(KilledError):
            await copied(source, target, other=Mortal(database(target), 1))
        assert (await target.audit.head())[0] == 1_000
        assert (await copied(source, target)).entries == 1_101


@engines
async def test_nothing_is_copied_while_a_bot_lives(kinds: Kinds) -> None:
    async with two(kinds) as (source, target):
        for used, name in ((source, "one"), (target, "two")):
            await begin(used)
            with pytest.raises(NotCopied, match=f"A bot uses {name}"):
                await copied(source, target)
            await used.leases.resign(owner="bot")


class Joined(Mortal):
    """A ledger to which so many pages are written before a bot starts on one of both."""

    async def write(self, write: Callable[[Connection], T]) -> T:
        if not self._left:
            await begin(self.used)
        self._left -= 1
        result: T = await self._database.write(write)
        return result

    used: Ledger


@engines
@pytest.mark.parametrize("used", [0, 1], ids=NAMES)
@pytest.mark.parametrize("pages", [0, 1, 4])
async def test_a_copy_ends_where_a_bot_starts_meanwhile_on_either(pages: int, used: int, kinds: Kinds) -> None:
    async with two(kinds) as both:
        source, target = both
        await filled(source)
        joined = Joined(database(target), pages)
        joined.used = both[used]
        with pytest.raises(NotCopied, match=f"A bot uses {NAMES[used]}"):
            await copied(source, target, other=joined)
        assert "from" not in (await target.audit.entries())[-1].detail


@pytest.mark.parametrize("ahead", [-60, -1, 1, 60])
@pytest.mark.parametrize("lives", [True, False])
async def test_who_lives_is_judged_by_the_databases_clock_and_not_by_this_machines(ahead: int, lives: bool) -> None:
    def clock() -> datetime:
        return utc_now() + timedelta(seconds=ahead)

    with SqliteSubject.fresh() as file, ledger_database() as name:
        shell = PostgresDatabase(url_of(name, BOT), clock=clock)
        async with file.open() as target, ledger_on(shell) as source:
            now, until = utc_now(), timedelta(seconds=15 if lives else -0.5)
            await source.leases.renew(owner="bot", until=now + until, now=now)
            with pytest.raises(NotCopied, match="A bot uses one") if lives else nullcontext():
                await copy_ledger(shell, database(target), names=NAMES, clock=clock)


@engines
async def test_nothing_is_copied_over_another_ledger(kinds: Kinds) -> None:
    async with two(kinds) as (source, target):
        await filled(source)
        await target.audit.append(Entry(EntryKind.ANSWERED), at=NOW)
        with pytest.raises(NotCopied, match="two holds another ledger"):
            await copied(source, target)


@engines
async def test_a_ledger_that_was_written_since_is_not_mixed(kinds: Kinds) -> None:
    async with two(kinds) as (source, target):
        await filled(source)
        with pytest.raises(KilledError):
            await copied(source, target, other=Mortal(database(target), 3))
        await source.audit.append(Entry(EntryKind.ANSWERED), at=NOW)
        with pytest.raises(NotCopied, match="a part of this one as it was"):
            await copied(source, target)


class Forged(Mortal):
    """A ledger whose second entry was written by somebody else."""

    async def read(self, read: Callable[[Connection], T]) -> T:
        result: T = await self._database.read(read)
        if isinstance(result, list) and len(result) > 1 and result[0][0] == 1:
            result[1] = (2, "{}", *result[1][2:])
        return result


@engines
async def test_a_broken_chain_is_copied_no_further(kinds: Kinds) -> None:
    async with two(kinds) as (source, target):
        await filled(source)
        with pytest.raises(NotCopied, match="Entry 2 is not what was sealed"):
            await copied(source, target, one=Forged(database(source), 9))
        assert await target.audit.head() == (0, "0" * 64)


@engines
async def test_a_ledger_whose_tables_were_edited_is_refused_at_once(kinds: Kinds) -> None:
    async with two(kinds) as (source, target):
        await filled(source)
        await database(source).write(lambda db: db.execute("UPDATE changes SET requester = 'UEVE' WHERE number = 1"))
        with pytest.raises(NotCopied, match=r"nothing was copied\. .*hange 1"):
            await copied(source, target)
        assert await target.audit.head() == (0, "0" * 64)
        assert "copied" not in [one.kind for one in await source.audit.entries()]


class Busy(Mortal):
    """A ledger that somebody writes to while it is copied."""

    async def read_apart(self, read: Callable[[Connection], T]) -> T:
        await self.source.audit.append(Entry(EntryKind.ANSWERED), at=NOW)
        result: T = await self._database.read_apart(read)
        return result

    source: Ledger


@engines
async def test_a_ledger_that_is_written_meanwhile_is_not_told_to_be_copied(kinds: Kinds) -> None:
    async with two(kinds) as (source, target):
        busy = Busy(database(target), 99)
        busy.source = source
        with pytest.raises(NotCopied, match="It was written meanwhile"):
            await copied(source, target, other=busy)
