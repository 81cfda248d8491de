"""Short-lived permissions: trigger ids (3 s, once) and response URLs (30 minutes, 5 uses).

Facts: docs.slack.dev/interactivity/handling-user-interaction.
"""

import secrets
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from bot.sandbox.workspace.refusals import Refusal
from bot.sandbox.workspace.workspace_database import Posting

TRIGGER_SECONDS = 3.0
RESPONSE_SECONDS = 30 * 60.0
RESPONSE_USES = 5
REMEMBERED = 10_000

K = TypeVar("K")
T = TypeVar("T")


@dataclass
class Trigger:
    """Permission to open a form on one person's screen."""

    user_id: str
    born: float
    used: bool = False


@dataclass
class ResponseUrl:
    """Permission to respond where something was typed or clicked; `source` is the clicked message."""

    user_id: str
    channel: str
    born: float
    source: Posting | None = None
    uses: int = 0


class Recent(OrderedDict[K, T], Generic[K, T]):
    """A mapping that drops its oldest entries, so that a long run stays small."""

    def add(self, key: K, value: T) -> K:
        """Store a value, and return its key."""
        self[key] = value
        if len(self) > REMEMBERED:
            self.popitem(last=False)
        return key


class Triggers:
    """Issues trigger ids, and exchanges each once for its person."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._known: Recent[str, Trigger] = Recent()

    def issue(self, user_id: str) -> str:
        """Create a trigger id for this person."""
        now = self._clock()
        return self._known.add(f"{now:.4f}.{secrets.token_hex(16)}", Trigger(user_id, now))

    def exchange(self, trigger_id: object) -> str:
        """Return the person's id; refused as invalid_, exchanged_ or expired_trigger_id."""
        trigger = self._known.get(str(trigger_id))
        if trigger is None:
            raise Refusal("invalid_trigger_id")
        if trigger.used:
            raise Refusal("exchanged_trigger_id")
        if self._clock() - trigger.born > TRIGGER_SECONDS:
            raise Refusal("expired_trigger_id")
        trigger.used = True
        return trigger.user_id


class ResponseUrls:
    """Issues response URLs and counts their uses."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._known: Recent[str, ResponseUrl] = Recent()

    def issue(self, user_id: str, channel: str, source: Posting | None = None) -> str:
        """Create the last part of a response URL."""
        return self._known.add(secrets.token_hex(12), ResponseUrl(user_id, channel, self._clock(), source))

    def use(self, name: str) -> ResponseUrl:
        """Count one use; refused as `used_url` after five, `expired_url` after 30 minutes or if unknown."""
        url = self._known.get(name)
        if url is None or self._clock() - url.born > RESPONSE_SECONDS:
            raise Refusal("expired_url")
        if url.uses >= RESPONSE_USES:
            raise Refusal("used_url")
        url.uses += 1
        return url
