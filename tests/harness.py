"""The whole bot in one process, between the emulated store and the emulated Slack; tests read like a chat with it."""

import asyncio
import json
import re
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bot.bigcommerce.wire_format import UUID
from bot.core.approval.changes import Change
from bot.core.audit.entries import RecordedEntry
from bot.core.ledger_address import LedgerAddress, parse_address
from bot.core.meters import NO_METERS, Meters
from bot.engine.patience import Patience
from bot.sandbox import server
from bot.sandbox.store import Store
from bot.sandbox.store.resources import customers as store_customers
from bot.sandbox.store.resources import profiles as store_profiles
from bot.sandbox.store.resources import promotions as store_promotions
from bot.sandbox.store.resources import segments as store_segments
from bot.sandbox.workspace import Workspace, people
from bot.sandbox.workspace.client.client import Client
from bot.sandbox.workspace.client.surfaces import action_of, surface_of, target_in
from bot.sandbox.workspace.delivery import payloads
from bot.sandbox.workspace.delivery.signed_http import SignedRequests
from bot.sandbox.workspace.delivery.transport import Ack
from bot.settings import Settings, load
from bot.slack import transports
from bot.slack.action_ids import USE_LIST
from bot.wiring import Bot, assemble
from commands import GROUPS
from tests.engines import Engine, sqlite
from tests.records import create_ledger, entries_of, read_ledger, with_lists
from tests.seeded import seed

ROOT = Path(__file__).parent.parent
PATIENT = Patience(rule=30, question=30)
"""On a busy machine, what is read at once takes its time, too. A Home tab is drawn anew once that is done."""
Json = dict[str, Any]
_CARD = re.compile(r"Change \d+:")
_UUID = re.compile(UUID)


class Clock:
    """A clock that moves only when told; ``elapsed`` is the one of them that nobody sets."""

    def __init__(self) -> None:
        self.now = datetime.now(UTC)
        self._set_by = timedelta()

    def __call__(self) -> datetime:
        return self.now

    def timestamp(self) -> float:
        """Seconds since 1970."""
        return self.now.timestamp()

    def elapsed(self) -> float:
        """Seconds that really passed, since some moment."""
        return (self.now - self._set_by).timestamp()

    @property
    def ahead(self) -> timedelta:
        """How far it was set ahead of clocks that nobody sets."""
        return self._set_by

    def forward(self, **time: float) -> None:
        """Let time pass: ``forward(hours=25)``."""
        self.now += timedelta(**time)

    def set_by(self, **time: float) -> None:
        """Set it ahead, or back, while no time passes: ``set_by(hours=-3)``."""
        self.now += timedelta(**time)
        self._set_by += timedelta(**time)


async def no_wait(_seconds: float) -> None:
    """Wait for nothing."""


class Stuck:
    """A store that takes its time: ``reached`` when the request is there, answered after ``release``."""

    def __init__(self) -> None:
        self.reached = asyncio.Event()
        self.release = asyncio.Event()

    async def __call__(self, seconds: float) -> None:
        """Sleep as the store does; a request that no delay was ordered for goes on."""
        if seconds:
            self.reached.set()
            await self.release.wait()


def environment_for(url: str, database: Path | str) -> dict[str, str]:
    """The settings of a bot between the emulators at ``url``, as environment variables."""
    return {
        "SLACK_BOT_TOKEN": people.BOT_TOKEN,
        "SLACK_APP_TOKEN": people.APP_TOKEN,
        "SLACK_SIGNING_SECRET": people.SIGNING_SECRET,
        "SLACK_API_URL": f"{url}/api/",
        "BIGCOMMERCE_STORE_HASH": "sandbox",
        "BIGCOMMERCE_ACCESS_TOKEN": "sandbox-token",
        "BIGCOMMERCE_API_URL": url,
        "APPROVALS_CHANNEL": people.APPROVALS,
        "APPROVERS": people.APPROVERS_GROUP,
        "DATABASE": str(database),
    }


def settings_for(url: str, database: Path, **others: str) -> Settings:
    """The sandbox's settings."""
    return load(environment=environment_for(url, database) | others, dotenv=None)


@dataclass
class World:
    """A workspace, a store, and (most of the time) a bot. People are ``ana``, ``ben``, ``cleo``, ``dan``.

    ``database`` is the ledger's file, unless the setting DATABASE says where it is.
    ``sent`` is all that the bot sent to Slack, whatever became of it: by method or door, as the workspace overheard it.
    ``permitted`` and ``breakers`` are the user ids that settings named at any time, to approve and to break the glass.
    """

    url: str
    database: Path
    workspace: Workspace
    store: Store
    clock: Clock
    client: Client
    pause: Callable[[float], Awaitable[None]] = no_wait
    signed_http: bool = False
    patience: Patience = PATIENT
    overrides: dict[str, str] = field(default_factory=dict)
    meters: Meters = NO_METERS
    request_url: str = ""
    bot: Bot | None = None
    sent: list[tuple[str, Json]] = field(default_factory=list, repr=False)
    permitted: set[str] = field(default_factory=set)
    breakers: set[str] = field(default_factory=set)
    _running: AsyncExitStack = field(default_factory=AsyncExitStack)

    @property
    def address(self) -> LedgerAddress:
        """Where the ledger is."""
        return parse_address(self.overrides.get("DATABASE", str(self.database)))

    # the bot's life

    def prepare(self) -> None:
        """Write the ledger's file, if it is in one."""
        if isinstance(self.address, Path):
            create_ledger(self.address)

    async def start(self) -> None:
        """Start a bot."""
        self.prepare()
        settings = settings_for(self.url, self.database, **self.overrides)
        self._name(settings)
        self.bot = await self._running.enter_async_context(
            assemble(
                settings,
                GROUPS,
                clock=self.clock,
                elapsed=self.clock.timestamp,
                pause=self.pause,
                quiet=0,
                patience=self.patience,
                run_due_every=None,
                meters=self.meters,
            )
        )
        if self.signed_http:
            await self._listen(self.bot, settings)
        else:
            await self._running.enter_async_context(transports.socket(self.bot.app, settings.SLACK_APP_TOKEN))

    def _name(self, settings: Settings) -> None:
        file = settings.POLICY
        rules = file.rules if file else ()
        self.permitted |= self.behind(settings.APPROVERS.union(*(rule.approvers for rule in rules)))
        self.breakers |= self.behind(file.breakers if file else frozenset())

    def behind(self, ids: frozenset[str]) -> set[str]:
        """The people behind ids of people and groups, as the workspace has them now."""
        groups = self.workspace.directory.groups
        return {user for id_ in ids for user in (groups[id_].members if id_ in groups else [id_])}

    async def _listen(self, bot: Bot, settings: Settings) -> None:
        served = transports.http(bot.app, bot.healthy, settings.SLACK_SIGNING_SECRET, now=self.clock.timestamp)
        port = await self._running.enter_async_context(transports.listening(served, settings.HOST, 0))
        self.request_url = f"http://{settings.HOST}:{port}{transports.PATH}"
        self.workspace.http = SignedRequests(self.request_url, people.SIGNING_SECRET, self.clock.timestamp)
        self._running.push_async_callback(self.workspace.http.close)

    async def stop(self) -> None:
        """Stop it, in the middle of what it does."""
        if self.bot:
            await self.bot.engine.process.tasks.stop()
        await self.end()

    async def end(self) -> None:
        """Stop it as whoever replaces it by another one does: what is under way ends first."""
        await self._running.aclose()
        self._running = AsyncExitStack()
        self.bot = None

    async def under(self, policy: str) -> None:
        """Start the bot anew under this policy, the text of a TOML file."""
        file = self.database.with_name("policy.toml")
        file.write_text(policy, encoding="utf-8")
        self.overrides["POLICY"] = str(file)
        await self.stop()
        await self.start()

    async def settled(self) -> None:
        """Wait until the bot has nothing under way."""
        if self.bot:
            await self.bot.settled()

    async def sweep(self) -> None:
        """Let the bot do at once what is due, and wait until it is done."""
        assert self.bot
        await self.bot.run_due()

    async def tick(self) -> None:
        """Let the bot begin what is due, whatever else is under way."""
        assert self.bot
        await self.bot.engine.housekeeper.run_due()

    # people

    async def type(self, text: str, *, by: str = "ana", channel: str = "#segments") -> Json:
        """Type a line, and wait until the bot is done with it."""
        return await self._done(self.client.type(by, channel, text))

    async def upload(self, name: str, content: str, *, by: str = "ana", channel: str = "dm") -> str:
        """Share a file, and wait until the bot is done with it; returns the message's ts."""
        shared = await self._done(self.client.upload(by, channel, {"name": name, "content": content}))
        return str(shared["ts"])

    async def use(self, ts: str, *, by: str = "ana", channel: str = "#segments") -> Json:
        """Choose Use This List in the menu of a message."""
        return await self._done(self.client.shortcut(by, channel, ts, USE_LIST))

    async def press(
        self, button: str, *, by: str, change: int | None = None, channel: str = "#approvals", **options: Any
    ) -> Json:
        """Press a button: on the card of ``change``, or the latest one in ``channel``."""
        ts = self.card(change)["ts"] if change else None
        return await self._done(self.client.press(by, channel, button, ts=ts, **options))

    async def submit(self, values: Json, *, by: str = "ana") -> Json:
        """Fill the open form and submit it."""
        return await self._done(self.client.submit(by, values))

    async def suggest(
        self, query: str, *, by: str = "ana", field: str = "segments", action: str = "segments"
    ) -> list[str]:
        """Type into a form's type-ahead; returns the texts that it offers."""
        offered = await self.client.suggest(by, action, field, query)
        assert offered["ok"], offered
        return [option["text"]["text"] for option in offered["options"]]

    def click(self, button: str, *, by: str, channel: str = "#approvals") -> Json:
        """What Slack would send for a press of ``button``; ``deliver`` sends it, as often as told."""
        workspace = self.workspace
        person = workspace.directory.human(by)
        surface = surface_of(workspace, person, channel, None, button)
        assert surface.place
        return payloads.block_actions(
            person,
            surface.where(),
            action_of(target_in(surface, button), None, workspace.next_ts()),
            trigger_id=workspace.triggers.issue(person.id),
            response_url=workspace.response_url(person.id, surface.place.id, surface.posting),
        )

    def click_again(self, click: Json) -> Json:
        """The same press once more, by the same person on the same message as it was then."""
        return {**click, "trigger_id": self.workspace.triggers.issue(click["user"]["id"])}

    def command(self, text: str, *, by: str = "ana", channel: str = "#segments", **others: str) -> Json:
        """What Slack would send for a typed line."""
        workspace = self.workspace
        person = workspace.directory.human(by)
        place = workspace.directory.place(channel, person)
        name, _, rest = text.partition(" ")
        urls = {
            "trigger_id": workspace.triggers.issue(person.id),
            "response_url": workspace.response_url(person.id, place.id),
        }
        return payloads.slash_command(person, place, name, rest, **(urls | others))

    async def deliver(self, payload: Json, *, times: int = 1) -> list[Ack]:
        """Deliver the same payload ``times`` at once, and wait until the bot is done."""
        kind = "slash_commands" if "command" in payload else "interactive"
        acks = await asyncio.gather(*(self.workspace.send(kind, payload) for _ in range(times)))
        await self.settled()
        return acks

    async def home(self, *, by: str) -> Json | None:
        """Open the Home tab; returns its view, if there is one."""
        await self._done(self.client.home(by))
        if "Loading…" in str(self.workspace.state(by)["home"]):  # it was slow, on a busy machine
            await self.sweep()
            await self.settled()
        view: Json | None = self.workspace.state(by)["home"]
        return view

    async def _done(self, act: Awaitable[Json]) -> Json:
        outcome = await act
        await self.settled()
        return outcome

    # what people see

    def messages(self, *, by: str = "ana", channel: str = "#segments") -> list[Json]:
        """Messages as this person sees them, oldest first; ``channel`` "dm" is the bot's direct messages."""
        state = self.workspace.state(by)
        found: list[Json] = state["dms"] if channel == "dm" else state["channels"][channel]
        return found

    def whisper(self, *, by: str = "ana", channel: str = "#segments") -> str:
        """The latest thing shown to this person alone, as text."""
        return said([one for one in self.messages(by=by, channel=channel) if one["ephemeral"]][-1])

    def cards(self, change: int, *, by: str = "ben") -> list[Json]:
        """Every message in #approvals that begins like this change's card."""
        seen = self.messages(by=by, channel="#approvals")
        return [one for one in seen if one["text"].startswith(f"Change {change}:") and not one["ephemeral"]]

    def heard(self, words: str, *, by: str = "ana") -> int:
        """How many direct messages of the bot to this person hold these words."""
        return sum(words in said(one) for one in self.messages(by=by, channel="dm"))

    def files(self, *, by: str = "ana", channel: str = "dm") -> dict[str, str]:
        """Files that this person sees in a place, content by name; the latest of a name."""
        found = [file for one in self.messages(by=by, channel=channel) for file in one.get("files", [])]
        return {file["name"]: self.workspace.archive.content(file["id"]).decode() for file in found}

    def card(self, change: int | None = None, *, by: str = "ben") -> Json:
        """The message of a change (the latest one without a number)."""
        seen = self.messages(by=by, channel="#approvals") + self.messages(by=by, channel="#segments")
        cards = [one for one in seen if _CARD.match(one["text"]) and not one["ephemeral"]]
        if change is not None:
            cards = [one for one in cards if one["text"].startswith(f"Change {change}:")]
        assert cards, f"no card of change {change}"
        return max(cards, key=lambda one: str(one["ts"]))

    def form(self, *, by: str = "ana") -> Json | None:
        """The form that this person has open."""
        view: Json | None = self.workspace.state(by)["form"]
        return view

    # somebody in the store's control panel

    def put(self, *names: str, description: str = "") -> list[str]:
        """Create segments past the bot; returns their ids."""
        drafts = [store_segments.Draft(name, description) for name in names]
        return [one["id"] for one in store_segments.create(self.store.shop, drafts)]

    def drop(self, name: str) -> None:
        """Delete a segment past the bot."""
        store_segments.delete(self.store.shop, [self.id_of(name)])

    def enrol(self, name: str, members: int) -> None:
        """Make the shop's first ``members`` profiles the members of a segment, past the bot."""
        with self.store.shop.db as db:
            (position,) = db.execute("SELECT position FROM segments WHERE name = ?", (name,)).fetchone()
            db.execute("DELETE FROM members WHERE segment = ?", (position,))
            db.execute("INSERT INTO members SELECT ?, position FROM profiles LIMIT ?", (position, members))

    def rename(self, name: str, other: str) -> None:
        """Rename a segment past the bot."""
        store_segments.update(self.store.shop, [store_segments.Revision(self.id_of(name), other)])

    def register(self, email: str, first_name: str = "Eve", last_name: str = "Moss") -> int:
        """Register a customer past the bot; returns their id."""
        draft = {"email": email, "first_name": first_name, "last_name": last_name}
        return int(store_customers.create(self.store.shop, [draft])[0]["id"])

    def give_profiles(self, *emails: str) -> list[str]:
        """Give customers profiles past the bot; returns the profiles' ids."""
        ids = [self.customer_id(email) for email in emails]
        return [str(one["id"]) for one in store_profiles.create(self.store.shop, ids)]

    def drop_profile(self, email: str) -> None:
        """Delete a customer's profile past the bot."""
        store_profiles.delete(self.store.shop, [str(self.profile_id(email))])

    def close_account(self, email: str) -> None:
        """Delete a customer, whose profile goes with them, past the bot."""
        with self.store.shop.db as db:
            db.execute("DELETE FROM customers WHERE email = ?", (email,))

    def join(self, name: str, *emails: str) -> None:
        """Put customers who have profiles into a segment, past the bot."""
        ids = [str(self.profile_id(email)) for email in emails]
        store_profiles.add_members(self.store.shop, self.id_of(name), ids)

    def leave(self, name: str, *emails: str) -> None:
        """Take customers out of a segment, past the bot."""
        ids = [str(self.profile_id(email)) for email in emails]
        store_profiles.remove_members(self.store.shop, self.id_of(name), ids)

    def put_promotions(self, *names: str, segments: Json | None = None, **fields: Any) -> list[int]:
        """Create promotions past the bot, with these fields and defaults for all others; returns their ids."""
        customer = {"group_ids": [], "minimum_order_count": 0, "excluded_group_ids": [], "segments": segments}
        made = {"redemption_type": "AUTOMATIC", "created_from": "react_ui", "current_uses": 0, "rules": []}
        like = {**store_promotions.DEFAULTS, **made, "customer": customer, **fields}
        last = max(self.promotions(), default=0)
        ids = list(range(last + 1, last + 1 + len(names)))
        with self.store.shop.db:
            for number, name in zip(ids, names, strict=True):
                store_promotions.store(self.store.shop, {**like, "id": number, "name": name})
        return ids

    def alter_promotion(self, number: int, **fields: Any) -> None:
        """Change a promotion past the bot: its fields, or whom it reaches (``segments``)."""
        document = self.promotions()[number]
        if "segments" in fields:
            document["customer"]["segments"] = fields.pop("segments")
        with self.store.shop.db:
            store_promotions.store(self.store.shop, {**document, **fields})

    def drop_promotions(self, *numbers: int) -> None:
        """Delete promotions past the bot."""
        with self.store.shop.db as db:
            db.executemany("DELETE FROM promotions WHERE id = ?", [(number,) for number in numbers])

    def stick(self, method: str, path: str, **fault: Any) -> Stuck:
        """Let the store's answer to the next such request wait until it is released."""
        stuck = Stuck()
        self.store.sleep = stuck
        self.store.faults.add(method, path, **{"delay": 1, **fault})
        return stuck

    @asynccontextmanager
    async def meanwhile(self, act: Awaitable[Json], method: str, path: str, **fault: Any) -> AsyncIterator[None]:
        """Somebody acts; what the block does happens while the store has the request that this leads to in hand."""
        stuck = self.stick(method, path, **fault)
        outcome = await act
        assert outcome["ok"], outcome
        await stuck.reached.wait()
        try:
            yield
        finally:
            stuck.release.set()
        await self.settled()

    # what is so

    def id_of(self, name: str) -> str:
        """A segment's id, in the store."""
        return next(str(one["id"]) for one in self.store.overview()["segments"] if one["name"] == name)

    def emails(self, count: int, *, inside: str = "", outside: str = "") -> list[str]:
        """E-mails of the store's first customers with a profile; in the segment ``inside``, not in ``outside``."""
        sql = """SELECT email FROM customers JOIN profiles ON customer_id = customers.id
                 WHERE (:inside = '' OR :inside IN {mine}) AND :outside NOT IN {mine}
                 ORDER BY customers.id LIMIT :count"""
        mine = (
            "(SELECT name FROM members JOIN segments ON segment = segments.position WHERE profile = profiles.position)"
        )
        values = {"inside": inside, "outside": outside, "count": count}
        return [row["email"] for row in self.store.shop.db.execute(sql.format(mine=mine), values)]

    def emails_without_profile(self, count: int) -> list[str]:
        """E-mails of the store's first customers without a profile."""
        sql = "SELECT email FROM customers WHERE id NOT IN (SELECT customer_id FROM profiles) ORDER BY id LIMIT ?"
        return [row["email"] for row in self.store.shop.rows(sql, count)]

    def customer_id(self, email: str) -> int:
        """A customer's id, in the store."""
        (row,) = self.store.shop.rows("SELECT id FROM customers WHERE email = ?", email)
        return int(row["id"])

    def profile_id(self, email: str) -> str | None:
        """A customer's profile id, in the store; None without a profile."""
        sql = "SELECT profiles.id FROM profiles JOIN customers ON customers.id = customer_id WHERE email = ?"
        return next((str(row["id"]) for row in self.store.shop.rows(sql, email)), None)

    def named(self, email: str) -> str:
        """How a channel is told who this customer is: ``Ada Byron``."""
        return self.called(email).partition(" (")[0]

    def called(self, email: str) -> str:
        """How people are told who this customer is: ``Ada Byron (ada@example.com)``."""
        (row,) = self.store.shop.rows("SELECT first_name, last_name FROM customers WHERE email = ?", email)
        return f"{row['first_name']} {row['last_name']} ({email})"

    def customers_called(self, email: str) -> int:
        """How many customers have this address, whatever its case."""
        return self.store.shop.count("SELECT count(*) FROM customers WHERE lower(email) = lower(?)", email)

    def members(self, name: str) -> set[str]:
        """The profile ids in a segment, in the store."""
        sql = """SELECT profiles.id FROM members JOIN profiles ON profile = profiles.position
                 JOIN segments ON segment = segments.position WHERE segments.name = ?"""
        return {row["id"] for row in self.store.shop.rows(sql, name)}

    def promotions(self) -> dict[int, Json]:
        """The whole documents of all promotions, in the store, by id."""
        rows = self.store.shop.rows("SELECT id, document FROM promotions ORDER BY id")
        return {row["id"]: json.loads(row["document"]) for row in rows}

    def targeting(self, number: int) -> Any:
        """Whom a promotion reaches, in the store."""
        return self.promotions()[number]["customer"]["segments"]

    def sizes(self) -> dict[str, int]:
        """Shoppers by segment name, in the store."""
        return {one["name"]: one["shoppers"] for one in self.store.overview()["segments"]}

    def writes(self) -> list[tuple[str, str]]:
        """What the store was asked to change: method and path, oldest first."""
        asked = self.store.requests()
        return [(one["method"], one["path"].split("/v3")[-1]) for one in asked if one["method"] != "GET"]

    def asked(self, since: int = 0) -> Counter[str]:
        """How often the store was asked what (``GET /segments/{id}``), after the request with this number."""
        asked = ((one["method"], one["path"].split("/v3")[-1].partition("?")[0]) for one in self.store.requests(since))
        return Counter(f"{method} {_UUID.sub('{id}', path)}" for method, path in asked)

    def kinds(self) -> list[str]:
        """Kinds of the audit log's entries, oldest first."""
        return [entry.kind for entry in self.entries()]

    def entries(self) -> list[RecordedEntry]:
        """The audit log's entries, oldest first, whether a bot runs or not."""
        with read_ledger(self.address) as ledger:
            return entries_of(ledger)

    async def change(self, number: int) -> Change:
        """A change as the ledger has it, whether a bot runs or not."""
        with read_ledger(self.address) as ledger:
            return with_lists(await ledger.changes.load(number))


def said(message: Json) -> str:
    """All the words of a message or view, as a person reads them."""
    return " ".join(_words(message["blocks"])) or str(message["text"])


def _words(value: Any) -> list[str]:
    if isinstance(value, list):
        return [word for one in value for word in _words(one)]
    if not isinstance(value, dict):
        return []
    if isinstance(value.get("text"), str):
        return [value["text"]]
    if value.get("type") == "user":
        return [f"@{value['user_id']}"]
    return [word for one in value.values() for word in _words(one)]


def filled(form: Json | None, field: str) -> Any:
    """What stands in a form's field: a text, or the text of each option that is chosen."""
    assert form
    (held,) = form["state"]["values"][field].values()
    if "selected_option" in held:
        return held["selected_option"] and held["selected_option"]["text"]["text"]
    if "selected_options" in held:
        return [option["text"]["text"] for option in held["selected_options"]]
    return held["value"]


def buttons(message: Json) -> list[str]:
    """The texts of a message's buttons."""
    return [
        one["text"]["text"]
        for block in message["blocks"]
        if block["type"] == "actions"
        for element in block["elements"]
        for one in element.get("options", [element])
    ]


@asynccontextmanager
async def world(
    folder: Path,
    *,
    customers: int = 400,
    running: bool = True,
    signed_http: bool = False,
    meters: Meters = NO_METERS,
    engine: Engine = sqlite,
    **overrides: str,
) -> AsyncIterator[World]:
    """A world of its own; ``overrides`` are settings. ``signed_http``: instead of Socket Mode."""
    clock = Clock()
    async with AsyncExitStack() as stack:
        overrides |= stack.enter_context(engine())
        store = Store(":memory:", clock=clock.timestamp)
        stack.callback(store.close)
        seed(store, customers=customers)
        workspace = Workspace(":memory:", manifest=ROOT / "manifest.yml", clock=clock.timestamp)
        stack.callback(workspace.close)
        url = await stack.enter_async_context(server.serve(port=0, store=store, workspace=workspace, log=None))
        made = World(
            url,
            folder / "ledger.sqlite",
            workspace,
            store,
            clock,
            Client(workspace),
            signed_http=signed_http,
            overrides=overrides,
            meters=meters,
        )
        workspace.overheard = lambda door, body: made.sent.append((door, body))
        stack.push_async_callback(made.stop)
        if running:
            await made.start()
        yield made
