"""Brings every card in line with the ledger, and tells requesters how it ended."""

import logging
from collections.abc import Awaitable, Callable
from functools import partial

from bot.core.approval.changes import Change, State
from bot.core.audit.entries import Entry, EntryKind
from bot.core.errors import NotRecorded
from bot.engine.coalescer import Coalescer
from bot.engine.home_tab.publisher import HomeTabPublisher
from bot.engine.ports import Announcer, Undeliverable
from bot.engine.process import Process

log = logging.getLogger(__name__)


class CardReconciler:
    """Draws the cards that are due, one message at a time; several moves at once become one drawing."""

    def __init__(self, process: Process, announcer: Announcer, home_tabs: HomeTabPublisher) -> None:
        self._process = process
        self._ledger = process.ledger
        self._announcer = announcer
        self._home_tabs = home_tabs
        self._coalescer = Coalescer(self._reconcile, process.tasks)

    def wake(self) -> None:
        """Start to draw what is due: something moved."""
        self._coalescer.wake()
        # Apart, so that neither waits where Slack takes no more of the other.
        self._home_tabs.wake()

    async def _reconcile(self) -> None:
        for number in await self._ledger.changes.outdated_cards():
            await self._attend(number, self._draw)
        for number in await self._ledger.changes.unreported_outcomes():
            await self._attend(number, self._inform)
        for number, kind, user in await self._ledger.changes.notices():
            await self._attend(number, partial(self._notify, kind=kind, user=user))

    async def _attend(self, number: int, act: Callable[[Change], Awaitable[None]]) -> None:
        """Do this, unless another process does it just now. What breaks for one change holds up no other."""
        if not await self._process.claim(number, role="renderer"):
            return
        try:
            await act(await self._ledger.changes.load(number))
        except NotRecorded:
            raise  # that is so for every change: the next round begins anew
        except Exception:
            log.exception("The card of change %s cannot be brought in line", number)
        finally:
            await self._process.release(number, role="renderer")

    async def _draw(self, change: Change) -> None:
        assert change.card  # noqa: S101 - undrawn cards are those that were posted
        try:
            await self._announcer.redraw(change, change.card)
        except Undeliverable as error:
            # One that may work later stays due; it is drawn when the reconciler wakes next.
            if error.final:
                await self._record(change, EntryKind.CARD_LOST, error)
                await self._ledger.changes.save_card(change, change.card)
            return
        await self._ledger.changes.save_card(change, change.card)

    async def _inform(self, change: Change) -> None:
        if change.need.approvals and change.card and change.settled_by != change.requester:
            try:
                await self._announcer.inform(change)
            except Undeliverable as error:
                if not error.final:
                    return
                await self._record(change, EntryKind.OUTCOME_NOT_DELIVERED, error)
        await self._ledger.changes.mark_outcome_reported(change.number)

    async def _notify(self, change: Change, *, kind: str, user: str) -> None:
        try:
            if kind == "glass" or change.state is State.WAITING:  # what was decided needs no reminder
                await self._announcer.notify(change, kind, user)
        except Undeliverable as error:
            if not error.final:
                return
            await self._record(change, EntryKind(f"{kind} not delivered"), error)
        await self._ledger.changes.remove_notice(change.number, kind, user)

    async def _record(self, change: Change, kind: EntryKind, error: Undeliverable) -> None:
        detail = {"reason": str(error)}
        entry = Entry(kind, change.requester, "", change.command, change.number, detail)
        await self._ledger.audit.append(entry, at=self._process.clock())
