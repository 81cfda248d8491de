"""Does what is due without a request, and takes over the work of processes that died."""

import logging
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.bigcommerce import StoreError
from bot.core.approval.changes import State
from bot.core.approval.due import looks_due
from bot.core.errors import NotAllowed, NotReadYet, NotRecorded, TooLate
from bot.core.invocation import Due, FromShell, Invocation
from bot.engine.answering import Answering
from bot.engine.authorization import Authority
from bot.engine.card_reconciler import CardReconciler
from bot.engine.change_runner import ChangeRunner
from bot.engine.confirmations import Confirmations
from bot.engine.daily_summary import DailySummary
from bot.engine.decider import Decider
from bot.engine.endings import Endings
from bot.engine.facts.upkeep import FactsUpkeep
from bot.engine.growing_waits import GrowingWaits
from bot.engine.process import Process
from bot.engine.proposing import Proposing
from bot.engine.renewing import Renewing
from bot.engine.rule_runs import RuleRuns

FRESH = timedelta(minutes=10)
"""An invocation left unanswered for longer is refused instead: nobody expects its answer any more."""
REMIND = timedelta(hours=2)
"""How long before a Change expires people are reminded of it; at most a quarter of the time that it waits."""
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Housekeeper:
    """Does one process's recurring work, and takes over that of dead ones.

    ``summary``: if there is a channel for it. ``waits``: of what failed. ``unanswered``: what it claimed of others, and
    nobody looks after yet, with the time when it was asked.
    """

    process: Process
    authority: Authority
    answering: Answering
    proposing: Proposing
    decider: Decider
    renewing: Renewing
    runner: ChangeRunner
    cards: CardReconciler
    confirmations: Confirmations
    facts: FactsUpkeep
    rule_runs: RuleRuns
    endings: Endings
    waits: GrowingWaits
    summary: DailySummary | None = None
    unanswered: deque[tuple[Invocation, datetime]] = field(default_factory=deque)

    async def run_due(self) -> None:
        """Start everything that is due: overdue Changes, work of dead processes, reminders, cards, and the summary.

        Called every second, and once at the start. Raises NotRecorded: then all of it is due the next time.
        """
        await self.process.ledger.storage.trim()  # first: on a full disk, it may make the room that all else needs
        await self.process.live()
        await self.process.ledger.catch_up()
        await self._start_unanswered()
        await self._start_changes()
        now = self.process.clock()
        await self.process.ledger.changes.queue_reminders(expiring=now + REMIND, at=now)
        self.cards.wake()
        self.answering.replies.late.wake()
        self.confirmations.wake()
        self.facts.wake()
        self.rule_runs.wake()
        self.endings.wake()
        if self.summary:
            self.summary.wake()

    async def _start_unanswered(self) -> None:
        owner, now = await self.process.claimant(), self.process.lease_time()
        self.unanswered.extend(await self.process.ledger.invocations.claim_abandoned(owner=owner, now=now))
        while self.unanswered:  # claimed already: what cannot be looked up now is due the next time, here
            await self._start_answering(*self.unanswered[0])
            self.unanswered.popleft()

    async def _start_answering(self, invocation: Invocation, asked_at: datetime) -> None:
        if not await self.process.ledger.invocations.was_asked(invocation):
            answer = self.answering.refuse_unasked
        elif isinstance(invocation, FromShell):
            self.confirmations.hold(invocation, asked_at)
            return
        else:
            is_late = self.process.clock() - asked_at > FRESH and not isinstance(invocation, Due)
            answer = self.answering.refuse_late if is_late else self.answering.resume
        self.process.tasks.start(answer(invocation))

    async def _start_changes(self) -> None:
        ledger, tasks, now = self.process.ledger, self.process.tasks, self.process.lease_time()
        for number in await ledger.changes.overdue(self.process.clock()):
            tasks.start(self._try(self._expire, number))
        for number in await ledger.leases.unattended(State.PLANNED, now=now):
            tasks.start(self._try(self._post_unposted, number))
        scheduled, clock = await ledger.changes.scheduled(), self.process.clock()
        early = {one.number for one in scheduled if clock < one.due_at}
        for number in sorted({*await ledger.leases.unattended(State.APPROVED, now=now)} - early):
            tasks.start(self._try(self._run_if_it_holds, number))
        for number in looks_due(scheduled, clock):
            tasks.start(self._try(self._look_again, number))
        for number in await ledger.leases.unattended(State.RUNNING, now=now):
            tasks.start(self._try(self.runner.run, number))

    async def _try(self, do: Callable[[int], Awaitable[None]], number: int) -> None:
        """Do this with the Change, unless someone, or another process, moves it at this very moment.

        What fails is due again after waits that grow.
        """
        what = (do.__name__, number)
        if not self.waits.is_due(what):
            return
        try:
            await do(number)
        except TooLate as error:
            log.info("Change %s was moved just before this process did: %s", number, error)
        except (StoreError, NotAllowed, NotReadYet) as error:
            log.warning("Change %s is tried again later: %s", number, error)
            self.waits.failed(what)
        except NotRecorded:
            raise  # it affects every Change, and the ledger has logged it
        except Exception:
            log.exception("Change %s broke, and is tried again later", number)
            self.waits.failed(what)
        else:
            self.waits.clear(what)

    async def _expire(self, number: int) -> None:
        await self.decider.expire(await self.process.ledger.changes.load(number))

    async def _post_unposted(self, number: int) -> None:
        if not await self._claim_authorised(number):
            return
        change = await self.process.ledger.changes.load(number)
        if change.state is not State.PLANNED:  # its own process was only slow
            await self.process.release(number)
        elif (await self.proposing.post(change, is_resumed=True)).state is State.APPROVED:
            await self._run_if_it_holds(number)

    async def _claim_authorised(self, number: int) -> bool:
        """Claim a Change, if no living process holds it, and the log says of it what the tables say."""
        if not await self.process.claim(number):
            return False
        is_authorised = False
        try:
            is_authorised = await self.authority.authorises(number)
        finally:
            if not is_authorised:
                await self.process.release(number)
        return is_authorised

    async def _look_again(self, number: int) -> None:
        """Compare the plan of a Change that is to run later with the store: what differs is decided before then."""
        if not await self._claim_authorised(number):
            return
        changes, now = self.process.ledger.changes, self.process.clock()
        try:
            if number in looks_due(await changes.scheduled(), now):  # no other process did, since it was listed
                await changes.save_look(number, at=now)
                await self.renewing.still_holds(await changes.load(number))
        finally:
            await self.process.release(number)

    async def _run_if_it_holds(self, number: int) -> None:
        """Run an approved Change whose process died before it started, or that ran behind, if its plan still holds."""
        change = await self.process.ledger.changes.load(number)
        if change.behind or change.is_early(self.process.clock()) or not await self._claim_authorised(number):
            return
        planned_at = self.process.elapsed()
        try:
            holds = await self.renewing.still_holds(await self.process.ledger.changes.load(number))
        finally:
            await self.process.release(number)
        if holds:
            await self.runner.run(number, planned_at=planned_at)
