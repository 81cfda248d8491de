"""Additions until a time: whatever people do meanwhile, exactly those remain who should, and each end comes once."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.approval.changes import State
from bot.core.approval.decisions import Verdict
from bot.core.approval.due import END
from tests.disks import MEMORY
from tests.engine.bench import Bench, bench
from tests.laws.values import LAW, examples
from tests.records import create_ledger

PEOPLE = 3
HOUR = timedelta(hours=1)
FOR_GOOD = 0
"""What stands for no addition that will end."""


@dataclass
class Told:
    """What people expect, by a plain reckoning: by which addition each shopper is in, if any, and what changes did."""

    inside: dict[int, int] = field(default_factory=dict)
    ends: dict[int, datetime] = field(default_factory=dict)
    did: dict[int, dict[int, tuple[int | None, int | None]]] = field(default_factory=dict)

    def moves(self, number: int, one: int, now: int | None) -> None:
        """This change leaves the shopper in by that addition, or out."""
        self.did.setdefault(number, {})[one] = (self.inside.get(one), now)
        if now is None:
            del self.inside[one]
        else:
            self.inside[one] = now

    def adds(self, number: int, people: set[int], until: datetime | None) -> None:
        if until:
            self.ends[number] = until
        for one in people:
            by = self.inside.get(one)
            if by != FOR_GOOD and not (until and by and self.ends[by] == until):
                self.moves(number, one, number if until else FOR_GOOD)

    def removes(self, number: int, people: set[int]) -> None:
        for one in people & self.inside.keys():
            self.moves(number, one, None)

    def ends_early(self, number: int, ended: int) -> None:
        for one in [one for one, by in self.inside.items() if by == ended]:
            self.moves(number, one, None)

    def undoes(self, number: int, undone: int) -> None:
        for one, (before, after) in self.did.get(undone, {}).items():
            if before is None and one in self.inside:
                self.moves(number, one, None)
            elif after is None and one not in self.inside:
                self.moves(number, one, before)

    def keeps(self, number: int) -> None:
        """Whoever is in by this addition stays, and whoever was comes back to stay."""
        del self.ends[number]
        self.inside = {one: FOR_GOOD if by == number else by for one, by in self.inside.items()}
        for moved in self.did.values():
            moved.update({one: (FOR_GOOD, after) for one, (before, after) in moved.items() if before == number})

    def passes(self, now: datetime, ended: dict[int, int]) -> None:
        """Each end that has come took out those who were in by its addition; its undo puts them back for good."""
        for number in [one for one, at in self.ends.items() if at <= now]:
            del self.ends[number]
            for one in [one for one, by in self.inside.items() if by == number]:
                self.moves(ended[number], one, None)
                self.did[ended[number]][one] = (FOR_GOOD, None)


@dataclass
class History:
    """What people do in two processes, one act after the other; ``profiles``: whom they move."""

    one: Bench
    other: Bench
    profiles: list[str]
    told: Told = field(default_factory=Told)
    rebuilt: set[int] = field(default_factory=set)
    renewals: int = 0

    async def add(self, people: set[int], hours: int) -> None:
        until = (self.one.clock() + hours * HOUR).replace(second=0, microsecond=0) if hours else None
        words = f"{until:%Y-%m-%d %H:%M}" if until else ""
        if number := await self.asks("segment add", **self.who(people), until=words):
            self.told.adds(number, people, until)

    async def remove(self, people: set[int]) -> None:
        if number := await self.asks("segment remove", **self.who(people)):
            self.told.removes(number, people)

    async def undo(self, back: int) -> None:
        undone = await self.count() - back
        if undone in self.rebuilt:
            return
        if undone > 0 and (number := await self.asks("change undo", number=undone)):
            self.told.undoes(number, undone)

    async def end(self, back: int, verdict: Verdict | None) -> None:
        """Dan asks for an end before its time. Ben decides about it, or nobody does."""
        before = await self.count()
        ended = before - back
        await self.one.asks("change end", by="UDAN", number=max(1, ended))
        if await self.count() == before:
            return
        self.one.clock.forward(seconds=1)
        if verdict:
            await self.one.decides("UBEN", before + 1, verdict, reason="")
        if verdict is Verdict.APPROVE:
            assert (await self.one.latest()).state is State.DONE
            self.told.ends_early(before + 1, max(1, ended))

    async def keep(self, back: int) -> None:
        number = max(1, await self.count() - back)
        await self.one.asks("change keep", by="UBEN", number=number)
        if number in self.told.ends:
            assert (await self.one.ledger.changes.load(number)).kept_by == "UBEN"
            self.told.keeps(number)

    async def rebuild(self, hours: int) -> None:
        """The segment is deleted, and brought back so much later under a new id, with whoever was in it.

        What was to end meanwhile ends then.
        """
        deleted = await self.asks("segment delete", segments=["VIPs"])
        self.one.clock.forward(hours=hours)
        await self.look_around([self.one, self.other])
        restored = await self.asks("change undo", number=deleted)
        assert deleted
        assert restored
        self.rebuilt |= {deleted, restored}
        await self.wait(0, "both")

    async def renew(self, people: set[int], hours: int) -> None:
        """Profiles are deleted, and brought back so much later under new ids, in the segment if they were in it.

        What was to end of theirs meanwhile ends then, and what was of others at its time.
        """
        ends, self.renewals = dict(self.told.ends), self.renewals + 1
        aside = {one: self.told.inside.pop(one) for one in people & self.told.inside.keys()}
        owners = [self.owner(self.profiles[at]) for at in sorted(people)]
        deleted = await self.asks("shopper delete", shoppers=[" ".join(f"#{owner}" for owner in owners)])
        self.one.clock.forward(hours=hours)
        await self.look_around([self.one, self.other])
        self.told.passes(self.one.clock(), await self.ended())
        restored = await self.asks("change undo", number=deleted)
        assert deleted
        assert restored
        self.rebuilt |= {deleted, restored}
        self.told.inside |= aside
        self.told.ends |= {by: ends[by] for by in aside.values() if by != FOR_GOOD}
        for at, owner in zip(sorted(people), owners, strict=True):
            query = "SELECT id FROM profiles WHERE customer_id = ?"
            (self.profiles[at],) = [row["id"] for row in self.one.store.shop.rows(query, owner)]
        await self.wait(0, "both")

    def owner(self, profile: str) -> int:
        (row,) = self.one.store.shop.rows("SELECT customer_id FROM profiles WHERE id = ?", profile)
        return int(row["customer_id"])

    async def wait(self, hours: int, process: str) -> None:
        """Time passes. One process looks around, or both at once; or one dies over it, and the other goes on."""
        self.one.clock.forward(hours=hours)
        if process == "killed":
            await self.one.engine.housekeeper.run_due()
            await self.one.dies()
            await self.one.engine.process.live()
        await self.look_around({"one": [self.one], "other": [self.other]}.get(process, [self.one, self.other]))
        self.told.passes(self.one.clock(), await self.ended())

    @staticmethod
    async def look_around(which: list[Bench]) -> None:
        for _ in range(3):
            await asyncio.gather(*(each.engine.housekeeper.run_due() for each in which))
            await asyncio.gather(*(each.tasks.settled() for each in which))

    def who(self, people: set[int]) -> dict[str, Any]:
        return {"segment": ["VIPs"], "shoppers": [" ".join(self.profiles[at] for at in sorted(people))]}

    async def asks(self, command: str, **values: Any) -> int | None:
        """The number of the change that was asked for, approved if it waits; None if nothing came of it."""
        before = await self.count()
        await self.one.asks(command, **values)
        if await self.count() == before:
            return None
        if (await self.one.latest()).state is State.WAITING:
            self.one.clock.forward(seconds=1)
            await self.one.decides("UBEN", before + 1)
        assert (await self.one.latest()).state is State.DONE
        return before + 1

    async def count(self) -> int:
        return await self.one.ledger.changes.count("all", "")

    async def ended(self) -> dict[int, int]:
        """Which change ended which addition by itself; each did so once, and again for whom it did not find."""
        changes = [await self.one.ledger.changes.load(number) for number in range(1, await self.count() + 1)]
        ended = {one.covered_by.change: one.number for one in changes if one.command == END and one.covered_by}
        again = sum(one.command == END and one.covered_by is not None for one in changes) - len(ended)
        assert again <= self.renewals
        return ended


people = st.sets(st.integers(0, PEOPLE - 1), min_size=1)
acts = st.one_of(
    st.tuples(st.just(History.add), people, st.sampled_from((0, 5, 9, 30))),
    st.tuples(st.just(History.remove), people),
    st.tuples(st.just(History.undo), st.integers(0, 4)),
    st.tuples(st.just(History.end), st.integers(0, 3), st.sampled_from((Verdict.APPROVE, Verdict.REJECT, None))),
    st.tuples(st.just(History.keep), st.integers(0, 3)),
    st.tuples(st.just(History.rebuild), st.sampled_from((0, 6, 12))),
    st.tuples(st.just(History.renew), people, st.sampled_from((0, 6, 12))),
    st.tuples(st.just(History.wait), st.sampled_from((2, 6, 12)), st.sampled_from(("one", "other", "both", "killed"))),
)


@asynccontextmanager
async def two_processes() -> AsyncIterator[History]:
    """Two processes on one ledger, and shoppers with profiles who are in no segment."""
    with TemporaryDirectory(dir=MEMORY) as folder:
        path = Path(folder) / "ledger.sqlite"
        create_ledger(path)
        async with bench(path, customers=20) as one, one.another(path) as other:
            query = "SELECT id FROM profiles WHERE position NOT IN (SELECT profile FROM members) ORDER BY position"
            yield History(one, other, [row["id"] for row in one.store.shop.rows(query)][:PEOPLE])


@given(st.lists(acts, min_size=3, max_size=14))
@settings(LAW, max_examples=examples(15))
async def test_exactly_those_remain_who_should_and_each_end_comes_once(acts: list[Any]) -> None:
    async with two_processes() as history:
        before = history.one.members("VIPs")
        for act, *told in acts:
            await act(history, *told)
        await history.wait(40, "both")
        inside = history.one.members("VIPs")
        assert {at for at, profile in enumerate(history.profiles) if profile in inside} == history.told.inside.keys()
        assert before <= inside
        assert not await history.one.ledger.changes.ends_due(history.one.clock())
        assert (await history.one.ledger.audit.verify()).holds
