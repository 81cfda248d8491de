"""Entries of the audit log, and what one can look for in it. Pure."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol, TypeVar

from bot.core.errors import Refusal

KINDS = (
    "asked", "form", "planned", "answered", "refused",
    "post", "clear", "cancel", "sign", "approve", "reject", "withdraw", "expire", "replan", "spoil",
    "narrow", "edit", "break glass", "review", "remind",
    "start", "step started", "step done", "step failed", "step unsure", "stop asked", "stop", "finish", "fail",
    "card lost", "home lost", "answer not delivered", "outcome not delivered", "reminder not delivered",
    "glass not delivered",
    "summary begun", "summary posted", "summary skipped", "summary failed", "summary unsure", "summary not delivered",
    "archived",
)  # fmt: skip
"""Every kind of entry: what people asked and read, how a change moved and ran, what could not be delivered."""
T = TypeVar("T")


LEAST_SEAL, SEAL = 16, 64
"""Hex digits of a seal that are compared: fewer could be another entry's by chance."""


class UnknownEntry(Refusal):
    """A number that no entry of the log has, or none any more: the first ``archived`` ones were moved away."""

    def __init__(self, number: int, archived: int = 0) -> None:
        gone = f"Entry {number} was moved to an archive: `python -m bot audit show {number} --database FILE` shows it."
        none = f"There is no entry {number} in the log. `/audit recent` shows the latest ones."
        super().__init__(gone if 0 < number <= archived else none)


@dataclass(frozen=True)
class Entry:
    """What the log is told: who (``actor``, ``workspace``), where (``channel``), what, and what came of it.

    ``detail`` becomes JSON: ids and words, no shopper's name or e-mail. ``subjects`` are the segments and shoppers that
    it is about, as ``segment:<id>``, ``customer:<id>`` or ``profile:<id>``. ``ms``: how long it took, in milliseconds,
    as far as that can be said. No workspace: the bot's own.
    """

    kind: str
    actor: str = ""
    channel: str = ""
    command: str = ""
    change: int | None = None
    detail: dict[str, Any] = field(default_factory=dict)
    outcome: str = ""
    subjects: tuple[str, ...] = ()
    ms: int | None = None
    workspace: str = ""


@dataclass(frozen=True)
class Sealed(Entry):
    """An Entry in the log: its number (from 1, without gaps), its time (UTC, milliseconds), and its seal."""

    number: int = 0
    at: str = ""
    seal: str = ""

    @property
    def told(self) -> str:
        """The entry in one line: the command, and the most telling thing of its detail; words tell the command, too."""
        said = next((str(self.detail[key]) for key in ("reason", "told", "said", "need") if self.detail.get(key)), "")
        return said if said.startswith("/") else " · ".join(filter(None, (self.command, said)))


@dataclass(frozen=True)
class AuditFilter:
    """Which entries are looked for: those for which all that is given holds.

    ``subjects``: about any of these, and with ``besides`` (shoppers) about any of those, too. An entry of a change is
    about all segments that the change touches. ``since`` and ``until``: from this time on, and before that one.
    """

    actor: str = ""
    kind: str = ""
    change: int | None = None
    subjects: tuple[str, ...] = ()
    besides: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True)
class Proof:
    """What a check of the chain found: entries read, the head's seal, and the first fault as a sentence, if any.

    ``archived`` entries were moved to archives before those that were read. ``witness`` is the number of the entry
    whose seal was looked for; None where none was, or none has it.
    """

    entries: int
    head: str
    fault: str = ""
    archived: int = 0
    witness: int | None = None

    @property
    def holds(self) -> bool:
        """Whether no fault was found."""
        return not self.fault


class Log(Protocol):
    """The audit log, to read."""

    async def recent(self, wanted: AuditFilter, *, limit: int, before: int | None = None) -> tuple[Sealed, ...]:
        """The latest of these entries, newest first; with ``before``, those older than that entry."""

    async def exported(self, wanted: AuditFilter, write: Callable[[Iterator[Sealed]], T]) -> T:
        """What ``write`` makes of these entries, oldest first; it runs in a thread, since there may be many."""

    async def segments_called(self, name: str) -> tuple[str, ...]:
        """Ids of segments that changes created, named or deleted by this name, whatever its case; some may be gone."""

    async def entry(self, number: int) -> Sealed:
        """One entry. Raises UnknownEntry."""

    async def head(self) -> tuple[int, str]:
        """The last entry's number and seal; 0 and zeros where there is none."""

    async def checked(self, against: str = "") -> Proof:
        """The whole chain checked; ``against``: whether an entry has this seal (or one that begins with it)."""


def seal_in(text: str) -> str:
    """A seal, or its beginning, however it was copied. Raises ValueError."""
    seal = "".join(text.split()).lower()
    if not re.fullmatch(rf"[0-9a-f]{{{LEAST_SEAL},{SEAL}}}", seal):
        raise ValueError(
            f"a seal is {LEAST_SEAL} to {SEAL} of the digits 0-9 and a-f, as `audit verify` shows the head"
        )
    return seal


def segment_subject(segment_id: str) -> str:
    """A segment as a subject."""
    return f"segment:{segment_id}"


def shopper_subject(id_: int | str) -> str:
    """A shopper as a subject: a customer by number, a profile by its UUID."""
    return f"customer:{id_}" if str(id_).isdecimal() else f"profile:{id_}"
