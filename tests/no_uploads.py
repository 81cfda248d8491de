"""Where nobody brings a file."""

from contextlib import AbstractAsyncContextManager
from typing import BinaryIO

from bot.core.uploads import Upload


class NoUploads:
    """Uploads of people who have none."""

    def open(self, upload: Upload) -> AbstractAsyncContextManager[BinaryIO]:
        raise AssertionError(f"nobody brought {upload}")
