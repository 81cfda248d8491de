"""Messages: confirm dialogs, selects, response URLs with their limits, files, and what survives a restart."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession
from slack_bolt.app.async_app import AsyncApp

from bot.sandbox.workspace import Workspace
from bot.sandbox.workspace.people import ANA, BEN, BOT_TOKEN, SEGMENTS
from bot.sandbox.workspace.refusals import Misuse
from tests.sandbox.slack_app import (
    World,
    actions,
    button,
    fetch,
    over_socket,
    refused,
    words,
    world,
    written,
)

Json = dict[str, Any]
CONFIRM = {"title": words("Sure?"), "text": words("It goes."), "confirm": words("Go"), "deny": words("Stay")}


def option(text: str) -> Json:
    return {"text": words(text), "value": text.lower()}


class Listener:
    """A world with a bot in it that acknowledges every action and keeps it."""

    def __init__(self, here: World, app: AsyncApp) -> None:
        self.here = here
        self.heard: list[Json] = []
        app.action({"type": "block_actions", "action_id": "it"})(self._hear)

    async def _hear(self, ack: Any, body: Json) -> None:
        self.heard.append(body)
        await ack()

    async def post(self, *elements: Json, **more: Any) -> str:
        blocks = [actions(*elements, block_id="block")]
        answer = await self.here.web.chat_postMessage(channel=SEGMENTS, text="x", blocks=blocks, **more)
        ts: str = answer["ts"]
        return ts

    async def press(self, button: str, **more: Any) -> Json:
        return await self.here.client.press("ben", "#segments", button, **more)


@pytest.fixture
async def listener(tmp_path: Path) -> AsyncIterator[Listener]:
    async with over_socket(tmp_path) as (here, app):
        yield Listener(here, app)


async def test_a_declined_confirm_dialog_delivers_nothing(listener: Listener) -> None:
    ts = await listener.post(button("Delete", action_id="it", confirm=CONFIRM))
    assert await listener.press("Delete", ts=ts, confirm=False) == {
        "ok": True,
        "ack_ms": None,
        "declined": True,
    }
    assert listener.heard == []
    assert (await listener.press("Delete", ts=ts))["ack_ms"] is not None
    assert len(listener.heard) == 1


async def test_a_button_without_a_dialog_cannot_be_declined(listener: Listener) -> None:
    await listener.post(button("Delete", action_id="it"))
    await listener.press("Delete", confirm=False)
    assert len(listener.heard) == 1


async def test_a_choice_in_a_message_comes_with_its_option(listener: Listener) -> None:
    select = {"type": "static_select", "action_id": "it", "options": [option("One"), option("Two")]}
    await listener.post(select)
    await listener.press("it", value="Two")
    body = listener.heard[0]
    assert body["actions"][0]["selected_option"] == option("Two")
    assert body["state"]["values"]["block"]["it"]["selected_option"] == option("Two")


async def test_an_overflow_menu_is_pressed_by_its_options_text(listener: Listener) -> None:
    await listener.post({"type": "overflow", "action_id": "it", "options": [option("Undo"), option("Show")]})
    await listener.press("Show")
    assert listener.heard[0]["actions"][0]["selected_option"]["value"] == "show"


async def test_a_button_is_found_in_any_case(listener: Listener) -> None:
    await listener.post(button("Delete Segment", action_id="it"))
    await listener.press("delete segment")
    await listener.press("IT")
    assert [body["actions"][0]["action_id"] for body in listener.heard] == ["it", "it"]


async def test_its_own_spelling_goes_before_others(listener: Listener) -> None:
    await listener.post(button("approve", action_id="other"), button("Approve", action_id="it"))
    await listener.press("Approve")
    assert [body["actions"][0]["action_id"] for body in listener.heard] == ["it"]


async def test_a_block_id_tells_equal_buttons_apart(listener: Listener) -> None:
    same = [actions(button("Go", action_id="it", value=name), block_id=name) for name in ("first", "second")]
    await listener.here.web.chat_postMessage(channel=SEGMENTS, text="x", blocks=same)
    with pytest.raises(Misuse, match="There are 2 things called 'Go' here"):
        await listener.press("Go")
    await listener.press("Go", block_id="second")
    assert [body["actions"][0]["value"] for body in listener.heard] == ["second"]


async def test_an_ephemeral_message_is_not_repeated_in_its_click(listener: Listener) -> None:
    blocks = [actions(button("Go", action_id="it"))]
    await listener.here.web.chat_postEphemeral(channel=SEGMENTS, user=BEN, text="x", blocks=blocks)
    await listener.press("Go")
    assert listener.heard[0]["container"]["is_ephemeral"] is True
    assert "message" not in listener.heard[0]
    with pytest.raises(Misuse, match="ana sees no message with 'Go'"):
        await listener.here.client.press("ana", "#segments", "Go")


async def test_a_message_that_is_not_there_cannot_be_clicked(listener: Listener) -> None:
    with pytest.raises(Misuse, match=r"ben sees no message 1\.000000 in segments"):
        await listener.press("Go", ts="1.000000")


async def respond(url: str, **body: Any) -> tuple[int, str]:
    status, answer = await fetch(url, "POST", json=body)
    return status, str(answer)


async def test_a_response_url_serves_five_times(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        url = here.workspace.response_url(ANA, SEGMENTS)
        for number in range(5):
            assert (await respond(url, text=str(number)))[0] == 200
        status, text = await respond(url, text="sixth")
        assert (status, "used_url" in text) == (404, True)
        assert len(here.workspace.state("ana")["channels"]["#segments"]) == 5
        assert here.workspace.state("ben")["channels"]["#segments"] == []


async def test_a_response_url_serves_for_thirty_minutes(tmp_path: Path) -> None:
    now = [1000.0]
    async with world(tmp_path, clock=lambda: now[0]) as here:
        url = here.workspace.response_url(ANA, SEGMENTS)
        now[0] += 30 * 60
        assert (await respond(url, text="in time", response_type="in_channel"))[0] == 200
        now[0] += 1
        assert "expired_url" in (await respond(url, text="late"))[1]
        assert [one["text"] for one in here.workspace.state("ben")["channels"]["#segments"]] == ["in time"]


async def test_a_response_url_replaces_or_deletes_the_clicked_message(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        await here.web.chat_postEphemeral(channel=SEGMENTS, user=ANA, text="x")
        source = next(iter(here.workspace.archive.messages[SEGMENTS].values()))
        url = here.workspace.response_url(ANA, SEGMENTS, source)
        await respond(url, text="replaced", replace_original=True)
        assert [one["text"] for one in here.workspace.state("ana")["channels"]["#segments"]] == ["replaced"]
        await respond(url, delete_original=True)
        assert here.workspace.state("ana")["channels"]["#segments"] == []


async def test_a_response_url_refuses_what_slack_refuses(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        url = here.workspace.response_url(ANA, SEGMENTS)
        assert (await respond(url, blocks=[{"type": "alert", "text": words("x")}]))[0] == 400
        assert "no_text" in (await respond(url))[1]


async def test_an_uploaded_file_is_read_by_those_who_see_it(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        dm = (await here.web.conversations_open(users=ANA))["channel"]["id"]
        await here.web.files_upload_v2(filename="VIPs.csv", content="email\n", title="Shoppers", channel=dm)
        message = here.workspace.state("ana")["dms"][0]
        file = message["files"][0]
        assert (file["name"], file["title"], file["size"]) == ("VIPs.csv", "Shoppers", 6)
        assert (await here.web.files_info(file=file["id"]))["file"]["ims"] == [dm]
        assert await download(file, BOT_TOKEN) == (200, "email\n")
        assert await fetch(here.url + file["url"]) == (200, "email\n")
        assert (await fetch(here.url + file["url"].replace("as=ana", "as=ben")))[0] == 403
        assert (await fetch(here.url + file["url"].replace("as=ana", "as=eve")))[0] == 403
        gone = {"url_private_download": file["url_private_download"].replace(file["id"], "F404")}
        assert (await download(gone, BOT_TOKEN))[0] == 404


async def test_an_app_that_may_not_read_a_file_gets_a_page_to_sign_in(tmp_path: Path) -> None:
    scopes = {"scopes": {"bot": ["commands", "channels:history", "chat:write", "files:write", "im:history"]}}
    async with world(tmp_path, changes={"oauth_config": scopes}) as here:
        await here.web.files_upload_v2(filename="VIPs.csv", content="email\n", channel=SEGMENTS)
        file = here.workspace.state("ana")["channels"]["#segments"][0]["files"][0]
        for token in ("", BOT_TOKEN):
            status, text = await download(file, token)
            assert (status, "Sign in" in text) == (200, True)


async def download(file: Json, token: str = "") -> tuple[int, str]:
    return await fetch(file["url_private_download"], headers={"Authorization": f"Bearer {token}"})


async def test_an_upload_keeps_its_length_and_happens_once(tmp_path: Path) -> None:
    async with world(tmp_path) as here, ClientSession() as session:
        asked = await here.web.files_getUploadURLExternal(filename="a.csv", length=3)
        file = {"id": asked["file_id"], "title": "a"}
        early = here.web.files_completeUploadExternal(files=[file])
        assert (await refused(early))["error"] == "file_not_found"
        statuses = []
        for content in (b"four", b"abc", b"abc"):
            async with session.post(asked["upload_url"], data=content) as answer:
                statuses.append(answer.status)
        assert statuses == [400, 200, 400]
        await here.web.files_completeUploadExternal(files=[file])
        empty = here.web.files_getUploadURLExternal(filename="a.csv", length=0)
        assert (await refused(empty))["error"] == "invalid_arguments"


async def test_all_but_open_forms_survives_a_restart(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        posted = await here.web.chat_postMessage(channel=SEGMENTS, text="first", blocks=[{"type": "divider"}])
        await here.web.chat_postMessage(channel=ANA, text="psst")
        await here.web.chat_postEphemeral(channel=SEGMENTS, user=ANA, text="only ana")
        await here.web.views_publish(user_id=ANA, view={"type": "home", "blocks": [{"type": "divider"}]})
        await here.web.files_upload_v2(filename="a.csv", content="abc", channel=SEGMENTS)
        before = {user: here.workspace.state(user) for user in ("ana", "ben")}
    again = Workspace(tmp_path / "slack.sqlite", manifest=written(tmp_path))
    try:
        assert {user: again.state(user) for user in ("ana", "ben")} == before
        assert again.archive.content(before["ben"]["channels"]["#segments"][1]["files"][0]["id"]) == b"abc"
        assert again.next_ts() > posted["ts"]
    finally:
        again.close()


async def test_no_two_messages_have_the_same_ts(tmp_path: Path) -> None:
    async with world(tmp_path, clock=lambda: 1000.0) as here:
        assert [here.workspace.next_ts() for _ in range(3)] == ["1000.000000", "1000.000001", "1000.000002"]


async def test_waiting_for_what_never_comes_ends(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        with pytest.raises(TimeoutError):
            await here.workspace.changed(lambda state: state["form"], within=0.01)
