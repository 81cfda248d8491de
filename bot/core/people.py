"""Who asks and decides, and where."""

from enum import StrEnum

from pydantic import BaseModel, ConfigDict


class Standing(StrEnum):
    """What a user id is in this workspace, as ``users.info`` tells."""

    MEMBER = "member"
    GUEST = "guest"
    BOT = "bot"
    DEACTIVATED = "deactivated"
    STRANGER = "stranger"  # from another workspace, or an id that Slack does not know
    UNKNOWN = "unknown"  # Slack could not be asked


class Actor(BaseModel):
    """A person: user id, standing, and the user groups (of those the settings name) that they are in.

    ``unread``: the groups that Slack did not tell about just now; nobody counts as being in one.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    id: str
    standing: Standing
    groups: frozenset[str] = frozenset()
    unread: frozenset[str] = frozenset()


class Place(BaseModel):
    """Where something was asked: a channel id, and the url that answers privately for 30 minutes, if any."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    channel: str | None = None
    response_url: str | None = None
