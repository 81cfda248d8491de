"""The ledger's tables, as numbered migrations. One that was released is never edited; a new one is added below it."""

from sqlite_utils import Database, Migrations

migrations = Migrations("ledger")


_FIRST = (
    """
    CREATE TABLE entries (
        number INTEGER PRIMARY KEY, at TEXT NOT NULL, kind TEXT NOT NULL, actor TEXT NOT NULL, channel TEXT NOT NULL,
        command TEXT NOT NULL, change INTEGER, detail TEXT NOT NULL, previous TEXT NOT NULL, seal TEXT NOT NULL
    ) STRICT
    """,
    """
    CREATE TRIGGER entries_are_never_changed BEFORE UPDATE ON entries
        BEGIN SELECT raise(ABORT, 'the audit log is append-only'); END
    """,
    """
    CREATE TRIGGER entries_are_never_removed BEFORE DELETE ON entries
        BEGIN SELECT raise(ABORT, 'the audit log is append-only'); END
    """,
    # INSERT OR REPLACE removes a row without asking the triggers above.
    """
    CREATE TRIGGER entries_are_never_replaced BEFORE INSERT ON entries
        WHEN EXISTS (SELECT 1 FROM entries WHERE number = new.number)
        BEGIN SELECT raise(ABORT, 'the audit log is append-only'); END
    """,
    "CREATE INDEX entries_by_change ON entries (change) WHERE change IS NOT NULL",
    """
    CREATE TABLE asks (
        id TEXT PRIMARY KEY, at TEXT NOT NULL, body TEXT, owner TEXT NOT NULL
    ) STRICT
    """,
    "CREATE INDEX asks_unsettled ON asks (owner) WHERE body IS NOT NULL",
    """
    CREATE TABLE changes (
        number INTEGER PRIMARY KEY AUTOINCREMENT, state TEXT NOT NULL, revision INTEGER NOT NULL,
        requester TEXT NOT NULL, expires_at TEXT NOT NULL, plan TEXT NOT NULL, body TEXT NOT NULL,
        undone_by INTEGER, card_channel TEXT, card_ts TEXT, drawn INTEGER NOT NULL DEFAULT 0,
        informed INTEGER NOT NULL DEFAULT 0,
        owner TEXT NOT NULL DEFAULT '', painter TEXT NOT NULL DEFAULT ''
    ) STRICT
    """,
    "CREATE INDEX changes_by_state ON changes (state)",
    "CREATE INDEX changes_by_requester ON changes (requester)",
    "CREATE INDEX changes_undrawn ON changes (number) WHERE drawn < revision",
    "CREATE INDEX changes_unheard ON changes (number) WHERE NOT informed",
    "CREATE TABLE processes (owner TEXT PRIMARY KEY, lease_until TEXT NOT NULL) STRICT, WITHOUT ROWID",
    """
    CREATE TABLE runs (
        change INTEGER NOT NULL REFERENCES changes (number), position INTEGER NOT NULL, body TEXT NOT NULL,
        PRIMARY KEY (change, position)
    ) STRICT, WITHOUT ROWID
    """,
)


@migrations(name="0001_first")
def first(db: Database) -> None:
    """Entries (append-only, sealed), asks, changes, and how each Step of a change ran."""
    for statement in _FIRST:
        db.conn.execute(statement)
