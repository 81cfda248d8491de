"""What became of the tables since, as numbered migrations.

A released migration is never edited; a new one is added below it.
"""

from sqlite_utils import Database

from bot.core.approval.shown_change import derived_nonce
from bot.core.audit.hash_chain import GENESIS
from bot.ledger.sql.audit_index import OF_SEGMENTS
from bot.ledger.sql.fact_tables import FACT_TABLES
from bot.ledger.sqlite.first_migrations import migrations

__all__ = ["migrations"]

_FIRST_SEALS = """
    SELECT number, coalesce(
        (SELECT seal FROM entries WHERE change = changes.number ORDER BY entries.number LIMIT 1),
        (SELECT seal FROM archives ORDER BY last DESC LIMIT 1), ?
    ) FROM changes
"""
"""The seal of each change's first entry in this file; where all are archived, that of the last entry which is."""


@migrations(name="0007_nonces")
def seventh(db: Database) -> None:
    """Give each change a nonce, derived from what was sealed: it differs between ledgers that have diverged."""
    db.conn.execute("CREATE INDEX changes_by_card ON changes (card_ts)")
    for number, seal in db.conn.execute(_FIRST_SEALS, (GENESIS,)).fetchall():
        query = "UPDATE changes SET body = json_set(body, '$.nonce', ?) WHERE number = ?"
        db.conn.execute(query, (derived_nonce(number, seal), number))


@migrations(name="0008_signatures")
def eighth(db: Database) -> None:
    """Add the signatures of entries, which a ledger without SEAL_KEY does not have."""
    db.conn.execute("ALTER TABLE entries ADD COLUMN mac TEXT NOT NULL DEFAULT ''")


_ELEVENTH = (
    # One row: the schema, and the oldest one whose bots may write to it.
    """
    CREATE TABLE ledger_schema (
        id INTEGER PRIMARY KEY CHECK (id = 1), version INTEGER NOT NULL, oldest_writer INTEGER NOT NULL
    ) STRICT
    """,
    "INSERT INTO ledger_schema VALUES (1, 11, 11)",
    # The schema of the bot that wrote the row. Earlier bots, which do not look at the table above, insert rows without
    # it, so that they can neither live on nor take requests here.
    "ALTER TABLE processes ADD COLUMN schema INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE asks ADD COLUMN schema INTEGER NOT NULL DEFAULT 0",
)


@migrations(name="0011_schema")
def eleventh(db: Database) -> None:
    """Let the ledger name its schema, and the oldest one whose bots may write to it."""
    for statement in _ELEVENTH:
        db.conn.execute(statement)


@migrations(name="0012_lists")
def twelfth(db: Database) -> None:
    """Create the lists that changes name by their digests."""
    db.conn.execute("CREATE TABLE lists (digest TEXT PRIMARY KEY, body TEXT NOT NULL) STRICT")


@migrations(name="0014_segments_by_kind")
def fourteenth(db: Database) -> None:
    """Index only segments by kind and by person: shoppers have few entries each."""
    for column in ("kind", "actor"):
        db.conn.execute(f"DROP INDEX subjects_by_{column}")
        db.conn.execute(f"CREATE INDEX segments_by_{column} ON subjects (subject, {column}, at) WHERE {OF_SEGMENTS}")


@migrations(name="0015_places")
def fifteenth(db: Database) -> None:
    """Record how many of the store's places each process has, and wants; earlier bots do not say."""
    for column in ("places", "wanted"):
        db.conn.execute(f"ALTER TABLE processes ADD COLUMN {column} INTEGER NOT NULL DEFAULT 0")


@migrations(name="0016_since")
def sixteenth(db: Database) -> None:
    """Record since when each process lives; earlier bots do not say."""
    db.conn.execute("ALTER TABLE processes ADD COLUMN since TEXT NOT NULL DEFAULT ''")


@migrations(name="0017_facts")
def seventeenth(db: Database) -> None:
    """Create the tables of what rules of segments read."""
    for statement in FACT_TABLES:
        db.conn.execute(statement)


@migrations(name="0019_segment_rules")
def nineteenth(db: Database) -> None:
    """Create the table of the rules that segments follow: the Step of a change, and the entry that says it is done."""
    db.conn.execute(
        "CREATE TABLE segment_rules (segment TEXT PRIMARY KEY, change INTEGER NOT NULL REFERENCES changes (number), "
        "position INTEGER NOT NULL, entry INTEGER NOT NULL) STRICT"
    )


@migrations(name="0020_looked_at")
def twentieth(db: Database) -> None:
    """Record when the plan of a change that runs later was last compared with the store."""
    db.conn.execute("ALTER TABLE changes ADD COLUMN looked_at TEXT NOT NULL DEFAULT ''")


@migrations(name="0021_dues")
def twenty_first(db: Database) -> None:
    """Record which changes others cover, and what became of each slot of these."""
    db.conn.execute("ALTER TABLE changes ADD COLUMN covered_by INTEGER")
    db.conn.execute("CREATE INDEX changes_covered ON changes (covered_by, number) WHERE covered_by IS NOT NULL")
    db.conn.execute(
        "CREATE TABLE dues (covered_by INTEGER, slot TEXT, attempts INTEGER NOT NULL, at TEXT NOT NULL, "
        "state TEXT NOT NULL, told TEXT NOT NULL, change INTEGER, PRIMARY KEY (covered_by, slot)) STRICT"
    )


@migrations(name="0022_ends")
def twenty_second(db: Database) -> None:
    """Create the table of the additions that are to end: the change, and when."""
    db.conn.execute(
        "CREATE TABLE ends (change INTEGER PRIMARY KEY REFERENCES changes (number), at TEXT NOT NULL) STRICT"
    )
