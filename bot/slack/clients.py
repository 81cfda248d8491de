"""The clients for Slack: what is sent again, and how long each request may take."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import NamedTuple

import aiohttp
from slack_sdk.http_retry.async_handler import AsyncRetryHandler
from slack_sdk.http_retry.builtin_async_handlers import (
    AsyncConnectionErrorRetryHandler,
    AsyncRateLimitErrorRetryHandler,
)

from bot.core.meters import NO_METERS, Meters
from bot.slack.slack_client import SlackClient

SLACK_PATIENCE = aiohttp.ClientTimeout(total=120, connect=10, sock_read=10)
"""Seconds; only sending a file may take the total.

The session holds them, since the SDK ignores its own setting when it is given one.
"""
LIMITED = (AsyncRateLimitErrorRetryHandler(max_retry_count=2),)
"""When a request to Slack is retried that must not be carried out twice."""
AGAIN = (AsyncConnectionErrorRetryHandler(), *LIMITED)
"""When any other request to Slack is retried."""


class Clients(NamedTuple):
    """Clients for Slack.

    The ``usual`` one sends again what failed, ``once`` sends everything only once, and ``cards`` sends again only what
    Slack did not take.
    """

    usual: SlackClient
    once: SlackClient
    cards: SlackClient


@asynccontextmanager
async def open_clients(token: str, api_url: str, meters: Meters) -> AsyncIterator[Clients]:
    """Open the clients for Slack, whose Web API is at ``api_url``."""
    # Over an idle connection that may be gone, nobody could tell whether what was sent arrived.
    connector = aiohttp.TCPConnector(force_close=True)
    async with (
        aiohttp.ClientSession(timeout=SLACK_PATIENCE) as session,
        aiohttp.ClientSession(timeout=SLACK_PATIENCE, connector=connector) as single,
    ):
        client = partial(slack_client, token, api_url, meters=meters)
        yield Clients(usual=client(session, AGAIN), once=client(single), cards=client(single, LIMITED))


def slack_client(
    token: str,
    api_url: str,
    session: aiohttp.ClientSession,
    again: tuple[AsyncRetryHandler, ...] = (),
    *,
    meters: Meters = NO_METERS,
) -> SlackClient:
    """Return a client for Slack; ``again``: when a request is retried."""
    url = f"{api_url.rstrip('/')}/"
    return SlackClient(token, url, meters=meters, session=session, retry_handlers=list(again))
