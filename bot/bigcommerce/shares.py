"""How several processes share what the store takes at once, for which it has no header.

Each has so many places on record, with its lease. A place is used by one process at a time, as whoever asks gets only
what nobody else has on record, in a transaction; those who have more than their goal give back what they do not use.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from math import inf

AT_ONCE = 10
"""Requests in flight: the vendor's limit for writes to segments, kept for all."""
RESERVED = 2
"""How many of these are kept free: for whom somebody waits, in a process that idles, and for one that starts."""
ASK_AGAIN = 1.0
"""Seconds after which a process that has fewer places than it could use asks for them again."""


@dataclass(frozen=True)
class Demand:
    """What a process that asks says of itself: it may use ``held`` places meanwhile, and could use ``wanted``."""

    held: int
    wanted: int


@dataclass(frozen=True)
class Claim:
    """What another living process has on record: its ``places``, and how many it ``wanted`` when it last asked."""

    places: int
    wanted: int


@dataclass(frozen=True)
class Allotment:
    """What a process was given: ``places`` are on record for it, of which it is to use ``goal``. ``living``: of all."""

    places: int
    goal: int
    living: int

    @property
    def usable(self) -> int:
        """How many places it takes anew."""
        return min(self.places, self.goal)

    @property
    def of_others(self) -> int:
        """How many places others may have."""
        return AT_ONCE - self.places if self.living > 1 else 0


def allot(demand: Demand, others: Sequence[Claim]) -> Allotment:
    """Return what a process gets beside the ``others`` that live: never what one of them may use."""
    goal = _goal(demand.wanted, [one.wanted for one in others])
    free = max(0, AT_ONCE - sum(one.places for one in others))
    return Allotment(min(max(goal, demand.held), free), goal, 1 + len(others))


def _goal(wanted: int, others: Sequence[int]) -> int:
    """Return the part of a process: all that it wants, or as much as any other who wants more than there is.

    What nobody wants is divided, too, but for what is kept for a process that starts.
    """
    wants = [max(RESERVED, one) for one in (wanted, *others)]
    level = max((one for one in range(AT_ONCE + 1) if _met(wants, one) <= AT_ONCE), default=0)
    spare = max(0, AT_ONCE - RESERVED - _met(wants, level))
    return max(1, min(wants[0], level) + spare // len(wants))


def _met(wants: Sequence[int], level: int) -> int:
    return sum(min(one, level) for one in wants)


async def _nobody_to_ask() -> None:
    """Ask nobody: there is no other process."""


class Share:
    """The places of this process. All of them are its own, until it begins to ``divide`` them with others.

    ``ask_again``: seconds after which it asks again for what it could use. ``in_use``: how many requests the store has
    in hand.
    """

    def __init__(self, ask_again: float = ASK_AGAIN) -> None:
        self._ask_again = ask_again
        self.allotment = Allotment(AT_ONCE, AT_ONCE, living=1)
        self.changed = asyncio.Event()
        self._elapsed: Callable[[], float] = time.monotonic
        self._ask: Callable[[], Awaitable[None]] = _nobody_to_ask
        self._until, self._asked = inf, -inf
        self.in_use = self._wanted = self._peak = 0

    def divide(self, elapsed: Callable[[], float], ask: Callable[[], Awaitable[None]]) -> None:
        """Begin to share with other processes: from now on it has what it is given.

        ``elapsed`` are the seconds by which that lasts; ``ask`` asks for places at once.
        """
        self._elapsed, self._ask = elapsed, ask
        self.allotment, self._until = Allotment(0, 0, living=1), -inf

    @property
    def lasts(self) -> bool:
        """Whether this process surely has its places still."""
        return self._elapsed() <= self._until

    @property
    def usable(self) -> int:
        """How many requests there may be under way, for another one to begin."""
        return self.allotment.usable if self.lasts else 0

    @property
    def may_send(self) -> bool:
        """Whether what has a place may still be sent: a process that slept has lost its places."""
        return self.lasts and self.in_use <= self.allotment.places

    @property
    def has_too_many(self) -> bool:
        """Whether it has places that it is to give back, and could."""
        return self._held < self.allotment.places

    def use(self, in_use: int, wanted: int) -> None:
        """Note how many places are in use, and how many could be."""
        self.in_use, self._wanted = in_use, min(wanted, AT_ONCE)
        self._peak = max(self._peak, self._wanted)

    def demand(self) -> Demand:
        """Return what this process says when it asks: what it wanted at most since it last did."""
        peak, self._peak = self._peak, self._wanted
        return Demand(self._held, peak)

    def take(self, allotment: Allotment, *, until: float) -> None:
        """Take what was given, until this time."""
        self.allotment, self._until = allotment, until
        self.changed.set()

    def leave(self) -> None:
        """Use no place any more."""
        self.divide(self._elapsed, _nobody_to_ask)

    async def change(self) -> None:
        """Wait until there may be another place; where some could be used, ask for them from time to time."""
        is_short = self.usable < self._wanted
        if is_short and self._elapsed() - self._asked >= self._ask_again:
            self._asked = self._elapsed()
            await self._ask()
            return
        self.changed.clear()
        with suppress(TimeoutError):
            async with asyncio.timeout(self._ask_again if is_short else None):
                await self.changed.wait()
                return
        self._asked = -inf

    @property
    def _held(self) -> int:
        return max(self.in_use, self.usable)
