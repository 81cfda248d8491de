"""How Slack encodes people, channels and links in text.

Facts: docs.slack.dev/messaging/formatting-message-text.
"""

import re

from bot.sandbox.workspace.people import Directory

_MENTION = re.compile(r"(?<![\w@#.])([@#])([a-z0-9][a-z0-9._-]*)")
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]*\w")
_LINK = re.compile(r"https?://[^\s<>]+")


def encoded(text: str) -> str:
    """Encode the three characters that have a meaning in mrkdwn."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def escaped(text: str, directory: Directory) -> str:
    """Encode a text as Slack does with escaping on: mentions, e-mails and links become <…>."""
    text = _LINK.sub(lambda found: f"<{found[0]}>", encoded(text))
    text = _EMAIL.sub(lambda found: f"<mailto:{found[0]}|{found[0]}>", text)
    return _MENTION.sub(lambda found: _mention(found, directory), text)


def _mention(found: re.Match[str], directory: Directory) -> str:
    sign, name = found[1], found[2]
    if sign == "#":
        room = directory.channel(name)
        return f"<#{room.id}|{name}>" if room else found[0]
    if name in ("here", "channel", "everyone"):
        return f"<!{name}>"
    person = next((one for one in directory.people.values() if one.name == name), None)
    if person is not None:
        return f"<@{person.id}|{name}>"
    group = next((one for one in directory.groups.values() if one.handle == name), None)
    return f"<!subteam^{group.id}|@{name}>" if group else found[0]
