"""The rows of a list, on disk: they are read as often as somebody needs them, and memory does not hold them."""

import json
import weakref
from collections.abc import Iterable, Iterator
from tempfile import TemporaryFile

from bot.core.list_files.rows import Row


class KeptRows:
    """Rows in a file without a name, which no crash leaves behind; it goes when nobody holds this any more.

    ``unread``: the sheets that stood beside them.
    """

    def __init__(self, rows: Iterable[Row], unread: tuple[str, ...] = ()) -> None:
        self.unread = unread
        self._file = TemporaryFile("w+", encoding="utf-8")  # noqa: SIM115 - closed when nobody holds this any more
        weakref.finalize(self, self._file.close)
        self._file.writelines(f"{json.dumps(row)}\n" for row in rows)

    def __iter__(self) -> Iterator[Row]:
        """Read them, from the first on; one reader at a time."""
        self._file.seek(0)
        return (Row(*json.loads(line)) for line in self._file)
