"""What the ports ask of a database: functions over a connection, each of which reads or is one transaction.

A function takes a ``Connection``, awaits nothing, and changes nothing that belongs to the event loop: an engine may run
it in a thread. The one exception is ``Releases.cancel``: what a transaction claims again must not be released by a
renewal that comes right after it. SQL is written so that all engines read it; README.md has the rules.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Sized
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from bot.core.audit.seal_keys import SealKeys
from bot.ledger.ledger import Storage

BUSY_SECONDS = 1.0
"""How long a transaction waits for other writers: an acknowledgement cannot wait long."""
T = TypeVar("T")
Values = Sequence[str | int | None] | Mapping[str, str | int | None]
"""The values of a statement: of its ``?`` in order, or of its ``:names``."""


@dataclass(frozen=True)
class SealedEntry:
    """An entry of the audit log as it is stored; ``body`` is the canonical JSON of ``content``."""

    number: int
    previous: str
    content: dict[str, Any]
    body: str
    seal: str
    mac: str


class Rows(Protocol):
    """The rows that a statement returned: each has its columns by name, by place, and in order."""

    @property
    def rowcount(self) -> int:
        """How many rows were written."""

    def fetchone(self) -> Any:
        """Return the next row; None if there is none."""

    def fetchall(self) -> list[Any]:
        """Return the rows that are left."""

    def __iter__(self) -> Iterator[Any]: ...


class Statements(Protocol):
    """What executes statements."""

    def execute(self, query: str, values: Values = (), /) -> Rows:
        """Execute one statement."""

    def executemany(self, query: str, rows: Iterable[Sequence[str | int | None]], /) -> object:
        """Execute a statement that writes, once for each of these rows."""


class Connection(Statements, Protocol):
    """A connection that knows the workspace (a Slack team's id) for which it writes entries, and signs with what."""

    workspace: str
    keys: SealKeys

    def stream(self, query: str, values: Values = ()) -> Iterator[tuple[Any, ...]]:
        """Yield the rows of a query as tuples: there may be millions."""

    def last_entry(self) -> tuple[int, str, str] | None:
        """Return number, seal and MAC of the last entry of the audit log, after which the next one goes."""

    def insert_entry(self, entry: SealedEntry) -> None:
        """Insert the next entry of the audit log."""

    def load(self, table: str, columns: Sequence[str], rows: Iterable[Sequence[str | int | None]]) -> None:
        """Insert these rows, of which there may be thousands, in the fastest way; of truths as 0 and 1."""

    def load_entries(self, entries: Sequence[SealedEntry]) -> None:
        """Insert these entries of another ledger's log, one or more, in the fastest way."""

    def unguarded(self, table: str) -> AbstractContextManager[None]:
        """Let rows of this append-only table be removed meanwhile, within a transaction: only archiving does."""

    def has_column(self, table: str, column: str) -> bool:
        """Return whether there is this column. Files of earlier versions, which are only read, lack some."""

    def by_index(self, index: str) -> str:
        """Return what has to stand behind a table so that the query uses this index; empty where that is seen to."""

    def damage(self) -> str:
        """Return what is damaged below the rows, in the engine's words; empty if nothing is. It may take long."""

    @property
    def afterwards(self) -> "Connection":
        """A connection that can be read once the function has returned: lists are read where somebody looks in."""

    async def later(self, read: "Callable[[Connection], T]") -> T:
        """Return the result of ``read``, which is run once the function has returned. Raises NotRecorded.

        An engine behind a network runs it in a thread, as each read: the event loop goes on meanwhile.
        """


class Database(Storage, Protocol):
    """An open database."""

    unreadable: tuple[type[Exception], ...]
    """What is raised where it cannot be read."""

    async def read(self, read: Callable[[Connection], T]) -> T:
        """Return the result of ``read``, which sees one moment and takes milliseconds."""

    async def read_apart(self, read: Callable[[Connection], T], *, at_one_moment: bool = True) -> T:
        """Return the result of ``read``, which may take hours: nobody waits for it.

        Whoever takes so long for other reasons does so with ``at_one_moment`` False: each statement sees its own.
        """

    async def write(self, write: Callable[[Connection], T]) -> T:
        """Return the result of ``write``, a transaction: all of it is committed, or nothing. Raises NotRecorded.

        Nobody else writes meanwhile, in any process.
        """


def placeholders(values: Sized) -> str:
    """Return the ``?`` of this many values, of which there is at least one."""
    return ", ".join("?" * len(values))


def statement(query: str, values: Values = ()) -> Callable[[Connection], list[Any]]:
    """Return one statement as a function that returns its rows."""
    return lambda db: db.execute(query, values).fetchall()
