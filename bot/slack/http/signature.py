"""Slack's signature of a request, checked over the bytes as they came. Pure.

docs.slack.dev/authentication/verifying-requests-from-slack
"""

import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

VALID_SECONDS = 300
"""How far the clocks of Slack and of the bot may be apart, and how old a request may be."""
NOT_SIGNED = "not signed by Slack"
LATE = "signed more than five minutes ago, or ahead of this machine's clock"
_TIMESTAMP = re.compile(r"[0-9]{1,12}")
_SIGNATURE = re.compile(r"v0=[0-9a-f]{64}")


class Refused(Exception):
    """A request that is refused; the text says why, and holds nothing of the request."""

    def __init__(self, reason: str, status: int = 401) -> None:
        super().__init__(reason)
        self.status = status


@dataclass(frozen=True)
class Signature:
    """When a request was signed, and the signature."""

    timestamp: str
    text: str

    @classmethod
    def of(cls, headers: Mapping[str, str]) -> Self:
        """Return the signature in these headers. Raises Refused if there is none."""
        timestamp, text = headers.get("X-Slack-Request-Timestamp", ""), headers.get("X-Slack-Signature", "")
        if not _TIMESTAMP.fullmatch(timestamp) or not _SIGNATURE.fullmatch(text):
            raise Refused(NOT_SIGNED)
        return cls(timestamp, text)

    def refuse_late(self, now: float) -> None:
        """Raise Refused if it is from another time than ``now``, in seconds since 1970."""
        if abs(now - int(self.timestamp)) > VALID_SECONDS:
            raise Refused(LATE)

    def refuse_forged(self, secret: str, body: bytes) -> None:
        """Raise Refused if this secret does not make the same signature of the body."""
        digest = hmac.new(secret.encode(), b"v0:%b:%b" % (self.timestamp.encode(), body), hashlib.sha256)
        if not hmac.compare_digest(f"v0={digest.hexdigest()}", self.text):
            raise Refused(NOT_SIGNED)
