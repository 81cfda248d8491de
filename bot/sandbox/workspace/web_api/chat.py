"""The chat.* and reactions.* methods (docs.slack.dev/reference/methods)."""

from bot.sandbox.workspace.people import BOT_ID, BOT_USER_ID, TEAM_DOMAIN
from bot.sandbox.workspace.refusals import Json, Refusal
from bot.sandbox.workspace.state import bot_author
from bot.sandbox.workspace.web_api.call import UPDATE_TEXT_MOST, Call, content_of
from bot.sandbox.workspace.workspace_database import Posting


def post_message(call: Call) -> Json:
    """chat.postMessage: `channel` may be an id, a name or a person's id."""
    room = call.joined(named=True)
    posting = call.workspace.post(room.id, bot_author(), content_of(call))
    return {"channel": room.id, "ts": posting.ts, "message": posting.message}


def post_ephemeral(call: Call) -> Json:
    """chat.postEphemeral: only `user` sees it, who must be in the channel, and it cannot be updated."""
    room, person = call.joined(named=True), call.person()
    if person.id not in room.members:
        raise Refusal("user_not_in_channel")
    posting = call.workspace.post(room.id, bot_author(), content_of(call), visible_to=person.id)
    return {"message_ts": posting.ts}


def update(call: Call) -> Json:
    """chat.update: text without blocks removes the blocks, and only such an update is shown as edited."""
    posting = _own(call, "cant_update_message")
    if call.conversation().archived:
        raise Refusal("is_inactive")
    text, blocks = call.args.get("text"), call.json("blocks")
    content = content_of(call, longest=UPDATE_TEXT_MOST)
    edited = None if blocks else {"user": BOT_USER_ID, "ts": call.workspace.next_ts()}
    fields = {
        "text": posting.message.get("text", "") if text is None else text,
        "blocks": content.get("blocks"),
        "edited": edited,
    }
    kept = {"metadata": content["metadata"]} if "metadata" in content else {}
    call.workspace.change(posting, **fields, **kept)
    answer = {"channel": posting.channel, "ts": posting.ts}
    return {**answer, "text": posting.message["text"], "message": posting.message}


def delete(call: Call) -> Json:
    """chat.delete: the bot's own messages only."""
    posting = _own(call, "cant_delete_message")
    call.workspace.delete(posting)
    return {"channel": posting.channel, "ts": posting.ts}


def _own(call: Call, error: str) -> Posting:
    posting = call.posting()
    if posting.message.get("bot_id") != BOT_ID:
        raise Refusal(error)
    return posting


def permalink(call: Call) -> Json:
    """chat.getPermalink."""
    posting = call.posting("message_ts")
    path = f"archives/{posting.channel}/p{posting.ts.replace('.', '')}"
    return {"channel": posting.channel, "permalink": f"https://{TEAM_DOMAIN}.slack.com/{path}"}


def add_reaction(call: Call) -> Json:
    """reactions.add: `name` without colons on the message at `channel` and `timestamp`."""
    posting, name = call.posting("timestamp"), str(call.required("name"))
    reactions = list(posting.message.get("reactions", []))
    if any(one["name"] == name and BOT_USER_ID in one["users"] for one in reactions):
        raise Refusal("already_reacted")
    reactions.append({"name": name, "users": [BOT_USER_ID], "count": 1})
    call.workspace.change(posting, reactions=reactions)
    return {}
