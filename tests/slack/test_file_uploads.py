"""Files on their way to Slack: a broken connection is tried once more, and nothing is held in memory."""

import tracemalloc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import pytest
from aiohttp import web
from slack_sdk.web.async_client import AsyncWebClient

from bot.core.answers import File
from bot.core.written_text import CHUNK, WrittenText
from bot.slack.file_uploads import share_files
from tests.harness import Json

LONG = 40 * CHUNK


@asynccontextmanager
async def slack_that_drops(connections: int) -> AsyncIterator[tuple[AsyncWebClient, list[Json]]]:
    """A Slack whose upload URL breaks so many connections; and what arrived: pieces counted, and what is completed."""
    arrived, drops = list[Json](), [None] * connections

    async def place(request: web.Request) -> web.Response:
        asked = await request.post() or request.query
        arrived.append({"length": int(str(asked["length"]))})
        return web.json_response({"ok": True, "upload_url": str(request.url.with_path("/upload")), "file_id": "F1"})

    async def take(request: web.Request) -> web.Response:
        if drops:
            drops.pop()
            assert request.transport
            request.transport.close()
            return web.Response()
        size = sum([len(chunk) async for chunk in request.content.iter_chunked(CHUNK)])
        arrived.append({"size": size, "declared": request.content_length})
        return web.Response(text="OK")

    async def complete(request: web.Request) -> web.Response:
        arrived.append({"completed": True})
        return web.json_response({"ok": True, "files": [{"id": "F1"}]})

    app = web.Application(client_max_size=2 * LONG)
    app.add_routes(
        [
            web.route("*", "/api/files.getUploadURLExternal", place),
            web.post("/upload", take),
            web.post("/api/files.completeUploadExternal", complete),
        ]
    )
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    try:
        async with aiohttp.ClientSession() as session:
            yield AsyncWebClient("xoxb-1", f"http://127.0.0.1:{port}/api/", session=session, retry_handlers=[]), arrived
    finally:
        await runner.cleanup()


async def test_a_broken_connection_is_tried_once_more() -> None:
    async with slack_that_drops(1) as (client, arrived):
        await share_files(client, "D1", [File("VIPs.csv", "email\n")])
        assert arrived == [{"length": 6}, {"size": 6, "declared": 6}, {"completed": True}]
    async with slack_that_drops(2) as (client, arrived):
        with pytest.raises(aiohttp.ClientConnectionError):
            await share_files(client, "D1", [File("VIPs.csv", "email\n")])
        assert arrived == [{"length": 6}]


async def test_no_files_are_no_requests() -> None:
    async with slack_that_drops(0) as (client, arrived):
        await share_files(client, "D1", [])
        assert not arrived


async def test_a_long_file_is_sent_piece_by_piece() -> None:
    content = WrittenText("x" * 1023 + "\n" for _ in range(LONG // 1024))
    async with slack_that_drops(0) as (client, arrived):
        tracemalloc.start()
        try:
            await share_files(client, "D1", [File("VIPs.csv", content)])
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        assert arrived[1] == {"size": LONG, "declared": LONG}
        assert peak < LONG
