"""Texts of any length on their way to a person: they lie on disk, so that memory does not hold them."""

import weakref
from collections.abc import Iterable, Iterator
from tempfile import TemporaryFile

CHUNK = 64 * 1024
"""How many bytes are read at once."""


class WrittenText:
    """A text as UTF-8 on disk. It has no name there, so no crash leaves it behind; it goes when nobody holds it."""

    def __init__(self, lines: Iterable[str] = ()) -> None:
        self._file = TemporaryFile()  # noqa: SIM115 - closed when nobody holds this any more
        weakref.finalize(self, self._file.close)
        self.size = 0
        self.add(lines)

    def add(self, lines: Iterable[str]) -> None:
        """Write these lines at the end."""
        self._file.seek(self.size)
        for line in lines:
            self.size += self._file.write(line.encode())

    def chunks(self) -> Iterator[bytes]:
        """Read it from its beginning, piece by piece."""
        at = 0
        while at < self.size:
            self._file.seek(at)
            chunk = self._file.read(CHUNK)
            at += len(chunk)
            yield chunk

    def lines(self) -> Iterator[str]:
        """Read it line by line, from the first on; one reader at a time."""
        self._file.seek(0)
        return (line.decode() for line in self._file)

    def __str__(self) -> str:
        """Return all of it."""
        return b"".join(self.chunks()).decode()
