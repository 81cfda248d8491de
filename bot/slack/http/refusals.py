"""The log of refused requests: short lines of our own words, and few of them, whatever arrives."""

import asyncio
import logging
from collections import Counter
from typing import Any

from aiohttp.http import HttpProcessingError

MALFORMED = "not well-formed HTTP"
log = logging.getLogger(__name__)


class Refusals:
    """Logs a refused request at once, and those that follow as one line every few seconds (``every``)."""

    def __init__(self, *, every: float = 1.0) -> None:
        self._every = every
        self._unlogged: Counter[str] | None = None
        """The requests since the last line, by reason; None if that was long ago."""

    def note(self, reason: str) -> None:
        """Take down that a request was refused, and why: one of a few reasons."""
        if self._unlogged is None:
            log.warning("A request was refused: %s", reason)
            self._gather()
        else:
            self._unlogged[reason] += 1

    def _gather(self) -> None:
        self._unlogged = Counter()
        asyncio.get_running_loop().call_later(self._every, self._log_gathered)

    def _log_gathered(self) -> None:
        gathered, self._unlogged = self._unlogged, None
        if gathered:
            reasons = ", ".join(f"{reason} ({number:,})" for reason, number in gathered.most_common())
            log.warning("%s more requests were refused: %s", f"{gathered.total():,}", reasons)
            self._gather()


class ServerLog(logging.LoggerAdapter[logging.Logger]):
    """aiohttp's own log, in which a malformed request is a refusal and no traceback."""

    def __init__(self, refusals: Refusals) -> None:
        super().__init__(logging.getLogger("aiohttp.server"))
        self._refusals = refusals

    def log(self, level: int, msg: object, *args: object, **kwargs: Any) -> None:
        """Log anything else."""
        if isinstance(kwargs.get("exc_info"), HttpProcessingError):
            self._refusals.note(MALFORMED)
        else:
            super().log(level, msg, *args, **kwargs)
