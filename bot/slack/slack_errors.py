"""What can go wrong between here and Slack, in one place."""

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_slack_response import AsyncSlackResponse

NOT_ANSWERED = (SlackClientError, aiohttp.ClientError, TimeoutError)
"""Every way in which a call to Slack fails: SlackApiError (a SlackClientError) is Slack's own no."""
_PASSING = frozenset({"ratelimited", "internal_error", "fatal_error", "service_unavailable", "request_timeout"})


_UNSENT = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError)


def code(error: Exception) -> str:
    """Slack's word for it (``not_in_channel``), or what happened where Slack said nothing that can be read."""
    if isinstance(error, SlackApiError) and isinstance(error.response, AsyncSlackResponse):
        answer = error.response.data
        if isinstance(answer, dict) and "error" in answer:
            return str(answer["error"])
        return f"HTTP {error.response.status_code}"
    return type(error).__name__


def is_final(error: Exception) -> bool:
    """Whether trying again cannot help: Slack read the request and said no (chat.update must not be retried then)."""
    if not isinstance(error, SlackApiError) or not isinstance(error.response, AsyncSlackResponse):
        return False
    return error.response.status_code == 200 and code(error) not in _PASSING


def maybe_done(error: Exception) -> bool:
    """Whether the request went out and no answer came that can be read: Slack may have done what it was asked for."""
    if isinstance(error, SlackApiError):
        return not isinstance(error.response, AsyncSlackResponse)
    return not isinstance(error, _UNSENT)
