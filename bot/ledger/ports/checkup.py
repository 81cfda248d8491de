"""The port to a check-up of a ledger: it is opened only to be read, and nothing is written beside it either."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.ledger.ledger import Ledger
from bot.ledger.ports.audit_file import Archives


class Schema(StrEnum):
    """Which schema a ledger has, as this version sees it."""

    NONE = "none"  # nothing is in it yet
    FOREIGN = "foreign"  # it holds another program's tables
    OLDER = "older"
    CURRENT = "current"
    NEWER = "newer"  # only later versions may write to it


@dataclass(frozen=True)
class Checkup:
    """A ledger that is looked at. ``key_fault`` says with which key it is signed that SEAL_KEY lacks, if so."""

    schema: Schema
    key_fault: str
    ledger: Ledger
    archives: Archives


@dataclass(frozen=True)
class Server:
    """The server that holds a ledger's database, and what it lets the bot's role do."""

    role: str
    encoding: str
    only_reads: bool
    time: datetime
    free_connections: int
    standbys: int
    """Connected ones."""
    waits_for_standbys: bool
    """Whether a COMMIT is confirmed only when a standby has it, too."""
    waits_for_disk: bool
    fires_triggers: bool
    has_log: bool
    """Whether there are tables that the rest is about."""
    owned: Sequence[str]
    """What of the ledger the role could change the build of."""
    lacking: Sequence[str]
    """Rights that it needs and does not have."""
    held: Sequence[str]
    """Tables that another program keeps the bot from."""
    silent: Mapping[str, str]
    """Triggers that do not fire as they should, and the statement that makes each anew, for the tables' owner."""
