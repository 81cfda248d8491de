"""Whose request goes next: so many are under way at once, in lanes, spread over the store's quota."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from enum import Enum

from bot.bigcommerce.rate_limits import PLENTY, RESERVE, Pace, Quota, Width
from bot.bigcommerce.shares import AT_ONCE, RESERVED, Share

LEFT_BY_LONG_RUNS = 0.2
"""The share of the quota that long runs leave to the store's other apps, and to people's commands."""


class Lane(Enum):
    """How urgent a request is. Those in the other lanes give way to one that somebody waits for."""

    AWAITED = "awaited"
    PATIENT = "patient"
    LONG_RUN = "long run"


class Turns:
    """Gives each request its turn. `left_by_long_runs`: the part of the quota that those leave unused.

    `share`: what this process may have under way at once, if there are others.
    """

    def __init__(
        self,
        clock: Callable[[], float],
        sleep: Callable[[float], Awaitable[None]],
        left_by_long_runs: float = LEFT_BY_LONG_RUNS,
        share: Share | None = None,
    ) -> None:
        self._share = share or Share()
        self._clock = clock
        self._sleep = sleep
        self._paces = {
            # What long runs leave is there to be used at once by those whom somebody waits for.
            Lane.AWAITED: Pace(plenty=min(PLENTY, max(left_by_long_runs, 2 * RESERVE))),
            Lane.PATIENT: Pace(),
            Lane.LONG_RUN: Pace(left=max(RESERVE, left_by_long_runs)),
        }
        self._turnstiles = {lane: asyncio.Lock() for lane in Lane}
        self._last_sent = dict.fromkeys(Lane, float("-inf"))
        self._waiting, self._in_flight = Counter[Lane](), Counter[Lane]()
        self._width = Width(AT_ONCE, AT_ONCE)
        self._quota: Quota | None = None

    @property
    def quota_left(self) -> int | None:
        """The requests that the store allows until its window ends; None if it has not said so yet, or that is over."""
        quota = self._quota
        return quota.left if quota and self._clock() < quota.resets_at else None

    async def take(self, lane: Lane) -> float:
        """Wait for a turn, and return when it came; it has to be given back."""
        self._waiting[lane] += 1
        self._tell_share()
        try:
            # One of a lane at a time, so that each pause is computed from the latest responses.
            async with self._turnstiles[lane]:
                await self._until_free(lane)
                self._in_flight[lane] += 1
                self._last_sent[lane] = self._clock()
                return self._last_sent[lane]
        finally:
            self._waiting[lane] -= 1
            self._changed()

    def give_back(self, lane: Lane) -> None:
        """Hear that a request is over, so that another one may go."""
        self._in_flight[lane] -= 1
        self._changed()

    @property
    def may_send(self) -> bool:
        """Whether a request whose turn came may still be sent: a process that slept has to take another turn."""
        return self._share.may_send

    @property
    def is_alone(self) -> bool:
        """Whether no other process asks this store, as far as is known."""
        return self._share.allotment.living == 1

    def learn(self, quota: Quota | None, *, was_refused: bool) -> None:
        """Take in what a response says about the store's limits; `was_refused`: with a 429."""
        # A gateway's error page has no such headers; the quota known before holds until its window ends.
        self._quota = quota or self._quota
        is_used_up = self._quota is not None and self._quota.left == 0
        self._width = self._width.after(self._in_flight.total(), refused=was_refused and not is_used_up)

    async def _until_free(self, lane: Lane) -> None:
        while True:
            while not self._has_room(lane):
                await self._share.change()
            pace, in_flight, others = self._paces[lane], self._in_flight.total(), self._share.allotment.of_others
            wait = pace.pause(self._quota, in_flight, self._last_sent[lane], self._clock(), others=others)
            if wait > 0:
                await self._sleep(wait)
            if self._has_room(lane):  # another lane may have taken it meanwhile
                return

    def _has_room(self, lane: Lane) -> bool:
        gives_way = lane is not Lane.AWAITED and self._waiting[Lane.AWAITED]
        is_full = lane is Lane.PATIENT and self._in_flight[lane] >= AT_ONCE - RESERVED
        most = min(self._width.now, self._share.usable)
        return self._in_flight.total() < most and not gives_way and not is_full

    def _tell_share(self) -> None:
        in_flight = self._in_flight.total()
        self._share.use(in_flight, min(self._width.now, in_flight + self._waiting.total()))

    def _changed(self) -> None:
        self._tell_share()
        self._share.changed.set()
