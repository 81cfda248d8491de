"""The connections over which a process reads: each is used by one thread at a time."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from psycopg import OperationalError

from bot.ledger.postgres.connecting import Raw, is_usable

_BEGIN = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"


class Readers:
    """Lends connections, and opens as many as are used at a time."""

    def __init__(self, connect: Callable[[], Raw]) -> None:
        self._connect = connect
        self._idle: list[Raw] = []

    def close(self) -> None:
        """Close the connections."""
        while raw := self._taken():
            raw.close()

    @contextmanager
    def at_one_moment(self) -> Iterator[Raw]:
        """Lend a connection whose statements all see the same moment."""
        with self._lent(_BEGIN) as raw:
            yield raw

    @contextmanager
    def one_statement(self) -> Iterator[Raw]:
        """Lend a connection for a statement."""
        with self._lent("SELECT 1") as raw:
            yield raw

    @contextmanager
    def _lent(self, first: str) -> Iterator[Raw]:
        raw = self._begun(first)
        try:
            yield raw
        finally:
            self._put_back(raw)

    def _begun(self, first: str) -> Raw:
        """Return a connection on which this statement succeeded; the server may have closed those that were idle."""
        while raw := self._taken():
            try:
                raw.execute(first)
            except OperationalError:
                raw.close()
            else:
                return raw
        raw = self._connect()
        raw.execute(first)
        return raw

    def _taken(self) -> Raw | None:
        """Take an idle connection, if there is one: another thread may do so at any moment."""
        with suppress(IndexError):
            return self._idle.pop()
        return None

    def _put_back(self, raw: Raw) -> None:
        if is_usable(raw):
            self._idle.append(raw)
        else:
            raw.close()
