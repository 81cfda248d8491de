"""The composition root: production, sandbox and tests run the same ``assemble``."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.bigcommerce import Reader, Share, Store, connect
from bot.core import work
from bot.core.approval.policy import Policy
from bot.core.command import Group
from bot.core.errors import LedgerLost, NotRecorded
from bot.core.meters import NO_METERS, Meters, Outcome
from bot.core.segment_rules.schedule import an_hour_before
from bot.core.uploads import Uploads
from bot.engine.ack_priority import QUIET, AckPriority
from bot.engine.daily_summary import Schedule
from bot.engine.engine import Engine, build_engine
from bot.engine.patience import USUAL, Patience
from bot.engine.process import USUAL_LEASE, Lease, Process, elapsed
from bot.ledger.opening import open_ledger
from bot.settings import CannotStart, Settings
from bot.slack.announcer import SlackAnnouncer
from bot.slack.app import Listeners
from bot.slack.clients import Clients, open_clients
from bot.slack.deliveries import TimedApp
from bot.slack.directory import SlackDirectory
from bot.slack.file_downloads import SlackUploads
from bot.slack.slack_errors import NOT_ANSWERED, error_code
from bot.slack.suggestions import Suggestions

FORGET_AFTER = timedelta(days=1)
"""How long a repeated delivery is recognised: Slack repeats none after an hour."""
CHECK_SECONDS = 5.0
"""How long the start waits for the check of the ledger's file: a million entries take about that."""
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Bot:
    """A running bot: ``app`` takes Slack's deliveries, ``engine`` does the work, at the ``store``.

    ``lost`` gets a result once the bot has to stop, since it lost its ledger.
    """

    app: AsyncApp
    engine: Engine
    store: Reader
    lost: asyncio.Future[LedgerLost]

    def lose(self, error: LedgerLost) -> None:
        """Note that the bot has to stop."""
        with suppress(asyncio.InvalidStateError):  # it has to already
            self.lost.set_result(error)

    async def settled(self) -> None:
        """Wait until no work is running."""
        await self.engine.process.tasks.settled()

    async def refuse_app_token(self, token: str) -> None:
        """Raise CannotStart if Slack rejects this app-level token: Socket Mode would retry for ever."""
        client = self.app.client
        try:
            await client.apps_connections_open(app_token=token)
        except NOT_ANSWERED as error:
            raise _cannot_start(client, "SLACK_APP_TOKEN", error) from error

    async def run_due(self) -> None:
        """Do what is due at once, and wait for it."""
        await self.engine.housekeeper.run_due()
        await self.settled()

    async def healthy(self) -> bool:
        """Return whether the process answers; whether it should be sent anything is another question."""
        return not self.lost.done()


def utc_now() -> datetime:
    """Return the time in UTC."""
    return datetime.now(UTC)


@asynccontextmanager
async def assemble(
    settings: Settings,
    groups: tuple[Group, ...],
    *,
    clock: Callable[[], datetime] = utc_now,
    elapsed: Callable[[], float] = elapsed,
    pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    quiet: float = QUIET,
    patience: Patience = USUAL,
    lease: Lease = USUAL_LEASE,
    run_due_every: float | None = 1.0,
    uploads: Uploads | None = None,
    meters: Meters = NO_METERS,
) -> AsyncIterator[Bot]:
    """Assemble a bot, ready to take deliveries.

    ``run_due_every``: seconds between runs of what is due; None leaves that to the caller. ``uploads``: where files
    are that people bring, if not in Slack.

    ``pause`` waits between attempts to reach the store; ``quiet`` is how many seconds answering waits for silence,
    and ``patience`` how long people wait for the store.
    ``lease``: how long the process keeps what it claims. ``meters`` count what it does.

    Raises CannotStart if Slack rejects the token.
    """
    async with AsyncExitStack() as stack:
        clients = await stack.enter_async_context(
            open_clients(settings.SLACK_BOT_TOKEN, settings.SLACK_API_URL, meters)
        )
        signed_in = await _sign_in(clients.usual)
        team_id = str(signed_in["team_id"])
        share = Share()
        store = await stack.enter_async_context(open_store(settings, meters, pause, lease.longest_write, share))
        ledger = await stack.enter_async_context(
            open_ledger(settings.DATABASE, workspace=team_id, keys=settings.SEAL_KEY)
        )
        engine = await _engine(
            Process.named_at_random(ledger, clock, elapsed, lease, meters, share),
            settings,
            groups,
            store=store,
            clients=clients,
            team_id=team_id,
            uploads=uploads or SlackUploads(clients.usual),
            gate=AckPriority(now=time.monotonic, quiet=quiet),
            patience=patience,
        )
        lost: asyncio.Future[LedgerLost] = asyncio.get_running_loop().create_future()
        bot = Bot(_app(clients.usual, signed_in, meters), engine, store, lost)
        await _refuse_damage(bot)
        stack.push_async_callback(engine.stop)
        await engine.process.live()
        await ledger.tidy(before=clock() - FORGET_AFTER)
        Listeners(engine, clients.usual, Suggestions(store, clock=clock)).register(bot.app)
        if run_due_every is not None:
            await stack.enter_async_context(_housekeeping(bot, run_due_every))
        yield bot


async def _engine(
    process: Process,
    settings: Settings,
    groups: tuple[Group, ...],
    *,
    store: Store,
    clients: Clients,
    team_id: str,
    uploads: Uploads,
    gate: AckPriority,
    patience: Patience,
) -> Engine:
    """Build the engine of a process in this workspace, under the policy of the settings."""
    policy = policy_of(settings)
    directory = SlackDirectory(clients.usual, team_id=team_id, named=policy.named, clock=process.clock)
    for sentence in await directory.unreadable_groups():
        log.warning("%s", sentence)
    return build_engine(
        process,
        groups=groups,
        policy=policy,
        store=store,
        announcer=_announcer(clients, settings, groups),
        directory=directory,
        uploads=uploads,
        gate=gate,
        approval_time=timedelta(hours=settings.APPROVAL_HOURS),
        zone=settings.TIMEZONE,
        usual_schedule=an_hour_before(settings.SUMMARY_TIME),
        schedule=_schedule(settings),
        patience=patience,
    )


def _app(client: AsyncWebClient, signed_in: AsyncSlackResponse, meters: Meters) -> AsyncApp:
    # Without a name, Bolt looks for one in the caller's source. Signatures are checked before Bolt parses anything:
    # it does so afterwards, and logs whole bodies that are forged.
    options: dict[str, Any] = {"process_before_response": True, "request_verification_enabled": False}
    return TimedApp(signed_in, meters, name="segment-bot", client=client, **options)


def open_store(
    settings: Settings, meters: Meters, pause: Callable[[float], Awaitable[None]], longest_write: float, share: Share
) -> AbstractAsyncContextManager[Store]:
    """Open connections to the store."""
    address = (settings.BIGCOMMERCE_API_URL, settings.BIGCOMMERCE_STORE_HASH, settings.BIGCOMMERCE_ACCESS_TOKEN)
    left = settings.QUOTA_LEFT / 100

    def heard(word: Outcome, request_id: str) -> None:
        meters.requested("store", word)
        work.learn("store_request", request_id)

    connected = partial(connect, *address, sleep=pause, heard=heard, share=share)
    return connected(longest_write=longest_write, left_by_long_runs=left)


def _announcer(clients: Clients, settings: Settings, groups: tuple[Group, ...]) -> SlackAnnouncer:
    return SlackAnnouncer(
        clients.usual,
        once=clients.once,
        cards=clients.cards,
        approvals=settings.APPROVALS_CHANNEL,
        summary=settings.SUMMARY_CHANNEL,
        groups=groups,
    )


def _schedule(settings: Settings) -> Schedule | None:
    channel = settings.SUMMARY_CHANNEL
    return Schedule(channel, settings.SUMMARY_TIME, settings.TIMEZONE) if channel else None


async def _sign_in(client: AsyncWebClient) -> AsyncSlackResponse:
    """Return what Slack says of the bot's token. Raises CannotStart."""
    try:
        return await client.auth_test()
    except NOT_ANSWERED as error:
        raise _cannot_start(client, "SLACK_BOT_TOKEN", error) from error


def _cannot_start(client: AsyncWebClient, setting: str, error: Exception) -> CannotStart:
    refused = f"Slack at {client.base_url} does not take {setting} ({error_code(error)})."
    return CannotStart(f"{refused} Check the token, and SLACK_API_URL.")


def policy_of(settings: Settings) -> Policy:
    """Return the policy that the settings say."""
    file = settings.POLICY.model_dump() if settings.POLICY else {}
    return Policy(approvers=settings.APPROVERS, requesters=settings.REQUESTERS, **file)


async def _refuse_damage(bot: Bot) -> None:
    """Raise LedgerLost if the ledger's file is damaged; a large one is looked through while the bot runs."""

    async def check() -> None:
        try:
            await bot.engine.process.ledger.refuse_damage()
        except LedgerLost as error:
            bot.lose(error)

    await asyncio.wait({bot.engine.process.tasks.start(check())}, timeout=CHECK_SECONDS)
    if bot.lost.done():
        raise bot.lost.result()


@asynccontextmanager
async def _housekeeping(bot: Bot, every: float) -> AsyncIterator[None]:
    async def run() -> None:
        while not bot.lost.done():
            try:
                with suppress(NotRecorded):  # logged by the ledger
                    await _run_due(bot)
            except Exception:
                log.exception("What is due could not be started; the next try comes in %s s", every)
            await asyncio.sleep(every)

    task = asyncio.create_task(run())
    try:
        yield
    finally:
        task.cancel()


async def _run_due(bot: Bot) -> None:
    try:
        await bot.engine.housekeeper.run_due()
    except LedgerLost as error:
        bot.lose(error)
