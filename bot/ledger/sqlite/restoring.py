"""Restores a ledger from a backup: a copy of it, in which nothing is open any more, and whose log says so."""

import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path

from bot.core.audit.hash_chain import Verification
from bot.core.audit.seal_keys import NO_KEYS, SealKeys
from bot.ledger.errors import UnusableLedger
from bot.ledger.ports.audit_file import NotCopied, RestoredLedger
from bot.ledger.sql.ledger import ledger_on
from bot.ledger.sql.restoring import close_all
from bot.ledger.sqlite.archives import SqliteArchives
from bot.ledger.sqlite.atomic_files import new_file, settle
from bot.ledger.sqlite.database import Database

_COMPANIONS = ("", "-wal", "-shm", "-journal")


async def restore(backup: Path, target: Path, *, at: datetime, keys: SealKeys = NO_KEYS) -> RestoredLedger:
    """Put a copy of this backup in the place of a ledger, with all closed that was open in it.

    It appears there once it is complete and verified; nothing is overwritten. Raises NotCopied and UnusableLedger.
    """
    _refuse_over_a_ledger(target)
    try:
        with new_file(target) as partial:
            copied = await _copy(backup, partial, keys)
            with closing(Database.open(partial, keys=keys)) as database:
                closed = await close_all(ledger_on(database), {"file": backup.name}, copied, at)
                settle(database.connection)
            whole = await _verified(partial, keys)
    except sqlite3.Error as error:
        raise UnusableLedger(str(error)) from error
    return RestoredLedger(whole.entries, whole.head, closed)


def _refuse_over_a_ledger(target: Path) -> None:
    """Raise NotCopied if there is a ledger: a bot may use it, and what it holds is in no backup."""
    there = [path.name for ending in _COMPANIONS if (path := target.with_name(f"{target.name}{ending}")).exists()]
    if there:
        raise NotCopied(
            f"There is a ledger {target} already, which is never overwritten. Stop the bot that uses it, move it away "
            f"({', '.join(there)}), and restore again."
        )


async def _copy(backup: Path, partial: Path, keys: SealKeys) -> Verification:
    """Copy the whole backup, and return what was verified of it. Raises NotCopied."""
    with closing(Database.open_read_only(backup)) as source, closing(sqlite3.connect(partial)) as copy:
        if await SqliteArchives(source).is_archive():
            raise NotCopied(f"{backup} is an archive, which holds entries and no changes. Name a backup.")
        source.connection.backup(copy)
        settle(copy)
    return await _verified(partial, keys)


async def _verified(path: Path, keys: SealKeys) -> Verification:
    with closing(Database.open_read_only(path, keys=keys)) as file:
        result = await SqliteArchives(file).verify()
    if not result.holds:
        raise NotCopied(f"The log of the backup is not intact, so nothing was restored. {result.fault}")
    return result
