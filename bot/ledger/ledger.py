"""The Ledger: every move of a Change and its Entry share one transaction.

Methods are async although SQLite answers in a tenth of a millisecond, so that another database can stand behind the
same names. Times go in and come out as aware datetimes in UTC.
"""

from collections.abc import Iterator
from datetime import datetime

from bot.ledger import log
from bot.ledger.asks import Asks
from bot.ledger.changes import Changes
from bot.ledger.days import Days
from bot.ledger.history import History
from bot.ledger.homes import Homes
from bot.ledger.leases import Leases
from bot.ledger.log import Entry, Sealed, stamp
from bot.ledger.seal import Verdict


class Ledger(Asks, Changes, Leases, Homes, History, Days):
    """One SQLite file. ``Ledger.open(path)``; ``close`` when done."""

    async def tidy(self, before: datetime) -> None:
        """Forget the deliveries that were settled, and the processes that fell silent, before this time."""
        self._db.execute("DELETE FROM asks WHERE body IS NULL AND at < ?", (stamp(before),))
        self._db.execute("DELETE FROM processes WHERE lease_until < ?", (stamp(before),))

    # The audit log

    async def note(self, entry: Entry, *, at: datetime) -> None:
        """An Entry that moves nothing: a refusal, a message that could not be delivered."""
        with self._transaction() as db:
            log.append(db, entry, at)

    def entries(self, *, after: int = 0, limit: int = -1) -> Iterator[Sealed]:
        """Entries with a number above ``after``, oldest first; ``limit`` -1 is all of them, streaming."""
        return log.read(self._db, after=after, limit=limit)

    def verify(self) -> Verdict:
        """Check the whole chain."""
        return log.check(self._db)
