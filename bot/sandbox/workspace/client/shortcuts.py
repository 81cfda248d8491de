"""Shortcuts in a message's menu.

Facts: docs.slack.dev/interactivity/implementing-shortcuts,
docs.slack.dev/reference/interaction-payloads/shortcuts-interaction-payload
"""

from bot.sandbox.workspace.client.outcomes import done, failed
from bot.sandbox.workspace.client.surfaces import message_surface
from bot.sandbox.workspace.delivery import payloads
from bot.sandbox.workspace.delivery.transport import Undelivered
from bot.sandbox.workspace.people import Conversation, Person
from bot.sandbox.workspace.refusals import Json, Misuse
from bot.sandbox.workspace.state import Workspace


async def use_shortcut(workspace: Workspace, person: Person, place: Conversation, ts: str, callback: str) -> Json:
    """Use the shortcut with this callback_id on the message `ts`. Raises Misuse where Slack's menu has none."""
    known = [one.callback_id for one in workspace.manifest.message_shortcuts]
    if callback not in known:
        raise Misuse(f"The app has no message shortcut {callback!r}. There is: {', '.join(known) or 'none'}.")
    posting = message_surface(workspace, place, person, ts).posting
    if posting is None or posting.visible_to is not None:
        raise Misuse("A message that only one person sees has no menu of shortcuts.")
    payload = payloads.message_action(
        person,
        {"channel": {"id": place.id, "name": place.name}, "message_ts": ts, "message": posting.message},
        callback_id=callback,
        trigger_id=workspace.triggers.issue(person.id),
        response_url=workspace.response_url(person.id, place.id),
        action_ts=workspace.next_ts(),
    )
    try:
        return done(await workspace.send("interactive", payload))
    except Undelivered as lost:
        return failed("The shortcut", lost)
