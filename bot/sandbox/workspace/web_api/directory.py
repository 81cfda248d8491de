"""The methods for people and places: auth, apps, bots, conversations, users and usergroups."""

from bot.sandbox.workspace.people import (
    APP_ID,
    BOT_ID,
    BOT_NAME,
    BOT_USER_ID,
    TEAM_DOMAIN,
    TEAM_ID,
    TEAM_NAME,
    Conversation,
    Group,
    Person,
)
from bot.sandbox.workspace.refusals import Json, Refusal
from bot.sandbox.workspace.web_api.call import Call

NO_CURSOR = {"response_metadata": {"next_cursor": ""}}


def auth_test(_call: Call) -> Json:
    """auth.test."""
    team = {"url": f"https://{TEAM_DOMAIN}.slack.com/", "team": TEAM_NAME, "team_id": TEAM_ID}
    bot = {"user": BOT_NAME, "user_id": BOT_USER_ID, "bot_id": BOT_ID}
    return {**team, **bot, "is_enterprise_install": False}


def open_connection(call: Call) -> Json:
    """apps.connections.open: the URL of a websocket, valid for one connection."""
    base = call.workspace.public_url.replace("http", "ws", 1)
    return {"url": f"{base}/socket?ticket={call.workspace.sockets.ticket()}&app_id={APP_ID}"}


def bot_info(call: Call) -> Json:
    """bots.info."""
    if call.args.get("bot", BOT_ID) != BOT_ID:
        raise Refusal("bot_not_found")
    about = {"id": BOT_ID, "app_id": APP_ID, "user_id": BOT_USER_ID, "name": BOT_NAME}
    return {"bot": {**about, "deleted": False, "icons": {}, "updated": 0}}


def open_conversation(call: Call) -> Json:
    """conversations.open: the bot's direct messages with one person."""
    user = call.args.get("users") or call.required("channel")
    ids = user if isinstance(user, list) else str(user).split(",")
    if len(ids) != 1 or ids[0] not in call.workspace.directory.humans:
        raise Refusal("user_not_found")
    room = call.workspace.directory.direct(ids[0])
    return {"channel": {"id": room.id}, "no_op": True, "already_open": True}


def conversation_info(call: Call) -> Json:
    """conversations.info."""
    return {"channel": _conversation(_readable(call))}


def members(call: Call) -> Json:
    """conversations.members, in one page."""
    return {"members": sorted(_readable(call).members), **NO_CURSOR}


def _readable(call: Call) -> Conversation:
    room = call.conversation()
    if room.private and BOT_USER_ID not in room.members:
        raise Refusal("channel_not_found")
    call.needs("im:read" if room.person else "groups:read" if room.private else "channels:read")
    return room


def history(call: Call) -> Json:
    """conversations.history, in one page: what everyone in the channel sees, the latest first; metadata on demand."""
    room = call.conversation()
    call.needs("im:history" if room.person else "channels:history")
    if BOT_USER_ID not in room.members:
        raise Refusal("not_in_channel")
    oldest, most = float(call.args.get("oldest") or 0), int(call.args.get("limit") or 100)
    postings = call.workspace.archive.messages.get(room.id, {}).values()
    seen = [one for one in postings if one.visible_to is None and float(one.ts) > oldest]
    unasked = frozenset[str]() if call.args.get("include_all_metadata") in (True, "1", "true") else {"metadata"}
    shown = [{key: one.message[key] for key in one.message.keys() - unasked} for one in reversed(seen[-most:])]
    return {"messages": shown, "has_more": len(seen) > most, **NO_CURSOR}


def conversations(call: Call) -> Json:
    """conversations.list, in one page; `types` as in Slack, by default public channels."""
    types = str(call.args.get("types") or "public_channel").split(",")
    rooms = call.workspace.directory.conversations.values()
    shown = [_conversation(one) for one in rooms if ("im" if one.person else "public_channel") in types]
    return {"channels": shown, **NO_CURSOR}


def _conversation(room: Conversation) -> Json:
    if room.person:
        return {"id": room.id, "created": 0, "is_im": True, "user": room.person, "is_archived": False}
    kind = {"is_channel": True, "is_group": False, "is_im": False, "is_private": room.private}
    about = {"id": room.id, "name": room.name, "created": 0, "topic": {"value": room.topic}}
    return {
        **about,
        **kind,
        "is_archived": room.archived,
        "is_member": BOT_USER_ID in room.members,
        "num_members": len(room.members),
    }


def user_info(call: Call) -> Json:
    """users.info."""
    person = call.person()
    asks = str(call.args.get("include_locale", "")).lower() in ("true", "1")
    return {"user": _user(call, person) | ({"locale": person.locale} if asks else {})}


def users(call: Call) -> Json:
    """users.list, in one page."""
    return {"members": [_user(call, one) for one in call.workspace.directory.people.values()], **NO_CURSOR}


def user_by_email(call: Call) -> Json:
    """users.lookupByEmail."""
    email = str(call.required("email")).lower()
    for person in call.workspace.directory.people.values():
        if person.email == email and not person.is_bot and not person.deleted:
            return {"user": _user(call, person)}
    raise Refusal("users_not_found")


def _user(call: Call, person: Person) -> Json:
    profile = {
        "real_name": person.real_name,
        "display_name": person.name,
        "title": person.title,
        "team": TEAM_ID,
    }
    if "users:read.email" in call.workspace.manifest.scopes and not person.is_bot:
        profile["email"] = person.email
    flags = {
        "deleted": person.deleted,
        "is_bot": person.is_bot,
        "is_restricted": person.guest,
        "is_ultra_restricted": False,
        "is_admin": False,
        "is_owner": False,
        "is_app_user": False,
    }
    name = {"id": person.id, "team_id": person.team, "name": person.name, "real_name": person.real_name}
    grid = {"enterprise_user": {"id": person.id, "teams": list(person.grid_teams)}} if person.grid_teams else {}
    return {**name, **flags, **grid, "tz": "Etc/UTC", "tz_offset": 0, "color": person.color[1:], "profile": profile}


def groups(call: Call) -> Json:
    """usergroups.list."""
    return {"usergroups": [_group(one) for one in call.workspace.directory.groups.values()]}


def _group(group: Group) -> Json:
    about = {"id": group.id, "team_id": TEAM_ID, "handle": group.handle, "name": group.name}
    return {**about, "is_usergroup": True, "date_delete": 0, "user_count": len(group.members)}


def group_users(call: Call) -> Json:
    """usergroups.users.list."""
    group = call.workspace.directory.groups.get(str(call.required("usergroup")))
    if group is None:
        raise Refusal("no_such_subteam")
    return {"users": group.members}
