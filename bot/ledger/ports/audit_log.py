"""The port to the audit log."""

from datetime import datetime
from typing import Protocol

from bot.core.audit.audit_reader import AuditReader
from bot.core.audit.entries import Entry, RecordedEntry


class AuditLog(AuditReader, Protocol):
    """The audit log: entries are appended, each sealed with the one before, and never changed."""

    async def append(self, entry: Entry, *, at: datetime) -> None:
        """Append an entry that belongs to no move: a refusal, or a message that could not be delivered."""

    async def entries(self, *, after: int = 0, limit: int | None = None) -> tuple[RecordedEntry, ...]:
        """Return the entries with a number above ``after``, oldest first, at most ``limit``."""

    async def complete_index(self) -> None:
        """Complete the index of entries about more shoppers than fit into one transaction.

        It works in batches and resumes where it was interrupted, so that nobody waits long meanwhile.
        """
