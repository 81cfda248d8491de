"""The people and places of the emulated workspace: people, the bot, channels, the group of approvers.

Ids have Slack's shapes (U…, B…, A…, C…, D…, S…, T…), for code that checks them.
"""

from dataclasses import dataclass, field, replace

from bot.sandbox.workspace.refusals import Misuse

TEAM_ID, TEAM_DOMAIN, TEAM_NAME = "T0SANDBOX1", "segment-sandbox", "Segment Bot sandbox"
APP_ID, BOT_ID, BOT_USER_ID, BOT_NAME = "A0SEGBOT01", "B0SEGBOT01", "U0SEGBOT01", "segment-bot"
SLACKBOT_ID = "USLACKBOT"

BOT_TOKEN = "xoxb-sandbox-token"  # noqa: S105 - opens nothing but this emulator
APP_TOKEN = "xapp-1-A0SEGBOT01-sandbox-token"  # noqa: S105 - opens nothing but this emulator
SIGNING_SECRET = "sandbox-signing-secret"  # noqa: S105 - signs nothing but this emulator's requests

ANA, BEN, CLEO, DAN = "U0ANA00001", "U0BEN00001", "U0CLEO0001", "U0DAN00001"
SEGMENTS, APPROVALS, RANDOM = "C0SEGMENT1", "C0APPROVE1", "C0RANDOM01"
APPROVERS_GROUP = "S0APPROV01"


@dataclass(frozen=True)
class Person:
    """A member of the workspace; `guest` is Slack's `is_restricted`.

    On Enterprise Grid, `team` is the workspace where they were created, `grid_teams` all those that they belong to.
    """

    id: str
    name: str
    real_name: str
    title: str
    color: str
    guest: bool = False
    deleted: bool = False
    is_bot: bool = False
    team: str = TEAM_ID
    grid_teams: tuple[str, ...] = ()
    locale: str = "en-GB"

    @property
    def email(self) -> str:
        """An address at a reserved domain."""
        return f"{self.name}@example.com"

    @property
    def initials(self) -> str:
        """The first letters of the names, for a picture."""
        return "".join(word[0] for word in self.real_name.split()[:2])


@dataclass
class Conversation:
    """A channel, or the bot's direct messages with one person (`person` is their id).

    Who is not in a private one is not told that it is there. Nothing can be posted to an archived channel, and its
    messages stay.
    """

    id: str
    name: str
    members: set[str]
    person: str | None = None
    topic: str = ""
    archived: bool = False
    private: bool = False


@dataclass
class Group:
    """A user group, mentioned as @handle."""

    id: str
    handle: str
    name: str
    members: list[str] = field(default_factory=list)


PEOPLE = (
    Person(ANA, "ana", "Ana Alvarez", "Marketing", "#7c3aed"),
    Person(BEN, "ben", "Ben Brandt", "Head of Marketing", "#0f766e"),
    Person(CLEO, "cleo", "Cleo Carter", "Support Lead", "#b45309"),
    Person(DAN, "dan", "Dan Dietz", "Agency guest", "#be123c", guest=True),
    Person(BOT_USER_ID, BOT_NAME, "Segment Bot", "App", "#1d4ed8", is_bot=True),
    Person(SLACKBOT_ID, "slackbot", "Slackbot", "", "#757575", is_bot=True),
)
HUMANS = (ANA, BEN, CLEO, DAN)


def _channels() -> list[Conversation]:
    return [
        Conversation(SEGMENTS, "segments", {*HUMANS, BOT_USER_ID}, topic="Customer segments of the store"),
        Conversation(APPROVALS, "approvals", {*HUMANS, BOT_USER_ID}, topic="Changes waiting for approval"),
        Conversation(RANDOM, "random", {ANA}, topic="The bot is not in here"),
    ]


def _direct(person: Person) -> Conversation:
    return Conversation("D" + person.id[1:], "directmessage", {person.id, BOT_USER_ID}, person=person.id)


class Directory:
    """Looks up people, conversations and groups, and lets a test change them."""

    def __init__(self) -> None:
        self.people = {person.id: person for person in PEOPLE}
        self.humans = list(HUMANS)
        rooms = _channels() + [_direct(self.people[one]) for one in HUMANS]
        self.conversations = {room.id: room for room in rooms}
        self.groups = {APPROVERS_GROUP: Group(APPROVERS_GROUP, "segment-approvers", "Segment approvers", [BEN, CLEO])}

    def human(self, ref: str) -> Person:
        """Return the person called `ref` (`ana`, `@ana` or the id). Raises Misuse for anyone else."""
        name = ref.removeprefix("@")
        found = next((self.people[one] for one in self.humans if name in (one, self.people[one].name)), None)
        if found is None:
            known = ", ".join(self.people[one].name for one in self.humans)
            raise Misuse(f"No one here is called {ref!r}. People: {known}.")
        return found

    def hire(self, person: Person) -> None:
        """Add a person, who is in all channels that the bot is in."""
        self.people[person.id] = person
        self.humans.append(person.id)
        room = _direct(person)
        self.conversations[room.id] = room
        for channel in self.channels():
            if BOT_USER_ID in channel.members:
                channel.members.add(person.id)

    def name(self, user_id: str) -> str:
        """Return the short name of `user_id` in the state."""
        return self.people[user_id].name if user_id in self.people else user_id

    def change(self, ref: str, **fields: object) -> Person:
        """Change a person, for example `change("ben", deleted=True)`."""
        person = self.human(ref)
        self.people[person.id] = replace(person, **fields)  # type: ignore[arg-type]  # fields are named by the caller
        return self.people[person.id]

    def direct(self, user_id: str) -> Conversation:
        """Return the bot's direct messages with that person."""
        return self.conversations["D" + user_id[1:]]

    def channel(self, name: str) -> Conversation | None:
        """Return the channel called `name`, with or without #, or None."""
        bare = name.removeprefix("#")
        return next((one for one in self.channels() if one.name == bare), None)

    def channels(self) -> list[Conversation]:
        """Return every channel, without the direct messages."""
        return [one for one in self.conversations.values() if one.person is None]

    def place(self, ref: str, person: Person) -> Conversation:
        """Return the place that `person` calls `ref`: "#segments", an id, or "dm".

        Raises Misuse if they are not in it.
        """
        if ref in ("dm", BOT_NAME, f"@{BOT_NAME}"):
            return self.direct(person.id)
        room = self.conversations.get(ref) or self.channel(ref)
        if room is None or person.id not in room.members or room.archived:
            rooms = ", ".join(
                f"#{one.name}" for one in self.channels() if person.id in one.members and not one.archived
            )
            raise Misuse(f"{person.name} is in no channel called {ref!r}. There are {rooms} and dm.")
        return room
