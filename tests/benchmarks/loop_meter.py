"""How long an event loop is kept from everything else: between two turns of a task that only waits."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass


@dataclass
class LoopMeter:
    """The longest time between two turns, in milliseconds: on the clock, and of it that the loop's thread computed.

    On a busy machine the first one holds other programs' time, too.
    """

    waited_ms: float = 0.0
    computed_ms: float = 0.0

    def note(self, waited: float, computed: float) -> None:
        """Note the time between two turns, in seconds."""
        self.waited_ms = max(self.waited_ms, waited * 1000)
        self.computed_ms = max(self.computed_ms, computed * 1000)


@asynccontextmanager
async def longest_block() -> AsyncIterator[LoopMeter]:
    """Measure the event loop while the context lasts."""
    meter = LoopMeter()
    turns = asyncio.create_task(_take_turns(meter))
    await asyncio.sleep(0)
    try:
        yield meter
        await asyncio.sleep(0)
        await asyncio.sleep(0)
    finally:
        turns.cancel()


async def _take_turns(meter: LoopMeter) -> None:
    while True:
        waited, computed = time.perf_counter(), time.thread_time()
        await asyncio.sleep(0)
        meter.note(time.perf_counter() - waited, time.thread_time() - computed)
