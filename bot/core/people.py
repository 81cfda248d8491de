"""The people who ask and decide, and where they do it."""

from enum import StrEnum

from bot.core.frozen_value import Value


class Standing(StrEnum):
    """A user's standing in this workspace, from ``users.info``."""

    MEMBER = "member"
    GUEST = "guest"
    BOT = "bot"
    DEACTIVATED = "deactivated"
    STRANGER = "stranger"  # from another workspace, or an id that Slack does not know
    UNKNOWN = "unknown"  # Slack could not be reached


class Actor(Value):
    """A person: user id, standing, and the user groups they are in (of those that the settings name).

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
