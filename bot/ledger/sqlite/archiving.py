"""Moves the oldest entries of a ledger on either engine to an archive. See ``bot.ledger.ports.audit_file``."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from bot.ledger.ports.audit_file import ArchivedSpan, NotCopied
from bot.ledger.sql import audit_log, kept_lists
from bot.ledger.sql.archived_entries import last_before, remove, seal_of
from bot.ledger.sql.database import Connection, Database
from bot.ledger.sqlite.archive_files import span_of, write_archive

KEPT = timedelta(days=10)
"""Entries of these last days stay: the daily summary compares with the week before, and a few days more."""
BATCH = 1_000
"""Entries removed per transaction, so that concurrent writers wait for a moment, not for a million entries."""
PATIENCE = 30.0
"""Seconds that archiving waits for the bot's writes."""


async def archive(database: Database, target: Path, *, before: datetime, at: datetime) -> ArchivedSpan:
    """Move the oldest entries to a file of their own. Raises NotCopied and NotRecorded."""
    if before > at - KEPT:
        latest = (at - KEPT).date()
        raise NotCopied(f"Entries of the last {KEPT.days} days stay in the ledger: {latest} is the latest date.")
    begin, span = await database.read_apart(partial(_written, target=target, before=before))
    await _forget_lists(database)  # first: once all entries are removed, nothing shows that this is left to do
    for end in _ends(begin, span.last):
        await database.write(partial(remove, last=end, name=target.name, at=at))
    return replace(span, first=begin + 1)


def _written(db: Connection, target: Path, before: datetime) -> tuple[int, ArchivedSpan]:
    """Return the entry before the first one that is left to remove, and the archive's span.

    It is written unless one that broke off left it. Raises NotCopied.
    """
    last, (begin, _) = last_before(db, before), audit_log.anchor(db)
    if not target.exists():
        write_archive(db, target, last)
    span = span_of(target, db.keys)
    if span and span.first <= begin + 1 <= span.last <= last and seal_of(db, span.last) == span.head:
        return begin, span
    raise NotCopied(f"There is a file {target} already, and it holds something else. Choose another name.")


def _ends(begin: int, last: int) -> Iterable[int]:
    """Return the last entry of each transaction that removes some."""
    return (*range(begin + BATCH, last, BATCH), last)


async def _forget_lists(database: Database) -> None:
    """Remove the lists that no change names any more: of plans that were renewed, and of earlier runs."""
    (since, _), unnamed = await database.read_apart(lambda db: (audit_log.head(db), kept_lists.unnamed(db)))
    await database.write(lambda db: kept_lists.forget(db, unnamed, since=since))
