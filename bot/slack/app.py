"""The few listeners of the whole bot. Each decodes, records, starts the work, and returns within milliseconds.

With ``process_before_response`` the acknowledgement is sent when the listener returns, so whatever was acknowledged is
on disk. Longer work continues in tasks that are held.
"""

import logging
import re
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.core.answers import MENTION, Answer
from bot.core.errors import Misuse, NotAllowed, NotRecorded, Refusal
from bot.core.invocation import Delivery, Typed
from bot.engine import unforeseen
from bot.engine.engine import Engine
from bot.slack import blocks, decoding, field_use, forms, shared_files
from bot.slack.action_ids import (
    APPROVE,
    COMMAND_FORM,
    CONFIRM,
    DISOWN,
    EDIT,
    NEW_SEGMENT,
    PROMOTIONS,
    REASON,
    REJECT,
    REJECT_FORM,
    REVIEW,
    REVIEW_FORM,
    RULE_CHOICES,
    RULE_PATTERN,
    RUN_PATTERN,
    SEGMENTS,
    SHOPPER_SEARCH,
    SHOPPERS,
    UPLOAD_PATTERN,
    USE_LIST,
)
from bot.slack.blocks import Block
from bot.slack.decoding import Body, FormNeeded, HelpNeeded, Line, Undecodable
from bot.slack.dialogs import PATIENCE, Dialogs
from bot.slack.help import help_answer
from bot.slack.shared_files import FilesOffered, FilesRefused, SharedFiles
from bot.slack.suggestions import Suggestions

Listener = Callable[[AsyncAck, Body], Awaitable[None]]
UNREADABLE = "Slack sent something that I couldn't read, so nothing was done. Please try again."
WHO = {
    "block_actions": decoding.clicker,
    "message_action": decoding.clicker,
    "event_callback": shared_files.writer,
}
"""Who has to be told of an error, and where, by the kind of what Slack delivered."""
log = logging.getLogger(__name__)


class Listeners:
    """Passes Slack's deliveries to the Engine."""

    def __init__(self, engine: Engine, client: AsyncWebClient, suggestions: Suggestions) -> None:
        self._engine = engine
        self._intake = engine.intake
        self._groups = engine.planner.groups
        self._suggestions = suggestions
        self._dialogs = Dialogs(engine, client)

    def register(self, app: AsyncApp) -> None:
        """Register every listener."""
        for group in self._groups:
            app.command(f"/{group.name}")(self._guarded(self.typed))
        app.action(RUN_PATTERN)(self._guarded(self.pressed))
        app.action(UPLOAD_PATTERN)(self._guarded(self.file_pressed))
        app.shortcut(USE_LIST)(self._guarded(self.file_used))
        app.event("message")(self._guarded(self.written_to))
        app.action(APPROVE)(self._guarded(self.approved))
        app.action(REJECT)(self._guarded(self.rejecting))
        app.action(EDIT)(self._guarded(self.editing))
        app.action(REVIEW)(self._guarded(self.reviewing))
        for asked in (CONFIRM, DISOWN):
            app.action(asked)(self._guarded(self.confirmed))
        app.view(REVIEW_FORM)(self._guarded(self.reviewed))
        app.view(COMMAND_FORM)(self._guarded(self.submitted))
        app.view(REJECT_FORM)(self._guarded(self.rejected))
        app.action(SHOPPERS)(self._guarded(self.counted))
        app.action(RULE_PATTERN)(self._guarded(self.rule_used))
        for offered in (SEGMENTS, NEW_SEGMENT, PROMOTIONS, SHOPPER_SEARCH, *RULE_CHOICES.values()):
            app.options(offered)(self._guarded(self.suggested))
        app.event("app_home_opened")(self._guarded(self.home_opened))

    async def typed(self, ack: AsyncAck, body: Body) -> None:
        """Take a slash command."""
        await self._take(decoding.slash_command(body, self._groups))
        await ack()

    async def pressed(self, ack: AsyncAck, body: Body) -> None:
        """Take a click on a button that types a command."""
        await self._take(decoding.run_button(body, self._groups))
        await ack()

    async def file_pressed(self, ack: AsyncAck, body: Body) -> None:
        """Open the form that takes a file, after a click on the file's button."""
        await self._take(shared_files.click(body, self._groups))
        await ack()

    async def file_used(self, ack: AsyncAck, body: Body) -> None:
        """Open the form that takes a file, from the menu of the file's message."""
        await self._take(shared_files.shortcut(body, self._groups))
        await ack()

    async def written_to(self, ack: AsyncAck, body: Body) -> None:
        """Answer a message that somebody wrote to the bot: a file gets a button, which opens the form that takes it."""
        if shared := shared_files.message(body, self._groups):
            await self._take(shared)
        await ack()

    async def _take(self, line: Line | SharedFiles) -> None:
        match line:
            case FilesOffered():
                await self._offer(line)
            case FilesRefused(delivery, refusal):
                await self._intake.refused(delivery, refusal)
            case Typed():
                await self._intake.take(line)
            case FormNeeded(delivery, call):
                if await self._intake.asked_for_form(delivery):
                    self._start(delivery, partial(self._dialogs.open, delivery, call))
            case HelpNeeded(delivery, help_):
                await self._intake.answered(delivery, help_answer(help_))
            case _:
                await self._intake.refused(line.delivery, line.misuse)

    async def _offer(self, offered: FilesOffered) -> None:
        """Offer to open the form that takes a file, to people who may ask for what it does."""
        try:
            await self._engine.planner.may_ask(offered.delivery.actor, offered.delivery.command)
        except NotAllowed as refusal:
            await self._intake.refused(offered.delivery, refusal)
        else:
            await self._intake.answered(offered.delivery, offered.answer)

    async def counted(self, ack: AsyncAck, body: Body) -> None:
        """Count the shoppers in a list while it is being typed."""
        self._engine.process.tasks.start(self._dialogs.show(body["view"]["id"], forms.count_recognised(body["view"])))
        await ack()

    async def rule_used(self, ack: AsyncAck, body: Body) -> None:
        """Take the use of an element with which a form builds a segment's rule."""
        self._engine.process.tasks.start(self._dialogs.rule_used(field_use.rule_used(body, self._groups)))
        await ack()

    async def submitted(self, ack: AsyncAck, body: Body) -> None:
        """Take a Command's form."""
        submission = decoding.submission(body, self._groups)
        if isinstance(submission, FormNeeded):
            await ack(response_action="update", view=await self._dialogs.next(submission))
        elif refusal := await self._intake.take(submission, patience=PATIENCE):
            await ack(response_action="errors", errors=_errors(body["view"], refusal))
        else:
            await ack()

    async def approved(self, ack: AsyncAck, body: Body) -> None:
        """Take a click on the button that approves."""
        await self._intake.take(decoding.approval(body))
        await ack()

    async def confirmed(self, ack: AsyncAck, body: Body) -> None:
        """Take a person's word whether they asked for what came from the shell in their name."""
        await self._intake.take(decoding.confirmation(body))
        await ack()

    async def rejecting(self, ack: AsyncAck, body: Body) -> None:
        """Open the form that asks why, after a click on Reject."""
        clicked = decoding.card_click(body, REJECT)
        if await self._intake.clicked_for_form(clicked.delivery):
            self._start(clicked.delivery, partial(self._dialogs.ask_why, clicked))
        await ack()

    async def editing(self, ack: AsyncAck, body: Body) -> None:
        """Open the form of a change's command, after a click on Edit."""
        clicked = decoding.card_click(body, EDIT)
        if await self._intake.clicked_for_form(clicked.delivery):
            self._start(clicked.delivery, partial(self._dialogs.edit, clicked))
        await ack()

    async def rejected(self, ack: AsyncAck, body: Body) -> None:
        """Take the form that states the reason."""
        clicked = decoding.rejection(body)
        if not clicked.decision.reason:
            refusal = Misuse("Reason cannot be empty.", field=REASON)
            await self._intake.refused_in_form(clicked, refusal)
            await ack(response_action="errors", errors=_errors(body["view"], refusal))
            return
        await self._intake.take(clicked)
        # Where the change was being reviewed, that form is over, too.
        await ack(response_action="clear")

    async def reviewing(self, ack: AsyncAck, body: Body) -> None:
        """Open the form in which a change is decided, after a click on Review."""
        delivery, number = decoding.review_click(body)
        if await self._intake.clicked_for_form(delivery):
            self._start(delivery, partial(self._dialogs.review, delivery, number))
        await ack()

    async def reviewed(self, ack: AsyncAck, body: Body) -> None:
        """Take the approval that was given in the form; a refusal is shown in its place."""
        clicked = decoding.reviewed(body)
        if refusal := await self._intake.take(clicked, patience=PATIENCE):
            title = f"Review change {clicked.decision.number}"
            await ack(response_action="update", view=forms.render_notice(title, str(refusal)))
        else:
            await ack()

    async def suggested(self, ack: AsyncAck, body: Body) -> None:
        """Return suggestions while someone types; none for people who may not ask."""
        wanted = field_use.suggestion(body)
        options: list[Block] = []
        with suppress(Refusal):
            await self._engine.planner.may_ask(wanted.actor, wanted.command)
            options = await self._suggestions.options(wanted.action_id, wanted.query)
        await ack(options=options)

    async def home_opened(self, ack: AsyncAck, body: Body) -> None:
        """Publish the Home tab of a person who opened it (the Messages tab needs nothing)."""
        if user_id := decoding.opener_of_home(body):
            await self._engine.home_tabs.opened(user_id)
        await ack()

    def _guarded(self, listener: Listener) -> Listener:
        """Wrap ``listener`` to report its errors in a sentence: what cannot be recorded does not happen."""

        async def guarded(ack: AsyncAck, body: Body) -> None:
            try:
                await listener(ack, body)
            except NotRecorded as error:
                await self._report(ack, body, str(error))
            except Undecodable as error:
                log.warning("A payload cannot be decoded: %s", error)
                await self._report(ack, body, UNREADABLE)
            except Exception as error:  # noqa: BLE001 - it is logged
                await self._report(ack, body, unforeseen.reported(error, "a listener"))

        return guarded

    def _start(self, delivery: Delivery, work: Callable[[], Awaitable[None]]) -> None:
        """Start work that ends after the acknowledgement, on a form; whatever breaks it, tell the person privately."""

        async def reported() -> None:
            try:
                await work()
                return
            except NotRecorded as error:
                told = str(error)
            except Exception as error:  # noqa: BLE001 - it is logged
                told = unforeseen.reported(error, f"{delivery.command} by {delivery.actor}")
            await self._engine.announcer.show_privately(delivery.actor, delivery.place, Answer(told))

        self._engine.process.tasks.start(reported())

    async def _report(self, ack: AsyncAck, body: Body, message: str) -> None:
        """Report an error where the person looks: at the command, in the form, or beside the button."""
        kind = body.get("type")
        if "command" in body:
            await ack(text=message)
        elif kind == "view_submission" and (errors := _errors(body.get("view") or {}, Refusal(message))):
            await ack(response_action="errors", errors=errors)
        elif kind == "view_submission":  # a form without fields, in whose place it is shown
            await ack(response_action="update", view=forms.render_notice("Not done", message))
        else:
            await ack()
        if kind in WHO:
            with suppress(Undecodable):  # who it was is unknown, so nobody can be notified
                if who := WHO[kind](body):
                    self._engine.process.tasks.start(self._engine.announcer.show_privately(*who, Answer(message)))


def _errors(view: Block, refusal: Refusal) -> dict[str, str]:
    """Return the refusal for the field at fault, or for the form's first field if there is none."""
    shown = [str(block.get("block_id")) for block in view.get("blocks", ()) if block.get("type") == "input"]
    if not shown:
        return {}
    field = refusal.field if refusal.field in shown else shown[0]
    words = re.sub(f" by {MENTION.pattern}", "", str(refusal)).replace("`", "")
    return {field: blocks.plain(words, blocks.LABEL)["text"]}
