"""The command line: parses, calls, and exits with 0 (success), 1 (failure), 2 (usage error) or 130 (Ctrl+C)."""

import argparse
import asyncio
import logging
import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from bot.garbage import starting

with starting():
    from bot import audit_cli, doctor_cli, facts_cli, import_cli, ledger_cli, sandbox_cli
    from bot.core.errors import LedgerLost, NotRecorded, Refusal
    from bot.core.ledger_address import LedgerAddress
    from bot.core.threads import end
    from bot.health.log_lines import write_log
    from bot.ledger.errors import UnusableLedger
    from bot.settings import CannotStart, WrongSettings, database_address, load, seal_keys

DOCTOR, LEDGER, AUDIT = "doctor", "ledger", "audit"
INTERRUPTED = 130
"""What shells tell of whoever ended by Ctrl+C: 128 and the number of the signal."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; return the exit status. A usage error exits with 2."""
    write_log()
    # It logs whole URLs, which contain shoppers' e-mails.
    logging.getLogger("httpx").setLevel(logging.WARNING)
    try:
        # Others read all settings, and tell every fault of them at once.
        mode = [*(sys.argv[1:] if arguments is None else arguments)][:1]
        options = _parser(database_address() if mode in ([LEDGER], [AUDIT]) else Path()).parse_args(arguments)
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
    except KeyboardInterrupt:
        print("Stopped by Ctrl+C, before the end.", file=sys.stderr)
        return INTERRUPTED
    return 1


@cache
def _parser(database: LedgerAddress) -> argparse.ArgumentParser:
    """Build it once, since it takes longer than to check a short log; ``database``: the default."""
    parser = argparse.ArgumentParser(prog="segment-bot", description="Customer segments, managed from Slack.")
    modes = parser.add_subparsers(required=True, metavar="MODE")
    modes.add_parser("socket", help="run the bot over Socket Mode (the default of Slack apps)").set_defaults(
        run=lambda _: _socket()
    )
    modes.add_parser("http", help="run the bot behind signed HTTP requests").set_defaults(run=lambda _: _http())
    sandbox_cli.add_to(modes.add_parser("sandbox", help="run the bot against an emulated store and workspace"))
    importing = "have a list imported, in the name of a person who confirms it in Slack"
    import_cli.add_to(modes.add_parser("import", help=importing))
    doctor_cli.add_to(modes.add_parser(DOCTOR, help="say whether all is well, and what to mend; it writes nothing"))
    facts_cli.add_to(modes.add_parser("facts", help="what rules of segments go by, as it was read of the store"))
    ledger = modes.add_parser(LEDGER, help="restore the ledger from a backup, or migrate it on PostgreSQL")
    ledger_cli.add_to(ledger, database, seal_keys)
    audit = modes.add_parser(AUDIT, help="read, check, copy and archive the audit log")
    audit_cli.add_to(audit, database, seal_keys)
    return parser


# Imported where they run: what only reads the log, or has no settings to run with, starts in half the time.


def _socket() -> None:
    with starting():
        settings = load(needed=("SLACK_APP_TOKEN",))
        write_log(settings.LOG_FORMAT)
        from bot import live_modes

        asyncio.run(live_modes.socket(settings))


def _http() -> None:
    with starting():
        settings = load(needed=("SLACK_SIGNING_SECRET",))
        write_log(settings.LOG_FORMAT)
        from bot import live_modes

        asyncio.run(live_modes.http(settings))


def run() -> None:
    """Run the command line as a process of its own, and end that."""
    sys.exit(end(main()))


if __name__ == "__main__":
    run()
