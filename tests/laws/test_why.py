"""`/shopper why` agrees with a plain recount of the store, for every shopper and day of random histories."""

import random
from collections.abc import Awaitable, Callable
from datetime import datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.core.approval.changes import State
from tests.commands.test_segment_rules import buy
from tests.engines import ENGINES, Engine
from tests.harness import World, world
from tests.laws.recounts import HAND, Recount

PROFILED, BARE = ("ada@example.org", "ben@example.org"), ("cleo@example.org", "dan@example.org")
SEGMENTS = ("Gold", "Silver")
ACTS, QUICK, DEEP = 10, 1, 40
ZONES = ("UTC", "Europe/Berlin", "Pacific/Kiritimati", "America/St_Johns")


class History:
    """What people, rules and outside hands do to two segments and four shoppers."""

    def __init__(self, slack: World, dealt: random.Random) -> None:
        self.slack, self.dealt = slack, dealt
        self.recount = Recount(slack, (*PROFILED, *BARE), SEGMENTS)
        self.last = 0
        self.given = set[str]()

    async def begin(self) -> None:
        """Nobody is anywhere, and the log has begun."""
        for email in self.recount.emails:
            self.slack.register(email)
        self.given |= {*self.slack.give_profiles(*PROFILED)}
        self.slack.put(*SEGMENTS)
        await self.slack.type("/segment list")
        self.recount.look(HAND)

    async def act(self) -> None:
        """Time passes, what is due is done, and then somebody does something."""
        self.slack.clock.forward(hours=self.dealt.randint(1, 30), seconds=self.dealt.randint(1, 3000))
        await self.slack.sweep()
        await self.noted()
        self.slack.clock.forward(seconds=1)
        acts: list[Callable[[], Awaitable[None]]] = [
            self.adds,
            self.adds,
            self.removes,
            self.removes,
            self.later,
            self.for_a_while,
        ]
        acts += [self.undoes, self.undoes, self.rules, self.deletes, self.erases, self.hand, self.hand, self.hand]
        await self.dealt.choice(acts)()

    async def types(self, line: str) -> None:
        await self.slack.type(line)
        await self.noted()

    async def noted(self) -> None:
        """Approve what waits; whoever moved was moved by the changes that are new."""
        new = []
        while self.slack.kinds().count("planned") > self.last:
            self.last += 1
            new.append(self.last)
            change = await self.slack.change(self.last)
            if change.state is State.WAITING:
                label = "Run Anyway" if change.covered_by else change.verb
                await self.slack.press(label, by="ben", change=self.last)
        self.recount.look(*new or [HAND])

    def some(self) -> str:
        return " ".join(self.dealt.sample(self.recount.emails, self.dealt.randint(1, 3)))

    async def adds(self) -> None:
        await self.types(f"/segment add {self.dealt.choice(SEGMENTS)} {self.some()}")

    async def removes(self) -> None:
        await self.types(f"/segment remove {self.dealt.choice(SEGMENTS)} {self.some()}")

    async def later(self) -> None:
        await self.slack.type(f'/segment add {self.dealt.choice(SEGMENTS)} {self.some()} at:"in 2 hours"')
        if self.slack.kinds().count("planned") > self.last:
            self.last += 1
            self.slack.clock.forward(hours=2, minutes=1)
            await self.slack.sweep()
            made, first = self.slack.kinds().count("planned"), self.last
            self.last = made
            self.recount.look(*range(first, made + 1))

    async def for_a_while(self) -> None:
        await self.types(f'/segment add {self.dealt.choice(SEGMENTS)} {self.some()} until:"in 20 hours"')

    async def undoes(self) -> None:
        if self.last:
            await self.types(f"/change undo {self.dealt.randint(max(1, self.last - 3), self.last)}")

    async def rules(self) -> None:
        await buy(self.slack, *self.dealt.sample(self.recount.emails, 2))
        runs = self.dealt.choice(("by hand", "daily", "hourly"))
        await self.types(f'/segment rule {self.dealt.choice(SEGMENTS)} spent over 500 in 3 days runs:"{runs}"')

    async def deletes(self) -> None:
        await self.types(f"/segment delete {self.dealt.choice(SEGMENTS)}")
        self.slack.clock.forward(hours=5)
        if self.dealt.random() < 0.8:
            await self.types(f"/change undo {self.last}")

    async def erases(self) -> None:
        await self.types(f"/shopper delete {self.dealt.choice(self.recount.emails)}")
        self.slack.clock.forward(hours=1)
        if self.dealt.random() < 0.7:
            await self.types(f"/change undo {self.last}")

    async def hand(self) -> None:
        """Somebody does it in the store; of a profile that they gave and took again, no log can know whose it was."""
        name, email = self.dealt.choice(SEGMENTS), self.dealt.choice(self.recount.emails)
        profile = self.slack.profile_id(email)
        if profile is None:
            self.given |= {*self.slack.give_profiles(email)}
        elif profile not in self.given and self.dealt.random() < 0.4:
            self.slack.drop_profile(email)
        elif name in self.slack.sizes():
            is_in = profile in self.slack.members(name)
            (self.slack.leave if is_in else self.slack.join)(name, email)
        self.recount.look(HAND)

    async def faults(self, zone: ZoneInfo, began: datetime) -> list[str]:
        """All that is answered wrongly: of each shopper and segment, at the end of each day and now."""
        found, now = [], self.slack.clock()
        day, today = began.astimezone(zone).date(), now.astimezone(zone).date()
        days = [day + timedelta(days=more) for more in range((today - day).days)]
        for pair in self.recount.pairs:
            for one in (*days, None):
                said = await self.recount.ask(pair, f"{one}" if one else "")
                at = datetime.combine(one + timedelta(days=1), time(), zone) if one else now
                faults = self.recount.faults(pair, said, at, is_now=one is None) if said else ()
                found += [f"{pair} on {one or 'now'}: {said}, but {fault}" for fault in faults]
        return found


@pytest.mark.parametrize("engine", ENGINES)
async def test_why_agrees_with_a_recount_for_every_shopper_and_day(engine: Engine, tmp_path: Path, deep: bool) -> None:
    for seed in range(DEEP if deep else QUICK):
        dealt = random.Random(f"why {seed}")
        zone, folder = dealt.choice(ZONES), tmp_path / str(seed)
        folder.mkdir()
        async with world(folder, engine=engine, TIMEZONE=zone) as slack:
            history = History(slack, dealt)
            await history.begin()
            began = slack.clock()
            for _ in range(ACTS):
                await history.act()
            assert await history.faults(ZoneInfo(zone), began) == [], seed
