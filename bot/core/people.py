"""The people who ask and decide, and the places where they do."""

from enum import StrEnum

from bot.core.value import Value


class Standing(StrEnum):
    """What a user is in this workspace, as ``users.info`` says."""

    MEMBER = "member"
    GUEST = "guest"
    BOT = "bot"
    DEACTIVATED = "deactivated"
    STRANGER = "stranger"  # from another workspace, or an id that Slack does not know
    UNKNOWN = "unknown"  # Slack could not be asked


class Actor(Value):
    """A person: user id, standing, and the user groups (of those the settings name) that they are in.

    ``unread``: the groups whose members Slack did not return just now; nobody counts as a member of these.
    """

    id: str
    standing: Standing
    groups: frozenset[str] = frozenset()
    unread: frozenset[str] = frozenset()


class Place(Value):
    """Where something was asked: a channel id, and the URL for private replies within 30 minutes, if any."""

    channel: str | None = None
    response_url: str | None = None
