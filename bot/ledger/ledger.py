"""The Ledger: its parts, each behind a port."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol, Self

from bot.core.errors import LedgerLost
from bot.core.segment_rules.followed import RulesReader
from bot.ledger.ports.audit_log import AuditLog
from bot.ledger.ports.changes import Changes
from bot.ledger.ports.dues import Dues
from bot.ledger.ports.facts import FactsStore
from bot.ledger.ports.history import History
from bot.ledger.ports.home_tabs import HomeTabs
from bot.ledger.ports.invocations import Invocations
from bot.ledger.ports.leases import Leases
from bot.ledger.ports.summary_runs import SummaryRuns


class Storage(Protocol):
    """The database behind the ports."""

    @property
    def clock_ahead(self) -> timedelta:
        """How far the clock by which leases are judged is ahead of this machine's: all machines share that one.

        As it was when they were last compared, which each transaction does.
        """

    async def compare_clocks(self) -> None:
        """Compare these clocks: nobody did before the first transaction, and this machine's may have been set since.

        Raises NotRecorded.
        """

    async def aclose(self) -> None:
        """Close the database; everything committed is on disk already."""

    async def damage(self) -> str:
        """Return what is damaged, in the database's words; empty if nothing is. It may take seconds."""

    async def trim(self) -> None:
        """Keep the database's files from growing for nothing; what cannot be done now is logged, and left for later."""


@dataclass(frozen=True)
class Ledger:
    """Everything that the bot stores. Exiting it as a context manager closes it."""

    changes: Changes
    invocations: Invocations
    leases: Leases
    audit: AuditLog
    summaries: SummaryRuns
    history: History
    home_tabs: HomeTabs
    facts: FactsStore
    segment_rules: RulesReader
    dues: Dues
    storage: Storage

    async def catch_up(self) -> None:
        """Write what was deferred: releases, answers, and the index of the audit log. Raises NotRecorded."""
        await self.leases.retry_releases()
        await self.invocations.retry_settling()
        await self.audit.complete_index()

    async def refuse_damage(self) -> None:
        """Raise LedgerLost if the database is damaged. It may take seconds."""
        if found := await self.storage.damage():
            raise LedgerLost(
                "the ledger's file is damaged",
                f"The ledger is damaged ({found}), so the bot does not write to it. Move the file away, put the "
                "latest backup in its place with `segment-bot ledger restore BACKUP`, and start the bot.",
            )

    async def tidy(self, before: datetime) -> None:
        """Delete the settled deliveries, and the processes whose lease ended, from before this time."""
        await self.invocations.forget_settled(before)
        await self.leases.forget_silent(before)

    async def close(self) -> None:
        """Close the database."""
        await self.storage.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()
