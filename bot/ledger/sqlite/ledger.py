"""The Ledger: every move of a Change and its Entry share one transaction.

Methods are async although SQLite answers in a tenth of a millisecond, so that another database can stand behind the
same names. Times go in and come out as aware datetimes in UTC.
"""

from datetime import datetime

from bot.ledger.sqlite.audit_log import Log, stamp
from bot.ledger.sqlite.changes import Changes
from bot.ledger.sqlite.history import History
from bot.ledger.sqlite.home_tabs import Homes
from bot.ledger.sqlite.invocations import Asks
from bot.ledger.sqlite.leases import Leases
from bot.ledger.sqlite.summary_runs import Days


class Ledger(Asks, Changes, Leases, Homes, History, Days, Log):
    """One SQLite file. ``Ledger.open(path)``; ``close`` when done."""

    async def catch_up(self) -> None:
        """Do what had to wait: settle what was answered, and complete what entries are found by. Raises NotRecorded."""
        await super().catch_up()
        await self.complete()

    async def tidy(self, before: datetime) -> None:
        """Forget the deliveries that were settled, and the processes that fell silent, before this time."""
        self._write("DELETE FROM asks WHERE body IS NULL AND at < ?", (stamp(before),))
        self._write("DELETE FROM processes WHERE lease_until < ?", (stamp(before),))
