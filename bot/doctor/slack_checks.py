"""Checks of what Slack says: the tokens, the scopes, and the channels of the settings."""

import re
from collections.abc import Mapping, Sequence

from slack_sdk.web.async_client import AsyncWebClient

from bot.doctor.case import Case
from bot.doctor.findings import Check, Finding, NotChecked
from bot.manifest_file import bot_scopes
from bot.slack.slack_errors import NOT_ANSWERED, error_code

INSTALL = "Install the app with manifest.yml anew (api.slack.com/apps → App Manifest, then Install App)."
_REINSTALL = "Install the app again (Install App), and set SLACK_BOT_TOKEN to its new token."
COPY_BOT = "Copy the Bot User OAuth Token (xoxb-…) from the app's page OAuth & Permissions to SLACK_BOT_TOKEN."
NEW_APP = "Make an app-level token (xapp-…) with connections:write (Basic Information), and set SLACK_APP_TOKEN to it."
_NO_WAY = "Check SLACK_API_URL and this machine's way to the internet; slack-status.com tells of outages."
_BOT_TOKEN = {
    "account_inactive": _REINSTALL,
    "invalid_auth": COPY_BOT,
    "not_allowed_token_type": COPY_BOT,
    "not_authed": COPY_BOT,
    "token_expired": _REINSTALL,
    "token_revoked": _REINSTALL,
}
_APP_TOKEN = dict.fromkeys(
    ("invalid_auth", "missing_scope", "not_allowed_token_type", "not_authed", "token_expired", "token_revoked"),
    NEW_APP,
)
_APP_OF_TOKEN = re.compile(r"xapp-\d+-(A[A-Z0-9]+)-")


_WAIT = "Wait a minute, and try again: Slack limits how often it is asked."
_PASSING = {"ratelimited": _WAIT, "rate_limited": _WAIT}


def silent(error: Exception, fixes: Mapping[str, str]) -> Finding:
    """Tell of a call that failed: Slack refused it, or did not answer. Raises NotChecked where a scope is missing."""
    code = error_code(error)
    if code == "missing_scope" and code not in fixes:
        raise NotChecked("the app lacks a scope.")
    fixes = {**_PASSING, **fixes}
    return Finding(
        f"Slack says {code}." if code.islower() else f"Slack did not answer ({code}).", fixes.get(code, _NO_WAY)
    )


async def _bot_token(case: Case) -> Sequence[Finding]:
    try:
        who = await case.slack.sign_in()
    except NOT_ANSWERED as error:
        return (silent(error, _BOT_TOKEN),)
    return (Finding(f"{who.bot} in the workspace {who.team}."),)


async def _app_token(case: Case) -> Sequence[Finding]:
    token, client = case.settings.SLACK_APP_TOKEN, case.slack.client
    if not token:
        return (Finding("None is needed: HTTP mode."),)
    try:
        await client.apps_connections_open(app_token=token)
    except NOT_ANSWERED as error:
        if error_code(error) not in _APP_TOKEN:
            await case.slack.signed_in()  # where Slack is silent altogether, one check tells of that
        return (silent(error, _APP_TOKEN),)
    own, bots = _APP_OF_TOKEN.match(token), await _app_of_bot(client, (await case.slack.signed_in()).bot_id)
    if own and bots and own[1] != bots:
        told = f"It is of the app {own[1]}, and SLACK_BOT_TOKEN of {bots}."
        return (Finding(told, "Take both tokens from the same app."),)
    return (Finding("Slack opens connections with it."),)


async def _app_of_bot(client: AsyncWebClient, bot_id: str) -> str:
    """Return the app that a bot is of; nothing if Slack does not tell."""
    try:
        return str((await client.bots_info(bot=bot_id))["bot"].get("app_id", ""))
    except NOT_ANSWERED:
        return ""


async def _scopes(case: Case) -> Sequence[Finding]:
    return (compare_scopes((await case.slack.signed_in()).headers),)


def compare_scopes(headers: Mapping[str, str]) -> Finding:
    """Compare the scopes that an answer tells with those of the manifest. Raises NotChecked if it tells none."""
    granted = headers.get("x-oauth-scopes")
    if granted is None:
        raise NotChecked("Slack did not tell the token's scopes.")
    missing = bot_scopes() - {one.strip() for one in granted.split(",")}
    if missing:
        return Finding(f"The app lacks {', '.join(sorted(missing))}.", INSTALL)
    return Finding("All of manifest.yml are granted.")


async def _channels(case: Case) -> Sequence[Finding]:
    named = {"APPROVALS_CHANNEL": case.settings.APPROVALS_CHANNEL, "SUMMARY_CHANNEL": case.settings.SUMMARY_CHANNEL}
    return [await _channel(case, setting, channel) for setting, channel in named.items() if channel]


async def _channel(case: Case, setting: str, channel: str) -> Finding:
    who = await case.slack.signed_in()
    elsewhere, invite = f"set {setting} to another channel.", f"type /invite @{who.bot} in it"
    try:
        found = (await case.slack.client.conversations_info(channel=channel))["channel"]
    except NOT_ANSWERED as error:
        if error_code(error) == "channel_not_found":
            there_is_none = f"{setting}: {channel} is no channel of this workspace, or a private one without the bot."
            return Finding(there_is_none, f"If it is private, {invite}; else {elsewhere}")
        return silent(error, {})
    name = f"#{found['name']}"
    if found.get("is_archived"):
        return Finding(f"{setting}: {name} is archived.", f"Unarchive it, or {elsewhere}")
    if not found.get("is_member"):
        return Finding(f"{setting}: the bot is not in {name}.", f"In Slack, {invite}.")
    return Finding(f"{setting}: {name}.")


SLACK_CHECKS = (
    Check("bot token", _bot_token),
    Check("app token", _app_token),
    Check("scopes", _scopes),
    Check("channels", _channels),
)
