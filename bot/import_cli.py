"""The options of ``segment-bot import``."""

import argparse
import asyncio
import logging
import re
from pathlib import Path

from bot.settings import load

MODES = ("add", "remove", "equal")


def add_to(parser: argparse.ArgumentParser) -> None:
    """Declare the options of an import from the shell."""
    parser.add_argument("file", type=Path, help="CSV, text or .xlsx")
    parser.add_argument("--segment", required=True, help="its name or id")
    parser.add_argument(
        "--mode", required=True, choices=MODES, help="equal: the segment holds these and no one else afterwards"
    )
    parser.add_argument(
        "--as", required=True, dest="person", type=_person, metavar="U…", help="who asks, and confirms it in Slack"
    )
    parser.add_argument("--column", default="", help="name or number of the column of shoppers, if it is asked for")
    parser.add_argument("--dry-run", action="store_true", help="only show what would happen to each row")
    parser.set_defaults(run=_run)


def _person(text: str) -> str:
    if not re.fullmatch(r"[UW][A-Z0-9]{2,}", text):
        raise argparse.ArgumentTypeError(f"{text!r} is not a member id: in Slack, profile → ⋮ → Copy member ID")
    return text


def _run(options: argparse.Namespace) -> int:
    settings = load()
    logging.disable(logging.WARNING)  # what the bot would log at its start is no concern of this shell
    # Imported here: what only reads the log starts in half the time without the bot.
    from bot.import_mode import Wanted, import_file

    wanted = Wanted(options.file, options.segment, options.mode, options.person, options.column, options.dry_run)
    return asyncio.run(import_file(wanted, settings))
