"""Errors of a database that cannot be written or read: the reason in words."""

from psycopg import Error, InterfaceError, OperationalError
from psycopg.errors import InvalidCatalogName, InvalidSchemaName, UndefinedTable

_GONE = "the database cannot be reached"
_HELD = "another program holds the ledger"
_REASONS = {
    "08": _GONE,
    "25006": "the database may only be read",
    "25P03": "the database did not hear from the bot for too long",
    "28": "the database refuses the bot's role",
    "40": _HELD,
    "42501": "the bot's role may not do this in the database",
    "53100": "the disk is full",
    "53300": "the database takes no more connections",
    "53": "the database is out of memory",
    "55P03": _HELD,
    "57014": "the database took too long",
    "57P": _GONE,
    "58": "the disk reports an error",
    "XX001": "the ledger's database is damaged",
    "XX002": "the ledger's database is damaged",
}
"""By SQLSTATE or its first characters: www.postgresql.org/docs/current/errcodes-appendix.html"""
_ONE_SUCCESSOR = {"entries_pkey", "entries_previous_key"}
"""The constraints that no entry has two successors: somebody appended without waiting for the turn."""
TABLES_GONE = (UndefinedTable, InvalidSchemaName, InvalidCatalogName)
"""What says that there is no ledger where there was one."""


def reason(error: Error) -> str:
    """Return why the database cannot be used; empty if it is not at fault."""
    code = error.sqlstate or ""
    if error.diag.constraint_name in _ONE_SUCCESSOR:
        return _HELD
    if not code:
        return _GONE if isinstance(error, OperationalError | InterfaceError) else ""
    return next((why for known, why in _REASONS.items() if code.startswith(known)), "")
