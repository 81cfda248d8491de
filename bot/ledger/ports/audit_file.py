"""What an operator does with a ledger from the shell: read and verify the log, copy it, archive it."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from bot.core.audit.audit_reader import AuditReader
from bot.core.audit.hash_chain import Verification
from bot.core.errors import Refusal


class NotCopied(Refusal):
    """A backup or an archive was not made; the sentence says why."""


@dataclass(frozen=True)
class ArchivedSpan:
    """Entries from ``first`` to ``last``, inclusive; ``head`` is the seal of the last one."""

    first: int
    last: int
    head: str


@dataclass(frozen=True)
class RestoredLedger:
    """A ledger that was restored: its entries, the seal of the last one, and the changes that were open in it."""

    entries: int
    head: str
    closed: tuple[int, ...]


@dataclass(frozen=True)
class Migrated:
    """How many migrations were ``applied`` to a ledger, and the ``roles`` that have what a bot needs."""

    applied: int
    roles: tuple[str, ...]


class Archives(Protocol):
    """Backups of a ledger, and archives: files to which the oldest entries are moved."""

    async def is_archive(self) -> bool:
        """Return whether this file is an archive rather than a ledger."""

    async def anchor(self) -> tuple[int, str]:
        """Return number and seal of the entry before the first one in this file; 0 and zeros if none."""

    async def verify(self, against: str = "") -> Verification:
        """Verify the chain from its first entry in this file; in a ledger, all earlier ones must be archived."""

    async def backup(self, target: Path) -> Verification:
        """Copy a consistent snapshot of the whole ledger, despite concurrent writers, and verify the copy.

        Raises NotCopied if the file exists, or the copy's chain is broken: then no copy remains.
        """

    async def archive(self, target: Path, *, before: datetime, at: datetime) -> ArchivedSpan:
        """Move the oldest entries, all from before this time, to a file of their own. ``at`` is the current time.

        Nothing is removed before that file is complete, verified and on disk. An interrupted archiving is resumed. Some
        entries stay: the last one, all since an emergency that is not reviewed yet, and all since the last snapshot,
        which the next summary compares with.

        Raises NotCopied if no entry is that old, or if another file exists; NotRecorded.
        """


@dataclass(frozen=True)
class AuditFile:
    """A file that holds a ledger or an archive: its log, and operations on the whole file."""

    log: AuditReader
    archives: Archives
