"""Turns an engine's errors into words, and logs from time to time what a ledger cannot do."""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from bot.core.errors import LedgerLost, NotRecorded

EVERY = 60.0
"""Seconds: a bot that retries every second need not log every second that the disk is full."""
_NOT_WRITTEN = "Nothing can be put on record, so nothing is done"
E = TypeVar("E", bound=Exception)
log = logging.getLogger(__name__)


class ErrorLog:
    """Logs what a ledger cannot do: at once, and once a minute while it lasts. ``now`` returns seconds."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._logged: dict[tuple[str, str], float] = {}

    @contextmanager
    def telling(self, errors: type[E], reason: Callable[[E], str]) -> Iterator[None]:
        """Raise NotRecorded for an engine's error that keeps anything from being recorded, and log it.

        ``reason``: why, in words; empty for errors of other kinds, which are passed on.
        """
        try:
            yield
        except LedgerLost as lost:
            self.log(lost.reason, lost.for_operator)
            raise
        except errors as error:
            why = reason(error)
            if not why:
                raise
            self.log(why, str(error))
            raise NotRecorded(why) from error

    def log(self, why: str, error: str, *, told: str = _NOT_WRITTEN) -> None:
        """Log this error, unless the same was told for the same reason less than a minute ago."""
        if self._now() - self._logged.get((told, why), -EVERY) >= EVERY:
            self._logged[told, why] = self._now()
            log.error("%s: %s (%s)", told, why, error)
