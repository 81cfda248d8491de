"""``segment-bot facts rebuild``: reads anew what rules of segments go by, and says how far it is."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import datetime

from bot.bigcommerce import Share, StoreError
from bot.core.errors import NotRecorded, Refusal
from bot.core.language.phrases import and_list, counted
from bot.core.meters import NO_METERS
from bot.engine.facts.reading import FactsReading
from bot.engine.process import USUAL_LEASE, Process, elapsed
from bot.ledger.opening import open_ledger, refuse_missing
from bot.ledger.ports.facts import FactList
from bot.settings import Settings
from bot.wiring import open_store, utc_now

_ONE = {
    FactList.ORDERS: "order",
    FactList.SUBSCRIBERS: "subscriber",
    FactList.CUSTOMERS: "customer",
    FactList.ATTRIBUTES: "attribute",
}
EVERY = 10_000
"""Rows after which a line says how far it is."""


class Progress:
    """Says how far the lists are read, on lines."""

    def __init__(self) -> None:
        self.read: dict[FactList, int] = {}

    def __call__(self, which: FactList, read: int, counted: int | None) -> None:
        """Hear that so many are read."""
        before = self.read.get(which, 0)
        self.read[which] = max(before, read)
        if read // EVERY > before // EVERY:
            print(f"{which.capitalize()}: {read:,}{f' of {counted:,}' if counted else ''}", flush=True)

    @property
    def total(self) -> str:
        """What was read, in words."""
        return and_list([counted(read, _ONE[which]) for which, read in self.read.items()]) or "nothing"


async def rebuild(settings: Settings, *, clock: Callable[[], datetime] = utc_now) -> int:
    """Throw the facts away and read them anew. Return the exit status. Raises Refusal and NotRecorded."""
    refuse_missing(settings.DATABASE)
    share, progress = Share(), Progress()
    async with (
        open_store(settings, NO_METERS, asyncio.sleep, USUAL_LEASE.longest_write, share) as store,
        open_ledger(settings.DATABASE, keys=settings.SEAL_KEY) as ledger,
        _living(Process.named_at_random(ledger, clock, elapsed, USUAL_LEASE, share=share)) as process,
    ):
        try:
            await FactsReading(process, store, progress).rebuild()
        except StoreError as error:
            raise Refusal(f"{error} What was read until then is kept: the same command goes on from there.") from error
    print(f"Customers and orders are read anew: {progress.total}.")
    return 0


@asynccontextmanager
async def _living(process: Process) -> AsyncIterator[Process]:
    """Keep the lease of a process alive, and have it leave everything to others afterwards."""

    async def live() -> None:
        while True:
            with suppress(NotRecorded):  # the next one may be
                await process.live()
            await asyncio.sleep(1)

    await process.live()
    living = asyncio.create_task(live())
    try:
        yield process
    finally:
        living.cancel()
        await process.stop()
