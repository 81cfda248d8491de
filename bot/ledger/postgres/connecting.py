"""Connects to the ledger's database, with time-outs: nobody waits for a server that does not answer."""

from contextlib import suppress
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.pq import TransactionStatus

from bot.ledger.errors import UnusableLedger
from bot.ledger.postgres.rows import Row, adapt, rows

SCHEMA_NAME = "segment_bot"
"""The schema of PostgreSQL (a namespace within the database) that holds the ledger's tables."""
Raw = psycopg.Connection[Row]
_USUAL = {
    "application_name": "segment-bot",
    "client_encoding": "utf8",
    "connect_timeout": "2",  # seconds; libpq takes no less
    "keepalives_idle": "5",
    "keepalives_interval": "2",
    "keepalives_count": "3",
    "tcp_user_timeout": "5000",  # milliseconds until a packet that nobody confirms closes the connection
}
"""What holds unless the address says otherwise."""
_LIMITS = {"lock_timeout": 1, "statement_timeout": 2, "idle_in_transaction_session_timeout": 5}
"""How often its patience a process waits for a lock and for a statement; and the server for a process that sleeps."""
_NO_ADDRESS = (
    "its address is not one that PostgreSQL reads; in user and password, all but letters and digits is written like %40"
)


def connect(url: str, *, patience: float | None) -> Raw:
    """Connect. ``patience``: seconds that a lock is waited for, which the other limits follow; None: there are none.

    Raises psycopg.Error and UnusableLedger.
    """
    milliseconds = 0 if patience is None else int(patience * 1000)
    settings = {"search_path": SCHEMA_NAME, **{name: times * milliseconds for name, times in _LIMITS.items()}}
    wanted = _parts(url)
    options = [str(wanted.get("options", "")), *(f"-c {name}={value}" for name, value in settings.items())]
    conninfo = make_conninfo("", **{**_USUAL, **wanted, "options": " ".join(options)})
    connection = psycopg.connect(conninfo, autocommit=True, row_factory=rows)
    adapt(connection)
    return connection


def is_usable(connection: Raw) -> bool:
    """End what is left of a transaction; return whether the connection can be used again."""
    with suppress(psycopg.Error):
        if connection.info.transaction_status != TransactionStatus.IDLE:
            connection.rollback()
    return not connection.closed and connection.info.transaction_status == TransactionStatus.IDLE


def described(url: str) -> str:
    """Return where the database is, without user and password."""
    parts = _parts(url)
    return f"{parts.get('dbname', '')} at {parts.get('host', 'localhost')}"


def _parts(url: str) -> dict[str, Any]:
    """Parse the address. Raises UnusableLedger in words of our own: the library's hold the password."""
    try:
        parts = conninfo_to_dict(url)
    except psycopg.ProgrammingError:
        raise UnusableLedger(_NO_ADDRESS) from None
    if "@" in str(parts.get("host", ""))[1:]:  # the rest of a password; a socket's name may begin with it
        raise UnusableLedger(_NO_ADDRESS)
    return parts
