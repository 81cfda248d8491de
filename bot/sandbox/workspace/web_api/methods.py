"""The Web API as a table: the function for each method, and the scope that it needs."""

from collections.abc import Callable, Collection
from dataclasses import dataclass

from bot.sandbox.workspace.people import BOT_TOKEN
from bot.sandbox.workspace.refusals import Json, Refusal
from bot.sandbox.workspace.state import Workspace
from bot.sandbox.workspace.web_api import chat, directory, files, views
from bot.sandbox.workspace.web_api.call import Call


@dataclass(frozen=True)
class Method:
    """A method's function; `scope` None means that any bot token will do."""

    answer: Callable[[Call], Json]
    scope: str | None = None
    by_app: bool = False


METHODS: dict[str, Method] = {
    "apps.connections.open": Method(directory.open_connection, by_app=True),
    "auth.test": Method(directory.auth_test),
    "bots.info": Method(directory.bot_info, "users:read"),
    "chat.delete": Method(chat.delete, "chat:write"),
    "chat.getPermalink": Method(chat.permalink),
    "chat.postEphemeral": Method(chat.post_ephemeral, "chat:write"),
    "chat.postMessage": Method(chat.post_message, "chat:write"),
    "chat.update": Method(chat.update, "chat:write"),
    "conversations.history": Method(directory.history),
    "conversations.info": Method(directory.conversation_info),
    "conversations.list": Method(directory.conversations, "channels:read"),
    "conversations.members": Method(directory.members),
    "conversations.open": Method(directory.open_conversation, "im:write"),
    "files.completeUploadExternal": Method(files.complete, "files:write"),
    "files.getUploadURLExternal": Method(files.upload_url, "files:write"),
    "files.info": Method(files.file_info, "files:read"),
    "reactions.add": Method(chat.add_reaction, "reactions:write"),
    "usergroups.list": Method(directory.groups, "usergroups:read"),
    "usergroups.users.list": Method(directory.group_users, "usergroups:read"),
    "users.info": Method(directory.user_info, "users:read"),
    "users.list": Method(directory.users, "users:read"),
    "users.lookupByEmail": Method(directory.user_by_email, "users:read.email"),
    "views.open": Method(views.open_),
    "views.publish": Method(views.publish),
    "views.push": Method(views.push),
    "views.update": Method(views.update),
}


def answer(workspace: Workspace, name: str, token: str, args: Json) -> Json:
    """Respond to a call with {"ok": true, …} or {"ok": false, "error": …}; Slack sends both with status 200."""
    try:
        method = METHODS.get(name)
        if method is None:
            raise Refusal("unknown_method", req_method=name)
        _authorize(method, token, workspace.app_tokens)
        call = Call(workspace, args)
        if method.scope is not None:
            call.needs(method.scope)
        return {"ok": True, **method.answer(call)}
    except Refusal as refusal:
        return {"ok": False, "error": refusal.error, **refusal.extra}


def _authorize(method: Method, token: str, app_tokens: Collection[str]) -> None:
    if not token:
        raise Refusal("not_authed")
    if token not in (BOT_TOKEN, *app_tokens):
        raise Refusal("invalid_auth")
    if method.by_app != (token in app_tokens):
        raise Refusal("not_allowed_token_type")
