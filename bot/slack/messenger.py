"""Messages on their way to Slack: posted, updated, shown to one person; with the blocks that the workspace takes."""

import logging
from collections.abc import Awaitable, Callable

from slack_sdk.web.async_client import AsyncWebClient

from bot.core.approval.changes import Card
from bot.slack.accepted_blocks import AcceptedBlocks, Sent
from bot.slack.blocks import Block, Message
from bot.slack.older_blocks import View, versions, view_versions
from bot.slack.public_text import without_addresses
from bot.slack.slack_client import SlackClient
from bot.slack.slack_errors import NOT_ANSWERED, error_code

_PRIVATE = ("U", "W", "D")
"""What the ids of people and of direct messages begin with."""
log = logging.getLogger(__name__)


class Messenger:
    """Sends messages by ``client``, which may retry; methods raise NOT_ANSWERED unless they return a bool."""

    def __init__(self, client: SlackClient) -> None:
        self._client = client
        self._blocks = AcceptedBlocks()

    async def post(
        self,
        channel: str,
        message: Message,
        *,
        thread: str | None = None,
        metadata: Block | None = None,
        by: AsyncWebClient | None = None,
    ) -> Sent[Card]:
        """Post a message, by another client if one is given; ``channel`` may be a person's id."""

        async def post(version: Message) -> Card:
            answer = await (by or self._client).chat_postMessage(
                channel=channel,
                text=version.text,
                blocks=version.blocks,
                thread_ts=thread,
                metadata=metadata,
                unfurl_links=False,
                unfurl_media=False,
            )
            return Card(channel=str(answer["channel"]), ts=str(answer["ts"]))

        return await self._blocks.send(versions(_shown_in(channel, message)), post)

    async def update(self, card: Card, message: Message) -> None:
        """Replace a message that was posted."""

        async def update(version: Message) -> None:
            await self._client.chat_update(
                channel=card.channel, ts=card.ts, text=version.text, blocks=version.blocks, link_names=False
            )

        await self._blocks.send(versions(_shown_in(card.channel, message)), update)

    async def respond(self, url: str, message: Message) -> bool:
        """Post to the response URL: within 30 minutes, up to 5 times, even if the bot is not in the channel."""

        async def respond(version: Message) -> None:
            await self._client.respond(url, version.text, version.blocks)

        return await self._is_sent(message, respond, "by the response URL")

    async def post_ephemeral(self, channel: str, user_id: str, message: Message) -> bool:
        """Post what only this person sees."""

        async def post(version: Message) -> None:
            await self._client.chat_postEphemeral(
                channel=channel, user=user_id, text=version.text, blocks=version.blocks
            )

        return await self._is_sent(message, post, f"in {channel}")

    async def _is_sent(self, message: Message, send: Callable[[Message], Awaitable[None]], where: str) -> bool:
        try:
            await self._blocks.send(versions(message), send)
        except NOT_ANSWERED as error:
            log.info("Not shown %s: %s", where, error_code(error))
            return False
        return True

    async def publish_home(self, user_id: str, view: Block) -> None:
        """Publish a Home tab."""

        async def publish(version: View) -> None:
            await self._client.views_publish(user_id=user_id, view=view | {"blocks": version.blocks})

        await self._blocks.send(view_versions(view["blocks"]), publish)


def _shown_in(channel: str, message: Message) -> Message:
    return message if channel.startswith(_PRIVATE) else without_addresses(message)
