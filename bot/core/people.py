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


def is_group(id_: str) -> bool:
    """Return whether this is the id of a user group: these begin with S, people's with U or W."""
    return id_.startswith("S")


class Actor(Value):
    """A person: user id, standing, and the user groups they are in (of those that the settings name).

    ``unread``: the groups whose members Slack did not return just now; ``unreadable``: those that it never will, each
    with the reason, to end a sentence. Nobody counts as a member of these.
    """

    id: str
    standing: Standing
    groups: frozenset[str] = frozenset()
    unread: frozenset[str] = frozenset()
    unreadable: tuple[tuple[str, str], ...] = ()

    @property
    def has_unknown_groups(self) -> bool:
        """Whether they may be in groups that could not be read."""
        return bool(self.unread or self.unreadable)

    def doubt(self, ids: frozenset[str]) -> str:
        """Say why it is not known whether this person is among these ids; empty if it is known."""
        for group, why in self.unreadable:
            if group in ids:
                return unreadable_group(group, why)
        if self.unread & ids:
            return "Slack couldn't tell me just now who is in the group that may do this. Try again in a minute."
        return ""


def unreadable_group(group: str, why: str) -> str:
    """Say that a group cannot be read for good, and what would help."""
    return (
        f"The members of the user group {group} can't be read: {why}. "
        "Whoever runs the bot has to mend that, or name people instead of the group."
    )


class Place(Value):
    """Where something was asked: a channel id, and the URL for private replies within 30 minutes, if any.

    ``is_shell``: in the shell of the machine that runs the bot.
    """

    channel: str | None = None
    response_url: str | None = None
    is_shell: bool = False

    @property
    def recorded_text(self) -> str:
        """The place as the log records it: a channel id, ``the shell``, or nothing."""
        return "the shell" if self.is_shell else self.channel or ""
