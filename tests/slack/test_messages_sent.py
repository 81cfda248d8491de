"""What each message says to Slack besides its text: no previews of links, nobody mentioned by a name in a text."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from bot.core.approval.changes import Card
from bot.slack.blocks import Message
from bot.slack.messenger import Messenger
from bot.slack.slack_client import SlackClient
from tests.harness import Json

BLOCKS: list[Json] = [{"type": "divider"}]
TEXT = Message("Hello.", BLOCKS)
SHOWN = {"text": "Hello.", "blocks": BLOCKS}


@pytest.fixture
async def sent() -> AsyncIterator[tuple[Messenger, list[tuple[str, Json]]]]:
    """A messenger, and the requests that Slack got of it."""
    got = list[tuple[str, Json]]()

    async def take(request: web.Request) -> web.Response:
        got.append((request.match_info["method"], await request.json()))
        return web.json_response({"ok": True, "channel": "C1", "ts": "1.0"})

    app = web.Application()
    app.add_routes([web.post("/api/{method}", take)])
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    async with aiohttp.ClientSession() as session:
        url = f"http://127.0.0.1:{runner.addresses[0][1]}/api/"
        yield Messenger(SlackClient("xoxb-1", url, session=session, retry_handlers=[])), got
    await runner.cleanup()


WAYS: dict[str, tuple[Callable[[Messenger], Awaitable[Any]], str, Json]] = {
    "post": (
        lambda to: to.post("C1", TEXT, thread="1.0", metadata={"event_type": "card"}),
        "chat.postMessage",
        {
            "channel": "C1",
            "thread_ts": "1.0",
            "metadata": {"event_type": "card"},
            "unfurl_links": False,
            "unfurl_media": False,
            **SHOWN,
        },
    ),
    "update": (
        lambda to: to.update(Card(channel="C1", ts="1.0"), TEXT),
        "chat.update",
        {"channel": "C1", "ts": "1.0", "link_names": False, **SHOWN},
    ),
    "show to one person": (
        lambda to: to.post_ephemeral("C1", "UANA", TEXT),
        "chat.postEphemeral",
        {"channel": "C1", "user": "UANA", **SHOWN},
    ),
    "publish": (
        lambda to: to.publish_home("UANA", {"type": "home", "blocks": BLOCKS}),
        "views.publish",
        {"user_id": "UANA", "view": {"type": "home", "blocks": BLOCKS}},
    ),
}


@pytest.mark.parametrize("way", WAYS)
async def test_each_way_to_show_something_says_the_same_as_ever(
    way: str, sent: tuple[Messenger, list[tuple[str, Json]]]
) -> None:
    messenger, got = sent
    show, method, request = WAYS[way]
    await show(messenger)
    assert got == [(method, request)]
