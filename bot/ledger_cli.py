"""``python -m bot ledger``: what an operator does with the ledger's file; the bot is stopped meanwhile."""

import argparse
import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from bot.core.audit.seal_keys import SealKeys
from bot.core.errors import Refusal
from bot.core.language.phrases import and_list
from bot.ledger.sqlite.restoring import restore


def add_to(parser: argparse.ArgumentParser, database: Path, keys: Callable[[], SealKeys]) -> None:
    """Add the actions; each runs with its options and returns the exit status.

    ``database``: the default; ``keys`` reads the keys with which its entries are signed.
    """
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    restoring = actions.add_parser("restore", help="start again from a backup, with all closed that was open in it")
    restoring.add_argument("file", type=Path, help="the backup, made by `audit backup`")
    restoring.add_argument("--database", type=Path, default=database, help="default %(default)s")
    restoring.set_defaults(run=lambda options: _restore(options.file, options.database, keys()))
    migrating = actions.add_parser("migrate", help="make or update the tables on PostgreSQL")
    migrating.add_argument(
        "--database", required=True, metavar="OWNER_URL", help="postgresql://…, as the tables' owner"
    )
    migrating.add_argument("--role", default="", help="the bot's role, which is granted what it needs")
    migrating.set_defaults(run=lambda options: _migrate(options.database, options.role))


def _migrate(url: str, role: str) -> int:
    try:
        from bot.ledger.postgres.schema import migrate
    except ModuleNotFoundError as error:
        raise Refusal("PostgreSQL needs one package more: run `pip install 'segment-bot[postgres]'`.") from error
    applied = migrate(url, role=role)
    print("The ledger's tables are up to date." if applied else "The ledger's tables were up to date already.")
    if role:
        print(f"The role {role} has what a bot needs.")
    return 0


def _restore(backup: Path, database: Path, keys: SealKeys) -> int:
    if not backup.is_file():
        raise Refusal(f"There is no file {backup}.")
    restored = asyncio.run(restore(backup, database, at=datetime.now(UTC), keys=keys))
    print(f"{database} is restored from {backup}: {restored.entries} entries, head {restored.head}.")
    if restored.closed:
        closed = and_list([f"change {number}" for number in restored.closed])
        print(f"What was open in it is closed: {closed}. When the bot runs, it tells those who asked.")
    return 0
