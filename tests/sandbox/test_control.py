"""The control API over HTTP: the faces that scripts, the page and the stories use."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from bot.sandbox.workspace.people import ANA, SEGMENTS
from tests.sandbox.slack_app import (
    World,
    actions,
    bolt_app,
    button,
    entry,
    fetch,
    in_socket_mode,
    modal,
    refused,
    words,
    world,
)

Json = dict[str, Any]


async def get(here: World, path: str) -> Any:
    return (await fetch(here.url + path))[1]


async def test_a_script_types_presses_submits_and_looks(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        app = bolt_app(here.url)

        @app.command("/segment")
        async def segment(ack: Any, command: Json, client: Any) -> None:
            await client.views_open(trigger_id=command["trigger_id"], view=modal(entry("Name", "name")))
            await ack()

        @app.view("form")
        async def submitted(ack: Any, client: Any) -> None:
            blocks = [actions(button("Approve", action_id="approve"))]
            await client.chat_postMessage(channel=SEGMENTS, text="card", blocks=blocks)
            await ack()

        @app.action("approve")
        async def approve(ack: Any, body: Json, client: Any) -> None:
            await client.chat_update(channel=SEGMENTS, ts=body["message"]["ts"], text="approved")
            await ack()

        async with in_socket_mode(app):
            typed = await here.control("type", user="ana", channel="#segments", text="/segment create")
            assert (typed["status"], typed["ok"], typed["ack_ms"] > 0) == (200, True, True)
            assert (await here.control("submit", user="ana", values={"Name": ""}))["errors"].keys() == {"name"}
            assert (await here.control("submit", user="ana", values={"Name": "VIPs"}))["ok"] is True
            card = (await get(here, "/control/state?user=ben"))["channels"]["#segments"][0]
            pressed = await here.control("press", user="ben", channel="#segments", ts=card["ts"], button="Approve")
            assert pressed["ok"] is True
        state = await get(here, "/control/state?user=dan")
        assert [one["text"] for one in state["channels"]["#segments"]] == ["approved"]
        assert (state["dms"], state["form"], state["home"]) == ([], None, None)


async def test_a_script_submits_a_form_that_is_still_loading(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        app = bolt_app(here.url)
        is_asked = asyncio.Event()

        @app.command("/segment")
        async def segment(ack: Any, command: Json, client: Any) -> None:
            await ack()
            opened = await client.views_open(trigger_id=command["trigger_id"], view=loading)
            await is_asked.wait()
            await client.views_update(view_id=opened["view"]["id"], view=modal(entry("Name", "name")))

        @app.view("form")
        async def submitted(ack: Any) -> None:
            await ack()

        loading = {"type": "modal", "title": words("Wait"), "blocks": [{"type": "divider"}]}
        async with in_socket_mode(app):
            await here.control("type", user="ana", channel="#segments", text="/segment create")
            submitting = asyncio.create_task(here.control("submit", user="ana", values={"Name": "VIPs"}))
            is_asked.set()
            assert (await submitting)["ok"] is True


@pytest.mark.parametrize(
    ("act", "body", "sentence"),
    [
        (
            "type",
            {"user": "eve", "channel": "#segments", "text": "x"},
            "No one here is called 'eve'. People: ana,",
        ),
        (
            "type",
            {"user": "ana", "channel": "#nowhere", "text": "x"},
            "ana is in no channel called '#nowhere'",
        ),
        ("type", {"user": "ben", "channel": "#random", "text": "x"}, "ben is in no channel called '#random'"),
        ("type", {"user": "ana", "channel": "#segments", "text": " "}, "There is nothing to send."),
        ("type", {"user": "ana", "channel": "#segments"}, "Say 'text' (a text) in the body."),
        ("press", {"user": "ana", "channel": "home", "button": "x"}, "ana's Home tab is empty"),
        ("press", {"user": "ana", "channel": "form", "button": "x"}, "ana has no form open."),
        ("submit", {"user": "ana", "values": []}, "Say 'values' as an object"),
        ("submit", {"user": "ana"}, "ana has no form open."),
        ("cancel", {"user": "ana"}, "ana has no form open."),
        ("suggest", {"user": "ana", "action_id": "x", "block_id": "y"}, "ana sees no 'x' in a block 'y'."),
        ("fault", {"target": "moon"}, "Say 'target': 'store' or 'slack'"),
        (
            "fault",
            {"target": "store", "status": 500},
            "Say 'target': 'store' or 'slack', whichever runs here",
        ),
        (
            "fault",
            {"target": "slack", "method": "x", "colour": "red"},
            "A fault has these fields:",
        ),
        ("fault", {"target": "slack"}, "That is no fault: method: Field required."),
        ("fault", {"target": "slack", "method": "*", "times": 0}, "That is no fault: times:"),
        ("fault", {"target": "slack", "method": "chat.send"}, "Slack has no chat.send here"),
    ],
)
async def test_wrong_use_is_answered_with_what_to_do(tmp_path: Path, act: str, body: Json, sentence: str) -> None:
    async with world(tmp_path) as here:
        answer = await here.control(act, **body)
        assert (answer["status"], answer["ok"]) == (400, False)
        assert sentence in answer["error"]


@pytest.mark.parametrize("body", ["{", "[]", '"x"'])
async def test_a_body_that_is_no_json_object_is_wrong_use(tmp_path: Path, body: str) -> None:
    async with world(tmp_path) as here:
        status, answer = await fetch(f"{here.url}/control/type", "POST", data=body)
        assert (status, "JSON" in answer["error"]) == (400, True)


async def test_state_of_nobody_is_wrong_use(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        assert "No one here is called 'eve'" in (await get(here, "/control/state?user=eve"))["error"]


async def test_faults_of_slack_are_set_and_cleared(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        order = {"target": "slack", "method": "*", "error": "fatal_error", "times": 5}
        assert (await here.control("fault", **order))["ok"] is True
        assert (await refused(here.web.auth_test()))["error"] == "fatal_error"
        assert (await here.control("fault", clear=True))["ok"] is True
        assert (await here.web.auth_test())["ok"] is True
        assert here.workspace.faults.listed() == []


async def test_people_channels_groups_and_commands_are_listed(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        people = await get(here, "/control/people")
        assert people["users"][0] == {
            "id": ANA,
            "name": "ana",
            "real_name": "Ana Alvarez",
            "title": "Marketing",
            "guest": False,
            "initials": "AA",
            "color": "#7c3aed",
        }
        assert [one["guest"] for one in people["users"]] == [False, False, False, True]
        assert [one["name"] for one in people["channels"]] == ["segments", "approvals", "random"]
        assert people["groups"][0]["handle"] == "segment-approvers"
        assert people["commands"][0] == {
            "command": "/segment",
            "description": "Customer segments",
            "usage_hint": "list | show <segment>",
        }
        assert (people["bot"]["name"], people["bot"]["connections"]) == ("segment-bot", 0)
