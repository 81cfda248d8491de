"""Slack's errors: their codes, whether a retry may help, and whether the request may have been carried out."""

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_slack_response import AsyncSlackResponse

NOT_ANSWERED = (SlackClientError, aiohttp.ClientError, TimeoutError)
"""All errors of a call to Slack; a SlackApiError (a SlackClientError) is an error that Slack itself returned."""
FINAL = frozenset(
    {
        "message_not_found",
        "cant_update_message",
        "edit_window_closed",
        "channel_not_found",
        "is_archived",
        "user_not_found",
        "user_disabled",
        "cannot_dm_bot",
    }
)
"""The only codes after which nothing more is sent to this card (the first five) or this person; a closed list.

Whatever else Slack answers passes or is mended by somebody, even if that takes days.
"""
_PASSING = frozenset(
    {
        "external_channel_migrating",
        "fatal_error",
        "internal_error",
        "org_login_required",
        "rate_limited",
        "ratelimited",
        "request_timeout",
        "service_unavailable",
        "team_added_to_org",
        "update_failed",
    }
)
_ADVICE = {
    "account_inactive": "The bot was uninstalled: install it again, and set SLACK_BOT_TOKEN.",
    "channel_not_found": "Check the channel's id in the settings; invite me if the channel is private.",
    "invalid_auth": "Check SLACK_BOT_TOKEN.",
    "is_archived": "Unarchive the channel, or name another one in the settings.",
    "missing_scope": "Give the Slack app the scopes of manifest.yml, and install it again.",
    "msg_too_long": "Ask for less at once.",
    "msg_blocks_too_long": "Ask for less at once.",
    "not_in_channel": "Invite me to the channel.",
    "restricted_action": "An admin of the workspace has to let me post in the channel.",
    "token_revoked": "Install the bot again, and set SLACK_BOT_TOKEN.",
}
REFUSED_BLOCKS = frozenset({"invalid_blocks", "invalid_arguments", "invalid_block_type"})
"""Codes of a message whose blocks this workspace does not take."""
TOO_LONG = frozenset({"msg_too_long", "msg_blocks_too_long", "view_too_large"})
"""Codes of a message that holds too much."""
_IN_DOUBT = frozenset({"fatal_error", "internal_error", "request_timeout", "service_unavailable"})
"""Codes after which some of the request may have been carried out, as Slack says."""
_UNSENT = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError)


class RefusedResponse(SlackClientError):
    """A URL that did not take a message or a file. Slack names the reason in the body, as JSON or as a bare word."""

    def __init__(self, status: int, body: str) -> None:
        code = next((one for one in sorted(REFUSED_BLOCKS | TOO_LONG) if one in body), f"HTTP {status}")
        super().__init__(code)
        self.code = code


class UnreadableResponse(SlackClientError):
    """A response of success that is not Slack's, such as a proxy's page: what became of the request is not known."""


def error_code(error: Exception) -> str:
    """Return Slack's error code (``not_in_channel``), or what happened if there was no readable response."""
    if isinstance(error, RefusedResponse):
        return error.code
    if isinstance(error, SlackApiError) and isinstance(error.response, AsyncSlackResponse):
        answer = error.response.data
        if isinstance(answer, dict) and "error" in answer:
            return str(answer["error"])
        return f"HTTP {error.response.status_code}"
    return type(error).__name__


def is_final(error: Exception) -> bool:
    """Return whether this card or this person can never be reached. Never retry chat.update then."""
    return error_code(error) in FINAL


def is_refused(error: Exception) -> bool:
    """Return whether Slack read the request and refused it, and would do so again in a minute."""
    if not isinstance(error, SlackApiError) or not isinstance(error.response, AsyncSlackResponse):
        return False
    return error.response.status_code == 200 and error_code(error) not in _PASSING


def advice(code: str) -> str:
    """Return what would help against this code of Slack's, as a sentence; empty if time may."""
    return _ADVICE.get(code, "")


def is_in_doubt(error: Exception) -> bool:
    """Return whether Slack may have carried out the request, whatever it answered."""
    if not isinstance(error, SlackApiError) or not isinstance(error.response, AsyncSlackResponse):
        return maybe_done(error)
    return error.response.status_code >= 500 or error_code(error) in _IN_DOUBT


def maybe_done(error: Exception) -> bool:
    """Return whether the request was sent without a readable response: Slack may have carried it out."""
    if isinstance(error, SlackApiError):
        return not isinstance(error.response, AsyncSlackResponse)
    return not isinstance(error, _UNSENT)
