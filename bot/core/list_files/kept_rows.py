"""The rows of a list, on disk: they are read as often as somebody needs them, and memory does not hold them."""

import json
from collections.abc import Iterable, Iterator

from bot.core.list_files.rows import Row
from bot.core.written_text import WrittenText


class KeptRows:
    """Rows in a file that goes when nobody holds this any more. ``unread``: the sheets that stood beside them.

    ``header``: what stood above them, and may have been a row.
    """

    def __init__(self, rows: Iterable[Row], unread: tuple[str, ...] = (), header: str = "") -> None:
        self.unread, self.header = unread, header
        self._text = WrittenText(f"{json.dumps(row)}\n" for row in rows)

    def __iter__(self) -> Iterator[Row]:
        """Read them, from the first on; one reader at a time."""
        return (Row(*json.loads(line)) for line in self._text.lines())
