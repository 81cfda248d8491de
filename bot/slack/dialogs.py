"""Forms on people's screens: opened at once, and filled when the store has responded."""

import asyncio
import logging
from contextlib import suppress

from slack_sdk.web.async_client import AsyncWebClient

from bot.bigcommerce import Promotion, Segment, StoreError, is_uuid
from bot.core.command import Call, find
from bot.core.context import Context
from bot.core.errors import Misuse, NotAllowed, NotRecorded, Refusal
from bot.core.invocation import Delivery
from bot.core.language.args import PromotionInput, SegmentInput, inputs_of
from bot.core.language.field_values import is_name
from bot.core.resolution import resolve_for_form
from bot.core.store_view.names import find_named
from bot.engine import unforeseen
from bot.engine.engine import Engine
from bot.slack import forms
from bot.slack.blocks import Block
from bot.slack.decision_buttons import reject_label
from bot.slack.decoding import CardClick, FormNeeded
from bot.slack.field_use import RuleUsed
from bot.slack.inputs import Labels
from bot.slack.review_form import render_review_form
from bot.slack.rule_form import after_use, with_rule
from bot.slack.slack_errors import NOT_ANSWERED, error_code
from bot.slack.ticks import ticked_field, with_ticks

PATIENCE = 2.0
"""Seconds that an acknowledgement waits for its content; Slack waits three."""
log = logging.getLogger(__name__)


class Dialogs:
    """Opens forms, and updates them from the store."""

    def __init__(self, engine: Engine, client: AsyncWebClient) -> None:
        self._engine = engine
        self._client = client

    async def open(self, delivery: Delivery, call: Call) -> None:
        """Open the form of a command, unless the button that asks for it is of a change that is another one now."""
        try:
            await self._engine.clicks.check(delivery)
        except Refusal as error:
            await self._engine.intake.refused(delivery, error)
        else:
            await self._open(delivery, call)

    async def _open(self, delivery: Delivery, call: Call, *, edits: int | None = None) -> None:
        """Open the form at once, since the trigger expires after three seconds; fill it afterwards."""
        needed = FormNeeded(delivery, call, edits=edits)
        to_fill = forms.can_be_filled(call) or bool(call.words or _named(call)) or ticked_field(call) is not None
        view = forms.render_loading(call) if to_fill else _render(needed, call)
        try:
            opened = await self._client.views_open(trigger_id=delivery.id, view=view)
        except NOT_ANSWERED as error:
            sentence = f"Slack did not open the form ({error_code(error)}). Type `{call.command.usage}`."
            await self._engine.intake.refused(delivery, Misuse(sentence))
            return
        filled = await self._filled(needed)
        if to_fill or filled["callback_id"] == forms.NOTICE:
            await self.show(opened["view"]["id"], filled)

    async def next(self, needed: FormNeeded) -> Block:
        """Return the view that follows a submitted one: filled, if that is done before Slack times out."""
        filling = self._engine.process.tasks.start(self._filled(needed))
        done, _ = await asyncio.wait({filling}, timeout=PATIENCE)
        if done:
            return filling.result()
        self._engine.process.tasks.start(self._show_later(needed.view_id, filling))
        return forms.render_loading(needed.call)

    async def edit(self, clicked: CardClick) -> None:
        """Open the form of a change's command, if this person may edit it."""
        delivery, shown = clicked.delivery, clicked.button.shown
        try:
            await self._engine.clicks.check(delivery)
            change = await self._engine.decider.may_edit(shown.number, shown.version, delivery.actor)
            call = Call(find(self._engine.planner.groups, change.command), change.args)
            forms.refuse_overflow(call)
            await self._open(delivery, call, edits=change.number)
        except Refusal as error:
            await self._engine.intake.refused(delivery, error)

    async def review(self, delivery: Delivery, number: int) -> None:
        """Open the form in which a change is decided, if this person may decide it."""
        try:
            change = await self._engine.decider.may_decide(number, None, delivery.actor)
            view = render_review_form(change, delivery.place.channel)
            await self._client.views_open(trigger_id=delivery.id, view=view)
        except Refusal as error:
            await self._engine.intake.refused(delivery, error)
        except NOT_ANSWERED as error:
            refusal = Refusal(f"Slack did not open the form ({error_code(error)}). Press Review again.")
            await self._engine.intake.refused(delivery, refusal)

    async def ask_why(self, clicked: CardClick) -> None:
        """Open the form that asks why a change is rejected, if this person may decide it."""
        delivery, button, shown = clicked.delivery, clicked.button, clicked.button.shown
        try:
            await self._engine.clicks.check(delivery)
            change = await self._engine.decider.may_decide(shown.number, shown.version, delivery.actor)
            channel, label = delivery.place.channel, reject_label(change)
            view = forms.render_reject_form(button, change.plan.headline, change.requester, channel, label)
            # Slack puts a form above the one in which the button was pressed only if it is told so.
            show = self._client.views_push if clicked.is_in_form else self._client.views_open
            await show(trigger_id=delivery.id, view=view)
        except Refusal as error:
            await self._engine.intake.refused(delivery, error)
        except NOT_ANSWERED as error:
            refusal = Refusal(f"Slack did not open the form ({error_code(error)}). Press Reject again.")
            await self._engine.intake.refused(delivery, refusal)

    async def rule_used(self, used: RuleUsed) -> None:
        """Draw a form again whose rule was changed by a click, if this person may ask for what it does."""
        planner = self._engine.planner
        with suppress(Refusal, StoreError):  # the form stays as it is, and what it holds can be submitted
            await planner.may_ask(used.actor, used.command.path)
            context = planner.context(used.actor)
            await self.show(used.view["id"], await after_use(used.view, Call(used.command, {}), used.action, context))

    async def show(self, view_id: str, view: Block) -> None:
        """Update an open form."""
        try:
            await self._client.views_update(view_id=view_id, view=view)
        except NOT_ANSWERED as error:
            log.info("A form was closed before it could be drawn again: %s", error_code(error))

    async def _show_later(self, view_id: str, filling: "asyncio.Task[Block]") -> None:
        await self.show(view_id, await filling)

    async def _filled(self, needed: FormNeeded) -> Block:
        """Return the form with values from the store, or a notice why there is none."""
        delivery, call, planner = needed.delivery, needed.call, self._engine.planner
        try:
            await planner.may_ask(delivery.actor, call.command.path)
            context = planner.context(delivery.actor)
            call, left_out = await resolve_for_form(call, context.shop)
            filled, as_stored = call, tuple[str, ...]()
            if forms.can_be_filled(call):
                filled, as_stored = Call(call.command, await call.prefilled(context)), forms.looked_up(call)
            labels = await _labels(filled, context)
            view = await with_rule(_render(needed, filled, labels, as_stored), filled, context)
            view = await with_ticks(view, filled, context)
            return forms.with_note(view, await _note(filled, left_out, context))
        except NotAllowed as error:
            await self._engine.intake.refused_in_form(delivery, error)
            return forms.render_notice(call.command.title, str(error))
        except (Refusal, StoreError, NotRecorded) as error:
            return forms.render_notice(call.command.title, str(error))
        except Exception as error:  # noqa: BLE001 - it is logged, and the form is not left at “Loading…”
            told = unforeseen.reported(error, f"the form of {call.command.path} for {delivery.actor}")
            return forms.render_notice(call.command.title, told)


def _render(needed: FormNeeded, call: Call, labels: Labels | None = None, as_stored: tuple[str, ...] = ()) -> Block:
    channel, button = needed.delivery.place.channel, needed.delivery.button
    return forms.render_form(call, channel, labels, edits=needed.edits, button=button, as_stored=as_stored)


def _named(call: Call) -> tuple[str, ...]:
    """Return the words of segments and promotions that a form shows by name."""
    return forms.named_in(call, SegmentInput) + forms.named_in(call, PromotionInput)


async def _note(call: Call, left_out: tuple[str, ...], ctx: Context) -> str:
    """Return what a form says of words that it does not show: nothing is called so, or they are left out."""
    kinds = inputs_of(call.command.args)
    named = [(kinds[name], word) for name in call.values if is_name(kinds[name]) for word in call.each(name)]
    typed = [(kind, word) for kind, word in named if not is_uuid(word)]
    try:
        if segments := tuple(word for kind, word in typed if isinstance(kind, SegmentInput)):
            await ctx.shop.find(segments)
        for promotion in (word for kind, word in typed if isinstance(kind, PromotionInput)):
            await ctx.shop.promotion(promotion)
    except Misuse as misuse:
        return str(misuse)
    return f"I didn't expect “{' '.join(left_out)}” here." if left_out else ""


async def _labels(call: Call, ctx: Context) -> Labels:
    """Return the names of these words' segments and promotions; unknown words are left out. Raises StoreError."""
    segments, promotions = forms.named_in(call, SegmentInput), forms.named_in(call, PromotionInput)
    named: dict[str, Segment | Promotion | None] = {
        word: find_named(word, await ctx.shop.segments()) for word in segments
    }
    named |= {word: find_named(word, await ctx.shop.promotions() or ()) for word in promotions}
    return {word: (one.name, str(one.id)) for word, one in named.items() if one}
