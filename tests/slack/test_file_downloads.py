"""Files that people uploaded are fetched with the token, from Slack's own host, and are gone afterwards."""

import csv
import dataclasses
import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from slack_sdk.web.async_client import AsyncWebClient
from yarl import URL

from bot.core.errors import Impossible
from bot.core.uploads import MOST_BYTES, Upload
from bot.slack.file_downloads import SlackUploads, is_own
from tests.harness import Json, World, said

LIST = Upload(id="F1", name="spring.csv")
HTML = "text/html"


@asynccontextmanager
async def slack_with(response: web.Response, **file: Any) -> AsyncIterator[tuple[SlackUploads, list[str]]]:
    """A Slack that has one file and answers so to its download; and the tokens that came with it."""
    tokens: list[str] = []

    async def tell(request: web.Request) -> web.Response:
        url = str(request.url.with_path("/files/F1/spring.csv"))
        return web.json_response({"ok": True, "file": {"url_private_download": url, **file}})

    async def send(request: web.Request) -> web.Response:
        tokens.append(request.headers["Authorization"])
        return response

    app = web.Application()
    app.add_routes([web.get("/api/files.info", tell), web.get("/{rest:.*}", send)])
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        async with aiohttp.ClientSession() as session:
            base = f"http://127.0.0.1:{runner.addresses[0][1]}/api/"
            yield SlackUploads(AsyncWebClient(token="xoxb-1", base_url=base, session=session)), tokens
    finally:
        await runner.cleanup()


async def refusal(response: web.Response, **file: Any) -> tuple[str, list[str]]:
    """Why the file is not read, and the tokens that were sent for it."""
    async with slack_with(response, **file) as (uploads, tokens):
        with pytest.raises(Impossible) as refused:
            async with uploads.open(LIST):
                pass
    assert "spring" not in refused.value.for_log
    return str(refused.value), tokens


async def test_a_file_is_read_and_its_copy_is_gone_afterwards() -> None:
    async with slack_with(web.Response(body=b"ada@example.com")) as (uploads, tokens):
        async with uploads.open(LIST) as copy:
            assert copy.read() == b"ada@example.com"
        assert copy.closed
    assert tokens == ["Bearer xoxb-1"]


async def test_a_page_is_a_file_where_it_comes_as_one() -> None:
    page = web.Response(text="<p>", content_type=HTML, headers={"Content-Disposition": "attachment"})
    async with slack_with(page) as (uploads, _), uploads.open(LIST) as copy:
        assert copy.read() == b"<p>"


@pytest.mark.parametrize(
    ("response", "file", "words"),
    [
        ({"text": "<!doctype html>", "content_type": HTML}, {}, "scope `files:read`"),
        ({"status": 302, "headers": {"Location": "/login"}}, {}, "scope `files:read`"),
        ({"status": 404}, {}, "is not in Slack any more"),
        ({"status": 400}, {}, "(HTTP 400). Please try again."),
        ({"status": 403}, {}, "(HTTP 403). Please try again."),
        ({"body": b"x" * (MOST_BYTES + 1)}, {}, "is larger than 10 MB"),
    ],
)
async def test_what_is_no_file_is_refused_in_a_sentence(response: Json, file: Json, words: str) -> None:
    sentence, tokens = await refusal(web.Response(**response), **file)
    assert words in sentence
    assert len(tokens) == 1


@pytest.mark.parametrize(
    ("file", "words"),
    [
        ({"size": MOST_BYTES + 1}, "is larger than 10 MB"),
        ({"mode": "external"}, "is not kept in Slack"),
        ({"is_external": True}, "is not kept in Slack"),
        ({"url_private_download": "https://files.slack.com.example.org/x"}, "Slack's own file host"),
        ({"url_private_download": None}, "Slack's own file host"),
    ],
)
async def test_no_token_is_sent_for_what_cannot_be_read(file: Json, words: str) -> None:
    sentence, tokens = await refusal(web.Response(), **file)
    assert words in sentence
    assert tokens == []


@pytest.mark.parametrize(
    ("url", "own"),
    [
        ("https://files.slack.com/files-pri/T1-F1/download/list.csv", True),
        ("http://files.slack.com/x", False),
        ("https://files.slack.com:8443/x", False),
        ("https://files.slack.com@example.org/x", False),
        ("https://example.org/files.slack.com", False),
        ("https://evil-slack.com/x", False),
        ("/files/x", False),
    ],
)
def test_the_token_goes_to_slacks_own_hosts_alone(url: str, own: bool) -> None:
    assert is_own(URL(url), URL("https://slack.com/api/")) is own


async def import_file(slack: World, name: str, content: str) -> Json:
    await slack.type("/segment import VIPs")
    return await slack.submit({"Segment": "VIPs", "What to do": "add", "File": {"name": name, "content": content}})


async def test_a_file_goes_from_the_form_to_the_segment(slack: World) -> None:
    before, new = slack.members("VIPs"), slack.emails(60, outside="VIPs")
    outcome = await import_file(slack, "spring.csv", "email\n" + "\n".join(new))
    assert outcome["ok"], outcome
    assert "From spring.csv: 60 of 60 rows." in said(slack.card(1))
    assert "spring.csv" not in str([entry.detail for entry in slack.entries() if entry.kind == "asked"])
    await slack.press("Import List", by="ben")
    assert slack.members("VIPs") == before | {slack.profile_id(one) for one in new}
    added = slack.files()["Rows to add, VIPs.csv"]
    assert len(list(csv.DictReader(io.StringIO(added)))) == 60


async def test_without_the_scope_the_form_says_which_one_is_needed(slack: World) -> None:
    manifest = slack.workspace.manifest
    slack.workspace.manifest = dataclasses.replace(manifest, scopes=manifest.scopes - {"files:read"})
    outcome = await import_file(slack, "spring.csv", "ada@example.com")
    assert "scope files:read" in outcome["errors"]["file"]


async def test_what_a_file_leaves_open_is_asked_in_its_form(slack: World) -> None:
    one, two = slack.emails(2, outside="VIPs")
    outcome = await import_file(slack, "two.csv", f"from,to\n{one},{two}\n{two},{one}\n")
    assert "Under Column, say “comma 1” for Column from" in outcome["errors"]["column"], outcome
    outcome = await slack.submit({"Column": "to"})
    assert outcome["ok"], outcome
    assert "Add 2 shoppers to VIPs" in said(slack.messages()[-1])


async def test_a_file_and_a_pasted_list_are_one_too_many(slack: World) -> None:
    await slack.type("/segment import VIPs")
    both = {"File": {"name": "x.csv", "content": "ada@example.com"}, "List": "bob@example.com"}
    outcome = await slack.submit({"Segment": "VIPs", "What to do": "add", **both})
    assert outcome["errors"]["text"].startswith("This is a file and a pasted list: take one of them")
