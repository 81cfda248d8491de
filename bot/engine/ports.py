"""The engine's ports to the place where people talk. Slack implements them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from bot.core.answers import Answer
from bot.core.approval.changes import Card, Change
from bot.core.invocation import ClickedButton, FromShell
from bot.core.people import Actor, Place
from bot.engine.home_tab.model import Home


class Undeliverable(Exception):
    """A message that could not be delivered.

    ``final``: this card or this person can never be reached; whatever else it was, the message stays due. ``refused``:
    it was read and refused, so the same message will be refused until somebody mends that. ``maybe_done``: it was sent
    without a response, so it may have been delivered. ``advice``: what would help, as a sentence, if that is known.
    """

    def __init__(
        self, reason: str, *, final: bool = False, refused: bool = False, maybe_done: bool = False, advice: str = ""
    ) -> None:
        super().__init__(reason)
        self.final = final
        self.refused = refused or final
        self.maybe_done = maybe_done
        self.advice = advice


class Announcer(Protocol):
    """Posts messages to people."""

    async def post(self, change: Change, *, may_exist: bool = False) -> Card:
        """Post the change's card, with its buttons, where everyone concerned sees it. Raises Undeliverable.

        ``may_exist``: a process that died may have posted it; if it can be found, it is not posted again.
        """

    async def redraw(self, change: Change, card: Card) -> None:
        """Render the card again. Raises Undeliverable."""

    async def point_to_card(self, change: Change, lost: Card) -> None:
        """Say at the place of a lost card where the change is shown now, if anything can be said there."""

    async def clear(self, button: ClickedButton, change: Change | None) -> None:
        """Replace the message of a button that is no card of a change on record. Raises Undeliverable.

        ``change``: the one that it is a copy of, to whose card it points; None if it belongs to none.
        """

    async def report_outcome(self, change: Change) -> None:
        """Notify the requester of the outcome. Raises Undeliverable."""

    async def notify(self, change: Change, kind: str, user_id: str) -> None:
        """Notify people of something other than the card or the outcome. Raises Undeliverable.

        ``reminder``: to those who see the card, that it expires soon; ``glass``: to this person, that it runs
        unapproved; ``contradict``: to this person, that the ledger's tables say something else than the log.
        """

    async def show_privately(self, user_id: str, place: Place, answer: Answer) -> None:
        """Show an answer privately. Its files are sent first, as direct messages. Raises Undeliverable."""

    async def ask_to_confirm(self, request: FromShell, *, until: datetime) -> None:
        """Ask a person whether what came from the shell in their name is their request. Raises Undeliverable."""

    async def close_question(self, question: Card, answer: Answer) -> None:
        """Replace the message that asked, with its buttons, by what came of it. Raises Undeliverable."""

    async def announce(self, answer: Answer) -> None:
        """Post an answer in the channel of the daily summary. Raises Undeliverable.

        It is sent once, without retries. Raises Impossible if there is no such channel.
        """

    async def warn(self, answer: Answer) -> None:
        """Post an answer in the approvals channel. Raises Undeliverable."""

    async def show_home(self, user_id: str, home: Home) -> None:
        """Publish a person's Home tab. Raises Undeliverable."""

    async def permalink(self, card: Card) -> str:
        """Return the permalink of a card; empty if there is none."""


class Directory(Protocol):
    """Looks people up."""

    async def actor(self, user_id: str) -> Actor:
        """Return who this is now; with an unknown standing if Slack cannot be reached."""

    async def members(self, ids: frozenset[str]) -> frozenset[str]:
        """Return the user ids behind user and user-group ids; a group that cannot be read counts as empty."""

    def forget(self, ids: frozenset[str]) -> None:
        """Drop what is cached about these users and user groups, so that it is fetched again."""

    async def locale(self, user_id: str) -> str:
        """Return the locale that this person chose (en-US); empty if it is not known."""

    async def group_names(self) -> Mapping[str, str]:
        """Return the names of user groups, by id; empty if they cannot be read."""

    async def people_called(self, name: str) -> Mapping[str, str]:
        """Return the names of people who are called so in full, in part or by their handle, by id; none if unread."""

    async def read_group(self, group: str) -> frozenset[str] | None:
        """Return who is in this user group; None if it cannot be read."""
