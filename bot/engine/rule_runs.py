"""Asks for the runs of rules whose time has come: each once, by one of all processes, and only the latest of each."""

import asyncio
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.core.approval.changes import Change
from bot.core.approval.ruled_changes import rules_set
from bot.core.invocation import Due
from bot.core.segment_rules.followed import RUN, FollowedBy
from bot.core.segment_rules.schedule import latest_slot
from bot.engine.answering import Answering
from bot.engine.due_requests import DueRequests
from bot.engine.facts.upkeep import EVERY
from bot.engine.process import Process

PAUSE = 5.0
"""Seconds between two looks at what is due."""
FOR_FACTS = timedelta(hours=1)
"""How long a run waits for what it goes by to be read; then it is asked for, and says what is missing."""


class RuleRuns:
    """Asks for the runs of rules that are due. ``zone``: in which the store's people count days."""

    def __init__(self, process: Process, answering: Answering, requests: DueRequests, zone: ZoneInfo) -> None:
        self._process = process
        self._answering = answering
        self._requests = requests
        self._zone = zone
        self._looks_at = 0.0
        self._under_way: asyncio.Task[None] | None = None
        self._covering: dict[int, Change] = {}

    def wake(self) -> None:
        """Start asking for what is due, every few seconds, however often called."""
        is_asking = self._under_way is not None and not self._under_way.done()
        if self._process.elapsed() >= self._looks_at and not is_asking:
            self._looks_at = self._process.elapsed() + PAUSE
            self._under_way = self._process.tasks.start(self._ask())

    async def _ask(self) -> None:
        rules, tasks = await self._process.ledger.segment_rules.all(), self._process.tasks
        if asking := [tasks.start(self._ask_if_due(segment_id, rule)) for segment_id, rule in rules.items()]:
            await asyncio.wait(asking)  # each for itself: one that breaks is logged, and delays no other

    async def _ask_if_due(self, segment_id: str, rule: FollowedBy) -> None:
        slot = latest_slot(rule.followed.schedule, self._process.clock(), self._zone)
        attempt = slot and await self._requests.next_attempt(rule.change, slot)
        if not slot or not attempt or await self._process.ledger.dues.is_run_under_way(rule.change, segment_id):
            return
        covering = self._covering.get(rule.change) or await self._process.ledger.changes.load(rule.change)
        if covering.is_open or slot <= (covering.started_at or slot) <= self._process.clock():
            return  # by a clock that was set back since, each time counts
        self._covering[rule.change] = covering
        if await self._waits_for_facts(slot):
            return
        names = [step.segment.name for step in rules_set(covering) if step.segment.id == segment_id]
        due = Due.at(
            slot,
            covered_by=rule.change,
            attempt=attempt,
            actor=covering.requester,
            command=RUN,
            values={"segment": segment_id},
            said=f"run the rule of {names[0]}",
        )
        await self._answering.ask_itself(due)

    async def _waits_for_facts(self, slot: datetime) -> bool:
        """Return whether the run waits until what it goes by is read (``FactsUpkeep``). The run tells what lasts."""
        fresh, now = await self._process.ledger.facts.freshness(), self._process.clock()
        is_fresh = fresh.read_to is not None and now - fresh.read_to <= EVERY
        return not (is_fresh or fresh.missing or fresh.doubt or now - slot > FOR_FACTS)
