"""What whoever runs the bot does with a ledger from the shell: read and verify the log, copy it, archive it."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from bot.core.audit.audit_reader import AuditReader
from bot.core.audit.hash_chain import Verification
from bot.core.errors import Refusal


class NotCopied(Refusal):
    """A backup or an archive that is not made; the sentence says why."""


@dataclass(frozen=True)
class ArchivedSpan:
    """Entries from the ``first`` to the ``last``, both included; ``head`` is the seal of the last one."""

    first: int
    last: int
    head: str


class Archives(Protocol):
    """Copies of a ledger, and archives: files of their own, to which the oldest entries are moved."""

    async def is_archive(self) -> bool:
        """Return whether this is an archive, and no ledger."""

    async def anchor(self) -> tuple[int, str]:
        """Return number and seal of the entry before the first one here; 0 and zeros where there is none."""

    async def verify(self, against: str = "") -> Verification:
        """Verify the hash chain from where it begins here; a ledger has to account for what was archived before."""

    async def backup(self, target: Path) -> Verification:
        """Copy the whole ledger as it is at one moment, whoever writes meanwhile, and verify the copy.

        Raises NotCopied where there is a file already, or the copy's chain does not hold: then none is left.
        """

    async def archive(self, target: Path, *, before: datetime, at: datetime) -> ArchivedSpan:
        """Move the oldest entries, as far as all are from before this time, to a file of their own. ``at``: now.

        Nothing is removed before that file is whole, verified and on the disk. An archiving that was interrupted is
        resumed. The last entry stays, and so does all since an emergency that nobody reviewed, and since the last
        snapshot, with which the next summary compares.

        Raises NotCopied where nothing is that old, or another file is there; NotRecorded.
        """


@dataclass(frozen=True)
class AuditFile:
    """A file that holds a ledger or an archive: its log, and what can be done with the whole."""

    log: AuditReader
    archives: Archives
