"""Each delivery reaches who listens to it; what nobody listens to, and what Slack sends by itself, is answered too."""

import re
from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.decoding import Body
from bot.slack.deliveries import TAKEN, Ack, Deliveries, Kind, Reply
from tests.harness import World
from tests.slack.test_http_edge import begun, post, serving, signed
from tests.slack.test_http_edge import slack as slack  # the world that is served over HTTP

BODIES: dict[Kind, dict[str, Any]] = {
    "command": {"command": "one"},
    "click": {"type": "block_actions", "actions": [{"action_id": "one"}]},
    "suggestion": {"type": "block_suggestion", "action_id": "one"},
    "event": {"type": "event_callback", "event": {"type": "one"}},
    "shortcut": {"type": "message_action", "callback_id": "one"},
    "form": {"type": "view_submission", "view": {"callback_id": "one"}},
}
NAMELESS: list[dict[str, Any]] = [
    {"command": None},
    {"type": "block_actions", "actions": []},
    {"type": "block_actions", "actions": None},
    {"type": "block_suggestion"},
    {"type": "event_callback", "event": "one"},
    {"type": "view_submission", "view": {}},
    {"type": "shortcut", "callback_id": "one"},
    {"type": ["block_actions"]},
    {},
]


def listening(*names: tuple[Kind, str | re.Pattern[str]]) -> Deliveries:
    """Deliveries of which these are listened to; each is answered with what it was listened to as."""
    deliveries = Deliveries(AsyncWebClient())

    def answering(name: str | re.Pattern[str]) -> Any:
        async def answer(ack: Ack, _: Body) -> None:
            await ack(f"{name}")

        return answer

    for kind, name in names:
        deliveries.listen(kind, name, answering(name))
    return deliveries


@pytest.mark.parametrize("kind", BODIES)
async def test_a_delivery_reaches_who_listens_to_its_kind_and_name(kind: Kind) -> None:
    deliveries = listening(*((each, "one") for each in BODIES if each != kind), (kind, "two"))
    assert (await deliveries.deliver(BODIES[kind])).status == 404
    deliveries = listening((kind, "one"))
    assert await deliveries.deliver(BODIES[kind]) == Reply(200, "one")


async def test_names_of_one_pattern_have_one_listener() -> None:
    deliveries = listening(("form", re.compile(r"o\w*")), ("click", re.compile(r"t\w*")), ("click", re.compile("o..")))
    assert await deliveries.deliver(BODIES["click"]) == Reply(200, "re.compile('o..')")
    longer = {"type": "block_actions", "actions": [{"action_id": "ones"}]}
    assert (await deliveries.deliver(longer)).status == 404


@pytest.mark.parametrize("body", NAMELESS)
async def test_what_has_no_name_is_nothing_that_is_listened_to(body: Body, caplog: pytest.LogCaptureFixture) -> None:
    assert (await listening(*((kind, "one") for kind in BODIES)).deliver(body)).status == 404
    assert "A delivery is nothing that the bot listens to" in caplog.text


@pytest.mark.parametrize(
    ("given", "reply"),
    [
        ({}, TAKEN),
        ({"text": "Hm."}, Reply(200, "Hm.")),
        ({"options": []}, Reply(200, '{"options": []}', "application/json")),
        ({"response_action": "clear"}, Reply(200, '{"response_action": "clear"}', "application/json")),
    ],
)
async def test_a_delivery_is_acknowledged_with_what_is_shown(given: dict[str, Any], reply: Reply) -> None:
    async def answer(ack: Ack, _: Body) -> None:
        await ack(**given)

    deliveries = Deliveries(AsyncWebClient())
    deliveries.listen("command", "one", answer)
    assert await deliveries.deliver(BODIES["command"]) == reply


@pytest.mark.parametrize(
    ("body", "status", "shown"),
    [
        ('{"type": "url_verification", "challenge": "3eZbrw"}', b"200", b'{"challenge": "3eZbrw"}'),
        ("ssl_check=1&token=x", b"200", b""),
        ("command=%2Fnobody&text=x", b"404", b""),
        ("payload=%7B%22type%22%3A%20%22block_actions%22%7D", b"404", b""),
        ("", b"404", b""),
    ],
)
async def test_slack_sees_over_http_whether_somebody_is_there(
    slack: World, body: str, status: bytes, shown: bytes
) -> None:
    async with serving(slack) as port:
        reader, writer = await begun(port, post(body, signed(slack, body)))
        head = await reader.readuntil(b"\r\n\r\n")
        assert await reader.readexactly(len(shown)) == shown
        writer.close()
    assert head.split()[1] == status
    assert f"Content-Length: {len(shown)}".encode() in head
    assert (b"Content-Type: application/json" in head) is bool(shown)
