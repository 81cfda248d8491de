"""Searching the audit log: the filter, and the port that commands read through. Pure."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeVar

from bot.core.audit.entries import EntryKind, RecordedEntry
from bot.core.audit.hash_chain import Verification

T = TypeVar("T")


@dataclass(frozen=True)
class AuditFilter:
    """A filter of the audit log: an entry matches if it matches every field that is given.

    ``subjects``: about any of these and, with ``besides`` (shoppers), also about any of those. An entry of a change is
    about all segments that the change touches. ``since`` is inclusive, ``until`` exclusive. Entries of the kinds
    ``without`` are left out.
    """

    actor: str = ""
    kind: EntryKind | None = None
    change: int | None = None
    subjects: tuple[str, ...] = ()
    besides: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    without: tuple[EntryKind, ...] = ()


class AuditReader(Protocol):
    """Read access to the audit log."""

    async def recent(
        self, audit_filter: AuditFilter, *, limit: int, before: int | None = None
    ) -> tuple[RecordedEntry, ...]:
        """Return the latest matching entries, newest first; with ``before``, only those older than that entry."""

    async def export(self, audit_filter: AuditFilter, write: Callable[[Iterator[RecordedEntry]], T]) -> T:
        """Return the result of ``write`` for the matching entries, oldest first.

        They are streamed, since there may be many, and ``write`` may run in a thread.
        """

    async def segments_named(self, name: str) -> tuple[str, ...]:
        """Return ids of segments that changes created, renamed or deleted under this name, ignoring case.

        Some may no longer exist.
        """

    async def entry(self, number: int) -> RecordedEntry:
        """Return one entry. Raises UnknownEntry."""

    async def head(self) -> tuple[int, str]:
        """Return the last entry's number and seal; 0 and zeros if the log is empty."""

    async def verify(self, against: str = "") -> Verification:
        """Verify the whole hash chain, the signatures, and the tables that are held to what entries say.

        ``against`` is the prefix of a seal to look for among the entries.
        """
