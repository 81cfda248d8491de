"""The port to a check-up of a ledger: it is opened only to be read, and nothing is written beside it either."""

from dataclasses import dataclass
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
