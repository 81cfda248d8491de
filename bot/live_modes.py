"""The modes of the command line that run the bot between a real store and Slack."""

import logging

from bot.file_modes import warn_of_open_files
from bot.serving import refuse_taken_port, stopped
from bot.settings import DOTENV, Settings
from bot.slack import transports
from bot.wiring import assemble
from commands import GROUPS

log = logging.getLogger("bot")


async def socket(settings: Settings) -> None:
    """Run the bot over Socket Mode until it is stopped. Raises CannotStart."""
    async with assemble(settings, GROUPS) as bot:
        warn_of_open_files(DOTENV, settings.DATABASE)
        await bot.refuse_app_token(settings.SLACK_APP_TOKEN)
        async with transports.socket(bot.app, settings.SLACK_APP_TOKEN):
            log.info("Ready: connected to Slack by Socket Mode")
            await stopped(bot.lost)


async def http(settings: Settings) -> None:
    """Run the bot behind signed HTTP requests until it is stopped. Raises CannotStart."""
    await refuse_taken_port(settings.HOST, settings.PORT, "Choose another one with the setting PORT.")
    async with assemble(settings, GROUPS) as bot:
        warn_of_open_files(DOTENV, settings.DATABASE)
        served = transports.http(bot.app, bot.healthy, settings.SLACK_SIGNING_SECRET)
        async with transports.listening(served, settings.HOST, settings.PORT) as port:
            log.info("Ready: listening on http://%s:%s%s", settings.HOST, port, transports.PATH)
            await stopped(bot.lost)
