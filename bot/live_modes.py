"""The modes of the command line that run the bot between a real store and Slack."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

from bot.core.meters import NO_METERS
from bot.engine.process import USUAL_LEASE, Lease
from bot.file_modes import warn_of_open_files
from bot.health import server as health
from bot.health.metrics import metrics_if_installed
from bot.health.readiness import Readiness
from bot.health.readings import read
from bot.serving import refuse_port, stopped
from bot.settings import DOTENV, ONE_PORT, CannotStart, Settings
from bot.slack import transports
from bot.slack.socket_mode.upkeep import connections_of_each
from bot.wiring import Bot, assemble
from commands import GROUPS

log = logging.getLogger("bot")


async def socket(settings: Settings, *, lease: Lease = USUAL_LEASE, run_due_every: float = 1.0) -> None:
    """Run the bot over Socket Mode until it is stopped; options as of ``assemble``. Raises CannotStart."""
    async with _probed_bot(settings, lease, run_due_every) as (bot, readiness):
        warn_of_open_files(DOTENV, settings.ledger_file)
        await bot.refuse_app_token(settings.SLACK_APP_TOKEN)
        process = bot.engine.process
        async with transports.socket(
            bot.app,
            settings.SLACK_APP_TOKEN,
            wanted=lambda: connections_of_each(process.share.allotment.living),
            elapsed=process.elapsed,
        ) as sockets:
            readiness.reached = lambda: sockets.is_reached
            log.info("Ready: connected to Slack by Socket Mode")
            await stopped(bot.lost)
            readiness.is_draining = True


async def http(settings: Settings) -> None:
    """Run the bot behind signed HTTP requests until it is stopped. Raises CannotStart."""
    if settings.has_one_port_twice:
        raise CannotStart(f"{ONE_PORT} Set HEALTH_PORT to another port.")
    await refuse_port(settings.HOST, settings.PORT, "Choose another one with the setting PORT.")
    async with _probed_bot(settings) as (bot, readiness):
        warn_of_open_files(DOTENV, settings.ledger_file)
        served = transports.http(bot.app, bot.healthy, settings.SLACK_SIGNING_SECRET)
        async with transports.listening(served, settings.HOST, settings.PORT) as port:
            readiness.reached = lambda: True
            log.info("Ready: listening on http://%s:%s%s", settings.HOST, port, transports.PATH)
            await stopped(bot.lost)
            readiness.is_draining = True
            await asyncio.sleep(settings.DRAIN_SECONDS)  # meanwhile, who sends requests sees that it is not ready


@asynccontextmanager
async def _probed_bot(
    settings: Settings, lease: Lease = USUAL_LEASE, run_due_every: float = 1.0
) -> AsyncIterator[tuple[Bot, Readiness]]:
    """Run a bot, and serve probes and metrics if there is a port for them. Raises CannotStart."""
    host, port = settings.HEALTH_HOST, settings.HEALTH_PORT
    assembled = partial(assemble, settings, GROUPS, lease=lease, run_due_every=run_due_every)
    if port is None:
        async with assembled() as bot:
            yield bot, Readiness(bot.engine.process)
        return
    await refuse_port(host, port, "Choose another one with the setting HEALTH_PORT.")
    metrics = metrics_if_installed()
    async with assembled(meters=metrics or NO_METERS) as bot:
        readiness = Readiness(bot.engine.process)
        served = health.probes(readiness, metrics.scrape(partial(read, bot.engine, bot.store)) if metrics else None)
        async with health.serving(served, host, port) as port:
            log.info("Probes: listening on http://%s:%s", host, port)
            yield bot, readiness
