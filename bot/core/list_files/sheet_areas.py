"""How far the sheets of a workbook reach, told before they are read. Pure.

Their reader makes room for every cell between the first and the last one, 32 bytes each, and ends the whole process
where it gets none: one blank in the last cell of a sheet asks for 512 GB.
"""

import re
import zipfile
from collections.abc import Iterator
from functools import reduce

from bot.core.errors import Misuse
from bot.core.list_files.file_kinds import no_list
from bot.core.list_files.records import MOST_RECORDS

MOST_CELLS = 32 * MOST_RECORDS
"""The most cells in the area of a sheet: as many rows as a list may have, of 32 columns, take 256 MB."""
_CELL = re.compile(rb"<(?:\w+:)?c\s[^<]*?\br\s*=\s*[\"']([A-Za-z]+)(\d+)[\"'][^<]*(?<!/)>")
"""A cell that holds something: what is only formatted takes no room."""
_BEYOND = re.compile(rb"=(?<=(?:t|r|\s)=)\s*[\"']\d{8,}[\"'][^<>]*>")
"""A ``uniqueCount`` or a row ``r`` that no workbook has: the reader would make room for so many."""
_CHUNK = 1 << 20


def refuse_far_cells(archive: zipfile.ZipFile, name: str) -> None:
    """Raise Misuse if a sheet reaches further than there is room for; raise what ``zipfile`` does, too."""
    for part in archive.infolist():
        columns, rows = set[bytes](), set[int]()
        for piece in pieces(archive, part):
            if _BEYOND.search(piece):
                raise no_list(name, "a damaged workbook")
            found = _CELL.findall(piece)
            columns |= {column for column, _ in found}
            rows = _ends(rows.union(int(row) for _, row in found))
        high, wide = _reach(rows), _reach(set(map(_number, columns)))
        if high * wide > MOST_CELLS:
            raise Misuse(
                f"A sheet of {name} reaches over {high:,} rows and {wide:,} columns, which is more than can be read. "
                "Delete what stands far from the list, or save the list as CSV, and import that.",
                field="file",
                for_log="A sheet reaches too far.",
            )


def pieces(archive: zipfile.ZipFile, part: zipfile.ZipInfo | str) -> Iterator[bytes]:
    """Yield a part of the archive in pieces, each of which ends before a tag begins."""
    rest = b""
    with archive.open(part) as opened:
        while chunk := opened.read(_CHUNK):
            rest += chunk
            end = max(0, rest.rfind(b"<"))
            yield rest[:end]
            rest = rest[end:]
    yield rest


def _ends(numbers: set[int]) -> set[int]:
    """Return the smallest and the largest."""
    return {min(numbers), max(numbers)} if numbers else numbers


def _reach(numbers: set[int]) -> int:
    """Return how many there are from the smallest to the largest, with both."""
    return 1 + max(numbers) - min(numbers) if numbers else 0


def _number(column: bytes) -> int:
    """Return 1 for ``A``, 27 for ``AA``."""
    return reduce(lambda number, letter: number * 26 + letter - ord("A") + 1, column.upper(), 0)
