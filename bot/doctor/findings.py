"""What checks find, and how they run: beside each other, each for so long at most."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

LIMIT = 30.0
"""Seconds for a check. Slack and the store get a third of it for each answer, so that a finding says who is silent."""
P = TypeVar("P")
T = TypeVar("T")
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Finding:
    """What a check tells, as a sentence, and the sentence that mends it; empty if nothing has to be mended.

    ``is_open``: it could not be looked at. ``check`` is the name of the check, which whoever runs it fills in.
    """

    told: str
    fix: str = ""
    is_open: bool = False
    check: str = ""

    @property
    def ok(self) -> bool:
        """Whether nothing has to be mended."""
        return not self.fix


def left_open(why: str) -> Finding:
    """Return the finding of something that could not be looked at."""
    return Finding(f"Not checked: {why}", is_open=True)


@dataclass(frozen=True)
class Check(Generic[P]):
    """A check by its name. ``look`` returns what there is to tell; ``limit``: its seconds."""

    name: str
    look: Callable[[P], Awaitable[Sequence[Finding]]]
    limit: float = LIMIT


class NotChecked(Exception):
    """Something else has to be mended, or made, before this can be looked at; the sentence says what."""


async def run(checks: Iterable[Check[P]], patient: P) -> list[Finding]:
    """Run these checks beside each other; return what they find, in their order."""
    found = await asyncio.gather(*(_one(check, patient) for check in checks))
    return [one for findings in found for one in findings]


async def _one(check: Check[P], patient: P) -> list[Finding]:
    try:
        async with asyncio.timeout(check.limit):
            found = await check.look(patient)
    except NotChecked as error:
        found = (left_open(str(error)),)
    except TimeoutError:
        found = (
            Finding(f"There was no answer within {check.limit:g} s.", "See what keeps this machine, and try again."),
        )
    except Exception as error:
        log.exception("The check of %s broke", check.name)
        broke = f"The check itself broke ({type(error).__name__})."
        found = (Finding(broke, "Tell those who maintain the bot, with the lines of the log."),)
    return [replace(one, check=check.name) for one in found]


class Once(Generic[T]):
    """A request that several checks wait for, and that is sent once."""

    def __init__(self, send: Callable[[], Awaitable[T]]) -> None:
        self._send = send
        self._sent: asyncio.Future[T] | None = None

    async def __call__(self) -> T:
        """Return its answer, or raise what it raised."""
        if self._sent is None:
            self._sent = asyncio.ensure_future(self._send())
            # Whoever was stopped meanwhile hears of it no more: that is no error that nobody saw.
            self._sent.add_done_callback(lambda sent: sent.cancelled() or sent.exception())
        return await asyncio.shield(self._sent)  # a check that is out of time takes it from no other
