"""A Change: a Plan that someone asked for, with a number and a state; and its state machine as a table."""

from datetime import datetime
from enum import StrEnum

from pydantic import Field

from bot.core.approval.beside import Beside
from bot.core.approval.covering import Covered
from bot.core.approval.need import Approval, Need
from bot.core.approval.rule import Moved
from bot.core.approval.shown_change import DIGITS, Shown
from bot.core.frozen_value import Value
from bot.core.items import StoredItems
from bot.core.kept_lists import Values
from bot.core.people import Place
from bot.core.planning.plan import Plan
from bot.core.planning.steps import AnyStep, Applied, CreatedIds


class State(StrEnum):
    """The states of a Change."""

    PLANNED = "planned"  # its card is not in Slack yet: nobody has seen it, and nothing may run
    WAITING = "waiting"  # for approval
    APPROVED = "approved"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    STALE = "stale"  # the store changed, so it can no longer be done
    CLOSED = "closed"  # it was open in a backup that was restored: what became of it since is not known


class Event(StrEnum):
    """The events that move a Change from one state to another."""

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
    RESTORE = "restore"
    CONTRADICT = "contradict"


_CLOSING = {Event.RESTORE: State.CLOSED, Event.CONTRADICT: State.CANCELLED}
MOVES: dict[State, dict[Event, State]] = {
    State.PLANNED: {
        Event.POST: State.WAITING,
        Event.CLEAR: State.APPROVED,
        Event.CANCEL: State.CANCELLED,
        Event.WITHDRAW: State.WITHDRAWN,
        Event.EXPIRE: State.EXPIRED,
        **_CLOSING,
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
        **_CLOSING,
    },
    State.APPROVED: {
        Event.START: State.RUNNING,
        Event.CANCEL: State.CANCELLED,
        Event.REPLAN: State.WAITING,
        Event.SPOIL: State.STALE,
        Event.WITHDRAW: State.WITHDRAWN,
        Event.STOP: State.CANCELLED,
        **_CLOSING,
    },
    State.RUNNING: {
        Event.FINISH: State.DONE,
        Event.FAIL: State.FAILED,
        Event.STOP: State.CANCELLED,
        **_CLOSING,
    },
}
"""The state machine of a Change. States without a row are final."""

OPEN = frozenset(MOVES)
BEFORE_A_RUN = OPEN - {State.RUNNING}
DECIDABLE = frozenset(state for state, moves in MOVES.items() if Event.APPROVE in moves)


class StepState(StrEnum):
    """The states of one Step of a running Change."""

    STARTED = "started"
    DONE = "done"
    UNSURE = "unsure"  # the store never responded: it may have been carried out
    FAILED = "failed"


class Run(Value):
    """The run of one Step of a Change. ``undo`` holds the Steps that undo it, saved before it started.

    Of one that failed: ``left`` is who the store says is left; ``others_go_on``: it refused just these shoppers.
    """

    position: int
    state: StepState
    undo: tuple[AnyStep, ...] = ()
    applied: Applied | None = None
    error: str = ""
    left: StoredItems = ()
    others_go_on: bool = False


class Emergency(Value):
    """A Change that someone ran without its approvals. It stays listed until someone else has reviewed it."""

    actor: str
    reason: str
    at: datetime
    reviewed_by: str | None = None


class Card(Value):
    """The Slack message that shows a Change; ``url`` is its permalink, if Slack returned one."""

    channel: str
    ts: str
    url: str = ""


class Change(Value):
    """A Plan that someone asked for.

    ``version`` counts the plans that were shown; ``revision`` counts every move, so that a card can tell whether it is
    up to date. ``command`` and ``args`` are planned again before it runs, minus the items that approvers took out
    (``without``); ``asked`` is the original request in one line; ``verb`` labels the button that approves it.
    ``deciders`` are the people who may decide, if that was known when it was planned; ``deciders_by_rule`` those who
    satisfy each requirement, if there are several. ``least`` is what it needed before it was narrowed, ``moved`` whom
    its requester had moved before without approval: neither is lowered while it waits. ``nonce`` tells it
    from a change of the same number in any other ledger. ``beside`` are others that wait and touch the same; they are
    found when it is loaded, and not stored; so is the running one that it waits ``behind``, once it is approved.
    ``stopped_by`` asked its run to stop; ``per_second``: shoppers, as its run was measured lately. ``due_at``: it runs
    then, not before; None for at once. ``covered_by``: the change whose approval covers it, if one does. ``ends_at``:
    those whom it added are taken out again then; None if nothing is to end, or has ended, by the change ``ended_by``
    if by one. Both are found when it is loaded. ``kept_by`` let them stay instead. Times are UTC.
    """

    number: int
    nonce: str = ""
    version: int = 1
    revision: int = 1
    state: State = State.PLANNED
    requester: str
    place: Place
    command: str
    verb: str
    args: Values
    plan: Plan
    need: Need
    least: Need | None = None
    moved: tuple[Moved, ...] = ()
    deciders: tuple[str, ...] = ()
    deciders_by_rule: tuple[tuple[str, ...], ...] = ()
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
    beside: tuple[Beside, ...] = ()
    behind: int | None = Field(default=None, exclude=True)
    stopped_by: str = ""
    per_second: float = Field(default=0.0, exclude=True)
    created_at: datetime
    expires_at: datetime
    updated_at: datetime
    started_at: datetime | None = None
    due_at: datetime | None = None
    covered_by: Covered | None = None
    ends_at: datetime | None = Field(default=None, exclude=True)
    ended_by: int | None = Field(default=None, exclude=True)
    kept_by: str = ""

    @property
    def is_routine(self) -> bool:
        """Whether it goes without a click, covered by another one: people see no card of it."""
        return self.covered_by is not None and not self.need.approvals

    @property
    def shown(self) -> Shown:
        """What its buttons carry: which change it is, and its plan."""
        plan = self.plan.fingerprint[:DIGITS]
        return Shown(number=self.number, version=self.version, nonce=self.nonce, fingerprint=plan)

    @property
    def is_open(self) -> bool:
        """Whether it can still move."""
        return self.state in OPEN

    @property
    def scheduled_for(self) -> datetime | None:
        """The time at which it runs, which may have come; None if it is not approved, or for no time of its own."""
        return self.due_at if self.state is State.APPROVED else None

    def is_early(self, now: datetime) -> bool:
        """Return whether it must not run yet: a clock that was ahead may have been set right since it was asked for."""
        covered_for = self.covered_by.slot if self.covered_by and self.is_routine else None
        return any(at is not None and now < at for at in (self.due_at, covered_for))

    def can_be_withdrawn(self, now: datetime) -> bool:
        """Return whether its requester can still take it back: it neither runs nor is about to."""
        return self.state in BEFORE_A_RUN and (self.state is not State.APPROVED or self.is_early(now))

    def can_be_stopped(self, now: datetime) -> bool:
        """Return whether its run can be stopped, or kept from beginning at its time."""
        return self.state is State.RUNNING or (self.state is State.APPROVED and self.is_early(now))

    @property
    def done(self) -> tuple[Run, ...]:
        """The Steps that ran, or may have run, in order."""
        return tuple(run for run in self.runs if run.state in (StepState.DONE, StepState.UNSURE))

    @property
    def can_be_undone(self) -> bool:
        """Whether it has ended, some of its Steps ran, and no other change has undone it."""
        return not self.is_open and self.undone_by is None and any(run.undo for run in self.done)

    @property
    def steps_left(self) -> tuple[AnyStep, ...]:
        """What Steps did not do, as it was planned: what others created is not looked up for all of it."""
        created_ids, runs = self.created_ids, {run.position: run for run in self.runs}
        steps = ((step, runs.get(at)) for at, step in enumerate(self.plan.steps))
        left = ((step, run) for step, run in steps if run is None or run.state is not StepState.DONE)
        return tuple(_left_of(step, run, created_ids) for step, run in left)

    @property
    def created_ids(self) -> CreatedIds:
        """What its Steps created: what is left of them needs to know it."""
        return CreatedIds.of([run.applied for run in self.runs if run.applied])

    @property
    def perhaps_created(self) -> tuple[str, ...]:
        """The names of segments that exist by now, and nobody can tell whether this change created them."""
        unsure = {run.position for run in self.runs if run.state is StepState.UNSURE}
        return tuple(step.creates for at, step in enumerate(self.plan.steps) if at in unsure and step.creates)

    @property
    def can_be_retried(self) -> bool:
        """Whether it failed or was stopped with Steps left, and no other change has undone it."""
        broke_off = self.state is State.FAILED or (self.state is State.CANCELLED and bool(self.runs))
        return broke_off and bool(self.steps_left) and self.undone_by is None

    @property
    def is_stopped(self) -> bool:
        """Whether somebody stopped it, when it ran or before the time at which it should: nobody else cancels it."""
        return self.state is State.CANCELLED and self.settled_by is not None

    @property
    def restored(self) -> dict[str, str]:
        """New segment ids by the ids of the deleted segments that they replace."""
        steps = self.plan.steps
        replaced = ((steps[run.position].replaces, run.applied.created) for run in self.runs if run.applied)
        return {old.id: new.known_id for old, new in replaced if old and new}

    def has_approved(self, actor: str) -> bool:
        """Return whether this person approved this version."""
        return any(one.actor == actor for one in self.approvals)


def _left_of(step: AnyStep, run: Run | None, created_ids: CreatedIds) -> AnyStep:
    """Return what a Step has left to do that did not run, or failed: all of it, unless the store told who is left."""
    if run is None or not run.left:
        return step
    ran = step.resolved(created_ids)
    return ran.without(frozenset(ran.items).difference(run.left)) or step
