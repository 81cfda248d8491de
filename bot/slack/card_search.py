"""Recognises cards in Slack: each carries which change it shows, as message metadata without anything about customers.

Everybody in the workspace can read it: docs.slack.dev/messaging/message-metadata
"""

import logging
from datetime import timedelta
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from bot.core.approval.changes import Card, Change
from bot.slack.slack_errors import NOT_ANSWERED, error_code

EVENT_TYPE = "segment_bot_card"
CLOCKS_DIFFER = timedelta(minutes=5)
"""How far Slack's clock may be behind ours."""
LATEST = 200
"""The most messages to look at."""
log = logging.getLogger(__name__)


def metadata_of(change: Change) -> dict[str, Any]:
    """Return the metadata of the change's card: another ledger may have a change of this number, not of this nonce."""
    return {"event_type": EVENT_TYPE, "event_payload": {"change": change.number, "nonce": change.nonce}}


async def find_card(client: AsyncWebClient, change: Change, channel: str) -> Card | None:
    """Look in a channel for a card of this change, apart from the one on record.

    None if there is none, or if the app may not read there.
    """
    oldest = (change.created_at - CLOCKS_DIFFER).timestamp()
    try:
        history = await client.conversations_history(
            channel=channel, oldest=f"{oldest:.6f}", limit=LATEST, include_all_metadata=True
        )
    except NOT_ANSWERED as error:
        log.info("Whether the card of change %s arrived cannot be seen: %s", change.number, error_code(error))
        return None
    messages: list[dict[str, Any]] = history["messages"]
    cards = [Card(channel=channel, ts=str(one["ts"])) for one in messages if one.get("metadata") == metadata_of(change)]
    known = change.card.ts if change.card else ""
    return next((one for one in cards if one.ts != known), None)
