"""The one connection over which a process writes: each transaction first locks the ledger's tail, as all others do.

Whoever holds the tail's lock is the only one who writes, in any process, and sees all that was committed before. The
lock is taken in a statement of its own: one that also read something else would read it as it was before the lock was
granted, and two entries would follow the same one.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from psycopg import InterfaceError, OperationalError
from psycopg.errors import InFailedSqlTransaction, ReadOnlySqlTransaction, error_from_result
from psycopg.pq import ExecStatus
from psycopg.pq.abc import PGresult

from bot.core.audit.hash_chain import GENESIS
from bot.core.errors import LedgerLost
from bot.ledger.postgres.connecting import Raw, is_usable
from bot.ledger.postgres.connection import Last, Owner, WritingConnection
from bot.ledger.postgres.outcomes import was_committed
from bot.ledger.postgres.turns import Turn
from bot.ledger.sql.schema_version import refuse_too_old

T = TypeVar("T")
BEGIN = """
    BEGIN ISOLATION LEVEL READ COMMITTED;
    SELECT 1 FROM tail WHERE id = 1 FOR UPDATE;
    SELECT number, seal, mac, pg_current_xact_id(), version, oldest_writer,
        extract(epoch FROM clock_timestamp())::float8
    FROM tail, ledger_schema
"""
"""Locks, then reads. The clock is read, too: ``now()`` would stand still since the transaction began."""
_DONE = {ExecStatus.COMMAND_OK, ExecStatus.TUPLES_OK}
_FORGOTTEN = (
    "The database no longer holds entry {seen} as it confirmed it; its last one is entry {last}. It failed over to a "
    "standby that lagged behind, or was restored from a backup, so the bot stopped. Set synchronous_standby_names, run "
    "`segment-bot audit verify --against` with the head of the last summary, close what may have run meanwhile with "
    "`segment-bot ledger restore`, and start the bot."
)


def utc_now() -> datetime:
    """Return this machine's time in UTC."""
    return datetime.now(UTC)


class Writer:
    """Writes transactions, one after the other; it is called in a thread, which waits for the server.

    ``name``: the database's, for people. ``clock``: this machine's, of which the database's is ``clock_ahead``.
    """

    def __init__(
        self, connect: Callable[[], Raw], owner: Owner, *, name: str, clock: Callable[[], datetime] = utc_now
    ) -> None:
        self._connect = connect
        self._owner = owner
        self._name = name
        self._clock = clock
        self.clock_ahead = timedelta(0)
        self._raw: Raw | None = None
        self._seen: Last = (0, GENESIS, "")

    def close(self) -> None:
        """Close the connection; everything committed is on disk already."""
        if self._raw:
            self._raw.close()
        self._raw = None

    def run(self, write: Callable[[WritingConnection], T], turn: Turn) -> T:
        """Return the result of ``write``, committed. Raises psycopg.Error, NotRecorded, and what ``write`` raises."""
        raw, last, transaction = self._begun()
        try:
            self._refuse_forgetful(last)
            db = WritingConnection(raw, self._owner, last)
            result = write(db)
            turn.commit()
            if _result_of(raw, "; ".join([*db.take_unsent(), "COMMIT"])).command_status != b"COMMIT":
                raise InFailedSqlTransaction("an error within the transaction was passed over")
        except (OperationalError, InterfaceError):
            if not (turn.is_committing and raw.broken and was_committed(transaction, self._connect)):
                raise
        finally:
            self._put_back(raw)
        self._seen = db.known
        return result

    def _begun(self) -> tuple[Raw, Last, str]:
        """Begin a transaction that holds the lock; over a new connection, if the old one was closed meanwhile."""
        is_old = self._raw is not None
        try:
            return self._locked()
        except OperationalError:
            if not is_old or self._raw:
                raise
        return self._locked()

    def _locked(self) -> tuple[Raw, Last, str]:
        raw = self._raw = self._raw or self._connect()
        try:
            row = _result_of(raw, BEGIN)
            number, seal, mac, transaction, version, oldest, time = (
                (row.get_value(0, at) or b"").decode() for at in range(7)
            )
            self.clock_ahead = datetime.fromtimestamp(float(time), UTC) - self._clock()
            refuse_too_old(int(version), int(oldest), self._name)
        except ReadOnlySqlTransaction:
            self.close()  # another server took over: the address may lead there now
            raise
        except BaseException:
            self._put_back(raw)
            raise
        return raw, (int(number), seal, mac), transaction

    def _refuse_forgetful(self, last: Last) -> None:
        """Raise LedgerLost if the database does not hold what it confirmed to this process."""
        if last[0] < self._seen[0] or (last[0] == self._seen[0] and last != self._seen):
            told = _FORGOTTEN.format(seen=self._seen[0], last=last[0])
            raise LedgerLost("the database forgot what it had on record", told)

    def _put_back(self, raw: Raw) -> None:
        """End what is left of the transaction; forget a connection that cannot be used any more."""
        if not is_usable(raw):
            self.close()


def _result_of(raw: Raw, statements: str) -> PGresult:
    """Send these statements together, and return what the last one returns. Raises psycopg.Error.

    A cursor would do the same, in several times the time.
    """
    result = raw.pgconn.exec_(statements.encode())
    if result.status in _DONE:
        return result
    raise OperationalError(result.error_message.decode()) if raw.broken else error_from_result(result, encoding="utf-8")
