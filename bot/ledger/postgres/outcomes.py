"""What became of a transaction whose COMMIT was sent and not answered. PostgreSQL remembers it by its number."""

import time
from collections.abc import Callable
from contextlib import suppress

import psycopg

from bot.core.errors import LedgerLost
from bot.ledger.postgres.connecting import Raw

SECONDS = 10.0
"""How long to ask: a failover takes about that long."""
AGAIN = 0.2
"""Seconds between two such questions."""
_STATUS = "SELECT pg_xact_status(%s::xid8) AS status"


def was_committed(
    transaction: str, connect: Callable[[], Raw], *, seconds: float = SECONDS, pause: float = AGAIN
) -> bool:
    """Return whether this transaction was committed, asking over new connections. Raises LedgerLost if nobody knows.

    While it is under way, its COMMIT may still arrive, or the server ends it as soon as it misses the bot.
    """
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with suppress(psycopg.OperationalError), connect() as raw:
            (status,) = raw.execute(_STATUS, (transaction,)).fetchone() or ("",)
            if status in ("committed", "aborted"):
                return bool(status == "committed")
        time.sleep(pause)
    raise LedgerLost(
        "the database did not say whether it was",
        "The database was lost while it committed a transaction, so nobody knows whether it is on record, and the bot "
        "stopped. Once the database answers again, start the bot: it goes on with what is on record.",
    )
