"""Entries of the audit log, and their kinds. Pure."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Self

from bot.core.errors import Refusal


class EntryKind(StrEnum):
    """The kinds of entry: the stored name, and what it records. Released names never change."""

    explanation: str

    def __new__(cls, name: str, explanation: str = "") -> Self:
        """Return the kind with this stored name; ``EntryKind("asked")`` looks a kind up."""
        kind = str.__new__(cls, name)
        kind._value_ = name
        kind.explanation = explanation
        return kind

    # Requests
    ASKED = "asked", "A request was received and has to be answered."
    FORM = "form", "A form was opened."
    PLANNED = "planned", "A request became a change."
    ANSWERED = "answered", "A request was answered without a change."
    REFUSED = "refused", "A request was refused."
    CONFIRMATION_ASKED = "confirmation asked", "The person named was asked to confirm a request from the shell."
    # Decisions and other moves of a change
    POST = "post", "The card was posted, and the change waits for approval."
    CLEAR = "clear", "The card was posted, and the change may run without approval."
    CANCEL = "cancel", "The change was cancelled before it ran."
    SIGN = "sign", "An approver approved, and more approvals are needed."
    APPROVE = "approve", "An approver gave the last approval that was needed."
    REJECT = "reject", "An approver rejected the change."
    WITHDRAW = "withdraw", "The requester withdrew the change."
    EXPIRE = "expire", "No one decided in time."
    REPLAN = "replan", "The store had changed, so the change was planned again."
    SPOIL = "spoil", "The store had changed so that the change is no longer possible."
    NARROW = "narrow", "An approver took items out of the change."
    EDIT = "edit", "The requester replaced the change with another plan."
    BREAK_GLASS = "break glass", "Someone let the change run without its approvals."
    REVIEW = "review", "Someone reviewed a change that had run without its approvals."
    KEEP = "keep", "Someone let those stay whom the change was to take out again."
    RESTORE = "restore", "The change was open in a backup that was restored, and was closed."
    REMIND = "remind", "The approvers are to be reminded of the change."
    CONTRADICT = "contradict", "The ledger's tables did not say what the log says, so the change was cancelled."
    # Running a change
    START = "start", "The change began to run."
    STEP_STARTED = "step started", "A step began."
    STEP_DONE = "step done", "A step succeeded."
    STEP_FAILED = "step failed", "A step failed."
    STEP_UNSURE = "step unsure", "A step got no answer from the store and may have succeeded."
    LATE_WRITE = "late write", "A process that no longer had the change was still waiting for an answer from the store."
    STOP_ASKED = "stop asked", "Someone asked the run to stop before its next step."
    STOP = "stop", "The run was stopped."
    FINISH = "finish", "The run succeeded."
    FAIL = "fail", "The run failed."
    # Messages that failed
    CARD_LOST = "card lost", "The card could not be updated in Slack."
    HOME_LOST = "home lost", "A Home tab could not be shown."
    ANSWER_NOT_DELIVERED = "answer not delivered", "An answer could not be delivered."
    OUTCOME_NOT_DELIVERED = "outcome not delivered", "The requester could not be told the outcome."
    REMINDER_NOT_DELIVERED = "reminder not delivered", "A reminder could not be delivered."
    GLASS_NOT_DELIVERED = "glass not delivered", "An approver could not be told of a run without approvals."
    AGAIN_NOT_DELIVERED = "again not delivered", "People could not be told that a change needs approval again."
    LATE_NOT_DELIVERED = "late not delivered", "People could not be told of a write that was answered late."
    CONTRADICT_NOT_DELIVERED = (
        "contradict not delivered",
        "Someone could not be told that a change was cancelled because of the ledger's tables.",
    )
    # The daily summary
    SUMMARY_BEGUN = "summary begun", "Summaries begin with this day."
    SUMMARY_POSTED = "summary posted", "A summary was posted."
    SUMMARY_SKIPPED = "summary skipped", "A day's summary was left out because it was too late for it."
    SUMMARY_FAILED = "summary failed", "A day's summary could not be made or posted."
    SUMMARY_UNSURE = "summary unsure", "A day's summary may have been posted."
    SUMMARY_NOT_DELIVERED = "summary not delivered", "The approvers could not be told why a summary failed."
    # The log itself
    ARCHIVED = "archived", "The oldest entries were moved to an archive."
    RESTORED = "restored", "The ledger was restored from a backup."
    COPIED = "copied", "The ledger was copied to another database, or from one."
    KEY_CHANGED = "key changed", "Entries are signed with another key (SEAL_KEY) from this one on."


class UnknownEntry(Refusal):
    """No entry has this number, or it was moved to an archive (the first ``archived`` entries were)."""

    def __init__(self, number: int, archived: int) -> None:
        gone = f"Entry {number} was moved to an archive: `python -m bot audit show {number} --database FILE` shows it."
        none = f"There is no entry {number} in the log. `/audit recent` shows the latest ones."
        super().__init__(gone if 0 < number <= archived else none, for_log="There is no such entry.")


@dataclass(frozen=True)
class Entry:
    """An entry to record: who (``actor``, ``workspace``), where (``channel``), what, and the outcome.

    ``detail`` is stored as JSON: ids and words, never a shopper's name or e-mail. ``subjects`` are the segments and
    shoppers that it is about, as ``segment:<id>``, ``customer:<id>`` or ``profile:<id>``. ``ms`` is the duration in
    milliseconds, if known. Without a workspace, it is the bot's own.
    """

    kind: EntryKind
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
class RecordedEntry:
    """A recorded entry: the fields of an Entry, its number (from 1, without gaps), time (UTC), and seal.

    ``kind`` is the stored text: it may have been tampered with, or written by a later version.
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
    number: int = 0
    at: str = ""
    seal: str = ""

    @property
    def description(self) -> str:
        """The entry in one line: its command, and its reason or else the first field of its detail."""
        keys = ("reason", "told", "said", "need")
        first = next((str(self.detail[key]) for key in keys if self.detail.get(key)), "")
        return first if first.startswith("/") else " · ".join(filter(None, (self.command, first)))
