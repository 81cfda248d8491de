"""``python -m bot ledger``: what an operator does with the ledger's file; the bot is stopped meanwhile."""

import argparse
import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from bot.core.audit.seal_keys import SealKeys
from bot.core.errors import Refusal
from bot.core.language.phrases import and_list
from bot.core.ledger_address import LedgerAddress, ServerAddress, parse_address
from bot.ledger.opening import migrate, open_whole
from bot.ledger.ports.audit_file import RestoredLedger
from bot.ledger.sql.copying import copy_ledger
from bot.ledger.sql.restoring import close_restored
from bot.ledger.sqlite.restoring import restore

PATIENCE = 30.0
"""Seconds that a page which is copied waits for the database."""


def add_to(parser: argparse.ArgumentParser, database: LedgerAddress, keys: Callable[[], SealKeys]) -> None:
    """Add the actions; each runs with its options and returns the exit status.

    ``database``: the default; ``keys`` reads the keys with which its entries are signed.
    """
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    restoring = actions.add_parser("restore", help="start again from a backup, with all closed that was open in it")
    restoring.add_argument(
        "file", type=Path, nargs="?", help="the backup, made by `audit backup`; none after `pg_restore`"
    )
    restoring.add_argument("--database", type=parse_address, default=database, help="default %(default)s")
    restoring.set_defaults(run=lambda options: _restore(options.file, options.database, keys()))
    migrating = actions.add_parser("migrate", help="make or update the tables on PostgreSQL")
    migrating.add_argument(
        "--database", required=True, metavar="OWNER_URL", help="postgresql://…, as the tables' owner"
    )
    migrating.add_argument("--role", default="", help="the bot's role, which is granted what it needs")
    migrating.set_defaults(run=lambda options: _migrate(options.database, options.role))
    copying = actions.add_parser("copy", help="copy the whole ledger to another database; no bot runs meanwhile")
    copying.add_argument(
        "--to",
        type=parse_address,
        required=True,
        metavar="FILE|URL",
        help="an empty ledger, or what was copied of this one",
    )
    copying.add_argument(
        "--database", type=parse_address, default=database, metavar="FILE|URL", help="default %(default)s"
    )
    copying.set_defaults(run=lambda options: _copy(options.database, options.to, keys()))


def _migrate(url: str, role: str) -> int:
    done = migrate(url, role=role)
    print("The ledger's tables are up to date." if done.applied else "The ledger's tables were up to date already.")
    for one in done.roles:
        print(f"The role {one} has what a bot needs.")
    if not done.roles:
        print("No role but the owner may use them: if the bot has one of its own, name it with --role.")
    return 0


def _copy(source: LedgerAddress, target: LedgerAddress, keys: SealKeys) -> int:
    if isinstance(source, Path) and not source.is_file():
        raise Refusal(f"There is no ledger {source}.")
    with (
        open_whole(source, patience=PATIENCE, keys=keys) as (one, its_name),
        open_whole(target, patience=PATIENCE, keys=keys) as (other, other_name),
    ):
        whole = asyncio.run(copy_ledger(one, other, names=(its_name, other_name), clock=partial(datetime.now, UTC)))
    print(f"{other_name} holds the whole ledger now: {whole.entries} entries, head {whole.head}.")
    print("Name it with DATABASE, and start the bot; the old one stays as it is.")
    return 0


def _restore(backup: Path | None, database: LedgerAddress, keys: SealKeys) -> int:
    if isinstance(database, Path):
        restored = _restore_file(backup, database, keys)
        print(f"{database} is restored from {backup}: {restored.entries} entries, head {restored.head}.")
    else:
        restored = _restore_in_place(backup, database, keys)
        print(f"{database} is ready for a bot: {restored.entries} entries, head {restored.head}.")
    if restored.closed:
        closed = and_list([f"change {number}" for number in restored.closed])
        print(f"What was open in it is closed: {closed}. When the bot runs, it tells those who asked.")
    return 0


def _restore_file(backup: Path | None, database: Path, keys: SealKeys) -> RestoredLedger:
    if not backup:
        raise Refusal("Name the backup: `segment-bot ledger restore BACKUP`.")
    if not backup.is_file():
        raise Refusal(f"There is no file {backup}.")
    if database.is_dir():
        raise Refusal(f"{database} is a directory. Name the file that is to be made in it.")
    return asyncio.run(restore(backup, database, at=datetime.now(UTC), keys=keys))


def _restore_in_place(backup: Path | None, database: ServerAddress, keys: SealKeys) -> RestoredLedger:
    if backup:
        raise Refusal(
            "A backup is restored to a file: name one with --database. PostgreSQL's own are for `pg_restore`; after "
            "it, type `segment-bot ledger restore` without a file."
        )
    with open_whole(database, patience=PATIENCE, keys=keys) as (opened, name):
        return asyncio.run(close_restored(opened, name, clock=partial(datetime.now, UTC)))
