"""The Web API as a table: which function answers a method, and which scope it needs."""

from collections.abc import Callable
from dataclasses import dataclass

from bot.sandbox import slack_chat, slack_directory, slack_files, slack_views
from bot.sandbox.calls import Call
from bot.sandbox.people import APP_TOKEN, BOT_TOKEN
from bot.sandbox.refusals import Json, Refusal
from bot.sandbox.workspace import Workspace


@dataclass(frozen=True)
class Method:
    """What answers a method; `scope` None means that any bot token will do."""

    answer: Callable[[Call], Json]
    scope: str | None = None
    by_app: bool = False


METHODS: dict[str, Method] = {
    "apps.connections.open": Method(slack_directory.open_connection, by_app=True),
    "auth.test": Method(slack_directory.auth_test),
    "bots.info": Method(slack_directory.bot_info, "users:read"),
    "chat.delete": Method(slack_chat.delete, "chat:write"),
    "chat.getPermalink": Method(slack_chat.permalink),
    "chat.postEphemeral": Method(slack_chat.post_ephemeral, "chat:write"),
    "chat.postMessage": Method(slack_chat.post_message, "chat:write"),
    "chat.update": Method(slack_chat.update, "chat:write"),
    "conversations.info": Method(slack_directory.conversation_info),
    "conversations.list": Method(slack_directory.conversations, "channels:read"),
    "conversations.members": Method(slack_directory.members),
    "conversations.open": Method(slack_directory.open_conversation, "im:write"),
    "files.completeUploadExternal": Method(slack_files.complete, "files:write"),
    "files.getUploadURLExternal": Method(slack_files.upload_url, "files:write"),
    "files.info": Method(slack_files.file_info, "files:read"),
    "reactions.add": Method(slack_chat.add_reaction, "reactions:write"),
    "usergroups.list": Method(slack_directory.groups, "usergroups:read"),
    "usergroups.users.list": Method(slack_directory.group_users, "usergroups:read"),
    "users.info": Method(slack_directory.user_info, "users:read"),
    "users.list": Method(slack_directory.users, "users:read"),
    "users.lookupByEmail": Method(slack_directory.user_by_email, "users:read.email"),
    "views.open": Method(slack_views.open_),
    "views.publish": Method(slack_views.publish),
    "views.push": Method(slack_views.push),
    "views.update": Method(slack_views.update),
}


def answer(workspace: Workspace, name: str, token: str, args: Json) -> Json:
    """Answer a call with {"ok": true, …} or {"ok": false, "error": …}; Slack sends both with status 200."""
    try:
        method = METHODS.get(name)
        if method is None:
            raise Refusal("unknown_method", req_method=name)
        _authorize(method, token)
        call = Call(workspace, args)
        if method.scope is not None:
            call.needs(method.scope)
        return {"ok": True, **method.answer(call)}
    except Refusal as refusal:
        return {"ok": False, "error": refusal.error, **refusal.extra}


def _authorize(method: Method, token: str) -> None:
    if not token:
        raise Refusal("not_authed")
    if token not in (BOT_TOKEN, APP_TOKEN):
        raise Refusal("invalid_auth")
    if method.by_app != (token == APP_TOKEN):
        raise Refusal("not_allowed_token_type")
