"""What becomes of each request to Slack is counted, in a word of a closed set."""

from collections import Counter
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer
from slack_sdk.errors import SlackClientError

from bot.core.meters import NoMeters, Outcome, Service
from bot.sandbox.workspace import people
from bot.slack.slack_client import SlackClient
from bot.slack.slack_errors import NOT_ANSWERED, is_final, is_in_doubt, is_refused
from tests.harness import World

Json = dict[str, Any]


class Counted(NoMeters):
    """Counts requests."""

    def __init__(self) -> None:
        self.outcomes = Counter[str]()

    def requested(self, service: Service, outcome: Outcome) -> None:
        self.outcomes[f"{service} {outcome}"] += 1


@pytest.fixture
async def counted(slack: World) -> AsyncIterator[tuple[SlackClient, Counter[str]]]:
    """A client that sends everything once, and what it counted."""
    meters = Counted()
    async with ClientSession() as session:
        url = f"{slack.url}/api/"
        client = SlackClient(people.BOT_TOKEN, url, meters=meters, session=session, retry_handlers=[])
        yield client, meters.outcomes


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [
        ({"error": "not_in_channel"}, "refused"),
        ({"error": "ratelimited"}, "limited"),
        ({"status": 429}, "limited"),
        ({"status": 404}, "refused"),
        ({"status": 500}, "failed"),
        ({"drop": True}, "unanswered"),
    ],
)
async def test_what_slack_does_not_do_is_counted(
    slack: World, counted: tuple[SlackClient, Counter[str]], fault: Json, outcome: str
) -> None:
    client, outcomes = counted
    slack.workspace.faults.add("auth.test", **fault)
    with pytest.raises(NOT_ANSWERED):
        await client.auth_test()
    assert outcomes == {f"slack {outcome}": 1}
    assert (await client.auth_test())["ok"]
    assert outcomes == {f"slack {outcome}": 1, "slack ok": 1}


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"ok", "text/plain"),
        (b"<html>Sign in</html>", "text/html"),
        (b"[]", "application/json"),
        (b'"ok"', "application/json"),
        (b"null", "application/json"),
        (b"{}", "application/json"),
        (b'{"ok": tr', "application/json"),
        (b'{"ok": true, "user": "\xff"}', "application/json"),
        (b"ok", "application/gzip"),
        (b"", "application/json"),
    ],
)
@pytest.mark.parametrize("status", [200, 202])
async def test_an_answer_that_is_not_slack_s_leaves_in_doubt_whether_it_was_done(
    body: bytes, content_type: str, status: int
) -> None:
    async def answer(_request: web.Request) -> web.Response:
        return web.Response(body=body, status=status, content_type=content_type)

    app, meters = web.Application(), Counted()
    app.router.add_route("*", "/api/auth.test", answer)
    async with TestServer(app) as server, ClientSession() as session:
        url = str(server.make_url("/api/"))
        client = SlackClient(people.BOT_TOKEN, url, meters=meters, session=session, retry_handlers=[])
        with pytest.raises(NOT_ANSWERED) as caught:
            await client.auth_test()
    assert (is_in_doubt(caught.value), is_refused(caught.value), is_final(caught.value)) == (True, False, False)
    assert meters.outcomes == {"slack unanswered": 1}


async def test_a_response_url_that_is_over_is_counted(slack: World, counted: tuple[SlackClient, Counter[str]]) -> None:
    client, outcomes = counted
    url = slack.workspace.response_url(people.ANA, people.SEGMENTS)
    await client.respond(url, "Done.", None)
    with pytest.raises(SlackClientError, match="HTTP 404"):
        await client.respond(f"{slack.url}/response/none", "Done.", None)
    assert outcomes == {"slack ok": 1, "slack refused": 1}
