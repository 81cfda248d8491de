"""What is looked at: the settings, and the ways from here to Slack, the store, the ledger and this machine."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import aiohttp

from bot.core.approval.policy import Policy
from bot.doctor.machine import Machine
from bot.doctor.server_side import ServerSide
from bot.doctor.slack_side import SlackSide
from bot.doctor.store_side import StoreSide, open_store
from bot.settings import Settings
from bot.slack.clients import slack_client
from bot.wiring import policy_of


@dataclass(frozen=True)
class Case:
    """A bot's settings and surroundings. ``given``: the settings as they were typed, by name."""

    settings: Settings
    given: Mapping[str, str]
    dotenv: Path | None
    machine: Machine
    slack: SlackSide
    store: StoreSide
    server: ServerSide

    @property
    def policy(self) -> Policy:
        """The policy that the settings say."""
        return policy_of(self.settings)

    def lease_time(self) -> datetime:
        """Return the time by which leases are judged: the database's, where the ledger is in one."""
        return self.machine.clock() + self.server.clock_ahead


@asynccontextmanager
async def open_case(
    settings: Settings, given: Mapping[str, str], dotenv: Path | None, machine: Machine
) -> AsyncIterator[Case]:
    """Open the ways to Slack and the store; nothing is sent yet."""
    patience = aiohttp.ClientTimeout(total=machine.answer_seconds)
    async with AsyncExitStack() as stack:
        session = await stack.enter_async_context(aiohttp.ClientSession(timeout=patience))
        client = slack_client(settings.SLACK_BOT_TOKEN, settings.SLACK_API_URL, session)
        slack = SlackSide(client, session, policy_of(settings).named, machine.clock)
        store = await stack.enter_async_context(open_store(settings, machine.answer_seconds))
        yield Case(settings, given, dotenv, machine, slack, store, ServerSide(settings.DATABASE, machine))
