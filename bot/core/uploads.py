"""Files that people bring: what a request keeps of one, and how a Command reads it."""

from contextlib import AbstractAsyncContextManager
from typing import BinaryIO, Protocol

from bot.core.frozen_value import Value

MOST_BYTES = 10 * 1024 * 1024
"""The largest file that comes by Slack: its form takes no larger one. In the shell, rows and lines bound a list."""


class Upload(Value):
    """A file that somebody uploaded, by its id there. ``size`` is in bytes; 0 if it is not known yet."""

    id: str
    name: str
    size: int = 0


class Uploads(Protocol):
    """Where uploaded files are kept."""

    def open(self, upload: Upload) -> AbstractAsyncContextManager[BinaryIO]:
        """Open a copy of the file, at its beginning, on disk only; it is gone at the end of the context.

        Raises Impossible where the file cannot be had, or is too large.
        """
