"""A Ledger in a database of PostgreSQL."""

from contextlib import ExitStack

import psycopg

from bot.core.audit.seal_keys import NO_KEYS, SealKeys
from bot.ledger.errors import UnusableLedger
from bot.ledger.ledger import Ledger
from bot.ledger.postgres.connecting import described
from bot.ledger.postgres.database import PostgresDatabase
from bot.ledger.postgres.schema import refuse_powerless
from bot.ledger.sql.database import BUSY_SECONDS
from bot.ledger.sql.ledger import ledger_on


def open_postgres(url: str, *, workspace: str = "", keys: SealKeys = NO_KEYS) -> Ledger:
    """Open a ledger whose tables ``migrate`` made.

    ``workspace`` is the Slack team of the bot that writes to it, ``keys`` are those that it signs and verifies with.

    Raises UnusableLedger.
    """
    return ledger_on(open_database(url, workspace=workspace, keys=keys))


def open_database(
    url: str,
    *,
    workspace: str = "",
    patience: float = BUSY_SECONDS,
    keys: SealKeys = NO_KEYS,
    only_to_read: bool = False,
) -> PostgresDatabase:
    """Open the database itself. Raises UnusableLedger, also if the role may not do what a bot does there."""
    try:
        with ExitStack() as otherwise:
            database = PostgresDatabase.open(url, workspace=workspace, patience=patience, keys=keys)
            otherwise.callback(database.close)
            if not only_to_read:
                database.read_now(lambda db: refuse_powerless(db, described(url)))
            otherwise.pop_all()
    except psycopg.Error as error:
        raise UnusableLedger(str(error).strip()) from error
    return database
