"""Clicks on buttons of changes: what they were drawn for is checked, and a refused one has its card drawn as it is."""

import logging
from contextlib import suppress
from dataclasses import dataclass

from bot.core.approval.changes import Change
from bot.core.approval.refusals import refuse_unlike
from bot.core.approval.shown_change import Shown
from bot.core.errors import OtherChange, UnknownChange
from bot.core.invocation import Clicked, ClickedButton, Delivery
from bot.engine.authorization import Authority
from bot.engine.card_reconciler import CardReconciler
from bot.engine.ports import Announcer, Undeliverable
from bot.engine.process import Process

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Clicks:
    """Checks the buttons of changes that people click, and mends the cards of those that are refused."""

    process: Process
    authority: Authority
    announcer: Announcer
    cards: CardReconciler

    async def check(self, delivery: Delivery) -> None:
        """Raise Refusal unless the button behind this, if any, was drawn for its change as it is now."""
        if delivery.shown:
            change = await self._load(delivery.shown)
            await self.authority.refuse_contradicted(change.number)
            refuse_unlike(change, delivery.shown)

    def refused(self, delivery: Delivery) -> None:
        """Start having the card of a refused click drawn as things are."""
        if delivery.shown:
            self.process.tasks.start(self._mend(delivery.shown, delivery.button))

    def taken(self, delivery: Delivery) -> None:
        """Start crossing out the message of a decision that counted, if it is a copy of the card.

        A card whose answer from Slack was lost may have arrived twice.
        """
        if isinstance(delivery, Clicked) and delivery.button and delivery.button.ts:
            self.process.tasks.start(self._clear_copy(delivery.button))

    async def _clear_copy(self, button: ClickedButton) -> None:
        if await self.process.ledger.changes.shown_by(button.channel, button.ts) is None:
            await self._clear(button, await self._load(button.shown))

    async def _load(self, shown: Shown) -> Change:
        try:
            return await self.process.ledger.changes.load(shown.number)
        except UnknownChange as error:
            raise OtherChange(shown.number) from error

    async def _mend(self, shown: Shown, button: ClickedButton | None) -> None:
        changes, change = self.process.ledger.changes, None
        with suppress(OtherChange):
            change = await self._load(shown)
        owner = await changes.shown_by(button.channel, button.ts) if button and button.ts else None
        for number in {one for one in (change and change.number, owner) if one}:
            await changes.outdate_card(number)
            self.cards.wake(number)
        if button and button.ts and owner is None:
            await self._clear(button, change)

    async def _clear(self, button: ClickedButton, change: Change | None) -> None:
        """Clear a message that is no card, unless its change has no card on record yet: then it may be that."""
        own = change if change and change.nonce == button.shown.nonce else None
        if own and own.card is None and own.is_open:
            return
        try:
            await self.announcer.clear(button, own)
        except Undeliverable as error:
            log.info("The buttons of %s in %s could not be removed: %s", button.ts, button.channel, error)
