"""A handful of listeners for the whole bot. Each decodes, puts on record, starts the work, and returns: milliseconds.

With ``process_before_response`` the acknowledgement leaves when the listener returns, so that what was acknowledged is
on disk. Work that takes longer goes on in tasks that somebody holds.
"""

import json
import logging
import re
import secrets
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.core.answers import MENTION, Answer
from bot.core.approval.changes import Decision, Verdict
from bot.core.command import Call, Help, find, group_of, understand
from bot.core.errors import Misuse, NotRecorded, Refusal
from bot.core.invocation import Ask
from bot.core.people import Place
from bot.engine.engine import Engine
from bot.slack import blocks, forms
from bot.slack.blocks import Block
from bot.slack.dialogs import PATIENCE, Dialogs
from bot.slack.help import help_answer
from bot.slack.ids import (
    APPROVE,
    COMMAND_FORM,
    EDIT,
    NEW_SEGMENT,
    PROMOTIONS,
    REASON,
    REJECT,
    REJECT_FORM,
    RUN,
    RUN_PATTERN,
    SEGMENTS,
    SHOPPERS,
    VALUE,
    Click,
)
from bot.slack.slack_errors import NOT_ANSWERED, code
from bot.slack.suggestions import Suggestions
from bot.slack.unescape import unescaped

Body = dict[str, Any]
Listener = Callable[[AsyncAck, Body], Awaitable[None]]
log = logging.getLogger(__name__)


class Listeners:
    """What Slack delivers, on its way to the Engine."""

    def __init__(self, engine: Engine, client: AsyncWebClient, suggestions: Suggestions) -> None:
        self._engine = engine
        self._client = client
        self._suggestions = suggestions
        self._dialogs = Dialogs(engine, client)

    def register(self, app: AsyncApp) -> None:
        """The whole list."""
        for group in self._engine.planner.groups:
            app.command(f"/{group.name}")(self._guarded(self.typed))
        app.action(RUN_PATTERN)(self._guarded(self.pressed))
        app.action(APPROVE)(self._guarded(self.approved))
        app.action(REJECT)(self._guarded(self.rejecting))
        app.action(EDIT)(self._guarded(self.editing))
        app.view(COMMAND_FORM)(self._guarded(self.submitted))
        app.view(REJECT_FORM)(self._guarded(self.rejected))
        app.action(SHOPPERS)(self._guarded(self.counted))
        for offered in (SEGMENTS, NEW_SEGMENT, PROMOTIONS):
            app.options(offered)(self._guarded(self.suggested))
        app.event("app_home_opened")(self._guarded(self.home_opened))

    async def typed(self, ack: AsyncAck, body: Body) -> None:
        """A slash command."""
        place = Place(channel=body["channel_id"], response_url=body["response_url"])
        name, text = body["command"].removeprefix("/"), body.get("text", "")
        line = f"{name} {unescaped(text) if group_of(self._engine.planner.groups, name).escaped else text}"
        await self._take(line, _ask(body, place, body["command"]))
        await ack()

    async def pressed(self, ack: AsyncAck, body: Body) -> None:
        """A button that types a command."""
        line = body["actions"][0]["value"]
        await self._take(line, _ask(body, _place(body), RUN))
        await ack()

    async def _take(self, line: str, ask: Ask) -> None:
        engine, typed = self._engine, f"/{line.strip()}"
        said = _beginning(typed)
        ask = ask.model_copy(update={"command": line.strip().split(" ")[0]})
        try:
            understood = understand(engine.planner.groups, line)
            if isinstance(understood, Help):
                await engine.intake.answered(ask, help_answer(understood), f"/{ask.command} help")
                return
            said = understood.said(typed)
            ask = ask.model_copy(update={"command": understood.command.path, "values": understood.values})
            await self._carry(ask, understood, said)
        except Misuse as error:
            await engine.intake.refused(ask, error, said)

    async def _carry(self, ask: Ask, call: Call, said: str) -> None:
        """Ask for it, or for what is missing. Raises Misuse with the usage."""
        try:
            if call.is_complete:
                call.checked()
            else:
                forms.refuse_overflow(call)
        except Misuse as error:
            raise call.command.misuse(error) from error
        if call.is_complete:
            await self._engine.intake.take(ask, said)
            return
        await self._engine.intake.asked_for_form(ask, said)
        self._start(ask, partial(self._dialogs.open, ask, call, ask.id))

    async def counted(self, ack: AsyncAck, body: Body) -> None:
        """Somebody types a list of shoppers."""
        self._engine.process.tasks.start(self._dialogs.show(body["view"]["id"], forms.recognised(body["view"])))
        await ack()

    async def submitted(self, ack: AsyncAck, body: Body) -> None:
        """A Command's form."""
        metadata = json.loads(body["view"]["private_metadata"])
        command = find(self._engine.planner.groups, metadata["command"])
        call = Call(command, metadata["given"] | forms.values(body["view"], command))
        place = Place(channel=metadata["channel"])
        told = {"values": call.values, "edits": metadata.get("edits")}
        ask = _ask(body, place, command.path).model_copy(update=told)
        if metadata["more"]:
            await ack(response_action="update", view=await self._dialogs.next(ask, call, body["view"]["id"]))
            return
        said = call.said(call.line)
        refusal: Refusal | None
        try:
            call.checked()
            refusal = await self._engine.intake.take(ask, said, patience=PATIENCE)
        except Misuse as error:
            await self._engine.intake.refused_in_form(ask, error, said)
            refusal = error
        if refusal:
            await ack(response_action="errors", errors=_errors(body["view"], refusal))
        else:
            await ack()

    async def approved(self, ack: AsyncAck, body: Body) -> None:
        """A click on the button that approves."""
        click = Click.unpack(body["actions"][0]["value"])
        decision = Decision(number=click.number, verdict=Verdict.APPROVE, version=click.version)
        await self._decide(decision, body, _place(body))
        await ack()

    async def rejecting(self, ack: AsyncAck, body: Body) -> None:
        """A click on Reject: asks why."""
        click = Click.unpack(body["actions"][0]["value"])
        ask = _ask(body, _place(body), REJECT)
        self._start(ask, partial(self._ask_why, ask, click))
        await ack()

    async def editing(self, ack: AsyncAck, body: Body) -> None:
        """A click on Edit: opens the form in which it was asked for."""
        click = Click.unpack(body["actions"][0]["value"])
        ask = _ask(body, _place(body), EDIT)
        self._start(ask, partial(self._edit, ask, click))
        await ack()

    async def _edit(self, ask: Ask, click: Click) -> None:
        try:
            change = await self._engine.decider.may_edit(click.number, click.version, ask.actor)
            call = Call(find(self._engine.planner.groups, change.command), change.args)
            forms.refuse_overflow(call)
            await self._dialogs.open(ask.model_copy(update={"edits": change.number}), call, ask.id)
        except Refusal as error:
            await self._engine.intake.refused(ask, error, f"edit change {click.number}")

    async def _ask_why(self, ask: Ask, click: Click) -> None:
        try:
            change = await self._engine.decider.may_decide(click.number, click.version, ask.actor)
            view = forms.reject_form(click, change.plan.headline, ask.place.channel)
            await self._client.views_open(trigger_id=ask.id, view=view)
        except Refusal as error:
            await self._engine.intake.refused(ask, error, f"reject change {click.number}")
        except NOT_ANSWERED as error:
            refusal = Refusal(f"Slack did not open the form ({code(error)}). Press Reject again.")
            await self._engine.intake.refused(ask, refusal, f"reject change {click.number}")

    async def rejected(self, ack: AsyncAck, body: Body) -> None:
        """The form that says why."""
        metadata = json.loads(body["view"]["private_metadata"])
        click = Click.unpack(metadata["click"])
        reason = body["view"]["state"]["values"][REASON][VALUE]["value"]
        decision = Decision(number=click.number, verdict=Verdict.REJECT, version=click.version, reason=reason)
        await self._decide(decision, body, Place(channel=metadata["channel"]))
        await ack()

    async def _decide(self, decision: Decision, body: Body, place: Place) -> None:
        ask = _ask(body, place, decision.verdict.value).model_copy(update={"decision": decision})
        await self._engine.intake.take(ask, decision.said)

    async def suggested(self, ack: AsyncAck, body: Body) -> None:
        """A type-ahead."""
        try:
            command = json.loads(body["view"]["private_metadata"])["command"]
            await self._engine.planner.may_ask(body["user"]["id"], command)
            options = await self._suggestions.options(body["action_id"], body.get("value", ""))
        except Refusal:
            options = []
        await ack(options=options)

    async def home_opened(self, ack: AsyncAck, body: Body) -> None:
        """Somebody looks at the Home tab (or the Messages tab, which needs no drawing)."""
        if body["event"]["tab"] == "home":
            await self._engine.home_tabs.opened(body["event"]["user"])
        await ack()

    def _guarded(self, listener: Listener) -> Listener:
        """``listener``, and a sentence with a reference where it breaks: what cannot be recorded does not happen."""

        async def guarded(ack: AsyncAck, body: Body) -> None:
            try:
                await listener(ack, body)
            except NotRecorded as error:
                await self._tell_broken(ack, body, str(error))
            except Exception:
                reference = secrets.token_hex(2).upper()
                log.exception("Reference %s: a listener broke", reference)
                told = f"Something broke, reference {reference}. Nothing was done; please try again."
                await self._tell_broken(ack, body, told)

        return guarded

    def _start(self, ask: Ask, work: Callable[[], Awaitable[None]]) -> None:
        """Start what is over after the acknowledgement: what it cannot put on record is told privately."""

        async def told() -> None:
            try:
                await work()
            except NotRecorded as error:
                await self._engine.announcer.whisper(ask.actor, ask.place, Answer(str(error)))

        self._engine.process.tasks.start(told())

    async def _tell_broken(self, ack: AsyncAck, body: Body, told: str) -> None:
        """Tell it where the person looks: at the command, in the form, or beside the button."""
        if "command" in body:
            await ack(text=told)
        elif body.get("type") == "view_submission":
            await ack(response_action="errors", errors=_errors(body["view"], Refusal(told)))
        else:
            await ack()
        if body.get("type") == "block_actions":
            whisper = self._engine.announcer.whisper(body["user"]["id"], _place(body), Answer(told))
            self._engine.process.tasks.start(whisper)


def _beginning(typed: str) -> str:
    """What the log has of a line that nobody understands: anything may be in it, also a shopper's name."""
    group, *words = typed.split()
    return f"{group} …" if words else group


def _ask(body: Body, place: Place, command: str) -> Ask:
    """Who asks: a slash command tells it apart from what is pressed and submitted."""
    user = body.get("user") or {"id": body.get("user_id"), "team_id": body.get("team_id")}
    workspace = user.get("team_id") or (body.get("team") or {}).get("id") or ""
    return Ask(id=body["trigger_id"], actor=user["id"], workspace=workspace, place=place, command=command)


def _place(body: Body) -> Place:
    return Place(channel=(body.get("channel") or {}).get("id"), response_url=body.get("response_url"))


def _errors(view: Block, refusal: Refusal) -> dict[str, str]:
    """The refusal under the field at fault; under the first one where none is, or it is not on the form."""
    shown = [block["block_id"] for block in view["blocks"] if block["type"] == "input"]
    field = refusal.field if refusal.field in shown else shown[0]
    words = re.sub(f" by {MENTION.pattern}", "", str(refusal)).replace("`", "")
    return {str(field): blocks.plain(words, blocks.LABEL)["text"]}
