"""The payloads that Slack sends to an app, field by field.

Facts: docs.slack.dev/reference/interaction-payloads, docs.slack.dev/interactivity/implementing-slash-commands.
"""

from bot.sandbox.workspace.ids import new_id
from bot.sandbox.workspace.people import APP_ID, BOT_USER_ID, TEAM_DOMAIN, TEAM_ID, Conversation, Person
from bot.sandbox.workspace.refusals import Json
from bot.sandbox.workspace.workspace_database import Posting

VERIFICATION_TOKEN = "sandbox-verification"  # noqa: S105 - Slack's deprecated field, checked by nobody


def slash_command(
    person: Person, place: Conversation, command: str, text: str, *, trigger_id: str, response_url: str
) -> Json:
    """Build a slash command; every value is a string, because HTTP delivery is a form."""
    return {
        "token": VERIFICATION_TOKEN,
        "team_id": TEAM_ID,
        "team_domain": TEAM_DOMAIN,
        "channel_id": place.id,
        "channel_name": place.name,
        "user_id": person.id,
        "user_name": person.name,
        "command": command,
        "text": text,
        "api_app_id": APP_ID,
        "is_enterprise_install": "false",
        "response_url": response_url,
        "trigger_id": trigger_id,
    }


def _interaction(kind: str, person: Person) -> Json:
    return {
        "type": kind,
        "user": {"id": person.id, "username": person.name, "name": person.name, "team_id": TEAM_ID},
        "api_app_id": APP_ID,
        "token": VERIFICATION_TOKEN,
        "team": {"id": TEAM_ID, "domain": TEAM_DOMAIN},
        "enterprise": None,
        "is_enterprise_install": False,
    }


def in_message(posting: Posting, place: Conversation) -> Json:
    """Build the part of a payload for a message; an ephemeral one's content is not included."""
    ephemeral = posting.visible_to is not None
    container = {
        "type": "message",
        "message_ts": posting.ts,
        "channel_id": place.id,
        "is_ephemeral": ephemeral,
    }
    part: Json = {"container": container, "channel": {"id": place.id, "name": place.name}}
    return part if ephemeral else {**part, "message": posting.message}


def in_view(view: Json) -> Json:
    """Build the part of a payload for a form or Home tab."""
    return {"container": {"type": "view", "view_id": view["id"]}, "view": view}


def block_actions(person: Person, where: Json, action: Json, *, trigger_id: str, **more: object) -> Json:
    """Build a click or a choice; `more` is state and response_url for messages."""
    return {
        **_interaction("block_actions", person),
        **where,
        "trigger_id": trigger_id,
        **more,
        "actions": [action],
    }


def message_action(person: Person, where: Json, **about: str) -> Json:
    """Build the use of a message's shortcut; `where` is its channel and the message, `about` its ids and URL."""
    return {**_interaction("message_action", person), **where, **about}


def block_suggestion(person: Person, where: Json, *, block_id: str, action_id: str, value: str) -> Json:
    """Build the request for an external select's options."""
    about = {"action_id": action_id, "block_id": block_id, "value": value}
    return {**_interaction("block_suggestion", person), **where, **about}


def view_submission(person: Person, view: Json, *, trigger_id: str) -> Json:
    """Build a submitted form."""
    return {
        **_interaction("view_submission", person),
        "trigger_id": trigger_id,
        "view": view,
        "response_urls": [],
    }


def view_closed(person: Person, view: Json, *, is_cleared: bool) -> Json:
    """Build the closing of a form without submitting."""
    return {**_interaction("view_closed", person), "view": view, "is_cleared": is_cleared}


def event(inner: Json, *, now: float) -> Json:
    """Wrap an event of the Events API."""
    authorization = {
        "enterprise_id": None,
        "team_id": TEAM_ID,
        "user_id": BOT_USER_ID,
        "is_bot": True,
        "is_enterprise_install": False,
    }
    return {
        "token": VERIFICATION_TOKEN,
        "team_id": TEAM_ID,
        "api_app_id": APP_ID,
        "event": inner,
        "type": "event_callback",
        "event_id": new_id("Ev"),
        "event_time": int(now),
        "authorizations": [authorization],
        "is_ext_shared_channel": False,
    }
