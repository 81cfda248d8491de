"""The people who ask and decide, and the places where they do."""

from enum import StrEnum

from pydantic import BaseModel, ConfigDict


class Standing(StrEnum):
    """What a user is in this workspace, as ``users.info`` says."""

    MEMBER = "member"
    GUEST = "guest"
    BOT = "bot"
    DEACTIVATED = "deactivated"
    STRANGER = "stranger"  # from another workspace, or an id that Slack does not know
    UNKNOWN = "unknown"  # Slack could not be asked


class Actor(BaseModel):
    """A person: user id, standing, and the user groups (of those the settings name) that they are in.

    ``unread``: the groups whose members Slack did not return just now; nobody counts as a member of these.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    id: str
    standing: Standing
    groups: frozenset[str] = frozenset()
    unread: frozenset[str] = frozenset()


class Place(BaseModel):
    """Where something was asked: a channel id, and the URL for private replies within 30 minutes, if any."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    channel: str | None = None
    response_url: str | None = None
