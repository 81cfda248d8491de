"""The sandbox's server: its parts on one port, who may talk to it, how fast it goes, and its live events."""

import json
import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientResponse, ClientSession

from bot.sandbox.server import serve
from bot.sandbox.store import Store
from bot.sandbox.workspace import Workspace
from bot.sandbox.workspace.people import ANA, BEN, SEGMENTS
from tests.sandbox.slack_app import bolt_app, fetch, in_socket_mode, world, written

TOKEN = {"X-Auth-Token": "sandbox-token"}


@asynccontextmanager
async def everything(directory: Path, **options: Any) -> AsyncIterator[tuple[str, Workspace, Store]]:
    store = Store(":memory:")
    workspace = Workspace(":memory:", manifest=written(directory))
    try:
        async with serve(port=0, store=store, workspace=workspace, **{"log": None, **options}) as url:
            yield url, workspace, store
    finally:
        workspace.close()
        store.close()


async def test_store_slack_control_and_health_are_on_one_port(tmp_path: Path) -> None:
    async with everything(tmp_path) as (url, _, _store):
        status, segments = await fetch(f"{url}/stores/sandbox/v3/segments", headers=TOKEN)
        assert (status, segments["data"]) == (200, [])
        _, asked = await fetch(f"{url}/control/requests")
        assert [one["path"] for one in asked] == ["/stores/sandbox/v3/segments"]
        assert await fetch(f"{url}/control/requests?since=1") == (200, [])
        _, health = await fetch(f"{url}/healthz")
        assert (health["ok"], health["store"], health["workspace"], health["bot"]) == (
            True,
            True,
            True,
            False,
        )
        assert (health["transport"], health["connected"], health["connections"]) == ("socket", False, 0)


async def test_faults_of_the_store_are_set_over_control(tmp_path: Path) -> None:
    async with everything(tmp_path) as (url, _, _store):
        order = {"target": "store", "status": 503, "times": 1}
        assert (await fetch(f"{url}/control/fault", "POST", json=order))[0] == 200
        assert (await fetch(f"{url}/stores/sandbox/v3/segments", headers=TOKEN))[0] == 503
        wrong = {"target": "store", "colour": "red"}
        status, answer = await fetch(f"{url}/control/fault", "POST", json=wrong)
        assert (status, "That is no fault: colour" in answer["error"]) == (400, True)
        never = {"target": "store", "method": "DELETE", "path": "/customers", "status": 503}
        status, answer = await fetch(f"{url}/control/fault", "POST", json=never)
        assert (status, answer["error"][:34]) == (400, "The store has no DELETE /customers")


async def test_faults_of_blocks_are_refused_where_they_could_never_strike(tmp_path: Path) -> None:
    async with everything(tmp_path) as (url, _, _store):
        order = {"target": "slack", "method": "response_url", "error": "invalid_blocks", "block": "data_table"}
        assert (await fetch(f"{url}/control/fault", "POST", json=order))[0] == 200
        never = order | {"block": "hologram"}
        status, answer = await fetch(f"{url}/control/fault", "POST", json=never)
        assert (status, answer["error"][:51]) == (400, "Slack has no response_url with a block hologram her")


async def test_the_page_is_served_and_can_be_left_out(tmp_path: Path) -> None:
    async with everything(tmp_path) as (url, _, _store):
        status, text = await fetch(url)
        assert (status, "<!doctype html>" in text.lower()) == (200, True)
    async with everything(tmp_path, page=False) as (url, _, _store):
        assert (await fetch(url))[0] == 404


async def test_requests_need_a_store_and_a_number(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        status, answer = await fetch(f"{here.url}/control/requests")
        assert (status, answer["error"]) == (400, "No store runs here.")
    async with everything(tmp_path) as (url, _, _store):
        assert (await fetch(f"{url}/control/requests?since=x"))[0] == 400


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Host": "evil.example"}, 403),
        ({}, 200),
    ],
)
async def test_pages_from_elsewhere_are_refused(tmp_path: Path, headers: dict[str, str], status: int) -> None:
    async with everything(tmp_path) as (url, _, _store):
        for path in ("/control/state", "/healthz", "/"):
            assert (await fetch(url + path, headers=headers))[0] == status


async def test_the_page_itself_may_talk_to_its_server(tmp_path: Path) -> None:
    async with everything(tmp_path) as (url, _, _store):
        assert (await fetch(f"{url}/control/state", headers={"Origin": url}))[0] == 200


async def test_a_taken_port_is_told(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(OSError, match="address already in use"):
            async with serve(port=taken.getsockname()[1], store=None, workspace=None, log=None):
                pass


async def test_starting_and_stopping_is_quick_even_with_open_connections(tmp_path: Path) -> None:
    began = time.perf_counter()
    for _ in range(5):
        async with world(tmp_path) as here, ClientSession(here.url) as session:
            app = bolt_app(here.url)
            async with in_socket_mode(app), session.get("/control/events"):
                pass
    assert time.perf_counter() - began < 2.0


async def next_event(stream: ClientResponse) -> tuple[str, Any]:
    name = (await stream.content.readline()).decode().removeprefix("event: ").strip()
    body = (await stream.content.readline()).decode().removeprefix("data: ")
    await stream.content.readline()
    return name, json.loads(body)


async def test_events_tell_state_store_and_log_as_they_change(tmp_path: Path) -> None:
    entries: list[dict[str, object]] = [{"number": 1, "text": "first"}]

    async def log(after: int) -> list[dict[str, object]]:
        return [one for one in entries if int(str(one["number"])) > after]

    async with everything(tmp_path, log=log) as (url, workspace, _store), listening(url) as stream:
        assert [(await next_event(stream))[0] for _ in range(4)] == ["state", "bot", "store", "log"]
        workspace.post(SEGMENTS, {"user": BEN}, {"text": "hello"})
        name, state = await next_event(stream)
        assert (name, state["channels"]["#segments"][0]["text"]) == ("state", "hello")
        entries.append({"number": 2, "text": "second"})
        assert await next_event(stream) == ("log", {"entries": [{"number": 2, "text": "second"}]})
        workspace.whisper(BEN, SEGMENTS, "not for ana")
        workspace.whisper(ANA, SEGMENTS, "for ana")
        name, state = await next_event(stream)
        assert [one["text"] for one in state["channels"]["#segments"]] == ["hello", "for ana"]


@asynccontextmanager
async def listening(url: str) -> AsyncIterator[ClientResponse]:
    async with ClientSession() as session, session.get(f"{url}/control/events?user=ana") as stream:
        yield stream


async def test_events_of_nobody_are_wrong_use(tmp_path: Path) -> None:
    async with everything(tmp_path) as (url, _, _store):
        assert (await fetch(f"{url}/control/events?user=eve"))[0] == 400
