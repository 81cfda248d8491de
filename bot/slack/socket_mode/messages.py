"""The messages of Socket Mode, parsed and rendered. Facts: docs.slack.dev/apis/events-api/using-socket-mode."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.slack.deliveries import Reply


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


def acknowledgement(envelope: Envelope, reply: Reply) -> str:
    """Render the acknowledgement of a delivery, with what people are to see at once."""
    shown: Mapping[str, Any] = {}
    if reply.body:
        shown = {"payload": json.loads(reply.body) if reply.is_json else {"text": reply.body}}
    return json.dumps({"envelope_id": envelope.id, **shown})
