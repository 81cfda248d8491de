"""The port to the changes: their moves and runs, and what counts when they are decided."""

from datetime import datetime
from typing import Any, Protocol

from bot.core.approval.beside import Beside
from bot.core.approval.brief import Brief
from bot.core.approval.changes import Change, Event, Run, State
from bot.core.approval.changes_reader import ChangesReader
from bot.core.approval.rule import Limit
from bot.core.audit.entries import EntryKind
from bot.core.invocation import Invocation
from bot.ledger.ports.timed_changes import TimedChanges
from bot.ledger.ports.told_changes import ToldChanges


class Changes(ChangesReader, TimedChanges, ToldChanges, Protocol):
    """The changes. A move is a compare-and-swap: moving a change from an old revision raises TooLate."""

    async def create(
        self,
        invocation: Invocation,
        change: Change,
        *,
        owner: str,
        detail: dict[str, Any],
        subjects: tuple[str, ...] = (),
    ) -> Change:
        """Turn an invocation into a change: number it, and give ``owner`` its lease.

        ``subjects``: what the words named, apart from the segments that the plan touches. The shoppers that it touches
        are recorded with the steps that run: there may be 100,000.

        Raises TooLate if another process, which took this one for dead, has answered meanwhile.
        """

    async def contradiction(self, number: int) -> str:
        """Return how the tables differ from what the sealed entries say of a change, as a sentence; empty if not.

        It says why the log does not authorise it: it was not asked for, its plan, its approvals, its state or its runs
        are others, an entry since its first one is missing or forged, or one of its own is not signed.
        """

    async def cover_fault(self, number: int, *, after: datetime) -> str:
        """Return how the tables differ from the sealed log in what this covering change's cover goes by; empty if not.

        Beside the change itself, that is when it ends and what was done in its segments since, or the rule in force and
        what its runs for slots ``after`` this one moved. A sentence, as of ``contradiction``.
        """

    async def is_of_backup(self, number: int) -> bool:
        """Return whether a change came with a backup that was restored: what became of it since, nobody knows."""

    async def confirmed_by(self, number: int, lapse: str) -> tuple[int, ...]:
        """Return the changes that people approved since a backup was restored, and that ran, the latest first.

        Those for which the change of this number, their covering one, had lapsed for this very reason.
        """

    async def beside(self, change: Change) -> tuple[Beside, ...]:
        """Return the other waiting changes that touch the same as ``change``, which need not be on record yet."""

    async def waiting_for(self, actor: str) -> tuple[Brief, ...]:
        """Return the waiting changes that others requested and this person has not approved; the most urgent first."""

    async def requested_by(self, actor: str, limit: int) -> tuple[Brief, ...]:
        """Return this requester's latest changes, the waiting ones first; of covered ones only the open ones."""

    async def by_state(self) -> tuple[dict[State, int], int]:
        """Return how many changes are in each open state, and how many in any other."""

    async def overdue(self, now: datetime) -> tuple[int, ...]:
        """Return the numbers of the changes that have expired while they waited, or before their cards were posted."""

    async def last_finish(self) -> int:
        """Return the number of the entry with which a run last ended, whatever its outcome; 0 if none did."""

    async def moved_unapproved(self, requester: str, segment_id: str, *, since: datetime, apart_from: int = 0) -> int:
        """Return how many shoppers this requester added to the segment since then, or kept, without an approval.

        Whom they let stay counts from then on. A change counts as planned while it runs or if nobody knows what it
        did, else as it did. ``apart_from``: the number of the change that is asked about.
        """

    async def moved_by_runs(
        self, command: str, segment_id: str, *, after: datetime, apart_from: int = 0
    ) -> tuple[int, int]:
        """Return how many joined the segment, and how many left, by covered changes of this command for later slots.

        Only those that went without a click count. ``apart_from`` as for ``moved_unapproved``.
        """

    async def move(
        self,
        change: Change,
        event: Event,
        *,
        at: datetime,
        actor: str = "",
        detail: dict[str, Any] | None = None,
        update: dict[str, Any] | None = None,
        notices: tuple[tuple[str, str], ...] = (),
        limits: tuple[Limit, ...] = (),
        alone: bool = False,
    ) -> Change:
        """Return ``change`` after ``event``, with these fields updated.

        The entry records how long it was in its old state.

        ``notices``: pairs of a kind and the user to notify; of an emergency (``glass``) also user groups. ``limits``:
        raises OverLimit if its requester moved too much by now for it to run without approval. ``alone``: raises
        TooLate if another one that runs touches a segment which this one changes. Raises TooLate if the state does not
        allow the event, or if the change was moved since it was loaded; Impossible if it begins to take out those whom
        somebody let stay.
        """

    async def amend(
        self,
        change: Change,
        kind: EntryKind,
        *,
        actor: str,
        at: datetime,
        update: dict[str, Any],
        limits: tuple[Limit, ...] = (),
    ) -> Change:
        """Return ``change`` with these fields updated, in the same state.

        Raises TooLate if it was moved since it was loaded, or if whom it is to keep may just be taken out. ``limits``
        as for ``move``.
        """

    async def save_run(
        self,
        change: Change,
        run: Run,
        *,
        at: datetime,
        detail: dict[str, Any],
        subjects: tuple[str, ...] = (),
        ms: int | None = None,
    ) -> Change:
        """Save the run of one of its steps; return the updated change. Raises TooLate.

        ``detail`` may contain its "effects": how many shoppers it added and removed, by segment id.
        """

    async def note_late_write(self, number: int, *, at: datetime, detail: dict[str, Any]) -> None:
        """Record that a process that lost this change had a write under way, and queue a notice under the card.

        It moves nothing: the process that took over does that.
        """

    async def request_stop(self, change: Change, *, actor: str, at: datetime) -> None:
        """Ask a run to stop before its next step; the first request counts."""

    async def stop_requested_by(self, number: int) -> str:
        """Return who requested that the run stop; empty if nobody did."""
