"""The audit log, to read and to append to."""

from datetime import datetime
from typing import Protocol

from bot.core.audit.audit_reader import AuditReader
from bot.core.audit.entries import Entry, RecordedEntry


class AuditLog(AuditReader, Protocol):
    """The audit log: entries are appended, sealed one after the other, and never changed."""

    async def append(self, entry: Entry, *, at: datetime) -> None:
        """Append an entry that belongs to no other move: a refusal, a message that could not be delivered."""

    async def entries(self, *, after: int = 0, limit: int | None = None) -> tuple[RecordedEntry, ...]:
        """Return the entries with a number above ``after``, oldest first, ``limit`` of them at most."""

    async def complete_index(self) -> None:
        """Let entries about more shoppers than fit one transaction be found by all of them.

        It goes on in batches from wherever it was interrupted, so that nobody waits long meanwhile.
        """
