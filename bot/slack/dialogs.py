"""Forms on people's screens: opened at once, and filled when the store has answered."""

import asyncio
import logging

from slack_sdk.web.async_client import AsyncWebClient

from bot.bigcommerce import Promotion, Segment, StoreError
from bot.core.command import Call, Context
from bot.core.errors import Misuse, NotAllowed, Refusal
from bot.core.invocation import Ask
from bot.core.language.args import PromotionInput, SegmentInput
from bot.core.store_view.shop import find_named
from bot.engine.engine import Engine
from bot.slack import forms
from bot.slack.blocks import Block
from bot.slack.inputs import Labels
from bot.slack.slack_errors import NOT_ANSWERED, code

PATIENCE = 2.0
"""Seconds that an acknowledgement waits for what belongs into it; Slack waits three."""
log = logging.getLogger(__name__)


class Dialogs:
    """Opens forms and keeps them true to the store."""

    def __init__(self, engine: Engine, client: AsyncWebClient) -> None:
        self._engine = engine
        self._client = client

    async def open(self, ask: Ask, call: Call, trigger_id: str) -> None:
        """Open the form at once, since the trigger lives three seconds; look up afterwards what fills it."""
        to_fill = forms.can_be_filled(call) or bool(_named(call))
        view = forms.loading(call) if to_fill else forms.form(call, ask.place.channel, edits=ask.edits)
        try:
            opened = await self._client.views_open(trigger_id=trigger_id, view=view)
        except NOT_ANSWERED as error:
            said = f"Slack did not open the form ({code(error)}). Type `{call.command.usage}`."
            await self._engine.intake.refused(ask, Misuse(said), f"/{call.command.path}")
            return
        filled = await self._filled(ask, call)
        if to_fill or filled["callback_id"] == forms.NOTICE:
            await self.show(opened["view"]["id"], filled)

    async def next(self, ask: Ask, call: Call, view_id: str) -> Block:
        """The view that follows one that was submitted: filled, if that takes no longer than Slack waits."""
        filling = self._engine.process.tasks.start(self._filled(ask, call))
        done, _ = await asyncio.wait({filling}, timeout=PATIENCE)
        if done:
            return filling.result()
        self._engine.process.tasks.start(self._show_later(view_id, filling))
        return forms.loading(call)

    async def show(self, view_id: str, view: Block) -> None:
        """Draw an open form again."""
        try:
            await self._client.views_update(view_id=view_id, view=view)
        except NOT_ANSWERED as error:
            log.info("A form was closed before it could be drawn again: %s", code(error))

    async def _show_later(self, view_id: str, filling: "asyncio.Task[Block]") -> None:
        await self.show(view_id, await filling)

    async def _filled(self, ask: Ask, call: Call) -> Block:
        """The form with what the store says, or why there is none."""
        try:
            await self._engine.planner.may_ask(ask.actor, call.command.path)
            context = self._engine.planner.context(ask.actor)
            filled = Call(call.command, await call.prefilled(context)) if forms.can_be_filled(call) else call
            return forms.form(filled, ask.place.channel, await _labels(filled, context), edits=ask.edits)
        except NotAllowed as error:
            await self._engine.intake.refused_in_form(ask, error, f"/{call.command.path}")
            return forms.notice(call.command.title, str(error))
        except (Refusal, StoreError) as error:
            return forms.notice(call.command.title, str(error))


def _named(call: Call) -> tuple[str, ...]:
    """Words of segments and promotions which a form shows by their names."""
    return forms.named_in(call, SegmentInput) + forms.named_in(call, PromotionInput)


async def _labels(call: Call, ctx: Context) -> Labels:
    """What those words are called in the store; words that name nothing stay as they were typed. Raises StoreError."""
    segments, promotions = forms.named_in(call, SegmentInput), forms.named_in(call, PromotionInput)
    found: dict[str, Segment | Promotion | None] = {
        word: find_named(word, await ctx.shop.segments()) for word in segments
    }
    found |= {word: find_named(word, await ctx.shop.promotions() or ()) for word in promotions}
    return {word: (one.name, str(one.id)) for word, one in found.items() if one}
