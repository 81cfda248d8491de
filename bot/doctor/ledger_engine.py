"""What the checks of a ledger have to know of the engine that keeps it."""

from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from dataclasses import dataclass

from bot.doctor.case import Case
from bot.doctor.findings import Finding
from bot.ledger.ports.checkup import Checkup, Schema


@dataclass(frozen=True)
class Engine:
    """How a ledger is opened, and the words for what may be wrong with it.

    ``turn`` waits until it may be opened, and raises NotChecked; ``opened`` raises that, too, and UnusableLedger, whose
    fix by its text is ``unreadable``. ``elsewhere``: where another ledger would be.
    """

    turn: Callable[[Case], AbstractAsyncContextManager[None]]
    opened: Callable[[Case], AbstractContextManager[Checkup]]
    schemas: Mapping[Schema, Finding]
    unreadable: Callable[[str], str]
    damaged: str
    rewritten: str
    elsewhere: str


CURRENT = Finding("Its schema is this version's.")
NEWER = Finding("Only later versions of the bot may write to it.", "Install the newer version of the bot.")
