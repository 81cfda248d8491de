"""Files that people share: the event about them, who may read them, and shortcuts in the menu of their message."""

from pathlib import Path
from typing import Any

import pytest

from bot.sandbox.workspace.people import ANA, BOT_TOKEN, RANDOM
from bot.sandbox.workspace.refusals import Misuse
from tests.sandbox.slack_app import World, fetch, manifest, over_socket, refused, world

Json = dict[str, Any]
LIST = {"name": "list.csv", "content_base64": "YUBleGFtcGxl\nLmNvbQo="}


async def file_of(here: World, channel: str, ts: str) -> Json:
    (file,) = next(one for one in here.workspace.archive.messages[channel].values() if one.ts == ts).message["files"]
    return dict(file)


async def read_as_app(file: Json) -> tuple[int, Any]:
    return await fetch(file["url_private_download"], headers={"Authorization": f"Bearer {BOT_TOKEN}"})


async def test_a_dropped_file_is_told_to_the_app_and_read_with_its_token(tmp_path: Path) -> None:
    async with over_socket(tmp_path) as (here, app):
        heard: list[Json] = []

        @app.event("message")
        async def message(event: Json) -> None:
            heard.append(event)

        sent = await here.control("upload", user="ana", channel="dm", **LIST)
        assert (sent["ok"], sent["ts"]) == (True, here.workspace.state("ana")["dms"][0]["ts"])
        (event,) = heard
        kind = {key: event[key] for key in ("type", "subtype", "channel_type", "user", "ts")}
        assert kind == {
            "type": "message",
            "subtype": "file_share",
            "channel_type": "im",
            "user": ANA,
            "ts": sent["ts"],
        }
        (file,) = event["files"]
        assert (file["name"], file["mimetype"], file["size"]) == ("list.csv", "text/csv", 14)
        assert (await here.web.files_info(file=file["id"]))["file"]["ims"] == [event["channel"]]
        assert await read_as_app(file) == (200, "a@example.com\n")


async def test_a_file_where_the_app_is_not_is_unknown_to_it(tmp_path: Path) -> None:
    async with over_socket(tmp_path) as (here, _):
        sent = await here.control("upload", user="ana", channel="#random", **LIST)
        assert sent["ack_ms"] is None
        file = await file_of(here, RANDOM, sent["ts"])
        assert (await refused(here.web.files_info(file=file["id"])))["error"] == "file_not_found"
        assert "Sign in to Slack" in (await read_as_app(file))[1]


async def test_a_shortcut_brings_its_message_along(tmp_path: Path) -> None:
    async with over_socket(tmp_path) as (here, app):
        heard: list[Json] = []

        @app.shortcut("use")
        async def use(ack: Any, body: Json) -> None:
            heard.append(body)
            await ack()

        sent = await here.control("upload", user="ben", channel="#segments", **LIST)
        used = await here.control("shortcut", user="ana", channel="#segments", ts=sent["ts"], callback="use")
        assert used["ok"] is True
        (body,) = heard
        assert (body["type"], body["callback_id"], body["user"]["id"]) == ("message_action", "use", ANA)
        assert (body["channel"]["name"], body["message_ts"]) == ("segments", sent["ts"])
        assert body["message"]["files"][0]["name"] == "list.csv"
    async with world(tmp_path) as here:  # and no app listens
        lost = await here.client.shortcut("ana", "#segments", sent["ts"], "use")
        assert lost["error"].startswith("The shortcut failed with the error")


async def test_only_declared_shortcuts_are_in_the_menu_of_a_message(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        whisper = here.workspace.whisper(ANA, "C0SEGMENT1", "psst")
        for callback, ts, why in (
            ("any", whisper.ts, r"no message shortcut 'any'\. There is: use\."),
            ("use", whisper.ts, "that only one person sees"),
            ("use", "1.000000", "sees no message"),
        ):
            with pytest.raises(Misuse, match=why):
                await here.client.shortcut("ana", "#segments", ts, callback)
        assert [one["name"] for one in (await fetch(f"{here.url}/control/people"))[1]["shortcuts"]] == ["Use It"]


async def test_what_is_no_file_is_not_uploaded(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        for body, why in (
            ({"name": "x.csv"}, "A file is given as"),
            ({"content_base64": "eA=="}, "Say 'name'"),
            ({"name": "x.csv", "content_base64": "?"}, "is no base64"),
            ({"name": "x.csv", "content_base64": 7}, "is no base64"),
        ):
            answer = await here.control("upload", user="ana", channel="dm", **body)
            assert (answer["status"], why in answer["error"]) == (400, True)
    home = {"app_home": {"messages_tab_read_only_enabled": True}}
    async with world(tmp_path, changes={"features": manifest()["features"] | home}) as here:
        answer = await here.control("upload", user="ana", channel="dm", **LIST)
        assert "lets no one write to the bot directly" in answer["error"]
