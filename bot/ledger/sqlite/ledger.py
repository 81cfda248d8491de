"""A Ledger in one SQLite file."""

import sqlite3
from pathlib import Path

from bot.core.audit.seal_keys import NO_KEYS, SealKeys
from bot.ledger.errors import UnusableLedger
from bot.ledger.ledger import Ledger
from bot.ledger.sqlite.audit_log import SqliteAuditLog
from bot.ledger.sqlite.changes import SqliteChanges
from bot.ledger.sqlite.database import Database
from bot.ledger.sqlite.history import SqliteHistory
from bot.ledger.sqlite.home_tabs import SqliteHomeTabs
from bot.ledger.sqlite.invocations import SqliteInvocations
from bot.ledger.sqlite.leases import Releases, SqliteLeases
from bot.ledger.sqlite.summary_runs import SqliteSummaryRuns


def open_sqlite(path: Path | str, *, workspace: str = "", keys: SealKeys = NO_KEYS) -> Ledger:
    """Open or create a ledger's file, and apply migrations.

    ``workspace`` is the Slack team of the bot that writes to it, ``keys`` are those that it signs and verifies with.

    Raises UnusableLedger.
    """
    try:
        return ledger_on(Database.open(path, workspace=workspace, keys=keys))
    except sqlite3.Error as error:
        raise UnusableLedger(str(error)) from error


def ledger_on(database: Database) -> Ledger:
    """Build a ledger on an open database."""
    releases = Releases(database)
    return Ledger(
        changes=SqliteChanges(database),
        invocations=SqliteInvocations(database),
        leases=SqliteLeases(database, releases),
        audit=SqliteAuditLog(database),
        summaries=SqliteSummaryRuns(database),
        history=SqliteHistory(database),
        home_tabs=SqliteHomeTabs(database, releases),
        storage=database,
    )
