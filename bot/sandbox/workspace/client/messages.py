"""Messages that people post, in words or with a file, and the events by which the app hears of things.

Facts: docs.slack.dev/reference/events/message, …/events/message/file_share
"""

from bot.sandbox.workspace.client.escaping import escaped
from bot.sandbox.workspace.client.outcomes import done, failed
from bot.sandbox.workspace.client.uploads import uploaded
from bot.sandbox.workspace.delivery import payloads
from bot.sandbox.workspace.delivery.transport import Undelivered
from bot.sandbox.workspace.people import BOT_USER_ID, Conversation, Person
from bot.sandbox.workspace.refusals import Json, Misuse
from bot.sandbox.workspace.state import Workspace


def writable(workspace: Workspace, channel: str, person: Person) -> Conversation:
    """Return the place that a person writes in. Raises Misuse where they cannot."""
    place = workspace.directory.place(channel, person)
    if place.person and (workspace.manifest.read_only or not workspace.manifest.messages):
        raise Misuse("The app's manifest lets no one write to the bot directly.")
    return place


async def say(workspace: Workspace, person: Person, place: Conversation, text: str) -> Json:
    """Post words; the outcome has their "ts"."""
    return await _post(workspace, person, place, {"text": escaped(text, workspace.directory)})


async def share(workspace: Workspace, person: Person, place: Conversation, raw: Json) -> Json:
    """Post a file ({"name", "content_base64"}); the outcome has the message's "ts"."""
    shared = {"ims" if place.person else "channels": [place.id]}
    file = uploaded(workspace, person, raw, **shared)
    content = {"text": "", "files": [file], "upload": True}
    return await _post(workspace, person, place, content, subtype="file_share")


async def _post(workspace: Workspace, person: Person, place: Conversation, content: Json, **more: str) -> Json:
    posting = workspace.post(place.id, {"user": person.id}, content)
    heard = ["message.im"] if place.person else ["message.channels"]
    if f"<@{BOT_USER_ID}" in posting.message["text"]:
        heard.append("app_mention")
    result: Json = {"ok": True, "ack_ms": None, "ts": posting.ts}
    for name in heard if BOT_USER_ID in place.members else []:
        about = {
            "channel": place.id,
            "channel_type": "im" if place.person else "channel",
            "event_ts": posting.ts,
        }
        kind = {"type": "app_mention"} if name == "app_mention" else {"type": "message", **more}
        result |= await tell(workspace, name, {**posting.message, **about, **kind})
    return result


async def tell(workspace: Workspace, name: str, inner: Json) -> Json:
    """Deliver an event that the manifest subscribes to; like Slack, retry once without an acknowledgement."""
    if name not in workspace.manifest.events:
        return {}
    payload = payloads.event(inner, now=workspace.clock())
    for attempt in (0, 1):
        try:
            return done(await workspace.send("events_api", payload, attempt=attempt))
        except Undelivered as undelivered:
            lost = undelivered
    return failed(f"The event {inner['type']}", lost)
