"""The Announcer, implemented with Slack's Web API: posts cards, answers, files, summaries and Home tabs."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from slack_sdk.web.async_client import AsyncWebClient

from bot.core.answers import Answer, File
from bot.core.approval.changes import Card, Change
from bot.core.command import Group
from bot.core.errors import Impossible
from bot.core.invocation import ClickedButton, FromShell
from bot.core.language.hidden_addresses import hide_addresses
from bot.core.people import Place
from bot.engine.home_tab.model import Home
from bot.engine.ports import Undeliverable
from bot.slack import answers
from bot.slack.accepted_blocks import Sent
from bot.slack.blocks import Message
from bot.slack.card import render_card
from bot.slack.card_search import find_card, metadata_of
from bot.slack.change_notices import (
    UNDER_THE_CARD,
    compose_broken_glass,
    compose_contradiction,
    compose_outcome,
    see_card,
)
from bot.slack.cleared_card import render_cleared
from bot.slack.confirmation_message import render_question
from bot.slack.file_uploads import share_files
from bot.slack.home import render_home
from bot.slack.messenger import Messenger
from bot.slack.slack_client import SlackClient
from bot.slack.slack_errors import NOT_ANSWERED, advice, error_code, is_final, is_in_doubt, is_refused, maybe_done

FILES_COMMENT = "Here is what you asked for. Only you can see it."
"""Shown above files, without text from outside: Slack formats this one text by undocumented rules.

So a name in it could not be escaped: github.com/slackapi/python-slack-sdk/issues/1289
"""
log = logging.getLogger(__name__)


class SlackAnnouncer:
    """An Announcer that posts what needs approval to ``approvals`` (a channel id), and all else where it was asked for.

    What is to run later goes to ``approvals``, too: it may need approval by then.

    ``summary`` is the id of the daily summary's channel, to which ``once``, a client without retries, posts. ``cards``
    is one that retries only what Slack certainly did not do. ``groups`` are listed in the help on the Home tab.
    """

    def __init__(
        self,
        client: SlackClient,
        *,
        once: AsyncWebClient,
        cards: AsyncWebClient | None = None,
        approvals: str,
        summary: str | None = None,
        groups: tuple[Group, ...] = (),
    ) -> None:
        self._client = client
        self._once = once
        self._cards = cards or once
        self._messenger = Messenger(client)
        self._summary = summary
        self._groups = groups
        self._approvals = approvals

    async def post(self, change: Change, *, may_exist: bool = False) -> Card:
        """Post the card. Raises Undeliverable."""
        asked = change.place.channel
        waits = change.need.approvals or change.due_at
        if asked not in (None, self._approvals) and not waits:
            try:
                return await self._post_card(change, asked, may_exist=may_exist)
            except Undeliverable as error:
                if not error.refused:
                    raise
                log.info("Change %s: no card in %s: %s", change.number, asked, error)
        return await self._post_card(change, self._approvals, may_exist=may_exist)

    async def _post_card(self, change: Change, channel: str, *, may_exist: bool) -> Card:
        """Post the card in this channel. Where it is in doubt whether it arrived, it is looked for, then posted again.

        Raises Undeliverable.
        """
        message, marks = render_card(change), metadata_of(change)
        with _raising_undeliverable():
            if may_exist and (found := await find_card(self._cards, change, channel)):
                return found
            try:
                return (await self._messenger.post(channel, message, metadata=marks, by=self._cards)).result
            except NOT_ANSWERED as error:
                if not is_in_doubt(error):
                    raise
            if found := await find_card(self._cards, change, channel):
                return found
            return (await self._messenger.post(channel, message, metadata=marks, by=self._cards)).result

    async def redraw(self, change: Change, card: Card) -> None:
        """Update the card. Raises Undeliverable."""
        with _raising_undeliverable():
            await self._messenger.update(card, render_card(change))

    async def point_to_card(self, change: Change, lost: Card) -> None:
        """Say below the lost card where the change is shown now; if it was deleted, there is no such place."""
        pointer = Answer(f"Change {change.number} is shown on a new card.", see_card(change))
        try:
            await self._messenger.post(lost.channel, answers.message(pointer), thread=lost.ts)
        except NOT_ANSWERED as error:
            log.info("The place of %s does not point to its new card: %s", lost, error_code(error))

    async def clear(self, button: ClickedButton, change: Change | None) -> None:
        """Replace the message of a button that is no card of a change on record. Raises Undeliverable."""
        with _raising_undeliverable():
            await self._messenger.update(Card(channel=button.channel, ts=button.ts), render_cleared(button, change))

    async def report_outcome(self, change: Change) -> None:
        """Notify the requester of the outcome in a direct message. Raises Undeliverable."""
        await self._post(change.requester, answers.message(compose_outcome(change)))

    async def notify(self, change: Change, kind: str, user_id: str) -> None:
        """Post a reminder or a warning under the card, or notify one person of something else. Raises Undeliverable."""
        if kind in UNDER_THE_CARD and change.card:
            answer = UNDER_THE_CARD[kind](change)
            await self._post(change.card.channel, answers.message(answer), thread=change.card.ts)
        else:
            compose = compose_contradiction if kind == "contradict" else compose_broken_glass
            await self._post(user_id, answers.message(compose(change)))

    async def show_privately(self, user_id: str, place: Place, answer: Answer) -> None:
        """Show an answer privately: where it was asked for, if Slack allows that, else as a direct message.

        Files go first, as direct messages. If that fails, the person reads about it in place of an answer that says
        they are there. Raises Undeliverable.
        """
        files = [part for part in answer.parts if isinstance(part, File)]
        try:
            await self._send(user_id, files)
        except Undeliverable as error:
            await self._show(user_id, place, answers.message(_unsent(files, error)))
            raise
        await self._show(user_id, place, answers.message(answer))

    async def ask_to_confirm(self, request: FromShell, *, until: datetime) -> None:
        """Ask a person whether what came from the shell in their name is their request. Raises Undeliverable."""
        await self._post(request.actor, render_question(request, until=until))

    async def close_question(self, question: Card, answer: Answer) -> None:
        """Replace the message that asked, with its buttons, by what came of it. Raises Undeliverable."""
        with _raising_undeliverable():
            await self._messenger.update(question, answers.message(answer))

    async def announce(self, answer: Answer) -> None:
        """Post the answer in the channel of the daily summary. Raises Undeliverable; Impossible if there is none."""
        if self._summary is None:
            raise Impossible("There is no channel for summaries. Whoever runs the bot can name one (SUMMARY_CHANNEL).")
        sent = await self._post(self._summary, answers.message(answer), by=self._once)
        if not sent.is_whole:
            await self._attach(sent.result, answers.tables_as_files(answer))

    async def _attach(self, card: Card, files: list[File]) -> None:
        """Share below a message what it could not hold. It stands without them, so a failure is only logged."""
        try:
            shown = [File(hide_addresses(one.name), hide_addresses(str(one.content))) for one in files]
            await share_files(self._client, card.channel, shown, thread=card.ts)
        except NOT_ANSWERED as error:
            log.warning("The tables of %s could not be attached: %s", card, error_code(error))

    async def _send(self, user_id: str, files: list[File]) -> None:
        """Send all files in one direct message, or none of them. Raises Undeliverable.

        Sharing takes a channel's id, not a person's: github.com/slackapi/node-slack-sdk/issues/1653.
        """
        if not files:
            return
        with _raising_undeliverable():
            opened = await self._client.conversations_open(users=user_id)
            await share_files(self._client, opened["channel"]["id"], files, comment=FILES_COMMENT)

    async def _show(self, user_id: str, place: Place, message: Message) -> None:
        if place.response_url and await self._messenger.respond(place.response_url, message):
            return
        if place.channel and await self._messenger.post_ephemeral(place.channel, user_id, message):
            return
        await self._post(user_id, message)

    async def warn(self, answer: Answer) -> None:
        """Post in the approvals channel. Raises Undeliverable."""
        await self._post(self._approvals, answers.message(answer))

    async def show_home(self, user_id: str, home: Home) -> None:
        """Publish this person's Home tab. Raises Undeliverable."""
        with _raising_undeliverable():
            await self._messenger.publish_home(user_id, render_home(home, self._groups))

    async def permalink(self, card: Card) -> str:
        """Fetch the card's permalink; empty if Slack does not return it."""
        try:
            answer = await self._client.chat_getPermalink(channel=card.channel, message_ts=card.ts)
        except NOT_ANSWERED as error:
            log.info("No link to %s: %s", card, error_code(error))
            return ""
        return str(answer["permalink"])

    async def _post(
        self, channel: str, message: Message, *, thread: str | None = None, by: AsyncWebClient | None = None
    ) -> Sent[Card]:
        with _raising_undeliverable():
            return await self._messenger.post(channel, message, thread=thread, by=by)


def _unsent(files: list[File], error: Undeliverable) -> Answer:
    """Build the answer that files may not have arrived: Slack may have taken them, and its response was lost."""
    names = ", ".join(f"“{answers.file_name(one.name)}”" for one in files)
    return Answer(
        f"{names} may not have reached you ({error}). If it is not in your direct messages with me, ask again; "
        f"if that does not help, tell whoever runs the bot.{_after(error.advice)}"
    )


def _after(sentence: str) -> str:
    return f" {sentence}" if sentence else ""


@contextmanager
def _raising_undeliverable() -> Iterator[None]:
    """Convert Slack's errors to Undeliverable."""
    try:
        yield
    except NOT_ANSWERED as error:
        code = error_code(error)
        raise Undeliverable(
            code,
            final=is_final(error),
            refused=is_refused(error),
            maybe_done=maybe_done(error),
            advice=advice(code),
        ) from error
