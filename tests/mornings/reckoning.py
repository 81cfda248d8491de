"""What two bots have to have done by now in a store whose segments live: told by plain books, and held against it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from bot.core.approval.changes import Change, State
from bot.core.audit.entries import RecordedEntry
from bot.ledger.ledger import Ledger
from bot.sandbox.store import Store
from tests.core.segment_rules.plain_evaluation import PlainShop
from tests.core.segment_rules.plain_store import plain_shop
from tests.harness import Clock
from tests.mornings.books import HAND, Books
from tests.mornings.plain_rules import DAY, Rule, Wanted, fits, is_slot
from tests.records import entries_of

RUN, END = "segment run", "change end"
AT_MOST_LATE = timedelta(seconds=60)
BROKEN = {"fail", "stop", "step failed", "contradict"}
"""Entries that nothing in these months may lead to."""


class Asked(NamedTuple):
    """What people asked for: its ``kind``, where, with whom and until when; which change it undoes; or which rule."""

    kind: str
    segment: str = ""
    people: tuple[int, ...] = ()
    until: datetime | None = None
    undone: int = 0
    words: str = ""
    runs: time | str = ""


class Run(NamedTuple):
    """A run of a rule that went without a click."""

    slot: datetime
    joins: int
    leaves: int


@dataclass
class Reckoning:
    """Reads what is new in the log, and books what should have come of it.

    ``rules`` are in force, ``past_rules`` all, by the changes that began them. ``asked``: what changes were asked for.
    ``taken``: how often a time of a rule, or an end, was met. ``waiting``: runs that are not over, by segment.
    ``shops``: the store at the readings by which a rule may go now. ``calm_since``: when something last went wrong
    with bots or clocks. ``told`` counts what happened.
    """

    store: Store
    clock: Clock
    zone: ZoneInfo
    names: Sequence[str]
    books: Books
    rules: dict[str, Rule] = field(default_factory=dict)
    past_rules: dict[int, Rule] = field(default_factory=dict)
    asked: dict[int, Asked] = field(default_factory=dict)
    runs: dict[str, list[Run]] = field(default_factory=dict)
    taken: Counter[tuple[int, datetime]] = field(default_factory=Counter)
    waiting: dict[str, int] = field(default_factory=dict)
    shops: list[PlainShop] = field(default_factory=list)
    calm_since: datetime | None = None
    told: Counter[str] = field(default_factory=Counter)
    _dues: dict[str, tuple[int, datetime]] = field(default_factory=dict)
    _is_half_read: bool = False
    _read_to: datetime | None = None
    _seen: int = 0

    def died(self) -> None:
        """A bot was killed: maybe while it read, so that some of what rules go by is as it is now."""
        self._is_half_read = True
        self.shops.append(plain_shop(self.store))

    async def notes(self, ledger: Ledger) -> None:
        """Book what is new on record."""
        fresh = await ledger.facts.freshness()
        if fresh.read_to != self._read_to:
            self._read_to, self._is_half_read = fresh.read_to, False
            self.shops.append(plain_shop(self.store))
        elif not self._is_half_read:
            self.shops = self.shops[-1:]
        for entry in entries_of(ledger, after=self._seen):
            self._seen = entry.number
            self._note(entry, await ledger.changes.load(entry.change) if entry.change else None)

    async def is_owed(self, ledger: Ledger) -> bool:
        """Whether something is to come yet that nobody has to decide."""
        rows = await ledger.changes.latest("pending", "", 1000)
        if any(one.state is not State.WAITING for one in rows):
            return True
        now, books = self.clock.now, self.books
        for name, rule in self.rules.items():
            slot = rule.latest(now, self.zone)
            if slot and slot > rule.since and name not in self.waiting and not self.taken[rule.change, slot]:
                return True
        ends = [number for number, at in books.ends.items() if at <= now]
        return any(number not in books.ended and books.leaving(number) for number in ends)

    def check(self) -> None:
        """Nothing was done twice, and each segment has those whom the books have. What is to end by now has ended."""
        self.books.passes(self.clock.now)
        twice = {pair: times for pair, times in self.taken.items() if times > 1}
        assert not twice, f"done twice: {twice}"
        for name in self.names:
            now, inside = self.in_store(name), self.books.inside[name]
            assert now == inside, f"{name} at {self.clock.now}: {now - inside} too many, {inside - now} too few"

    def in_store(self, name: str) -> set[int]:
        """The customers in a segment, by the store's tables."""
        rows = self.store.shop.rows(
            "SELECT customer_id FROM members JOIN profiles ON profile = profiles.position "
            "JOIN segments ON segment = segments.position WHERE segments.name = ?",
            name,
        )
        return {row["customer_id"] for row in rows}

    def _note(self, entry: RecordedEntry, change: Change | None) -> None:
        delivery = entry.detail.get("sealed", {}).get("delivery")
        if entry.kind == "asked" and "covered_by" in entry.detail:
            covered = entry.detail["covered_by"]
            self._dues[delivery] = covered["change"], datetime.fromisoformat(covered["slot"])
        elif entry.kind == "answered" and delivery in self._dues:
            self._answered(*self._dues[delivery])
        if change is None:
            return
        assert entry.kind not in BROKEN, (entry, change)
        if entry.kind == "planned" and change.covered_by:
            self._planned(change, change.covered_by.change, change.covered_by.slot)
        if entry.kind == "finish":
            self._finished(change, datetime.fromisoformat(entry.at))
        if not change.is_open:
            self.waiting = {name: number for name, number in self.waiting.items() if number != change.number}

    def _planned(self, change: Change, covering: int, slot: datetime) -> None:
        """The bot asked itself, and something is to be done."""
        self.taken[covering, slot] += 1
        if change.command == END:
            return
        name = _segment_of(change)
        assert name not in self.waiting, f"a run of {name} beside change {self.waiting[name]}"
        self._look_at_slot(covering, slot)
        self.waiting[name] = change.number
        joins = sum(step.moves.added for step in change.plan.steps)
        leaves = sum(step.moves.removed for step in change.plan.steps)
        assert len(self.shops) > 1 or (joins, leaves) == tuple(map(len, self._moves(name))), (name, change.number)
        before = [one for one in self.runs.get(name, ()) if one.slot > slot - DAY]
        sums = sum(one.joins for one in before), sum(one.leaves for one in before)
        fitting = fits(len(self.books.inside[name]), joins, leaves, sums)
        assert fitting == change.is_routine, f"{name}: +{joins} -{leaves} after {sums}, {change.need.why}"
        self.told["routine" if change.is_routine else "held"] += 1

    def _answered(self, covering: int, slot: datetime) -> None:
        """The bot asked itself, and there was nothing to do."""
        self.taken[covering, slot] += 1
        self.told["nothing to do"] += 1
        if covering in self.past_rules:
            self._look_at_slot(covering, slot)
            name = next(name for name, rule in self.rules.items() if rule.change == covering)
            assert len(self.shops) > 1 or self._moves(name) == (set(), set()), (name, slot, self._moves(name))

    def _look_at_slot(self, covering: int, slot: datetime) -> None:
        """It is a time of that rule, which has come, and after the rule began."""
        rule = self.past_rules[covering]
        assert is_slot(rule.runs, slot, self.zone), f"{slot} is no time of {rule}"
        assert rule.since < slot <= self.clock.now, f"{slot} is no time of {rule}"

    def _moves(self, name: str) -> tuple[set[int], set[int]]:
        """Who surely is to come and to go by the rule now."""
        wanted, inside = self._wanted(name), self.books.inside[name]
        return set(wanted.inside - inside), set(inside & wanted.out)

    def _wanted(self, name: str) -> Wanted:
        return Wanted.by(self.rules[name].words, self.shops, self.clock.now, self.zone)

    def _finished(self, change: Change, at: datetime) -> None:
        """Book what a change did, as it was asked."""
        if change.command == RUN:
            self._ran(change, at, _segment_of(change))
        elif change.command == END and change.covered_by:
            self._ended(change.number, change.covered_by.change, at)
        else:
            self._did(self.asked[change.number], change, at)

    def _did(self, asked: Asked, change: Change, at: datetime) -> None:
        number, books = change.number, self.books
        self.told[asked.kind] += 1
        match asked.kind:
            case "add":
                books.adds(number, asked.segment, asked.people, at, asked.until)
            case "remove":
                books.takes(number, asked.segment, asked.people, at)
            case "undo":
                books.undoes(number, asked.undone, at)
            case "freeze":
                del self.rules[asked.segment]
            case "follow":
                self._follows(asked, change)
                self._ran(change, at, asked.segment)

    def _follows(self, asked: Asked, change: Change) -> None:
        """A segment follows another rule than before; who asks for the same one lets it run."""
        now = self.rules.get(asked.segment)
        if now is None or (now.words, now.runs) != (asked.words, asked.runs):
            assert change.started_at
            rule = Rule(asked.words, asked.runs, change.number, change.started_at)
            self.rules[asked.segment] = self.past_rules[change.number] = rule

    def _ended(self, number: int, ended: int, at: datetime) -> None:
        came = self.books.ends[ended]
        assert ended not in self.books.ended, f"addition {ended} ends twice"
        assert came <= at, f"addition {ended} ends at {at}, before {came}"
        if self.calm_since and self.calm_since <= came:
            assert at - came <= AT_MOST_LATE, f"addition {ended} ends at {at}, for {came}"
        self.books.ends_now(number, ended, at)
        self.told["ended"] += 1

    def _ran(self, change: Change, at: datetime, name: str) -> None:
        """A rule ran; where two readings tell of somebody otherwise, the store tells by which it went."""
        (joins, leaves), inside = self._moves(name), self.books.inside[name]
        if len(self.shops) > 1:
            now, wanted = self.in_store(name), self._wanted(name)
            came, went = now - inside, inside - now
            is_of_two = len(self.shops) == 2 and not self._is_half_read
            assert not is_of_two or (came <= wanted.maybe_inside and went <= wanted.maybe_out), (name, change.number)
            joins, leaves = joins | came, leaves | went
        if change.covered_by and change.is_routine:
            self.runs.setdefault(name, []).append(Run(change.covered_by.slot, len(joins), len(leaves)))
        self.books.puts(change.number, name, joins, at, owner=HAND)
        self.books.takes(change.number, name, leaves, at)


def _segment_of(change: Change) -> str:
    return next(step.target.name for step in change.plan.steps if step.target)
