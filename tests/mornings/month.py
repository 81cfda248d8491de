"""A month in the life of a ledger: bots that come and go, traffic through them and past them, clocks that jump.

The month keeps its own books, from the emulated store and from what the log holds: what each summary has to say.
"""

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import count
from typing import Any

from bot.core.answers import Answer
from bot.core.approval.changes import State
from bot.core.approval.decisions import Decision, Verdict
from bot.core.approval.policy import Policy
from bot.core.daily_times import due
from bot.core.invocation import ClickedButton
from bot.engine.daily_summary import Schedule
from bot.ledger.ledger import Ledger
from tests.approvals.mortal import Site
from tests.approvals.team import ANA, APPROVERS, BEN, Process, Team
from tests.core.samples import invocation
from tests.harness import Clock
from tests.records import entries_of

POLICY = Policy(approvers=frozenset({APPROVERS}))
CATCH_UP = timedelta(hours=6)
STEP = timedelta(hours=3)
LONGEST_WAIT, FARTHEST_JUMP, SHORT_DOWNTIME = 36 * 60, 72 * 60, 8 * 60
"""Minutes."""
FEW = 8
"""Segments that are left at least, for there to be something to tell."""
_MINE = "(SELECT position FROM segments WHERE name = :name)"
PAST = {
    "create": "INSERT OR IGNORE INTO segments (id, name, description, created_at, updated_at) "
    "SELECT :id, 'Made ' || :number, '', created_at, updated_at FROM segments LIMIT 1",
    "rename": "UPDATE OR IGNORE segments SET name = 'Renamed ' || :number WHERE name = :name",
    "delete": "DELETE FROM segments WHERE name = :name",
    "empty": f"DELETE FROM members WHERE segment = {_MINE}",
    "fill": "INSERT OR IGNORE INTO members SELECT segments.position, profiles.position FROM profiles JOIN segments "
    f"ON segments.position = {_MINE} LIMIT :some",
    "close an account": "DELETE FROM profiles WHERE id = (SELECT id FROM profiles LIMIT 1 OFFSET :some)",
}
"""What somebody does in the store's control panel."""
ASKED = ("add", "remove", "clear", "delete", "create", "edit", "copy", "undo", "delete shoppers")
"""What somebody asks the bot for."""


@dataclass(frozen=True)
class Act:
    """What happens: its ``kind``, and numbers that say ``which`` of its kind, where, and how much of it."""

    kind: str
    which: int = 0
    number: int = 0


@dataclass(frozen=True)
class Books:
    """What the month itself counted when a summary was due.

    Names and sizes by id in the store; how many changes waited for somebody, and how long the log was,
    just before the bots looked around and just after: what expires at the same time may be told or not.
    """

    sizes: dict[str, tuple[str, int]]
    waiting: tuple[int, int]
    entries: tuple[int, int]

    @property
    def memberships(self) -> int:
        return sum(size for _, size in self.sizes.values())


@dataclass
class Month:
    """``told`` are the summaries by their day, ``books`` what had to be in them, ``fates`` what became of each day.

    A first day that lies ahead, since a clock was wrong, gives way to an earlier one, and then is a day like any other.

    ``heirs``: new ids, by the old ones, of the segments that an undo made again.
    """

    site: Site
    schedule: Schedule
    team: Team
    clock: Clock
    bots: list[Process | None] = field(default_factory=lambda: [None, None])
    told: dict[date, Answer] = field(default_factory=dict)
    books: dict[date, Books] = field(default_factory=dict)
    fates: list[tuple[date, str]] = field(default_factory=list)
    through: list[tuple[int, Counter[str]]] = field(default_factory=list)
    heirs: dict[str, str] = field(default_factory=dict)
    _asks: Iterator[int] = field(default_factory=lambda: count(1))

    @classmethod
    def of(cls, site: Site, schedule: Schedule, begun: datetime) -> "Month":
        clock, dice = Clock(), random.Random(7)
        clock.now = begun
        team = Team.around(clock, dice, lambda _sent: None)
        team.schedule = schedule
        return cls(site, schedule, team, clock)

    async def close(self) -> None:
        for at in range(len(self.bots)):
            await self._go(at, "kill")
        self.team.store.close()

    @property
    def alive(self) -> list[Process]:
        return [one for one in self.bots if one]

    @property
    def ledger(self) -> Ledger:
        """Whoever looks, as long as somebody runs."""
        return self.alive[0].ledger

    # What happens

    async def happens(self, act: Act) -> None:
        match act.kind:
            case "wait":
                await self._wait(timedelta(minutes=1 + act.number % LONGEST_WAIT))
            case "jump":
                self.clock.forward(minutes=act.number % (2 * FARTHEST_JUMP) - FARTHEST_JUMP)
                await self._sweep()
            case "come":
                await self._come(act.which % 2)
            case "go":
                await self._go(act.which % 2, ("stop", "kill")[act.number % 2])
            case "restart":
                await self._go(act.which % 2, ("stop", "kill")[act.number % 2])
                await self._wait(timedelta(minutes=1 + act.number % SHORT_DOWNTIME))
                await self._come(act.which % 2)
            case "ask" if self.alive:
                await self._ask(ASKED[act.which % len(ASKED)], act.number)
            case "past":
                self._past(sorted(PAST)[act.which % len(PAST)], act.number)

    async def _come(self, at: int) -> None:
        if self.bots[at] is None:
            self.bots[at] = await Process.start(self.site, self.team, POLICY)
            await self._sweep()

    async def _go(self, at: int, how: str) -> None:
        """At a quiet moment: nothing is under way."""
        process, self.bots[at] = self.bots[at], None
        if process:
            if how == "stop":
                await process.engine.stop()
            await process.kill()

    async def _wait(self, time: timedelta) -> None:
        """Time passes; the bots look around now and then, and just when a summary is due."""
        end = self.clock.now + time
        while self.clock.now < end:
            self.clock.now = self._next(min(self.clock.now + STEP, end))
            await self._sweep()

    def _next(self, until: datetime) -> datetime:
        """The next moment at which a bot finds something to do."""
        _, came = self.schedule.due(until)
        just_before = came - timedelta(seconds=1)
        return next((one for one in (just_before, came) if self.clock.now < one <= until), until)

    async def _sweep(self) -> None:
        """All bots look around at once, and then once more."""
        if not self.alive:
            return
        fate, day = self._fate()
        waiting, entries = await self._waiting(), self.last_entry()
        before = len(self.team.slack.announced)
        for one in (*self.alive, *self.alive[::-1]):
            one.engine.process.tasks.start(one.engine.housekeeper.run_due())
        for one in self.alive:
            await one.settled()
        new = self.team.slack.announced[before:]
        assert len(new) == (fate == "posted"), (day, fate, new)
        if new:
            ranges = (waiting, await self._waiting()), (entries, self.last_entry())
            self.told[day], self.books[day] = new[0], Books(self.sizes(), *ranges)

    async def _waiting(self) -> int:
        pending = await self.ledger.changes.latest("pending", "", 1000)
        return sum(one.state is State.WAITING for one in pending)

    def _fate(self) -> tuple[str, date]:
        """What has to become of the day that is due; nothing, where that is clear already."""
        day, came = due(self.clock.now, self.schedule.at, self.schedule.zone)
        known = dict(self.fates)
        first = min(known, default=day + timedelta(days=1))
        if day == first or known.get(day, "begun") != "begun":
            return "", day
        late = self.clock.now - came > CATCH_UP
        fate = "begun" if day < first else "skipped" if late else "posted"
        self.fates.append((day, fate))
        return fate, day

    # Through the bot

    async def _ask(self, what: str, number: int) -> None:
        process = self.alive[number % len(self.alive)]
        before = self.sizes()
        await self._says(process, *self._words(what, number))
        if number % 5:  # some wait for another day
            await self._signs(process)
        after = self.sizes()
        moved = Counter({id_: after.get(id_, ("", 0))[1] - before.get(id_, ("", 0))[1] for id_ in {*before, *after}})
        self.through.append((self.last_entry(), moved))
        if self._changes():  # what waited may have been signed only now
            self.heirs |= (await process.ledger.changes.load(self._changes())).restored

    async def _says(self, process: Process, command: str, values: dict[str, Any]) -> None:
        await process.ask(invocation(f"ask-{next(self._asks)}", ANA, command, values=values))
        await process.settled()

    async def _signs(self, process: Process) -> None:
        for brief in await process.ledger.changes.latest("all", "", 1):
            if brief.state is State.WAITING:
                shown = (await process.ledger.changes.load(brief.number)).shown
                decision = Decision(number=shown.number, verdict=Verdict.APPROVE, version=shown.version)
                id_ = f"ask-{next(self._asks)}"
                button = ClickedButton(shown=shown)
                await process.ask(invocation(id_, BEN, "approve", decision=decision, button=button))
                await process.settled()

    def _words(self, what: str, number: int) -> tuple[str, dict[str, Any]]:
        name, customers = self._name(number), self._customers(number)
        inside = self._inside(name)[: 1 + number % 7]
        wanted: dict[str, tuple[str, dict[str, Any]]] = {
            "add": ("segment add", {"segment": name, "shoppers": customers}),
            "remove": ("segment remove", {"segment": name, "shoppers": inside or customers}),
            "clear": ("segment clear", {"segment": name}),
            "delete": ("segment delete", {"segments": [name]}),
            "create": ("segment create", {"name": f"Asked {number}"}),
            "edit": ("segment edit", {"segment": name, "name": f"Edited {number}"}),
            "copy": ("segment copy", {"segment": name, "name": f"Copy {number}"}),
            "undo": ("change undo", {"number": max(1, self._changes())}),
            "delete shoppers": ("shopper delete", {"shoppers": customers[:2]}),
        }
        few = len(self.sizes()) < FEW and what == "delete"
        return wanted["create" if few else what]

    def _name(self, number: int) -> str:
        names = [name for name, _ in self.sizes().values()]
        return names[number % len(names)]

    def _changes(self) -> int:
        """How many changes there are."""
        return max((entry.change or 0 for entry in entries_of(self.ledger)), default=0)

    def _customers(self, number: int) -> list[str]:
        rows = self.team.store.shop.rows("SELECT id FROM customers LIMIT ? OFFSET ?", 1 + number % 9, number % 60)
        return [str(row["id"]) for row in rows]

    def _inside(self, name: str) -> list[str]:
        sql = f"SELECT id FROM profiles WHERE position IN (SELECT profile FROM members WHERE segment = {_MINE})"
        return [row["id"] for row in self.team.store.shop.db.execute(sql, {"name": name})]

    # Past the bot

    def _past(self, what: str, number: int) -> None:
        shop = self.team.store.shop
        if what == "delete" and len(self.sizes()) < FEW:
            what = "create"
        values = {"name": self._name(number), "number": number, "some": number % 40, "id": shop.new_id()}
        with shop.db as db:
            db.execute(PAST[what], values)

    # The month's own books

    def sizes(self) -> dict[str, tuple[str, int]]:
        """Names and sizes, by id, in the store."""
        sql = """SELECT segments.id, name, count(profile) AS size FROM segments
                 LEFT JOIN members ON segment = segments.position GROUP BY segments.position"""
        return {row["id"]: (row["name"], row["size"]) for row in self.team.store.shop.rows(sql)}

    def last_entry(self) -> int:
        return max((entry.number for entry in entries_of(self.ledger)), default=0)
