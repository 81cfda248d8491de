"""Opens a ledger where its address says: a SQLite file, or a database of PostgreSQL, whose driver is an extra."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from bot.core.audit.seal_keys import NO_KEYS, SealKeys
from bot.core.errors import Refusal
from bot.core.ledger_address import LedgerAddress
from bot.ledger.errors import UnusableLedger
from bot.ledger.ledger import Ledger
from bot.ledger.ports.audit_file import AuditFile, Migrated
from bot.ledger.sql.database import Database
from bot.ledger.sqlite.audit_file import open_audit_file
from bot.ledger.sqlite.database import Database as SqliteDatabase
from bot.ledger.sqlite.ledger import open_file, open_sqlite

if TYPE_CHECKING:  # its driver is an extra
    from bot.ledger.postgres.database import PostgresDatabase


def refuse_missing(address: LedgerAddress) -> None:
    """Raise Refusal if there is no such file: whoever opened it would create a ledger that nobody asked for."""
    if isinstance(address, Path) and not address.is_file():
        raise Refusal(f"There is no ledger {address}. Start the bot first, or name its file with DATABASE.")


def open_ledger(address: LedgerAddress, *, workspace: str = "", keys: SealKeys = NO_KEYS) -> Ledger:
    """Open a ledger; a file that is not there is created, with its tables.

    ``workspace`` is the Slack team of the bot that writes to it, ``keys`` are those that it signs and verifies with.

    Raises UnusableLedger, and Refusal where the driver is not installed.
    """
    if isinstance(address, Path):
        return open_sqlite(address, workspace=workspace, keys=keys)
    with needing_driver():
        from bot.ledger.postgres.ledger import open_postgres
    return open_postgres(address.url, workspace=workspace, keys=keys)


def open_audit(
    address: LedgerAddress, *, to_archive: bool = False, keys: SealKeys = NO_KEYS
) -> AbstractContextManager[AuditFile]:
    """Open a ledger or an archive to read it, or ``to_archive`` its oldest entries.

    Raises UnusableLedger, also from within, and Refusal where the driver is not installed.
    """
    if isinstance(address, Path):
        return open_audit_file(address, to_archive=to_archive, keys=keys)
    with needing_driver():
        from bot.ledger.postgres.archives import open_archives
    return open_archives(address.url, to_archive=to_archive, keys=keys)


@contextmanager
def open_whole(address: LedgerAddress, *, patience: float, keys: SealKeys) -> Iterator[tuple[Database, str]]:
    """Open a ledger to copy it, or into it, with its name for people; a file that is not there is created.

    Raises UnusableLedger, also from within, and Refusal where the driver is not installed.
    """
    opened: SqliteDatabase | PostgresDatabase
    if isinstance(address, Path):
        opened, name = open_file(address, patience=patience, keys=keys), str(address)
    else:
        with needing_driver():
            from bot.ledger.postgres.connecting import described
            from bot.ledger.postgres.ledger import open_database
        opened, name = open_database(address.url, patience=patience, keys=keys), described(address.url)
    with closing(opened):
        try:
            yield opened, name
        except opened.unreadable as error:
            raise UnusableLedger(f"{name}: {str(error).strip()}") from error


def migrate(url: str, *, role: str = "") -> Migrated:
    """Make or migrate the tables on PostgreSQL, and grant ``role`` and whoever was a bot before what a bot needs.

    Raises UnusableLedger, and Refusal where the driver is not installed.
    """
    with needing_driver():
        from bot.ledger.postgres.schema import migrate as apply
    return apply(url, role=role)


@contextmanager
def needing_driver() -> Iterator[None]:
    """Import what needs PostgreSQL's driver. Raises Refusal where it is not installed."""
    try:
        yield
    except ModuleNotFoundError as error:
        raise Refusal("PostgreSQL needs one package more: run `pip install 'segment-bot[postgres]'`.") from error
