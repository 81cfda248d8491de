"""The emulated Slack workspace: its messages, views and open forms, and the connection to the app.

It knows Slack's rules and no HTTP of its own: `web_api` is what the app may call, `client` what people can do in it,
`server` serves both on a port.
"""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

from bot.sandbox.faults import Faults
from bot.sandbox.workspace import people
from bot.sandbox.workspace.block_kit.controls import identified
from bot.sandbox.workspace.delivery.signed_http import SignedRequests
from bot.sandbox.workspace.delivery.socket_mode import Sockets
from bot.sandbox.workspace.delivery.transport import ACK_SECONDS, Ack, Parcel, Transport, Undelivered, deliver
from bot.sandbox.workspace.faults import MethodFault
from bot.sandbox.workspace.forms import Forms
from bot.sandbox.workspace.manifest import Manifest
from bot.sandbox.workspace.refusals import Json
from bot.sandbox.workspace.select_options import ShownOptions
from bot.sandbox.workspace.triggers import ResponseUrls, Triggers
from bot.sandbox.workspace.workspace_database import Posting, WorkspaceDatabase

SHOWN = 200
"""How many of a channel's latest messages the state includes; Slack's client loads a page at a time, too."""


class Workspace:
    """One workspace with one app in it, stored in the SQLite file `path` (":memory:" works).

    `request_url` switches from Socket Mode to signed HTTP. `public_url` is set by the server. `overheard` receives
    everything that the app sends, before it takes effect: a method's arguments, a response URL's body ("response_url"),
    an acknowledgement's body (the payload's type, such as "view_submission").
    """

    def __init__(
        self,
        path: str | Path,
        *,
        manifest: Path,
        clock: Callable[[], float] = time.time,
        request_url: str | None = None,
        signing_secret: str = people.SIGNING_SECRET,
        ack_seconds: float = ACK_SECONDS,
    ) -> None:
        self.clock = clock
        self.ack_seconds = ack_seconds
        self.manifest = Manifest.read(manifest)
        self.directory = people.Directory()
        self.app_tokens = {people.APP_TOKEN}
        self.archive = WorkspaceDatabase(path)
        self.forms = Forms()
        self.shown_options = ShownOptions()
        self.triggers = Triggers(clock)
        self.responses = ResponseUrls(clock)
        self.faults = Faults(MethodFault)
        self.sockets = Sockets(self.touch)
        self.http = SignedRequests(request_url, signing_secret, clock) if request_url else None
        self.public_url = ""
        self.overheard: Callable[[str, Json], object] = lambda _name, _body: None
        self.version = 0
        self._changed = asyncio.Event()
        self._latest = round(float(self.archive.latest_ts()) * 1_000_000)

    def close(self) -> None:
        """Close the file. Messages are in it; open forms and trigger ids are lost."""
        self.archive.close()

    # -- changes and time

    def touch(self) -> None:
        """Record that something visible has changed, and wake those who wait for it."""
        self.version += 1
        self._changed.set()
        self._changed = asyncio.Event()

    async def next_change(self, after: int, *, within: float) -> bool:
        """Wait until `version` is above `after`; return False if `within` seconds pass first."""
        try:
            async with asyncio.timeout(within):
                while self.version <= after:
                    await self._changed.wait()
        except TimeoutError:
            return False
        return True

    async def changed(self, predicate: Callable[[Json], object], *, user: str = "ana", within: float = 5.0) -> Json:
        """Wait until `predicate(state(user))` is true, and return that state. Raises TimeoutError after `within`."""
        async with asyncio.timeout(within):
            while not predicate(state := self.state(user)):
                await self.next_change(self.version, within=within)
        return state

    def next_ts(self) -> str:
        """Create a message's id: the time in seconds with six digits, always unique."""
        self._latest = max(round(self.clock() * 1_000_000), self._latest + 1)
        return f"{self._latest // 1_000_000}.{self._latest % 1_000_000:06d}"

    # -- the app

    @property
    def transport(self) -> Transport:
        """The transport in use."""
        return self.http or self.sockets

    async def send(self, kind: str, payload: Json, *, attempt: int = 0) -> Ack:
        """Deliver a payload and wait for the acknowledgement. Raises Undelivered."""
        if kind == "interactive" and not self.manifest.interactivity:
            raise Undelivered("interactivity_not_enabled")
        ack = await deliver(self.transport, Parcel(kind, payload, attempt), seconds=self.ack_seconds)
        self.overheard(payload.get("type", kind), ack.body)
        return ack

    def link(self) -> Json:
        """Return how the app is connected: the transport, and the number of open websockets."""
        connections = len(self.sockets)
        connected = self.http is not None or connections > 0
        return {
            "transport": "http" if self.http else "socket",
            "connections": connections,
            "connected": connected,
        }

    def response_url(self, user_id: str, channel: str, source: Posting | None = None) -> str:
        """Create a URL at which the app may respond for the next 30 minutes."""
        return f"{self.public_url}/response/{self.responses.issue(user_id, channel, source)}"

    # -- messages

    def post(self, channel: str, author: Json, content: Json, *, visible_to: str | None = None) -> Posting:
        """Post a message; `content` holds text, blocks and any other fields."""
        ts = self.next_ts()
        message = {"type": "message", **author, "ts": ts, "team": people.TEAM_ID, **content}
        posting = Posting(channel, ts, _with_ids(message), visible_to)
        self.archive.keep(posting)
        self.touch()
        return posting

    def change(self, posting: Posting, **fields: object) -> None:
        """Update fields of a message; None removes a field."""
        merged = {**posting.message, **fields}
        posting.message = _with_ids({key: value for key, value in merged.items() if value is not None})
        self.archive.keep(posting)
        self.touch()

    def delete(self, posting: Posting) -> None:
        """Delete a message."""
        self.archive.forget(posting)
        self.touch()

    def whisper(self, user_id: str, channel: str, text: str) -> Posting:
        """Post a message from Slackbot that only one person sees."""
        return self.post(channel, {"user": people.SLACKBOT_ID}, {"text": text}, visible_to=user_id)

    # -- what a person sees

    def state(self, user: str) -> Json:
        """Build what `user` sees: channels, direct messages with the bot, the open form and the Home tab."""
        person = self.directory.human(user)
        form, direct = self.forms.top(person.id), self.directory.direct(person.id).id
        mine = [one for one in self.directory.channels() if person.id in one.members]
        return {
            "channels": {f"#{one.name}": self._seen(one.id, person) for one in mine},
            "dms": [{"channel": direct, **one} for one in self._seen(direct, person)],
            "form": form.shown() if form else None,
            "home": self.archive.homes.get(person.id),
        }

    def _seen(self, channel: str, person: people.Person) -> list[Json]:
        postings = [one for one in self.archive.messages.get(channel, {}).values() if one.seen_by(person.id)]
        return [self._shown(one, person) for one in postings[-SHOWN:]]

    def _shown(self, posting: Posting, person: people.Person) -> Json:
        message = posting.message
        extras: Json = {key: message[key] for key in ("edited", "reactions", "thread_ts") if key in message}
        if "files" in message:
            extras["files"] = [{**one, "url": _link(one, person)} for one in message["files"]]
        return {
            "ts": posting.ts,
            "user": self.directory.name(message["user"]),
            "text": message.get("text", ""),
            "blocks": message.get("blocks", []),
            "ephemeral": posting.visible_to is not None,
            "bot": "bot_id" in message,
            **extras,
        }


def _link(file: Json, person: people.Person) -> str:
    """Return the link with which a person's browser, which has no token, downloads a file."""
    return f"/files/{file['id']}/{quote(file['name'], safe='')}?as={person.name}"


def bot_author() -> Json:
    """Return the fields that mark a message as the app's."""
    return {"user": people.BOT_USER_ID, "bot_id": people.BOT_ID, "app_id": people.APP_ID}


def _with_ids(message: Json) -> Json:
    return {**message, "blocks": identified(message["blocks"])} if message.get("blocks") else message
