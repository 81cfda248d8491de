"""Makes and migrates the tables, as the role that owns them; the bot's role owns none, and gets what it needs."""

from contextlib import closing

import psycopg
from psycopg import sql

from bot.ledger.errors import UnusableLedger
from bot.ledger.postgres.append_only import GUARDED
from bot.ledger.postgres.connecting import SCHEMA_NAME, Raw, connect, described
from bot.ledger.postgres.tables import FACTS, FIRST, SEGMENTS_BY_KIND
from bot.ledger.sql import schema_version
from bot.ledger.sql.database import Connection
from bot.ledger.sql.schema_version import OLDEST_WRITER, SCHEMA, refuse_too_old

_PLACES = tuple(f"ALTER TABLE processes ADD COLUMN {one} BIGINT NOT NULL DEFAULT 0" for one in ("places", "wanted"))
_SINCE = ("ALTER TABLE processes ADD COLUMN since TEXT COLLATE \"C\" NOT NULL DEFAULT ''",)
_SEGMENT_RULES = (
    'CREATE TABLE segment_rules (segment TEXT COLLATE "C" PRIMARY KEY, change BIGINT NOT NULL '
    "REFERENCES changes (number), position BIGINT NOT NULL, entry BIGINT NOT NULL)",
)
_LOOKED_AT = ("ALTER TABLE changes ADD COLUMN looked_at TEXT COLLATE \"C\" NOT NULL DEFAULT ''",)
_DUES = (
    "ALTER TABLE changes ADD COLUMN covered_by BIGINT",
    "CREATE INDEX changes_covered ON changes (covered_by, number) WHERE covered_by IS NOT NULL",
    'CREATE TABLE dues (covered_by BIGINT, slot TEXT COLLATE "C", attempts BIGINT NOT NULL, '
    'at TEXT COLLATE "C" NOT NULL, state TEXT COLLATE "C" NOT NULL, told TEXT COLLATE "C" NOT NULL, change BIGINT, '
    "PRIMARY KEY (covered_by, slot))",
)
_ENDS = ('CREATE TABLE ends (change BIGINT PRIMARY KEY REFERENCES changes (number), at TEXT COLLATE "C" NOT NULL)',)
MIGRATIONS: dict[int, tuple[str, ...]] = {
    12: FIRST,
    14: SEGMENTS_BY_KIND,
    15: _PLACES,
    16: _SINCE,
    17: FACTS,
    19: _SEGMENT_RULES,
    20: _LOOKED_AT,
    21: _DUES,
    22: _ENDS,
}
"""Statements by the schema that they lead to. A released migration is never edited; a new one is added below it."""
_ALONE = "SELECT pg_advisory_xact_lock(hashtext('segment-bot ledger migrate'))"
_IS_THERE = "SELECT to_regclass('ledger_schema') IS NOT NULL"
_KEPT = {"ledger_schema", "archives"}
"""Tables that the bot only reads."""
_TABLES = "SELECT relname, relkind FROM pg_class WHERE relnamespace = %s::regnamespace AND relkind IN ('r', 'v')"
_MIGRATE = "Run `segment-bot ledger migrate --database OWNER_URL` as the role that owns the tables, and start the bot."
_MIGRATED = """
    UPDATE ledger_schema SET version = greatest(version, %s), oldest_writer = greatest(oldest_writer, %s)
"""


def migrate(url: str, *, role: str = "") -> int:
    """Make or migrate the tables, and grant ``role`` what a bot needs. Return how many migrations were applied.

    Two at once are safe: one waits for the other. Raises UnusableLedger.
    """
    try:
        with closing(connect(url, patience=None)) as owner, owner.transaction():
            owner.execute(_ALONE)
            applied = _apply(owner, described(url))
            if role:
                _grant(owner, role)
    except psycopg.Error as error:
        raise UnusableLedger(str(error).strip()) from error
    return applied


def refuse_unprepared(db: Connection, name: str) -> None:
    """Raise UnusableLedger if a ledger has to be made or migrated first, LedgerLost if it is of a later schema."""
    if not db.execute(_IS_THERE).fetchone()[0]:
        raise UnusableLedger(f"the database {name} holds no ledger yet. {_MIGRATE}")
    version, oldest = schema_version.load(db)
    refuse_too_old(version, oldest, name)
    if version < SCHEMA:
        raise UnusableLedger(f"the ledger in {name} is of schema {version}, and this bot needs {SCHEMA}. {_MIGRATE}")


def _apply(owner: Raw, name: str) -> int:
    owner.execute(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA_NAME}")
    version = 0
    if owner.execute(_IS_THERE).fetchone() == (True,):
        version, oldest = owner.execute(schema_version.VERSION).fetchone() or (0, 0)
        refuse_too_old(version, oldest, name)
    pending = [statements for number, statements in sorted(MIGRATIONS.items()) if number > version]
    for statements in pending:
        for statement in statements:
            owner.execute(statement)
    owner.execute(_MIGRATED, (SCHEMA, OLDEST_WRITER))
    return len(pending)


def _grant(owner: Raw, role: str) -> None:
    """Grant this role what a bot needs: what is append-only, it may only append to."""
    schema, bot = sql.Identifier(SCHEMA_NAME), sql.Identifier(role)
    owner.execute(sql.SQL("GRANT USAGE ON SCHEMA {} TO {}").format(schema, bot))
    owner.execute(sql.SQL("GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA {} TO {}").format(schema, bot))
    for name, kind in owner.execute(_TABLES, (SCHEMA_NAME,)).fetchall():
        rights = sql.SQL(rights_on(name, kind))
        owner.execute(sql.SQL("GRANT {} ON {}.{} TO {}").format(rights, schema, sql.Identifier(name), bot))


def rights_on(table: str, kind: str) -> str:
    """Return which rights a bot needs on this table or view."""
    if kind == "v" or table in _KEPT:
        return "SELECT"
    if table == "tail":
        return "SELECT, UPDATE"
    return "SELECT, INSERT" if table in GUARDED else "SELECT, INSERT, UPDATE, DELETE"
