"""Signed HTTP: payloads are POSTed to the app's request URL.

Facts: docs.slack.dev/authentication/verifying-requests-from-slack.
"""

import hashlib
import hmac
import json
import time
from collections.abc import Callable
from urllib.parse import urlencode

import aiohttp

from bot.sandbox.workspace.delivery.transport import DISPATCH_FAILED, Parcel, Undelivered
from bot.sandbox.workspace.refusals import Json


def signature(secret: str, timestamp: str, body: str) -> str:
    """Compute X-Slack-Signature, version 0."""
    digest = hmac.new(secret.encode(), f"v0:{timestamp}:{body}".encode(), hashlib.sha256)
    return "v0=" + digest.hexdigest()


class SignedRequests:
    """The transport that delivers signed POSTs to the app's request URL."""

    def __init__(self, url: str, secret: str, clock: Callable[[], float] = time.time) -> None:
        self._url, self._secret, self._clock = url, secret, clock
        self._session: aiohttp.ClientSession | None = None

    async def close(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def carry(self, parcel: Parcel) -> Json:
        """POST it. Raises Undelivered for a 4xx, a 5xx or no response."""
        body, content_type = _encoded(parcel)
        try:
            async with self._open().post(
                self._url, data=body, headers=self._headers(parcel, body, content_type)
            ) as answer:
                return _acknowledged(answer.status, await answer.text())
        except aiohttp.ClientError:
            raise Undelivered(DISPATCH_FAILED) from None

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession()
        return self._session

    def _headers(self, parcel: Parcel, body: str, content_type: str) -> dict[str, str]:
        timestamp = str(int(self._clock()))
        retried = {"X-Slack-Retry-Num": str(parcel.attempt), "X-Slack-Retry-Reason": "http_timeout"}
        return {
            "Content-Type": content_type,
            "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
            "X-Slack-Request-Timestamp": timestamp,
            "X-Slack-Signature": signature(self._secret, timestamp, body),
            **(retried if parcel.attempt else {}),
        }


def _encoded(parcel: Parcel) -> tuple[str, str]:
    if parcel.kind == "events_api":
        return json.dumps(parcel.payload), "application/json"
    fields = parcel.payload if parcel.kind == "slash_commands" else {"payload": json.dumps(parcel.payload)}
    return urlencode(fields), "application/x-www-form-urlencoded"


def _acknowledged(status: int, text: str) -> Json:
    if status >= 500:
        raise Undelivered("http_service_error")
    if status >= 300:
        raise Undelivered("http_client_error")
    return _parsed(text)


def _parsed(text: str) -> Json:
    """Decode an acknowledgement's body: JSON, plain text (the message), or nothing."""
    if not text.strip():
        return {}
    try:
        body = json.loads(text)
    except ValueError:
        return {"text": text}
    return body if isinstance(body, dict) else {"text": text}
