"""Brings every card up to date with the ledger, and notifies requesters of outcomes."""

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
    """Renders outdated cards, one at a time; several moves at once need only one rendering."""

    def __init__(self, process: Process, announcer: Announcer, home_tabs: HomeTabPublisher) -> None:
        self._process = process
        self._ledger = process.ledger
        self._announcer = announcer
        self._home_tabs = home_tabs
        self._coalescer = Coalescer(self._reconcile, process.tasks)

    def wake(self) -> None:
        """Start rendering what is outdated: something changed."""
        self._coalescer.wake()
        # Separate, so that Slack's rate limit on one does not delay the other.
        self._home_tabs.wake()

    async def _reconcile(self) -> None:
        for number in await self._ledger.changes.outdated_cards():
            await self._with_claim(number, self._redraw)
        for number in await self._ledger.changes.unreported_outcomes():
            await self._with_claim(number, self._report_outcome)
        for number, kind, user in await self._ledger.changes.notices():
            await self._with_claim(number, partial(self._notify, kind=kind, user=user))

    async def _with_claim(self, number: int, act: Callable[[Change], Awaitable[None]]) -> None:
        """Call ``act``, unless another process has this change. An error in one change does not delay others."""
        if not await self._process.claim(number, role="renderer"):
            return
        try:
            await act(await self._ledger.changes.load(number))
        except NotRecorded:
            raise  # this affects every change: the next round starts over
        except Exception:
            log.exception("The card of change %s cannot be brought in line", number)
        finally:
            await self._process.release(number, role="renderer")

    async def _redraw(self, change: Change) -> None:
        assert change.card  # noqa: S101 - only posted cards become outdated
        try:
            await self._announcer.redraw(change, change.card)
        except Undeliverable as error:
            # If it may work later, it stays outdated and is rendered when the reconciler wakes next.
            if error.final:
                await self._record(change, EntryKind.CARD_LOST, error)
                await self._ledger.changes.save_card(change, change.card)
            return
        await self._ledger.changes.save_card(change, change.card)

    async def _report_outcome(self, change: Change) -> None:
        if change.need.approvals and change.card and change.settled_by != change.requester:
            try:
                await self._announcer.report_outcome(change)
            except Undeliverable as error:
                if not error.final:
                    return
                await self._record(change, EntryKind.OUTCOME_NOT_DELIVERED, error)
        await self._ledger.changes.mark_outcome_reported(change.number)

    async def _notify(self, change: Change, *, kind: str, user: str) -> None:
        try:
            if kind == "glass" or change.state is State.WAITING:  # once decided, it needs no reminder
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
