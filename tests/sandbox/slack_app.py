"""A small real Bolt app and a manifest for it, to hold the emulated workspace against the true clients."""

from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from aiohttp import ClientSession
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.server import serve
from bot.sandbox.workspace import Workspace
from bot.sandbox.workspace.client.client import Client
from bot.sandbox.workspace.people import ANA, APP_TOKEN, BOT_TOKEN, SIGNING_SECRET

Json = dict[str, Any]

SCOPES = [
    "chat:write",
    "channels:history",
    "channels:read",
    "commands",
    "files:read",
    "files:write",
    "im:history",
    "im:read",
    "im:write",
    "reactions:write",
    "usergroups:read",
    "users:read",
    "users:read.email",
]


def manifest(**changes: Any) -> Json:
    document: Json = {
        "display_information": {"name": "Segment Bot"},
        "features": {
            "app_home": {"home_tab_enabled": True, "messages_tab_enabled": True},
            "slash_commands": [
                {
                    "command": "/segment",
                    "description": "Customer segments",
                    "usage_hint": "list | show <segment>",
                },
                {"command": "/escaped", "description": "Gets mentions as ids", "should_escape": True},
            ],
            "shortcuts": [
                {"name": "Use It", "type": "message", "callback_id": "use", "description": "Uses a message"},
                {"name": "Anywhere", "type": "global", "callback_id": "any", "description": "Needs no message"},
            ],
        },
        "oauth_config": {"scopes": {"bot": SCOPES}},
        "settings": {
            "event_subscriptions": {"bot_events": ["app_home_opened", "message.channels", "message.im"]},
            "interactivity": {"is_enabled": True},
        },
    }
    return document | changes


def written(directory: Path, **changes: Any) -> Path:
    path = directory / "manifest.yml"
    path.write_text(yaml.safe_dump(manifest(**changes)))
    return path


def web_client(url: str, token: str = BOT_TOKEN) -> AsyncWebClient:
    return AsyncWebClient(token=token, base_url=f"{url}/api/")


def bolt_app(url: str) -> AsyncApp:
    return AsyncApp(
        client=web_client(url),
        signing_secret=SIGNING_SECRET,
        process_before_response=True,
        request_verification_enabled=True,
    )


@asynccontextmanager
async def in_socket_mode(app: AsyncApp) -> AsyncIterator[AsyncSocketModeHandler]:
    handler = AsyncSocketModeHandler(app, APP_TOKEN)
    await handler.connect_async()  # type: ignore[no-untyped-call]  # Bolt leaves it without annotations
    try:
        yield handler
    finally:
        await handler.close_async()  # type: ignore[no-untyped-call]  # as above


@dataclass
class World:
    workspace: Workspace
    client: Client
    url: str
    web: AsyncWebClient

    async def control(self, act: str, **body: Any) -> Json:
        async with ClientSession() as session, session.post(f"{self.url}/control/{act}", json=body) as answer:
            return {"status": answer.status, **await answer.json()}

    async def open(self, *blocks: Json, **more: Any) -> Json:
        """Open a form for Ana, as the bot does; returns its view."""
        trigger = self.workspace.triggers.issue(ANA)
        opened = await self.web.views_open(trigger_id=trigger, view=modal(*blocks, **more))
        view: Json = opened["view"]
        return view


@asynccontextmanager
async def world(directory: Path, **options: Any) -> AsyncIterator[World]:
    changes, page = options.pop("changes", {}), options.pop("page", False)
    workspace = Workspace(directory / "slack.sqlite", manifest=written(directory, **changes), **options)
    try:
        async with serve(port=0, store=None, workspace=workspace, log=None, page=page) as url:
            yield World(workspace, Client(workspace), url, web_client(url))
    finally:
        workspace.close()


@asynccontextmanager
async def over_socket(directory: Path, **options: Any) -> AsyncIterator[tuple[World, AsyncApp]]:
    """A world (see ``world``) with a bot in it that listens to nothing yet, in Socket Mode."""
    async with world(directory, **options) as here:
        app = bolt_app(here.url)
        async with in_socket_mode(app):
            yield here, app


class Screen:
    """Ana's screen, and the bot behind it; ``heard`` are the payloads that the bot kept, oldest first."""

    def __init__(self, here: World, app: AsyncApp) -> None:
        self.here, self.app = here, app
        self.heard: list[Json] = []
        self.open = here.open

    def values(self) -> Json:
        """What stood in the form, by the payload that came last."""
        values: Json = self.heard[-1]["view"]["state"]["values"]
        return values


def words(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def button(text: str, **more: Any) -> Json:
    return {"type": "button", "text": words(text), **more}


def actions(*elements: Json, **more: Any) -> Json:
    return {"type": "actions", "elements": list(elements), **more}


def entry(label: str, block_id: str, element: Json | None = None, **more: Any) -> Json:
    element = element or {"type": "plain_text_input", "action_id": "value"}
    return {"type": "input", "label": words(label), "block_id": block_id, "element": element, **more}


def modal(*blocks: Json, **more: Any) -> Json:
    frame = {"type": "modal", "callback_id": "form", "title": words("A form"), "submit": words("Send")}
    return {**frame, "blocks": list(blocks), **more}


async def refused(call: Awaitable[Any]) -> Json:
    """The body of the refusal that the call meets."""
    with pytest.raises(SlackApiError) as caught:
        await call
    body: Json = caught.value.response.data
    return body


async def fetch(url: str, method: str = "GET", **options: Any) -> tuple[int, Any]:
    """Status and body, which is parsed where it is JSON."""
    async with ClientSession() as session, session.request(method, url, **options) as answer:
        is_json = answer.content_type == "application/json"
        return answer.status, await (answer.json() if is_json else answer.text())
