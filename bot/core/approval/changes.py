"""A Change: a Plan that somebody asked for, with a number and a state; and the table of its moves."""

from datetime import datetime
from enum import StrEnum
from typing import Any, NoReturn

from bot.core.answers import mention
from bot.core.approval.policy import Need
from bot.core.errors import OldVersion, TooLate
from bot.core.items import StoredItems
from bot.core.people import Place
from bot.core.planning.plan import Plan
from bot.core.planning.steps import AnyStep, Applied, Made
from bot.core.value import Value


class State(StrEnum):
    """Where a Change stands."""

    PLANNED = "planned"  # its card is not in Slack yet, so nobody has seen it and nothing may run
    WAITING = "waiting"  # for a second person
    APPROVED = "approved"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    STALE = "stale"  # the store changed so that it can no longer be done


class Event(StrEnum):
    """What moves a Change."""

    POST = "post"
    CLEAR = "clear"
    CANCEL = "cancel"
    SIGN = "sign"
    APPROVE = "approve"
    REJECT = "reject"
    WITHDRAW = "withdraw"
    EXPIRE = "expire"
    REPLAN = "replan"
    SPOIL = "spoil"
    START = "start"
    FINISH = "finish"
    FAIL = "fail"
    NARROW = "narrow"
    EDIT = "edit"
    BREAK = "break glass"
    STOP = "stop"


MOVES: dict[State, dict[Event, State]] = {
    State.PLANNED: {
        Event.POST: State.WAITING,
        Event.CLEAR: State.APPROVED,
        Event.CANCEL: State.CANCELLED,
        Event.WITHDRAW: State.WITHDRAWN,
        Event.EXPIRE: State.EXPIRED,
    },
    State.WAITING: {
        Event.SIGN: State.WAITING,
        Event.APPROVE: State.APPROVED,
        Event.REJECT: State.REJECTED,
        Event.WITHDRAW: State.WITHDRAWN,
        Event.EXPIRE: State.EXPIRED,
        Event.REPLAN: State.WAITING,
        Event.NARROW: State.WAITING,
        Event.EDIT: State.WAITING,
        Event.BREAK: State.APPROVED,
        Event.SPOIL: State.STALE,
    },
    State.APPROVED: {
        Event.START: State.RUNNING,
        Event.CANCEL: State.CANCELLED,
        Event.REPLAN: State.WAITING,
        Event.SPOIL: State.STALE,
    },
    State.RUNNING: {Event.FINISH: State.DONE, Event.FAIL: State.FAILED, Event.STOP: State.CANCELLED},
}
"""The whole life of a Change. States without a row are final."""

OPEN = frozenset(MOVES)
DECIDABLE = frozenset(state for state, moves in MOVES.items() if Event.APPROVE in moves)


class StepState(StrEnum):
    """Where one Step of a running Change stands."""

    STARTED = "started"
    DONE = "done"
    UNSURE = "unsure"  # the store never answered: it may have been carried out
    FAILED = "failed"


class Run(Value):
    """How one Step of a Change went. ``undo`` is its way back, saved before it started."""

    position: int
    state: StepState
    undo: tuple[AnyStep, ...] = ()
    applied: Applied | None = None
    error: str = ""


class Approval(Value):
    """One person's yes to one version."""

    actor: str
    at: datetime


class Emergency(Value):
    """Somebody let a Change run without its approvals. It stays on the list until somebody else has reviewed it."""

    actor: str
    reason: str
    at: datetime
    reviewed_by: str | None = None


class Card(Value):
    """Where a Change's message stands; ``url`` is its address, where Slack told it."""

    channel: str
    ts: str
    url: str = ""


class Change(Value):
    """A Plan somebody asked for.

    ``version`` counts the plans that were shown; ``revision`` counts every move, so that a card knows whether it is
    up to date. ``command`` and ``args`` are what is planned again before it runs, less the items that approvers took
    out (``without``); ``asked`` is what was asked for at first, in a line; ``verb`` is on the button that approves it.
    ``deciders`` are the people who may decide, as far as it was known when it was planned. Times are UTC.
    """

    number: int
    version: int = 1
    revision: int = 1
    state: State = State.PLANNED
    requester: str
    place: Place
    command: str
    verb: str
    args: dict[str, Any]
    plan: Plan
    need: Need
    deciders: tuple[str, ...] = ()
    without: StoredItems = ()
    asked: str = ""
    approvals: tuple[Approval, ...] = ()
    emergency: Emergency | None = None
    settled_by: str | None = None
    reason: str = ""
    drift: tuple[str, ...] = ()
    runs: tuple[Run, ...] = ()
    card: Card | None = None
    undone_by: int | None = None
    created_at: datetime
    expires_at: datetime
    updated_at: datetime

    @property
    def is_open(self) -> bool:
        """Whether something can still happen to it."""
        return self.state in OPEN

    @property
    def done(self) -> tuple[Run, ...]:
        """The Steps that ran, or may have, in their order."""
        return tuple(run for run in self.runs if run.state in (StepState.DONE, StepState.UNSURE))

    @property
    def can_be_undone(self) -> bool:
        """Whether it is over, something of it ran, and nothing undid it yet."""
        return not self.is_open and self.undone_by is None and any(run.undo for run in self.done)

    @property
    def left(self) -> tuple[AnyStep, ...]:
        """The Steps of a Change that is over which did not run, knowing what the others made."""
        made = Made.by([run.applied for run in self.runs if run.applied])
        ran = {run.position for run in self.runs if run.state is StepState.DONE}
        return tuple(step.resolved(made) for at, step in enumerate(self.plan.steps) if at not in ran)

    @property
    def can_be_retried(self) -> bool:
        """Whether it broke off, or was stopped, with Steps left, and nothing undid it."""
        broke_off = self.state is State.FAILED or (self.state is State.CANCELLED and bool(self.runs))
        return broke_off and bool(self.left) and self.undone_by is None

    @property
    def restored(self) -> dict[str, str]:
        """New ids by old ids, of the segments that it made in the place of deleted ones."""
        steps = self.plan.steps
        made = ((steps[run.position].replaces, run.applied.created) for run in self.runs if run.applied)
        return {old.id: new.known_id for old, new in made if old and new}

    @property
    def can_be_repointed(self) -> bool:
        """Whether it is over, and promotions named a segment by the id that it had before this restored it."""
        stranded = any(step.strands_promotions for step in self.plan.steps)
        return stranded and bool(self.restored) and not self.is_open

    def has_approved(self, actor: str) -> bool:
        """Return whether this person approved this version."""
        return any(one.actor == actor for one in self.approvals)


class Brief(Value):
    """A Change as lists show it: its plan, which may hold 100,000 ids, is one line."""

    number: int
    state: State
    requester: str
    headline: str
    need: Need
    approvals: tuple[Approval, ...] = ()
    created_at: datetime
    expires_at: datetime

    @classmethod
    def of(cls, change: Change) -> "Brief":
        """Return this Change in brief."""
        same = {name: getattr(change, name) for name in cls.model_fields if name != "headline"}
        return cls(headline=change.plan.headline, **same)


class Verdict(StrEnum):
    """What a person can say about a Change."""

    APPROVE = "approve"
    REJECT = "reject"
    WITHDRAW = "withdraw"
    NARROW = "narrow"
    STOP = "stop"
    BREAK = "break glass"
    REVIEW = "review"


class Decision(Value):
    """A person's word on a Change. ``version``: the one whose button was clicked; None where no card was looked at.

    ``items`` are to be taken out of it.
    """

    number: int
    verdict: Verdict
    version: int | None = None
    reason: str = ""
    items: StoredItems = ()

    @property
    def said(self) -> str:
        """``approve change 42``."""
        return f"{self.verdict.value} change {self.number}"


def refuse_late(change: Change, version: int | None) -> None:
    """Raise TooLate unless ``change`` can still be decided, OldVersion unless on the version that was looked at."""
    if change.state not in DECIDABLE:
        too_late(change)
    if version is not None and version != change.version:
        raise OldVersion(change.number)


def too_late(change: Change) -> NoReturn:
    """Raise TooLate with the state in words."""
    stands = {
        State.PLANNED: "is not ready yet; try again in a moment",
        State.WAITING: "moved just now and is still waiting; read its card and decide again",
        State.APPROVED: "is already approved and about to run",
        State.RUNNING: "is already running",
    }.get(change.state, f"is already {change.state.value}")
    by = f" by {mention(change.settled_by)}" if change.settled_by and not change.is_open else ""
    raise TooLate(f"Too late: change {change.number} {stands}{by}.")
