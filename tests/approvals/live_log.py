"""What the bots log as broken."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class LiveLog(logging.Handler):
    """What processes that live log as broken, apart from what is ``expected``."""

    def __init__(self, expected: Callable[[logging.LogRecord], bool]) -> None:
        super().__init__(logging.ERROR)
        self.errors: list[str] = []
        self._expected = expected

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        is_dead = "closed database" in str(error) or type(error).__name__ == "Killed"
        if not is_dead and not self._expected(record):
            self.errors.append(f"{record.getMessage()}: {error!r}")

    @contextmanager
    def listening(self) -> Iterator[None]:
        bot = logging.getLogger("bot")
        bot.addHandler(self)
        bot.propagate = False
        try:
            yield
        finally:
            bot.removeHandler(self)
            bot.propagate = True
