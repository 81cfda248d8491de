"""Half a year in a store whose segments live: people, shoppers and hands, and two bots. All is dealt by one seed."""

import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

from bot.core.approval.changes import State
from bot.core.approval.decisions import Decision, Verdict
from bot.core.invocation import ClickedButton
from bot.sandbox.store.resources import segments as store_segments
from tests.approvals.mortal import Site
from tests.approvals.team import ANA, BEN, Team
from tests.core.samples import invocation
from tests.harness import Clock
from tests.mornings.books import Books
from tests.mornings.plain_rules import DAY, EACH_HOUR, RULES, SLEEPS, SPENT, TWICE
from tests.mornings.reckoning import Asked, Reckoning
from tests.mornings.two_bots import TwoBots

RULED = ("Buyers", "Regulars", "Sleepers")
SEGMENTS = (*RULED, "Friends")
FIRST: tuple[tuple[str, time | str], ...] = ((SPENT, time(2, 30)), (TWICE, EACH_HOUR), (SLEEPS, time()))
"""What the first three follow at first: the time that clocks skip or show twice, each hour, and midnight."""
TIMES = ("02:30", "02:00", "00:00", "03:00", "01:45", "06:00", "23:30")
RUNS: tuple[time | str, ...] = (*map(time.fromisoformat, TIMES), EACH_HOUR, "by hand")
AHEAD = tuple(60 * hours for hours in (1, 6, 25, 3 * 24, 9 * 24))
"""Minutes after which additions end, about."""
CONSENTS = ("marketing_newsletter", "abandoned_cart")
"""Of which one is no marketing. Whoever subscribes to nothing any more is seen only once a week."""
PEOPLE = 40
"""Customers whom people and hands move, and of whom it is asked why."""
OFTEN = 0.85
"""How much of what happens is what people do every day."""


@dataclass
class HalfYear(TwoBots):
    """What people and shoppers do, day by day."""

    _asks: "count[int]" = field(default_factory=lambda: count(1))

    @classmethod
    def of(cls, site: Site, zone: str, begun: datetime, seed: str) -> "HalfYear":
        """A shop with a month of orders behind it, and segments with nobody in them."""
        clock, dealt = Clock(), random.Random(seed)
        clock.now = begun - 30 * DAY
        team = Team.around(clock, random.Random(seed), lambda _sent: None)
        team.zone = ZoneInfo(zone)
        store_segments.create(team.store.shop, [store_segments.Draft(name) for name in SEGMENTS])
        reckoning = Reckoning(team.store, clock, team.zone, SEGMENTS, Books(SEGMENTS))
        made = cls(site, team, dealt, reckoning)
        while clock.now < begun:
            made._sell()
            clock.forward(hours=12)
        return made

    async def begin(self) -> None:
        """Both bots come, and three segments begin to follow rules."""
        await self.come()
        await self._ask("segment list")
        for name, (words, runs) in zip(RULED, FIRST, strict=True):
            await self._follow(name, words, runs)
        await self.look_around()

    async def day(self) -> None:
        """A day passes: something happens at some of its times, and each time that is due is met."""
        begun = self.now
        for at in sorted(self.dealt.randint(1, 24 * 60 - 1) for _ in range(self.dealt.randint(3, 6))):
            await self.pass_until(begun + timedelta(minutes=at, seconds=self.dealt.choice((0, 20, 40))))
            self._sell()
            await self._happen()
            await self.look_around()
        await self.pass_until(begun + DAY)

    def some(self, most: int = 6) -> tuple[int, ...]:
        """Some of the customers whom people move; all of them, if so many are wanted."""
        rows = self.team.store.shop.rows("SELECT id FROM customers ORDER BY id LIMIT ?", PEOPLE)
        ids = [row["id"] for row in rows]
        return tuple(ids if most == PEOPLE else self.dealt.sample(ids, self.dealt.randint(1, most)))

    async def _happen(self) -> None:
        daily: tuple[Callable[[], Awaitable[None]], ...]
        daily = (self._add, self._add, self._remove, self._undo, self._decide, self._hand, self._hand, self._hand)
        rare = (
            self._follow_anew,
            self._freeze,
            self.restart,
            self.restart,
            self.be_killed,
            self.set_clock,
            self.be_down,
        )
        await self.dealt.choice(daily if self.dealt.random() < OFTEN else rare)()

    # in the store

    def _sell(self) -> None:
        """Some buy, some give back, one subscribes."""
        act, rows, dealt = self.team.store.act, self.team.store.shop.rows, self.dealt
        customers = rows("SELECT id, email FROM customers ORDER BY id")
        for _ in range(dealt.randint(0, 5)):
            buyer, total = dealt.choice(customers)["id"], dealt.choice(("10", "25", "49.99", "80"))
            act("place_order", customer_id=buyer, total=total)
        orders = [row["id"] for row in rows("SELECT id FROM orders ORDER BY id DESC LIMIT 50")] or [0]
        order, kind = dealt.choice(orders), dealt.random()
        if order and kind < 0.3:
            act("change_order", order_id=order, status_id=dealt.choice((4, 5, 10)))
        elif order and kind < 0.5:
            act("change_order", order_id=order, refunded="5")
        elif kind < 0.6:
            act("subscribe", email=dealt.choice(customers)["email"], consents=[dealt.choice(CONSENTS)])

    async def _hand(self) -> None:
        """Somebody moves a shopper in the store's control panel, past the bots."""
        name, (one, *_), is_in = self.dealt.choice(SEGMENTS), self.some(), self.dealt.random() < 0.5
        put = "INSERT OR IGNORE INTO members (segment, profile) SELECT segments.position, profiles.position "
        take = "DELETE FROM members WHERE (segment, profile) IN (SELECT segments.position, profiles.position "
        which = "FROM segments JOIN profiles ON customer_id = :customer WHERE segments.name = :name"
        with self.team.store.shop.db as db:
            moved = db.execute(put + which if is_in else f"{take}{which})", {"customer": one, "name": name}).rowcount
        if moved:
            self.reckoning.books.by_hand(name, one, self.now, is_in=is_in)

    # through the bots

    async def _add(self) -> None:
        until = self._later() if self.dealt.random() < 0.6 else None
        words = f"{until.astimezone(self.team.zone):%Y-%m-%d %H:%M}" if until else ""
        asked = Asked("add", self.dealt.choice(SEGMENTS), self.some(), until)
        shoppers = [str(one) for one in asked.people]
        await self._ask("segment add", asked, segment=asked.segment, shoppers=shoppers, until=words)

    def _later(self) -> datetime:
        """A time in some hours or days that clocks show once, and at which no rule runs."""
        while True:
            minutes = self.dealt.choice(AHEAD) + self.dealt.randint(1, 60)
            until = (self.now + timedelta(minutes=minutes)).replace(second=0, microsecond=0)
            shown = until.astimezone(self.team.zone)
            if until.minute % 15 and shown.replace(fold=1 - shown.fold).utcoffset() == shown.utcoffset():
                return until

    async def _remove(self) -> None:
        asked = Asked("remove", self.dealt.choice(SEGMENTS), self.some())
        shoppers = [str(one) for one in asked.people]
        await self._ask("segment remove", asked, segment=asked.segment, shoppers=shoppers)

    async def _undo(self) -> None:
        """Ana undoes something of late, by people or by a bot, but no start of a rule."""
        late = [number for number in self.reckoning.books.did if number not in self.reckoning.past_rules][-6:]
        for undone in self.dealt.sample(late, 1) if late else ():
            await self._ask("change undo", Asked("undo", undone=undone), number=undone)

    async def _follow_anew(self) -> None:
        """A segment follows another rule, or at another time."""
        await self._follow(self.dealt.choice(RULED), self.dealt.choice(list(RULES)), self.dealt.choice(RUNS))

    async def _follow(self, name: str, words: str, runs: time | str) -> None:
        """Ana lets a segment follow a rule, once no run waits; the first time, what it goes by is read before."""
        await self._decide()
        shown = runs if isinstance(runs, str) else f"every day at {runs:%H:%M}"
        asked = Asked("follow", name, words=words, runs=runs)
        if not await self._ask("segment rule", asked, segment=name, rule=words, runs=shown):
            await self.look()
            await self._ask("segment rule", asked, segment=name, rule=words, runs=shown)

    async def _freeze(self) -> None:
        """A segment becomes a list again, once no run waits."""
        await self._decide()
        asked = Asked("freeze", self.dealt.choice(RULED))
        await self._ask("segment freeze", asked, segment=asked.segment)

    async def _decide(self) -> None:
        """Ben decides about all that waits."""
        for brief in await self.ledger.changes.latest("pending", "", 1000):
            await self._sign(brief.number, Verdict.REJECT if self.dealt.random() < 0.2 else Verdict.APPROVE)

    async def _ask(self, command: str, asked: Asked | None = None, **values: Any) -> bool:
        """Ana asks one of the bots, and Ben approves. Return whether a change came of it."""
        process, before = self.dealt.choice(self.alive), await self._count()
        await process.ask(invocation(f"ask-{next(self._asks)}", ANA, command, values=values))
        await process.settled()
        number = await self._count()
        if asked and number > before:
            self.reckoning.asked[number] = asked
            await self._sign(number, Verdict.APPROVE)
        await self.reckoning.notes(self.ledger)
        return number > before

    async def _sign(self, number: int, verdict: Verdict) -> None:
        """Ben decides about a change as it is now, as often as it is shown to him anew."""
        for _ in range(3):
            change = await self.ledger.changes.load(number)
            if change.state is State.WAITING:
                decision = Decision(number=number, verdict=verdict, version=change.version)
                click = {"decision": decision, "button": ClickedButton(shown=change.shown)}
                process = self.dealt.choice(self.alive)
                await process.ask(invocation(f"ask-{next(self._asks)}", BEN, verdict.value, **click))
                await process.settled()
        await self.reckoning.notes(self.ledger)

    async def _count(self) -> int:
        return await self.ledger.changes.count("all", "")
