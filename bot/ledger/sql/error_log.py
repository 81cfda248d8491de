"""Logs that a ledger cannot be written, from time to time."""

import logging
import time
from collections.abc import Callable

EVERY = 60.0
"""Seconds: a bot that retries every second need not log every second that the disk is full."""
log = logging.getLogger(__name__)


class ErrorLog:
    """Logs that nothing can be recorded: at once, and once a minute while it lasts. ``now`` returns seconds."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._logged: dict[str, float] = {}

    def log(self, why: str, error: str) -> None:
        """Log this error, unless the same reason was logged less than a minute ago."""
        if self._now() - self._logged.get(why, -EVERY) >= EVERY:
            self._logged[why] = self._now()
            log.error("Nothing can be put on record, so nothing is done: %s (%s)", why, error)
