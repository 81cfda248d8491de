"""The deliveries of Slack: what kinds there are, who listens to each, and how they are acknowledged."""

import json
import logging
import re
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Literal

from slack_sdk.web.async_client import AsyncWebClient

from bot.core.meters import NO_METERS, Meters
from bot.engine.process import elapsed
from bot.slack.decoding import Body

OK, NOT_FOUND = 200, 404
JSON = "application/json"
Kind = Literal["command", "click", "suggestion", "event", "shortcut", "form"]
_KINDS: dict[str, Kind] = {
    "block_actions": "click",
    "block_suggestion": "suggestion",
    "event_callback": "event",
    "message_action": "shortcut",
    "view_submission": "form",
}
_NAMES: dict[str, Callable[[Body], Any]] = {
    "command": lambda body: body["command"],
    "click": lambda body: body["actions"][0]["action_id"],
    "suggestion": lambda body: body["action_id"],
    "event": lambda body: body["event"]["type"],
    "shortcut": lambda body: body["callback_id"],
    "form": lambda body: body["view"]["callback_id"],
}
"""Where a delivery says which of its kind it is."""
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Reply:
    """The response to a delivery: that it is taken, with what people are shown at once; or that nobody listens."""

    status: int
    body: str = ""
    content_type: str = "text/plain"

    @classmethod
    def showing(cls, shown: Mapping[str, Any]) -> "Reply":
        """Take it, and show this."""
        return cls(OK, json.dumps(shown), JSON)

    @property
    def is_json(self) -> bool:
        """Whether it is more than a text."""
        return self.content_type == JSON


TAKEN = Reply(OK)


class Ack:
    """Acknowledges a delivery, with what it is called with: a text, or what Slack takes for this kind."""

    def __init__(self) -> None:
        self.reply = TAKEN

    async def __call__(self, text: str = "", **shown: Any) -> None:
        """Acknowledge it, once the listener has returned."""
        self.reply = Reply.showing(shown) if shown else Reply(OK, text)


Name = str | re.Pattern[str]
Listener = Callable[[Ack, Body], Awaitable[None]]


class Deliveries:
    """Passes each delivery to who listens to it, and tells the ``meters`` how long that took. ``client``: for Slack.

    A framework did so at first. Nothing else of it was needed, and it took a fifth of an acknowledgement's time.
    """

    def __init__(
        self, client: AsyncWebClient, meters: Meters = NO_METERS, elapsed: Callable[[], float] = elapsed
    ) -> None:
        self.client = client
        self._meters, self._elapsed = meters, elapsed
        self._listeners: dict[tuple[str, str], Listener] = {}
        self._patterns: list[tuple[str, re.Pattern[str], Listener]] = []

    def listen(self, kind: Kind, name: Name, listener: Listener) -> None:
        """Pass on the deliveries of this kind that have this name."""
        if isinstance(name, str):
            self._listeners[kind, name] = listener
        else:
            self._patterns.append((kind, name, listener))

    async def deliver(self, body: Body) -> Reply:
        """Have a delivery answered."""
        began, kind = self._elapsed(), kind_of(body)
        try:
            if kind == "other":
                return _of_no_one(body)
            ack, listener = Ack(), self._listener(kind, _name_of(body, kind))
            if listener is None:
                return _unheard(kind)
            await listener(ack, body)
            return ack.reply
        finally:
            self._meters.acknowledged(kind, self._elapsed() - began)

    def _listener(self, kind: str, name: str) -> Listener | None:
        if found := self._listeners.get((kind, name)):
            return found
        matching = (one for of, pattern, one in self._patterns if of == kind and pattern.fullmatch(name))
        return next(matching, None)


def kind_of(body: Mapping[str, Any]) -> str:
    """Return what people did for this to be delivered, in a word of a closed set."""
    return "command" if "command" in body else _KINDS.get(str(body.get("type")), "other")


def _name_of(body: Body, kind: str) -> str:
    """Return which of its kind it is; empty if it does not say so."""
    with suppress(LookupError, TypeError):
        return str(_NAMES[kind](body))
    return ""


def _of_no_one(body: Body) -> Reply:
    """Answer what Slack sends by itself, to see whether somebody is there."""
    if body.get("type") == "url_verification":
        return Reply.showing({"challenge": body.get("challenge")})
    return TAKEN if body.get("ssl_check") == "1" else _unheard("other")


def _unheard(kind: str) -> Reply:
    log.warning("A delivery is nothing that the bot listens to (%s)", kind)
    return Reply(NOT_FOUND)
