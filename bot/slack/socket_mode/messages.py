"""The messages of Socket Mode, parsed and rendered. Facts: docs.slack.dev/apis/events-api/using-socket-mode."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from slack_bolt.response import BoltResponse


@dataclass(frozen=True)
class Hello:
    """Slack sends over this connection from now on; ``connections``: how many the app has in all."""

    connections: int


@dataclass(frozen=True)
class Goodbye:
    """Slack is about to close this connection, or does not take it."""

    reason: str


@dataclass(frozen=True)
class Envelope:
    """A delivery, to be acknowledged by its id."""

    id: str
    payload: dict[str, Any]


Message = Hello | Goodbye | Envelope


def parse(text: str) -> Message | None:
    """Parse what Slack sent; None for what asks nothing of an app."""
    try:
        message = json.loads(text)
    except ValueError:
        return None
    match message:
        case {"type": "hello"}:
            return Hello(int(message.get("num_connections") or 0))
        case {"type": "disconnect"}:
            return Goodbye(str(message.get("reason") or "unknown"))
        case {"envelope_id": str(id_), "payload": dict(payload)}:
            return Envelope(id_, payload)
        case _:
            return None


def acknowledgement(envelope: Envelope, response: BoltResponse) -> str:
    """Render the acknowledgement of a delivery, with what people are to see at once."""
    kind = (response.headers.get("content-type") or [""])[0]
    shown: Mapping[str, Any] = {}
    if response.body:
        is_json = kind.startswith("application/json")
        shown = {"payload": json.loads(response.body) if is_json else {"text": response.body}}
    return json.dumps({"envelope_id": envelope.id, **shown})
