"""Rows that are read by name and by position, as those of SQLite are."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from psycopg import Connection, Cursor
from psycopg.adapt import Buffer, Loader
from psycopg.types.numeric import Int8Dumper
from psycopg.types.string import StrDumper

NO_TEXT = "\x00"
"""The character that no text of PostgreSQL may hold."""


class Row(tuple[Any, ...]):
    """A row of a result."""

    positions: dict[str, int]

    def __getitem__(self, key: Any) -> Any:
        return super().__getitem__(self.positions[key] if isinstance(key, str) else key)

    def keys(self) -> Iterable[str]:
        """Return the names of the columns."""
        return self.positions.keys()


def rows(cursor: Cursor[Any]) -> Callable[[Sequence[Any]], Row]:
    """Return what makes rows of this result; psycopg asks for it once a result."""
    positions = {column.name: at for at, column in enumerate(cursor.description or ())}

    def row(values: Sequence[Any]) -> Row:
        made = Row(values)
        made.positions = positions
        return made

    return row


def storable(text: str) -> str:
    """Return the text with another character for each that PostgreSQL does not take."""
    return text.replace(NO_TEXT, "\ufffd") if NO_TEXT in text else text


class _TextDumper(StrDumper):
    """Sends each text as text: as one of unknown type, it could not be compared with another."""

    def dump(self, obj: str) -> Buffer | None:
        return super().dump(storable(obj))


class _CountLoader(Loader):
    """Reads sums of whole numbers, which PostgreSQL returns as decimals."""

    def load(self, data: Buffer) -> int:
        return int(bytes(data))


def adapt(connection: Connection[Row]) -> None:
    """Have this connection send and read the ledger's values: texts and whole numbers."""
    connection.adapters.register_dumper(str, _TextDumper)
    connection.adapters.register_dumper(int, Int8Dumper)
    connection.adapters.register_loader("numeric", _CountLoader)
