"""Keeps the facts as the store is, where segments follow rules, or will, or somebody asks; else nothing is read."""

import asyncio
import logging
from contextvars import Context
from datetime import timedelta

from bot.bigcommerce import Contradiction, Forbidden, Reader, StoreError
from bot.core.errors import Refusal
from bot.core.planning.steps import FollowRule
from bot.engine.facts.reading import FactsReading, TooManyGone
from bot.engine.process import Process
from bot.ledger.ports.facts import ReadElsewhere

EVERY = timedelta(hours=1)
"""How old the facts become before what changed is read."""
PAUSE = 60.0
"""Seconds between two looks at how old they are."""
LASTING = (Contradiction, Forbidden, TooManyGone)
"""What a reading that begins anew a minute later, or asks for the same, would most likely end with, too."""
log = logging.getLogger(__name__)


class FactsUpkeep:
    """Brings the facts of one process's ledger up to date: once an hour, and whenever somebody waits for them.

    ``patience``: seconds for which they do.
    """

    def __init__(self, process: Process, store: Reader, *, patience: float) -> None:
        self._process = process
        self._patience = patience
        self._reading = FactsReading(process, store)
        self._looks_at = 0.0
        self._under_way: asyncio.Task[None] | None = None

    def wake(self) -> None:
        """Look whether the facts are due, and read what changed if they are; once a minute, however often called.

        An hour later, where the last reading was refused for a reason that lasts.
        """
        if self._process.elapsed() >= self._looks_at:
            self._looks_at = self._process.elapsed() + PAUSE
            self._process.tasks.start(self._read_if_due())

    def read(self) -> "asyncio.Task[None]":
        """Start to read what is not read yet, unless that is under way; return the reading, which is everybody's."""
        if self._under_way is None or self._under_way.done():
            self._under_way = self._process.tasks.start(self._read(), context=Context())
        return self._under_way

    async def read_for_a_moment(self) -> None:
        """Start to read what is not read yet, and return once that is done; of a large store, before: it goes on."""
        await asyncio.wait((self.read(),), timeout=self._patience)

    async def _read_if_due(self) -> None:
        ledger = self._process.ledger
        read_to = (await ledger.facts.freshness()).read_to
        is_fresh = read_to is not None and self._process.clock() - read_to < EVERY
        if not is_fresh and (await ledger.segment_rules.all() or (read_to and await self._is_rule_to_come())):
            self.read()

    async def _is_rule_to_come(self) -> bool:
        """Return whether a segment is to follow a rule at a time to come."""
        changes = self._process.ledger.changes
        plans = [(await changes.load(one.number)).plan for one in await changes.scheduled()]
        return any(isinstance(step, FollowRule) for plan in plans for step in plan.steps)

    async def _read(self) -> None:
        try:
            await self._reading.bring_up_to_date()
        except ReadElsewhere:
            log.info("Another bot brings customers and orders up to date")
        except (StoreError, Refusal) as error:
            log.warning("Customers and orders could not be brought up to date: %s", error)
            if isinstance(error, LASTING):
                self._looks_at = self._process.elapsed() + EVERY.total_seconds()
