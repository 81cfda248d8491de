"""Brings every card up to date with the ledger, and notifies requesters of outcomes."""

import logging
from collections.abc import Awaitable, Callable
from functools import partial
from itertools import filterfalse

from bot.core import work
from bot.core.approval.changes import Card, Change, State
from bot.core.audit.entries import Entry, EntryKind
from bot.core.errors import NotRecorded
from bot.core.people import is_group
from bot.engine.coalescer import Coalescer
from bot.engine.emergency_notices import EmergencyNotices
from bot.engine.growing_waits import GrowingWaits
from bot.engine.home_tab.publisher import HomeTabPublisher
from bot.engine.ports import Announcer, Undeliverable
from bot.engine.process import Process

REST = 3.0
"""Seconds for which the card of a running change stands before it is drawn again, unless the change moves."""
ASKING = ("reminder", "again")
"""Kinds of notices that ask for a decision: once it is made, they are not posted any more."""
Act = Callable[[Change], Awaitable[None]]
log = logging.getLogger(__name__)


class CardReconciler:
    """Renders outdated cards, one at a time; several moves at once need only one rendering.

    What Slack does not take stays due, with growing waits. Only a card that is lost for good is given up: that of an
    open change is then posted anew, so that it can be decided.
    """

    def __init__(
        self, process: Process, announcer: Announcer, home_tabs: HomeTabPublisher, emergencies: EmergencyNotices
    ) -> None:
        self._process = process
        self._ledger = process.ledger
        self._announcer = announcer
        self._home_tabs = home_tabs
        self._emergencies = emergencies
        self._waits = GrowingWaits(process.clock)
        self._posted_anew: dict[tuple[int, State], Card] = {}
        self._drawn_running: dict[int, float] = {}
        self._moved = set[int]()
        self._coalescer = Coalescer(self._reconcile, process.tasks)

    def wake(self, moved: int | None = None) -> None:
        """Start rendering what is outdated: something changed. The card of a change that moved is not waited for."""
        self._waits.clear(("card", moved))
        if moved is not None:
            self._moved.add(moved)
        self._coalescer.wake()
        # Separate, so that Slack's rate limit on one does not delay the other.
        self._home_tabs.wake()

    async def _reconcile(self) -> None:
        while self._moved:  # not once they move: a round that read one before may note only then that it is drawn
            self._drawn_running.pop(self._moved.pop(), None)
        for number in filterfalse(self._rests, await self._ledger.changes.outdated_cards()):
            await self._if_due(("card", number), number, self._redraw)
        for number in await self._ledger.changes.unreported_outcomes():
            await self._if_due(("outcome", number), number, self._report_outcome)
        for number, kind, group in filter(_is_to_group, await self._ledger.changes.notices()):
            await self._if_due(("group", number, group), number, partial(self._resolve, kind=kind, group=group))
        for number, kind, user in filterfalse(_is_to_group, await self._ledger.changes.notices()):
            await self._if_due((kind, number, user), number, partial(self._notify, kind=kind, user=user))

    async def _if_due(self, what: tuple[str | int, ...], number: int, act: Act) -> None:
        """Call ``act`` unless it failed a short while ago; if it fails now, it is due again later."""
        if not self._waits.is_due(what):
            return
        with work.about("change", number):
            try:
                await self._with_claim(number, act)
            except Undeliverable as error:
                log.info("The %s of change %s is due again later: %s %s", what[0], number, error, error.advice)
                self._waits.failed(what)
            else:
                self._waits.clear(what)

    async def _with_claim(self, number: int, act: Act) -> None:
        """Call ``act``, unless another process has this change. An error in one change does not delay others.

        Raises Undeliverable.
        """
        if not await self._process.claim(number, role="renderer"):
            return
        try:
            await act(await self._ledger.changes.load(number))
        except (NotRecorded, Undeliverable):
            raise  # the ledger affects every change: the next round starts over
        except Exception:
            log.exception("The card of change %s cannot be brought in line", number)
        finally:
            await self._process.release(number, role="renderer")

    def _rests(self, number: int) -> bool:
        """Return whether this card shows a running change, as it was a moment ago."""
        now = self._process.elapsed()
        return now - self._drawn_running.get(number, float("-inf")) < REST

    def _paced(self, change: Change) -> Change:
        """Return a running change with its pace; its card rests from now on."""
        now = self._process.elapsed()
        self._drawn_running[change.number] = now
        return change.model_copy(update={"per_second": self._process.paces.per_second(change.number, now)})

    async def _redraw(self, change: Change) -> None:
        """Update the card; if it is lost for good, post it anew, and if there is none yet, post it.

        Raises Undeliverable.
        """
        change = self._paced(change) if change.state is State.RUNNING else change
        if change.card is None:
            card = await self._announcer.post(change, may_exist=True)
            await self._ledger.changes.save_card(change, card)
            await self._ledger.changes.save_card_url(change.number, await self._announcer.permalink(card))
            return
        try:
            await self._announcer.redraw(change, change.card)
        except Undeliverable as error:
            if not error.final:
                raise
            await self._replace(change, change.card)
            await self._record(change, EntryKind.CARD_LOST, error)
        else:
            await self._ledger.changes.save_card(change, change.card)

    async def _replace(self, change: Change, lost: Card) -> None:
        """Post the lost card of an open change anew, and point to it from the old place. Raises Undeliverable.

        It is posted at most once in each state: where nothing can be updated, a long run would otherwise post a card
        for each of its steps.
        """
        state = (change.number, change.state)
        if change.is_open and state not in self._posted_anew:
            self._posted_anew[state] = await self._announcer.post(change)
        card = self._posted_anew.get(state, lost)
        await self._ledger.changes.save_card(change, card)
        if card != lost:
            url = await self._announcer.permalink(card)
            await self._ledger.changes.save_card_url(change.number, url)
            moved = card.model_copy(update={"url": url})
            await self._announcer.point_to_card(change.model_copy(update={"card": moved}), lost)

    async def _report_outcome(self, change: Change) -> None:
        if change.number not in await self._ledger.changes.unreported_outcomes():
            return  # another process did, after this one had listed it
        waits = change.need.approvals or change.due_at
        # One whose card could not be posted was cancelled, and its requester was told then.
        was_pending = change.card or change.state is State.EXPIRED
        waited_for = waits and was_pending and change.settled_by != change.requester
        has_failed = change.is_routine and change.state is State.FAILED
        if waited_for or has_failed or change.state is State.CLOSED:
            try:
                await self._announcer.report_outcome(change)
            except Undeliverable as error:
                if not error.final:
                    raise
                await self._record(change, EntryKind.OUTCOME_NOT_DELIVERED, error)
        await self._ledger.changes.mark_outcome_reported(change.number)

    async def _resolve(self, change: Change, *, kind: str, group: str) -> None:
        if await self._is_queued(change, kind, group):
            await self._emergencies.resolve(change, group)

    async def _is_queued(self, change: Change, kind: str, user: str) -> bool:
        """Return whether a notice is still to be delivered: another process may have done it since it was listed."""
        return (change.number, kind, user) in await self._ledger.changes.notices()

    async def _notify(self, change: Change, *, kind: str, user: str) -> None:
        if not await self._is_queued(change, kind, user):
            return
        is_moot = kind in ASKING and change.state is not State.WAITING
        try:
            if kind == "reminder" and not is_moot:
                await self._redraw(change)  # it may have been deleted meanwhile, which nothing else would show
                change = await self._ledger.changes.load(change.number)
            if not is_moot:
                await self._announcer.notify(change, kind, user)
        except Undeliverable as error:
            if not error.final:
                raise
            await self._record(change, EntryKind(f"{kind} not delivered"), error)
        await self._ledger.changes.remove_notice(change.number, kind, user)

    async def _record(self, change: Change, kind: EntryKind, error: Undeliverable) -> None:
        detail = {"reason": str(error)}
        entry = Entry(kind, change.requester, "", change.command, change.number, detail)
        await self._ledger.audit.append(entry, at=self._process.clock())


def _is_to_group(notice: tuple[int, str, str]) -> bool:
    return is_group(notice[2])
