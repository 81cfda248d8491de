"""What the engine needs of the place where people talk. Slack stands behind it."""

from typing import Protocol

from bot.core.answers import Answer
from bot.core.approval.changes import Card, Change
from bot.core.people import Actor, Place
from bot.engine.home_tab.model import Home


class Undeliverable(Exception):
    """A message that could not be delivered. ``final``: trying again cannot help.

    ``maybe_done``: it was sent and nothing came back, so it may have been delivered all the same.
    """

    def __init__(self, reason: str, *, final: bool = False, maybe_done: bool = False) -> None:
        super().__init__(reason)
        self.final = final
        self.maybe_done = maybe_done


class Announcer(Protocol):
    """Says things to people."""

    async def post(self, change: Change) -> Card:
        """Post the change's card, where everybody concerned sees it. Raises Undeliverable."""

    async def redraw(self, change: Change, card: Card) -> None:
        """Draw the card again. Raises Undeliverable."""

    async def inform(self, change: Change) -> None:
        """Tell the requester the outcome. Raises Undeliverable."""

    async def notify(self, change: Change, kind: str, user_id: str) -> None:
        """Tell of something that is neither the card nor the outcome. Raises Undeliverable.

        ``reminder``: those at the card, that it expires soon; ``glass``: this person alone, that it runs unapproved.
        """

    async def whisper(self, user_id: str, place: Place, answer: Answer) -> None:
        """Show something to one person alone. Its files come first, to their direct messages. Raises Undeliverable."""

    async def announce(self, answer: Answer) -> None:
        """Show something to everybody, in the channel of the daily summary. Raises Undeliverable.

        It is sent once, and not again by itself. Raises Impossible where there is no such channel.
        """

    async def warn(self, answer: Answer) -> None:
        """Show something to everybody where approvals stand. Raises Undeliverable."""

    async def show_home(self, user_id: str, home: Home) -> None:
        """Show this on a person's Home tab. Raises Undeliverable."""

    async def link(self, card: Card) -> str:
        """Return the address of a card; an empty text where there is none."""


class Directory(Protocol):
    """Knows people."""

    async def actor(self, user_id: str) -> Actor:
        """Return who this is now; with an unknown standing where Slack cannot be asked."""

    async def members(self, ids: frozenset[str]) -> frozenset[str]:
        """Return the user ids behind user and user-group ids; a group that cannot be read has nobody in it."""
