"""The tables of the first released ledger, as numbered migrations, which are never edited."""

import logging

from pydantic import ValidationError
from sqlite_utils import Database, Migrations

from bot.core.audit.hash_chain import canonical
from bot.ledger.sql.change_index import FINISHED, UNREVIEWED
from bot.ledger.sqlite.append_only import GUARDED, guards
from bot.ledger.sqlite.old_changes import index_old_change

log = logging.getLogger(__name__)
migrations = Migrations("ledger")


_FIRST = (
    """
    CREATE TABLE entries (
        number INTEGER PRIMARY KEY, at TEXT NOT NULL, kind TEXT NOT NULL, actor TEXT NOT NULL, channel TEXT NOT NULL,
        command TEXT NOT NULL, change INTEGER, detail TEXT NOT NULL, previous TEXT NOT NULL, seal TEXT NOT NULL
    ) STRICT
    """,
    *guards("entries"),
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
    """Create entries (append-only, sealed), invocations, changes, and the runs of their steps."""
    for statement in _FIRST:
        db.conn.execute(statement)


_SECOND = (
    "CREATE TABLE touches (segment TEXT, change INTEGER, PRIMARY KEY (segment, change)) STRICT, WITHOUT ROWID",
    "CREATE INDEX touches_by_change ON touches (change)",
    # Separate from the plans, which SQLite would have to read past.
    "CREATE TABLE briefs (change INTEGER PRIMARY KEY REFERENCES changes (number), body TEXT NOT NULL) STRICT",
    """
    CREATE TABLE homes (
        user TEXT PRIMARY KEY, opened TEXT NOT NULL, revision INTEGER NOT NULL DEFAULT 1,
        drawn INTEGER NOT NULL DEFAULT 0, shown TEXT NOT NULL DEFAULT '', painter TEXT NOT NULL DEFAULT ''
    ) STRICT, WITHOUT ROWID
    """,
    "CREATE INDEX homes_undrawn ON homes (opened) WHERE drawn < revision",
    # The last entry that finished a change is needed for each Home tab, and the log is long.
    "CREATE INDEX entries_finished ON entries (number) WHERE kind IN ('finish', 'fail')",
)
_CREATED = """
    INSERT OR IGNORE INTO touches
    SELECT json_extract(body, '$.applied.created.id'), change FROM runs
    WHERE json_extract(body, '$.applied.created.id') IS NOT NULL
"""


@migrations(name="0002_homes_and_segments")
def second(db: Database) -> None:
    """Create the opened Home tabs, which changes touch which segments, and each change in brief."""
    for statement in _SECOND:
        db.conn.execute(statement)
    for (number,) in db.conn.execute("SELECT number FROM changes").fetchall():
        try:
            index_old_change(db.conn, number)
        except ValidationError as error:
            # One old change that cannot be read must not keep the bot from starting.
            log.warning("Change %s is left out of all lists: %s", number, error)
    db.conn.execute(_CREATED)


_THIRD = (
    # Notices to people; a row is deleted once it is delivered.
    """
    CREATE TABLE notices (
        change INTEGER NOT NULL REFERENCES changes (number), kind TEXT NOT NULL, user TEXT NOT NULL,
        PRIMARY KEY (change, kind, user)
    ) STRICT, WITHOUT ROWID
    """,
    "ALTER TABLE changes ADD COLUMN reminded INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE changes ADD COLUMN card_url TEXT NOT NULL DEFAULT ''",
    # Separate from the revision, which the running process changes itself.
    "ALTER TABLE changes ADD COLUMN stopped_by TEXT NOT NULL DEFAULT ''",
    "DROP INDEX entries_finished",
    f"CREATE INDEX entries_finished ON entries (number) WHERE {FINISHED}",
)


@migrations(name="0003_decisions")
def third(db: Database) -> None:
    """Create notices to people, reminders, and who requested that a run stop."""
    for statement in _THIRD:
        db.conn.execute(statement)


# Each entry is the exact text that was sealed; what is searched is computed from it, so that neither can be changed
# without the other.
_COMPUTED = {
    "at": "TEXT", "kind": "TEXT", "actor": "TEXT", "workspace": "TEXT", "channel": "TEXT", "command": "TEXT",
    "change": "INTEGER", "outcome": "TEXT", "ms": "INTEGER", "detail": "TEXT", "subjects": "TEXT",
}  # fmt: skip
_FOURTH = (
    "DROP INDEX entries_by_change",
    "DROP INDEX entries_finished",
    *(f"DROP TRIGGER entries_are_never_{what}" for what in ("changed", "removed", "replaced")),
    "ALTER TABLE entries RENAME TO entries_before",
    f"""
    CREATE TABLE entries (
        number INTEGER PRIMARY KEY, body TEXT NOT NULL, seal TEXT NOT NULL,
        {", ".join(f"{name} {kind} AS (json_extract(body, '$.{name}'))" for name, kind in _COMPUTED.items())}
    ) STRICT
    """,
    *guards("entries"),
    "CREATE INDEX entries_by_time ON entries (at)",
    "CREATE INDEX entries_by_kind ON entries (kind, at)",
    "CREATE INDEX entries_by_actor ON entries (actor, at)",
    "CREATE INDEX entries_by_actor_and_kind ON entries (actor, kind, at)",
    "CREATE INDEX entries_by_change ON entries (change, at) WHERE change IS NOT NULL",
    f"CREATE INDEX entries_finished ON entries (number) WHERE {FINISHED}",
    # The subjects of entries, by which they are found.
    """
    CREATE TABLE subjects (
        subject TEXT NOT NULL, at TEXT NOT NULL, entry INTEGER NOT NULL, actor TEXT NOT NULL, kind TEXT NOT NULL,
        own INTEGER NOT NULL, PRIMARY KEY (subject, at, entry)
    ) STRICT, WITHOUT ROWID
    """,
    # The names by which segments are found, ignoring case, and the entry in which they first had each.
    """
    CREATE TABLE names (
        name TEXT NOT NULL, segment TEXT NOT NULL, entry INTEGER NOT NULL, PRIMARY KEY (name, segment)
    ) STRICT, WITHOUT ROWID
    """,
    # Entries that are not fully indexed yet, and how many of their subjects are.
    "CREATE TABLE unindexed (entry INTEGER PRIMARY KEY, done INTEGER NOT NULL) STRICT",
    # A tenth of all entries may be about a busy segment, with few of one kind, or none by one person.
    "CREATE INDEX subjects_by_kind ON subjects (subject, kind, at)",
    "CREATE INDEX subjects_by_actor ON subjects (subject, actor, at)",
    "CREATE INDEX subjects_by_entry ON subjects (entry)",
    # The effects of changes' steps on segments.
    """
    CREATE TABLE effects (
        entry INTEGER NOT NULL, segment TEXT NOT NULL, added INTEGER NOT NULL, removed INTEGER NOT NULL,
        PRIMARY KEY (entry, segment)
    ) STRICT, WITHOUT ROWID
    """,
    # Spans of entries that were moved to files of their own, and the seal of the last entry of each. Such a file lists
    # its own span, too.
    "CREATE TABLE archives (last INTEGER PRIMARY KEY, seal TEXT NOT NULL) STRICT",
    # For people who look at it with datasette or sqlite-utils.
    f"CREATE VIEW audit AS SELECT number, {', '.join(_COMPUTED)}, seal FROM entries",
)
BELONGING = """
    INSERT INTO subjects SELECT 'segment:' || segment, at, number, actor, kind, 0
    FROM entries AS e JOIN touches USING (change)
"""
"""Indexes entries of changes by the segments that the changes touch."""
_NAMED = """
    SELECT body ->> '$.applied.created.name' AS name, body ->> '$.applied.created.id' AS segment FROM runs
    UNION SELECT body ->> '$.undo[0].segment.name', body ->> '$.undo[0].old_id' FROM runs
    UNION SELECT body ->> '$.undo[0].before.name', body ->> '$.undo[0].segment.id' FROM runs
    UNION SELECT body ->> '$.undo[0].after.name', body ->> '$.undo[0].segment.id' FROM runs
"""
"""What a step created, what it deleted (its undo has the id), and what it renamed."""
_SEALED = ("number", "at", "kind", "actor", "channel", "command", "change", "detail")


@migrations(name="0004_record")
def fourth(db: Database) -> None:
    """Store entries as the texts that were sealed, with their seals; create their subjects, and archives."""
    for statement in _FOURTH:
        db.conn.execute(statement)
    for *content, own in db.conn.execute(f"SELECT {', '.join(_SEALED)}, seal FROM entries_before ORDER BY number"):
        body = canonical(dict(zip(_SEALED, content, strict=True)))
        db.conn.execute("INSERT INTO entries (number, body, seal) VALUES (?, ?, ?)", (content[0], body, own))
    db.conn.execute("DROP TABLE entries_before")
    db.conn.execute(BELONGING)
    db.conn.create_function("casefold", 1, str.casefold)
    named = f"SELECT DISTINCT casefold(name), segment, 0 FROM ({_NAMED}) WHERE name <> '' AND segment <> ''"
    db.conn.execute(f"INSERT OR IGNORE INTO names {named}")
    for table in GUARDED.keys() - {"entries"}:
        for statement in guards(table):
            db.conn.execute(statement)


_FIFTH = (
    """
    CREATE TABLE snapshots (
        day TEXT PRIMARY KEY, at TEXT NOT NULL, entry INTEGER NOT NULL, shoppers INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID
    """,
    # A thousand rows a day: those of a day are adjacent, and those of a segment are found in the index alone.
    """
    CREATE TABLE sizes (
        day TEXT NOT NULL, segment TEXT NOT NULL, name TEXT NOT NULL, shoppers INTEGER NOT NULL,
        PRIMARY KEY (day, segment)
    ) STRICT, WITHOUT ROWID
    """,
    "CREATE INDEX sizes_by_segment ON sizes (segment, day, shoppers)",
    # Segments that a change created again under a new id after they were deleted under an old one.
    """
    CREATE TABLE restored (
        segment TEXT PRIMARY KEY, old TEXT NOT NULL, change INTEGER NOT NULL REFERENCES changes (number)
    ) STRICT, WITHOUT ROWID
    """,
    f"CREATE INDEX changes_unreviewed ON changes (number) WHERE {UNREVIEWED}",
)


@migrations(name="0005_history")
def fifth(db: Database) -> None:
    """Create the history of segment sizes, and which segments were restored under new ids."""
    for statement in _FIFTH:
        db.conn.execute(statement)


_SIXTH = (
    # One row per local day of the summary: two processes cannot both start it.
    """
    CREATE TABLE days (
        day TEXT PRIMARY KEY, state TEXT NOT NULL, owner TEXT NOT NULL DEFAULT '', first_at TEXT NOT NULL,
        next_at TEXT NOT NULL, reason TEXT NOT NULL DEFAULT '', told INTEGER NOT NULL DEFAULT 0
    ) STRICT, WITHOUT ROWID
    """,
    "CREATE INDEX days_unsettled ON days (day) WHERE state IN ('under way', 'posting')",
)


@migrations(name="0006_days")
def sixth(db: Database) -> None:
    """Create the runs of the daily summary."""
    for statement in _SIXTH:
        db.conn.execute(statement)
