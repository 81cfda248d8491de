"""Slack's errors: their codes, whether a retry may help, and whether the request may have been carried out."""

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_slack_response import AsyncSlackResponse

NOT_ANSWERED = (SlackClientError, aiohttp.ClientError, TimeoutError)
"""All errors of a call to Slack; a SlackApiError (a SlackClientError) is an error that Slack itself returned."""
_TRANSIENT = frozenset({"ratelimited", "internal_error", "fatal_error", "service_unavailable", "request_timeout"})


_UNSENT = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError)


def error_code(error: Exception) -> str:
    """Return Slack's error code (``not_in_channel``), or what happened if there was no readable response."""
    if isinstance(error, SlackApiError) and isinstance(error.response, AsyncSlackResponse):
        answer = error.response.data
        if isinstance(answer, dict) and "error" in answer:
            return str(answer["error"])
        return f"HTTP {error.response.status_code}"
    return type(error).__name__


def is_final(error: Exception) -> bool:
    """Return whether a retry cannot help: Slack read the request and refused it. Never retry chat.update then."""
    if not isinstance(error, SlackApiError) or not isinstance(error.response, AsyncSlackResponse):
        return False
    return error.response.status_code == 200 and error_code(error) not in _TRANSIENT


def maybe_done(error: Exception) -> bool:
    """Return whether the request was sent without a readable response: Slack may have carried it out."""
    if isinstance(error, SlackApiError):
        return not isinstance(error.response, AsyncSlackResponse)
    return not isinstance(error, _UNSENT)
