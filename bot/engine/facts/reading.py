"""Reads the facts that rules of segments need, and keeps them as the store is.

First each list is read whole, then only what was modified since, and once a week whole again: no date shows that
something was deleted. What a whole reading does not list any more is forgotten. A killed reading goes on where it was.
"""

from collections.abc import Callable
from contextlib import aclosing
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.bigcommerce import CUSTOMERS_READ, ORDERS_READ, Contradiction, Forbidden, Lane, Reader
from bot.core.errors import Impossible
from bot.core.segment_rules.facts import Freshness
from bot.engine.facts.lists import pages_of
from bot.engine.process import Process
from bot.ledger.ports.facts import FactList, FactsState, ListState, UnderWay

CHECKED_EVERY = timedelta(days=7)
OVERLAP = timedelta(minutes=10)
"""How much of what was read already is read again: clocks differ, and a store may list late what was changed."""
MOST_GONE = 0.1
"""The part of a list that may be gone at once; that more is, an answer that is wrong would say, too."""
FEW_GONE = 10
"""So many may be gone at once, however few there are."""
SCOPES = {
    FactList.ORDERS: ORDERS_READ,
    **dict.fromkeys((FactList.SUBSCRIBERS, FactList.CUSTOMERS, FactList.ATTRIBUTES), CUSTOMERS_READ),
}
"""What the vendor calls the scopes that the lists need; one that allows to modify is enough, too."""
ReportProgress = Callable[[FactList, int, int | None], None]


def report_nothing(_which: FactList, _read: int, _counted: int | None) -> None:
    """Report to nobody."""


class TooManyGone(Impossible):
    """A whole reading did not list so many any more that its answers may be wrong: nothing was forgotten."""

    def __init__(self, which: FactList, gone: int, kept: int) -> None:
        super().__init__(
            f"Of {kept:,} {which}, the store does not list {gone:,} any more. So many at once may be a mistake of the "
            "store's, so they are kept. If they were deleted, `segment-bot facts rebuild` reads everything anew."
        )


@dataclass(frozen=True)
class FactsReading:
    """Reads the facts from the store, for one process at a time. ``report`` is called with each page that is read.

    Its requests give way to those that somebody waits for.
    """

    process: Process
    store: Reader
    report: ReportProgress = report_nothing

    async def bring_up_to_date(self) -> Freshness:
        """Read what is left of a reading, and what changed since; return how fresh the facts are then.

        Raises StoreError, TooManyGone, ReadElsewhere and NotRecorded: then the facts are as fresh as they say.
        """
        return await self._claimed(rebuilds=False)

    async def rebuild(self) -> Freshness:
        """Throw the facts away and read them anew, or go on with that. Raises what ``bring_up_to_date`` does."""
        return await self._claimed(rebuilds=True)

    async def _claimed(self, *, rebuilds: bool) -> Freshness:
        facts, owner = self.process.ledger.facts, await self.process.claimant()
        state = await facts.claim(owner=owner, now=self.process.lease_time())
        try:
            if rebuilds and not state.rebuilding:
                await self.store.in_lane(Lane.LONG_RUN).behaviour.order_count()  # or nothing is thrown away
                state = await facts.clear(owner=owner)
            await _Turn(self, owner, self.process.clock(), state).read()
        finally:
            await facts.release(owner=owner)
        return await facts.freshness()


class _Turn:
    """One turn of reading, by one process. ``began_at``: by its clock."""

    def __init__(self, reading: FactsReading, owner: str, began_at: datetime, state: FactsState) -> None:
        self._facts = reading.process.ledger.facts
        self._store = reading.store.in_lane(Lane.LONG_RUN).behaviour
        self._report = reading.report
        self._owner = owner
        self._began_at = began_at
        self._state = state

    async def read(self) -> None:
        """Read all lists; of those that the token may not read, say so at the end. Raises StoreError."""
        forbidden: dict[str, Forbidden] = {}
        for which in FactList:
            try:
                await self._read_list(which)
            except Forbidden as error:
                forbidden.setdefault(SCOPES[which], error)
        ended = {"missing": tuple(forbidden), "doubt": "", "rebuilding": False}
        await self._save(self._state.model_copy(update=ended))
        for refused in forbidden.values():
            raise refused

    async def _read_list(self, which: FactList) -> None:
        if self._state.of(which).under_way:
            await self._go_on(which)
        if reading := self._due(which):
            await self._save(self._state.having(which, reading))
            await self._go_on(which)

    def _due(self, which: FactList) -> ListState | None:
        """Return the list with a reading that begins now; None if there is nothing to read."""
        found, now = self._state.of(which), self._began_at
        if which is FactList.ATTRIBUTES:  # they come with their customers, if those are read whole
            if not found.read_to or found.read_to >= now:
                return None
        elif _is_check_due(found, now):
            return found.model_copy(update={"reading": found.reading + 1, "under_way": UnderWay(began_at=now)})
        since = found.read_to - OVERLAP if found.read_to else None
        return found.model_copy(update={"under_way": UnderWay(since=since, began_at=now)})

    async def _go_on(self, which: FactList) -> None:
        try:
            under_way = await self._read_pages(which)
            if not under_way.since:
                await self._forget_gone(which)
        except (Contradiction, TooManyGone) as error:
            state = self._state.having(which, self._state.of(which).model_copy(update={"under_way": None}))
            if isinstance(error, TooManyGone):
                # Who is told to rebuild means anew, not to go on with a rebuilding that was left like this.
                state = state.model_copy(update={"rebuilding": False, "doubt": str(error)})
            await self._save(state)
            raise
        await self._end(which, under_way)

    async def _read_pages(self, which: FactList) -> UnderWay:
        found = self._state.of(which)
        under_way = found.under_way or UnderWay(began_at=self._began_at)
        async with aclosing(pages_of(which, self._store, under_way, self._state.salt)) as pages:
            async for rows, at in pages:
                update = {"cursor": at.cursor, "read": at.read, "counted": at.counted}
                under_way = under_way.model_copy(update=update)
                self._state = self._state.having(which, found.model_copy(update={"under_way": under_way}))
                await self._facts.save(self._state, which, rows, owner=self._owner)
                self._report(which, under_way.read, under_way.counted)
        return under_way

    async def _forget_gone(self, which: FactList) -> None:
        """Forget what a whole reading did not list any more. Raises TooManyGone and Contradiction."""
        gone = await self._facts.outdated(which)
        if gone.ids and len(gone.ids) > min(gone.kept - 1, max(FEW_GONE, int(MOST_GONE * gone.kept))):
            raise TooManyGone(which, len(gone.ids), gone.kept)
        await self._facts.forget(which, gone.ids, owner=self._owner)
        if which is FactList.CUSTOMERS:
            await self._forget_orphans(gone.kept - len(gone.ids))

    async def _forget_orphans(self, customers: int) -> None:
        """Forget the orders of customers who are gone: the orders were read before the customers."""
        orphans = await self._facts.orphans()
        if orphans.ids and not customers:
            raise Contradiction("It lists no customers, and orders of theirs")
        await self._facts.forget(FactList.ORDERS, orphans.ids, owner=self._owner)

    async def _end(self, which: FactList, under_way: UnderWay) -> None:
        found, began_at = self._state.of(which), under_way.began_at
        checked_at = found.checked_at if under_way.since else began_at
        ended = ListState(reading=found.reading, read_to=began_at, checked_at=checked_at)
        state = self._state.having(which, ended)
        if which is FactList.CUSTOMERS and not under_way.since:
            state = state.having(FactList.ATTRIBUTES, ListState(read_to=began_at))
        await self._save(state)

    async def _save(self, state: FactsState) -> None:
        await self._facts.save(state, owner=self._owner)
        self._state = state


def _is_check_due(found: ListState, now: datetime) -> bool:
    """Return whether the list has to be read whole: after a week, or where a clock has gone back since."""
    if not found.read_to or not found.checked_at:
        return True
    return found.read_to > now or now - found.checked_at >= CHECKED_EVERY
