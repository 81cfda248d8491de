"""What Slack says over a websocket, and what it is told."""

import json

import pytest
from slack_bolt.response import BoltResponse

from bot.slack.socket_mode.messages import Envelope, Goodbye, Hello, Message, acknowledgement, parse

ENVELOPE = Envelope("e-1", {"type": "block_actions"})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"type": "hello", "num_connections": 3, "connection_info": {"app_id": "A1"}}', Hello(3)),
        ('{"type": "hello"}', Hello(0)),
        ('{"type": "disconnect", "reason": "warning", "debug_info": {}}', Goodbye("warning")),
        ('{"type": "disconnect"}', Goodbye("unknown")),
        ('{"envelope_id": "e-1", "type": "interactive", "payload": {"type": "block_actions"}}', ENVELOPE),
        ('{"envelope_id": "e-1", "type": "interactive"}', None),
        ('{"type": "news"}', None),
        ("[]", None),
        ("Hello!", None),
    ],
)
def test_what_slack_says_is_told_apart(text: str, message: Message | None) -> None:
    assert parse(text) == message


@pytest.mark.parametrize(
    ("response", "shown"),
    [
        (BoltResponse(status=200), {}),
        (BoltResponse(status=200, body="Hm."), {"payload": {"text": "Hm."}}),
        (BoltResponse(status=200, body={"response_action": "clear"}), {"payload": {"response_action": "clear"}}),
    ],
)
def test_an_acknowledgement_holds_what_people_are_shown(response: BoltResponse, shown: dict[str, object]) -> None:
    assert json.loads(acknowledgement(ENVELOPE, response)) == {"envelope_id": "e-1", **shown}
