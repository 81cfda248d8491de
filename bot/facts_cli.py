"""The options of ``segment-bot facts``."""

import argparse
import asyncio

from bot.settings import load


def add_to(parser: argparse.ArgumentParser) -> None:
    """Add the actions; each runs with its options and returns the exit status."""
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    rebuilding = actions.add_parser(
        "rebuild", help="throw away what is kept of customers and orders, and read it anew; bots may run meanwhile"
    )
    rebuilding.set_defaults(run=_rebuild)


def _rebuild(_options: argparse.Namespace) -> int:
    settings = load()
    # Imported here: what only reads the log starts in half the time without the bot.
    from bot.facts_mode import rebuild

    return asyncio.run(rebuild(settings))
