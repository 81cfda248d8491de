"""Long runs, one after the other in each of two hands, so that nearly always one is under way."""

import asyncio
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from bot.core.approval.changes import OPEN, State
from bot.engine.process import elapsed
from bot.sandbox.workspace import people
from bot.sandbox.workspace.refusals import Misuse
from tests.approvals.crowd import COPIES, Crowd
from tests.records import entries_of, rows_of

HANDS = (people.ANA, people.BEN)
APPROVER = people.CLEO
LOOK = 0.2
UNHEARD = 30.0
"""Seconds after which what is not under way was not taken."""
_OF = "SELECT number, state FROM changes WHERE body LIKE :asked"
_ENDS = ("finish", "fail", "stop")


@dataclass
class BulkRuns:
    """Copies of a segment that holds many."""

    crowd: Crowd

    async def live(self) -> None:
        """Copy on, until it is over."""
        async with asyncio.TaskGroup() as group:
            for at, person in enumerate(HANDS):
                group.create_task(self._live(person, at))

    async def _live(self, person: str, at: int) -> None:
        number = at
        while not self.crowd.is_over:
            name = f"Bulk{number}"
            await self.crowd.copy_all(person, name)
            await self._over(name)
            number += len(HANDS)

    async def _over(self, name: str) -> None:
        """Approve it, and wait until it is over, or was not even planned for long."""
        heard = elapsed()
        while not self.crowd.is_over:
            states = self._states(f'"{name}"%')
            is_over = bool(states) and not OPEN.intersection(states.values())
            if is_over or (not states and elapsed() - heard > UNHEARD):
                return
            if State.WAITING in states.values():
                with suppress(Misuse):  # somebody else pressed the button
                    await self.crowd.approve(APPROVER, *states)
            await asyncio.sleep(LOOK)

    def _states(self, name: str = "") -> dict[int, str]:
        return {row[0]: row[1] for row in rows_of(self.crowd.ledger, _OF, {"asked": COPIES + name})}

    @property
    def numbers(self) -> set[int]:
        """Of all such changes."""
        return set(self._states())

    def cover(self, since: datetime, until: datetime) -> bool:
        """Whether at least one of them ran at each moment between these times."""
        covered = since
        for began, ended in sorted(self._times()):
            if began <= covered:
                covered = max(covered, ended or until)
        return covered >= until

    def _times(self) -> Iterator[tuple[datetime, datetime | None]]:
        """When each began, and ended, if it did."""
        entries = entries_of(self.crowd.ledger)
        for number in self.numbers:
            times = {entry.kind: datetime.fromisoformat(entry.at) for entry in entries if entry.change == number}
            if "start" in times:
                yield times["start"], next((times[end] for end in _ENDS if end in times), None)
