"""Two bots on one ledger, which come and go and are killed, and look around whenever something is due."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice

from bot.core.approval.policy import Policy
from bot.ledger.ledger import Ledger
from tests.approvals.mortal import FileSite, Site
from tests.approvals.team import APPROVERS, Process, Team
from tests.mornings.plain_rules import DAY
from tests.mornings.reckoning import Reckoning

POLICY = Policy(approvers=frozenset({APPROVERS}))
LOOKS, PATIENCE = 3, 40
"""How often they look around, six seconds apart, when something may be due; and how often more, until it is done."""
JUMPS = (-180, -61, -5, 5, 90, 26 * 60)
"""Minutes by which somebody sets the machine's clock."""
LONGEST_REST, LONGEST_NIGHT = 600, 40 * 60
"""Minutes without one of them, and without both."""


@dataclass
class TwoBots:
    """Both bots, what has to come of what they do, and the clock, which stops whenever something is due."""

    site: Site
    team: Team
    dealt: random.Random
    reckoning: Reckoning
    bots: list[Process | None] = field(default_factory=lambda: [None, None])

    @property
    def now(self) -> datetime:
        """What the machine's clock shows."""
        return self.team.clock.now

    @property
    def alive(self) -> list[Process]:
        """The bots that run."""
        return [one for one in self.bots if one]

    @property
    def ledger(self) -> Ledger:
        """Whoever looks, as long as somebody runs."""
        return self.alive[0].ledger

    async def close(self) -> None:
        """End it."""
        for at in range(2):
            await self._go(at, "kill")
        self.team.store.close()

    async def come(self) -> None:
        """Whoever is not there starts."""
        for at in range(2):
            if self.bots[at] is None:
                self.bots[at] = await Process.start(self.site, self.team, POLICY)

    async def pass_until(self, end: datetime) -> None:
        """Time passes; the bots look around whenever something is due."""
        while self.now < end:
            self.team.clock.now = min(self._moments(end))
            await self.look_around()

    async def look_around(self) -> None:
        """They look until nothing is to come that nobody has to decide; then all has to be as it should."""
        reckoning = self.reckoning
        for looks in range(LOOKS + PATIENCE):
            if looks >= LOOKS and not await reckoning.is_owed(self.ledger):
                break
            await self.look()
            self.team.clock.forward(seconds=6 if looks < LOOKS else 16)
        assert not await reckoning.is_owed(self.ledger), "something is owed for ever"
        reckoning.check()
        reckoning.calm_since = reckoning.calm_since or self.now

    async def look(self) -> None:
        """Both look around at once; who dies of it is started again."""
        for one in self.alive:
            one.engine.process.tasks.start(one.engine.housekeeper.run_due())
        for at, each in enumerate(self.bots):
            if each:
                await each.settled()
                if not each.alive:
                    self.bots[at] = None
                    self.reckoning.died()
                    await self.come()
        await self.reckoning.notes(self.ledger)

    # what goes wrong

    async def restart(self) -> None:
        """One of them is not there for a while."""
        await self._go(self.dealt.randrange(2), self.dealt.choice(("stop", "kill")))
        await self.pass_until(self.now + timedelta(minutes=self.dealt.randint(1, LONGEST_REST)))
        await self.come()

    async def be_down(self) -> None:
        """None of them is there for a while."""
        for at in range(2):
            await self._go(at, self.dealt.choice(("stop", "kill")))
        self._goes_wrong("down")
        self.team.clock.forward(minutes=self.dealt.randint(1, LONGEST_NIGHT))
        await self.come()

    async def be_killed(self) -> None:
        """One dies after some transaction of the next run. On a server, leases go by a clock that no test moves."""
        if isinstance(self.site, FileSite):
            self._goes_wrong("killed")
            mortality = self.dealt.choice(self.alive).mortality
            mortality.counts_all = self.dealt.random() < 0.5
            mortality.left = self.dealt.randint(1, 25)
            await self.pass_until(min((*self._slots(self.now + DAY), self.now + DAY)))
            mortality.left = None

    async def set_clock(self) -> None:
        """Somebody sets the machine's clock."""
        self._goes_wrong("clock set")
        self.team.clock.set_by(minutes=self.dealt.choice(JUMPS))

    def _goes_wrong(self, how: str) -> None:
        self.reckoning.told[how] += 1
        self.reckoning.calm_since = None

    async def _go(self, at: int, how: str) -> None:
        """A bot stops or is killed, while nothing of it is under way."""
        process, self.bots[at] = self.bots[at], None
        if process:
            if how == "stop":
                await process.engine.stop()
            await process.kill()

    def _moments(self, end: datetime) -> Iterator[datetime]:
        """The times up to this one at which something is due, and this one."""
        yield end
        yield from self._slots(end)
        yield from (at for at in self.reckoning.books.ends.values() if self.now < at <= end)

    def _slots(self, end: datetime) -> Iterator[datetime]:
        """The next time of each rule up to this one."""
        for rule in self.reckoning.rules.values():
            yield from islice(rule.slots(self.now, end, self.reckoning.zone), 1)
