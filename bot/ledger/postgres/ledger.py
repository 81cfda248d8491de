"""A Ledger in a database of PostgreSQL."""

import psycopg

from bot.core.audit.seal_keys import NO_KEYS, SealKeys
from bot.ledger.errors import UnusableLedger
from bot.ledger.ledger import Ledger
from bot.ledger.postgres.database import PostgresDatabase
from bot.ledger.sql.ledger import ledger_on


def open_postgres(url: str, *, workspace: str = "", keys: SealKeys = NO_KEYS) -> Ledger:
    """Open a ledger whose tables ``migrate`` made.

    ``workspace`` is the Slack team of the bot that writes to it, ``keys`` are those that it signs and verifies with.

    Raises UnusableLedger.
    """
    try:
        return ledger_on(PostgresDatabase.open(url, workspace=workspace, keys=keys))
    except psycopg.Error as error:
        raise UnusableLedger(str(error).strip()) from error
