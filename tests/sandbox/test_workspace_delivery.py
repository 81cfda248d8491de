"""Payloads reach a real Bolt app over both transports; late and missing acknowledgements are told."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession, web
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.async_app import AsyncBoltRequest

from bot.sandbox.workspace.people import ANA, APP_TOKEN, SEGMENTS
from bot.sandbox.workspace.refusals import Misuse
from tests.sandbox.slack_app import (
    World,
    actions,
    bolt_app,
    button,
    in_socket_mode,
    manifest,
    over_socket,
    words,
    world,
)


@asynccontextmanager
async def over_http(directory: Path, **options: Any) -> AsyncIterator[tuple[World, AsyncApp]]:
    apps: list[AsyncApp] = []

    async def events(request: web.Request) -> web.Response:
        headers: dict[str, str | Sequence[str]] = dict(request.headers.items())
        asked = AsyncBoltRequest(body=await request.text(), headers=headers)
        answer = await apps[0].async_dispatch(asked)
        return web.Response(status=answer.status, text=answer.body or "", headers=answer.first_headers())

    server = web.Application()
    server.router.add_post("/slack/events", events)
    runner = web.AppRunner(server)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events"
    try:
        async with world(directory, request_url=url, **options) as here:
            apps.append(bolt_app(here.url))
            yield here, apps[0]
    finally:
        await runner.cleanup()


Connected = Callable[[Path], AbstractAsyncContextManager[tuple[World, AsyncApp]]]
both_ways = pytest.mark.parametrize("connected", [over_socket, over_http])


@both_ways
async def test_a_slash_command_arrives_as_slack_sends_it(tmp_path: Path, connected: Connected) -> None:
    async with connected(tmp_path) as (here, app):
        heard: list[dict[str, Any]] = []

        @app.command("/segment")
        async def segment(ack: Any, command: dict[str, Any]) -> None:
            heard.append(command)
            await ack("at once")

        answer = await here.client.type("ana", "#segments", "/segment  show “VIPs” <b> & @ben")
        assert (answer["ok"], 0 < answer["ack_ms"] < 3000) == (True, True)
        command = heard[0]
        assert (command["command"], command["text"]) == ("/segment", "show “VIPs” <b> & @ben")
        assert (command["user_id"], command["channel_id"], command["channel_name"]) == (
            ANA,
            SEGMENTS,
            "segments",
        )
        seen = here.workspace.state("ana")["channels"]["#segments"]
        assert [(one["text"], one["ephemeral"], one["user"]) for one in seen] == [("at once", True, "segment-bot")]
        assert here.workspace.state("ben")["channels"]["#segments"] == []


@both_ways
async def test_a_click_arrives_with_message_state_and_response_url(tmp_path: Path, connected: Connected) -> None:
    async with connected(tmp_path) as (here, app):
        heard: list[dict[str, Any]] = []

        @app.action("approve")
        async def approve(ack: Any, body: dict[str, Any], respond: Any) -> None:
            heard.append(body)
            await ack()
            await respond("done", replace_original=True)

        blocks = [actions(button("Delete Segment", action_id="approve", value="42"), block_id="card")]
        await here.web.chat_postMessage(channel=SEGMENTS, text="card", blocks=blocks)
        assert (await here.client.press("ben", "#segments", "Delete Segment"))["ok"] is True
        body = heard[0]
        assert body["actions"][0] | {"action_ts": ""} == {
            "type": "button",
            "action_id": "approve",
            "block_id": "card",
            "text": words("Delete Segment"),
            "value": "42",
            "action_ts": "",
        }
        assert body["container"]["message_ts"] == body["message"]["ts"]
        assert (body["user"]["username"], body["channel"]["name"]) == ("ben", "segments")
        state = await here.workspace.changed(lambda state: state["channels"]["#segments"][0]["text"] == "done")
        assert state["channels"]["#segments"][0]["blocks"] == []


@both_ways
async def test_opening_home_tells_the_bot_which_publishes_it(tmp_path: Path, connected: Connected) -> None:
    async with connected(tmp_path) as (here, app):

        @app.event("app_home_opened")
        async def opened(event: dict[str, Any], client: Any) -> None:
            blocks = [actions(button("Refresh", action_id="refresh"))]
            await client.views_publish(user_id=event["user"], view={"type": "home", "blocks": blocks})

        @app.action("refresh")
        async def refresh(ack: Any, body: dict[str, Any], client: Any) -> None:
            assert body["container"] == {"type": "view", "view_id": body["view"]["id"]}
            await client.views_publish(user_id=body["user"]["id"], view={"type": "home", "blocks": []})
            await ack()

        assert (await here.client.home("ana"))["ok"] is True
        assert here.workspace.state("ana")["home"]["blocks"][0]["type"] == "actions"
        assert (await here.client.press("ana", "home", "Refresh"))["ok"] is True
        assert here.workspace.state("ana")["home"]["blocks"] == []


@both_ways
async def test_a_late_ack_is_told_to_the_person_by_slackbot(tmp_path: Path, connected: Connected) -> None:
    async with connected(tmp_path) as (here, app):
        here.workspace.ack_seconds = 0.05
        released = asyncio.Event()

        @app.command("/segment")
        async def segment(ack: Any) -> None:
            await released.wait()
            await ack()

        answer = await here.client.type("ana", "#segments", "/segment list")
        released.set()
        expected = '/segment failed with the error "operation_timeout"'
        assert (answer["ok"], answer["ack_ms"], answer["error"]) == (False, None, expected)
        told = here.workspace.state("ana")["channels"]["#segments"][-1]
        assert (told["user"], told["text"], told["ephemeral"]) == ("slackbot", expected, True)


async def test_without_a_connection_the_dispatch_fails(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        answer = await here.client.type("ana", "#segments", "/segment list")
        assert answer["error"] == '/segment failed with the error "dispatch_failed"'


async def test_without_a_server_the_dispatch_fails(tmp_path: Path) -> None:
    async with world(tmp_path, request_url="http://127.0.0.1:1/slack/events") as here:
        answer = await here.client.type("ana", "#segments", "/segment list")
        assert answer["error"] == '/segment failed with the error "dispatch_failed"'


async def test_a_wrong_signature_is_the_apps_refusal(tmp_path: Path) -> None:
    async with over_http(tmp_path, signing_secret="another") as (here, _app):
        answer = await here.client.type("ana", "#segments", "/segment list")
        assert answer["error"] == '/segment failed with the error "http_client_error"'


async def test_an_unknown_command_reaches_nobody(tmp_path: Path) -> None:
    async with over_socket(tmp_path) as (here, _app):
        answer = await here.client.type("ana", "#segments", "/segmnt list")
        assert answer["error"] == "`/segmnt` is not a valid command."
        assert here.workspace.state("ana")["channels"]["#segments"][-1]["user"] == "slackbot"


async def test_mentions_links_and_signs_are_escaped_where_the_manifest_says_so(tmp_path: Path) -> None:
    async with over_socket(tmp_path) as (here, app):
        heard: list[str] = []

        @app.command("/escaped")
        async def segment(ack: Any, command: dict[str, Any]) -> None:
            heard.append(command["text"])
            await ack()

        typed = "@ben #segments @segment-approvers @here a@example.com <b> & https://example.com/x"
        await here.client.type("ana", "#segments", f"/escaped {typed}")
        assert heard[0].split() == [
            "<@U0BEN00001|ben>",
            "<#C0SEGMENT1|segments>",
            "<!subteam^S0APPROV01|@segment-approvers>",
            "<!here>",
            "<mailto:a@example.com|a@example.com>",
            "&lt;b&gt;",
            "&amp;",
            "<https://example.com/x>",
        ]


async def test_a_public_answer_shows_the_command_too(tmp_path: Path) -> None:
    async with over_socket(tmp_path) as (here, app):

        @app.command("/segment")
        async def segment(ack: Any) -> None:
            await ack(text="for all", response_type="in_channel")

        await here.client.type("ana", "#segments", "/segment list")
        seen = here.workspace.state("ben")["channels"]["#segments"]
        assert [(one["user"], one["text"]) for one in seen] == [
            ("ana", "/segment list"),
            ("segment-bot", "for all"),
        ]


async def test_a_message_is_an_event_where_the_bot_listens_and_is(tmp_path: Path) -> None:
    async with over_socket(tmp_path) as (here, app):
        heard: list[str] = []

        @app.event("message")
        async def message(event: dict[str, Any]) -> None:
            heard.append(event["text"])

        assert (await here.client.type("ana", "#segments", "hello @ben"))["ack_ms"] is not None
        assert (await here.client.type("ana", "#random", "secret"))["ack_ms"] is None
        assert heard == ["hello <@U0BEN00001|ben>"]


async def test_an_unacknowledged_event_is_delivered_again_with_its_attempt(tmp_path: Path) -> None:
    async with world(tmp_path) as here, ClientSession() as session:
        attempts: list[tuple[int, str]] = []
        url = (await here.web.apps_connections_open(app_token=APP_TOKEN))["url"]
        here.workspace.ack_seconds = 0.05
        async with session.ws_connect(url) as socket:
            assert (await socket.receive_json())["type"] == "hello"
            home = asyncio.create_task(here.client.home("ana"))
            for _ in range(2):
                envelope = await socket.receive_json()
                attempts.append((envelope["retry_attempt"], envelope["payload"]["event_id"]))
            await socket.send_json({"envelope_id": envelope["envelope_id"]})
            assert (await home)["ok"] is True
        assert [one for one, _ in attempts] == [0, 1]
        assert attempts[0][1] == attempts[1][1]


async def test_each_payload_goes_to_one_connection_in_turn(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        first, second = bolt_app(here.url), bolt_app(here.url)
        heard: list[str] = []

        def listen(app: AsyncApp, name: str) -> None:
            async def segment(ack: Any) -> None:
                heard.append(name)
                await ack()

            app.command("/segment")(segment)

        listen(first, "first")
        listen(second, "second")
        async with in_socket_mode(first), in_socket_mode(second):
            for _ in range(4):
                await here.client.type("ana", "#segments", "/segment list")
        assert heard == ["first", "second", "first", "second"]


async def test_a_bot_that_is_told_to_come_again_comes_again(tmp_path: Path) -> None:
    async with over_socket(tmp_path) as (here, app):

        @app.command("/segment")
        async def segment(ack: Any) -> None:
            await ack()

        await here.workspace.sockets.disconnect()
        await here.workspace.changed(lambda _: len(here.workspace.sockets) == 1)
        assert (await here.client.type("ana", "#segments", "/segment list"))["ok"] is True


async def test_a_lost_connection_fails_what_waits_for_it(tmp_path: Path) -> None:
    async with world(tmp_path) as here, ClientSession() as session:
        url = (await here.web.apps_connections_open(app_token=APP_TOKEN))["url"]
        async with session.ws_connect(url) as socket:
            await socket.receive_json()
            typing = asyncio.create_task(here.client.type("ana", "#segments", "/segment list"))
            await socket.receive_json()
        assert (await typing)["error"] == '/segment failed with the error "dispatch_failed"'


async def test_a_ticket_lets_one_connection_in_and_ten_are_the_most(tmp_path: Path) -> None:
    async with world(tmp_path) as here, ClientSession() as session:
        sockets = []
        for _ in range(11):
            url = (await here.web.apps_connections_open(app_token=APP_TOKEN))["url"]
            sockets.append(await session.ws_connect(url))
        hellos = [json.loads((await one.receive()).data) for one in sockets]
        assert [one["type"] for one in hellos] == ["hello"] * 10 + ["disconnect"]
        assert hellos[-1]["reason"] == "too_many_websockets"
        async with session.get(url.replace("ws", "http", 1)) as answer:
            assert answer.status == 403
        for one in sockets:
            await one.close()


async def test_people_write_to_the_bot_unless_the_manifest_says_read_only(tmp_path: Path) -> None:
    async with over_socket(tmp_path) as (here, app):
        heard: list[str] = []

        @app.command("/segment")
        async def segment(ack: Any, command: dict[str, Any]) -> None:
            heard.append(command["channel_name"])
            await ack("hello")

        assert (await here.client.type("ana", "@segment-bot", "/segment list"))["ok"] is True
        assert heard == ["directmessage"]
        assert [one["text"] for one in here.workspace.state("ana")["dms"]] == ["hello"]
    home = {"app_home": {"messages_tab_read_only_enabled": True}}
    async with world(tmp_path, changes={"features": home}) as here:
        with pytest.raises(Misuse, match="lets no one write to the bot directly"):
            await here.client.type("ana", "dm", "/segment list")


async def test_clicks_go_nowhere_where_the_manifest_has_no_interactivity(tmp_path: Path) -> None:
    async with world(tmp_path, changes={"settings": {}}) as here:
        await here.web.chat_postMessage(channel=SEGMENTS, text="x", blocks=[actions(button("Go"))])
        answer = await here.client.press("ana", "#segments", "Go")
        assert answer["error"] == 'The click failed with the error "interactivity_not_enabled"'


async def test_opening_home_is_told_to_nobody_without_a_subscription(tmp_path: Path) -> None:
    settings = manifest()["settings"] | {"event_subscriptions": {"bot_events": []}}
    async with world(tmp_path, changes={"settings": settings}) as here:
        assert await here.client.home("ana") == {"ok": True, "ack_ms": None}
