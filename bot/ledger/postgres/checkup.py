"""Opens a ledger on PostgreSQL for a check-up. See ``bot.ledger.ports.checkup``."""

import json
from collections.abc import Iterator
from contextlib import closing, contextmanager

import psycopg

from bot.core.audit.seal_keys import SealKeys
from bot.core.errors import LedgerLost, NotRecorded
from bot.ledger.errors import UnusableLedger
from bot.ledger.ports.checkup import Checkup, Schema
from bot.ledger.postgres.archives import PostgresArchives
from bot.ledger.postgres.connecting import SCHEMA_NAME
from bot.ledger.postgres.database import PostgresDatabase
from bot.ledger.postgres.schema import TABLES
from bot.ledger.sql import schema_version
from bot.ledger.sql.database import Connection
from bot.ledger.sql.ledger import ledger_on
from bot.ledger.sql.schema_version import SCHEMA
from bot.ledger.sql.signatures import key_fault

_THERE = f"""
    SELECT relname FROM pg_class
    WHERE relnamespace = to_regnamespace('{SCHEMA_NAME}') AND relkind IN ('r', 'v')
"""


@contextmanager
def open_checkup(url: str, keys: SealKeys) -> Iterator[Checkup]:
    """Open a ledger, also while bots use it. Raises UnusableLedger, also from within."""
    try:
        with closing(PostgresDatabase(url, keys=keys)) as database:
            schema = database.read_now(_schema)
            fault = database.read_now(key_fault) if schema in (Schema.OLDER, Schema.CURRENT) else ""
            yield Checkup(schema, fault, ledger_on(database), PostgresArchives(database))
    except (psycopg.Error, NotRecorded, LedgerLost, json.JSONDecodeError) as error:
        raise UnusableLedger(str(error).strip()) from error


def _schema(db: Connection) -> Schema:
    tables = {name for (name,) in db.execute(_THERE)}
    if not tables & {"entries", "ledger_schema"}:
        return Schema.FOREIGN if tables else Schema.NONE
    version, oldest = schema_version.load(db) if "ledger_schema" in tables else (SCHEMA, SCHEMA)
    if oldest > SCHEMA:
        return Schema.NEWER
    if version < SCHEMA:
        return Schema.OLDER
    if gone := sorted(TABLES - tables):
        raise UnusableLedger(f"it lacks {', '.join(gone)}")
    return Schema.CURRENT
