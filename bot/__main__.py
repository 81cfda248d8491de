"""The command line: parses, calls, and exits with 0 (success), 1 (failure) or 2 (usage error)."""

import argparse
import asyncio
import logging
import sys
from collections.abc import Sequence

from bot import audit_cli, sandbox_cli
from bot.core.errors import LedgerLost, NotRecorded, Refusal
from bot.ledger.errors import UnusableLedger
from bot.serving import refuse_taken_port, stopped
from bot.settings import WrongSettings, database_path, load
from bot.slack import transports
from bot.wiring import CannotStart, assemble
from commands import GROUPS

log = logging.getLogger("bot")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; return the exit status. A usage error exits with 2."""
    options = _parser().parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    # It logs whole URLs, which contain shoppers' e-mails.
    logging.getLogger("httpx").setLevel(logging.WARNING)
    try:
        return int(options.run(options) or 0)
    except WrongSettings as error:
        print(f"The settings are not complete (see README.md):\n{error}", file=sys.stderr)
    except LedgerLost as error:
        print(error.for_operator, file=sys.stderr)
    except (CannotStart, Refusal, NotRecorded) as error:
        print(error, file=sys.stderr)
    except UnusableLedger as error:
        print(f"The database cannot be used: {error}.", file=sys.stderr)
    except OSError as error:
        print(f"This cannot be done: {error}.", file=sys.stderr)
    return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="segment-bot", description="Customer segments, managed from Slack.")
    modes = parser.add_subparsers(required=True, metavar="MODE")
    modes.add_parser("socket", help="run the bot over Socket Mode (the default of Slack apps)").set_defaults(
        run=lambda _: asyncio.run(_socket())
    )
    modes.add_parser("http", help="run the bot behind signed HTTP requests").set_defaults(
        run=lambda _: asyncio.run(_http())
    )
    sandbox_cli.add_to(modes.add_parser("sandbox", help="run the bot against an emulated store and workspace"))
    audit_cli.add_to(modes.add_parser("audit", help="read, check, copy and archive the audit log"), database_path())
    return parser


async def _socket() -> None:
    settings = load(needed=("SLACK_APP_TOKEN",))
    async with assemble(settings, GROUPS) as bot:
        await bot.refuse_app_token(settings.SLACK_APP_TOKEN)
        async with transports.socket(bot.app, settings.SLACK_APP_TOKEN):
            log.info("Ready: connected to Slack by Socket Mode")
            await stopped(bot.lost)


async def _http() -> None:
    settings = load(needed=("SLACK_SIGNING_SECRET",))
    await refuse_taken_port(settings.HOST, settings.PORT, "Choose another one with the setting PORT.")
    async with assemble(settings, GROUPS) as bot:
        served = transports.http(bot.app, bot.healthy, settings.SLACK_SIGNING_SECRET)
        async with transports.listening(served, settings.HOST, settings.PORT) as port:
            log.info("Ready: listening on http://%s:%s%s", settings.HOST, port, transports.PATH)
            await stopped(bot.lost)


if __name__ == "__main__":
    sys.exit(main())
