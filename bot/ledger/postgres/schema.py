"""Makes and migrates the tables, as the role that owns them; the bot's role owns none, and gets what it needs."""

import re
from contextlib import closing
from shlex import quote

import psycopg

from bot.core.language.phrases import listing
from bot.ledger.errors import UnusableLedger
from bot.ledger.ports.audit_file import Migrated
from bot.ledger.postgres import rights
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
_STATEMENTS = " ".join(one for statements in MIGRATIONS.values() for one in statements)
TABLES = frozenset(re.findall(r"CREATE (?:TABLE|VIEW) (\w+)", _STATEMENTS))
"""The tables and views of this version."""
MADE = TABLES | frozenset(re.findall(r"CREATE FUNCTION (\w+)", _STATEMENTS))
"""What a bot of this version needs rights on: a later one's tables are no concern of its own."""
_READ_BY_ALL = {"ledger_schema", "entries", "json_extract"}
"""What is read of a ledger to open it, even if only to read its log."""
_ALONE = "SELECT pg_advisory_xact_lock(hashtext('segment-bot ledger migrate'))"
_IS_THERE = f"""
    SELECT EXISTS (
        SELECT FROM pg_class WHERE relnamespace = to_regnamespace('{SCHEMA_NAME}') AND relname = 'ledger_schema'
    )
"""
"""Found by whoever comes in: a name alone is looked up only in schemas that the role has USAGE on."""
_MIGRATED = """
    UPDATE ledger_schema SET version = greatest(version, %s), oldest_writer = greatest(oldest_writer, %s)
"""


def migrate(url: str, *, role: str = "") -> Migrated:
    """Make or migrate the tables, and grant ``role`` and whoever was a bot before what a bot needs.

    Two at once are safe: one waits for the other. Raises UnusableLedger.
    """
    try:
        with closing(connect(url, patience=None)) as owner, owner.transaction():
            owner.execute(_ALONE)
            applied = _apply(owner, described(url))
            roles = sorted({*rights.bots(owner), *filter(None, (role,))})
            for one in roles:
                rights.grant(owner, one)
    except psycopg.Error as error:
        raise UnusableLedger(str(error).strip()) from error
    return Migrated(applied, tuple(roles))


def refuse_unprepared(db: Connection, name: str) -> None:
    """Raise UnusableLedger if a ledger has to be made or migrated first, LedgerLost if it is of a later schema."""
    if not db.execute(_IS_THERE).fetchone()[0]:
        raise UnusableLedger(f"the database {name} holds no ledger yet. {_remedy(db)}")
    _refuse(db, name, rights.lacking(db.execute, _READ_BY_ALL, only_to_read=True))
    version, oldest = schema_version.load(db)
    refuse_too_old(version, oldest, name)
    if version < SCHEMA:
        raise UnusableLedger(f"the ledger in {name} is of schema {version}, and this bot needs {SCHEMA}. {_remedy(db)}")


def refuse_powerless(db: Connection, name: str) -> None:
    """Raise UnusableLedger if the role may not do all that a bot does."""
    _refuse(db, name, rights.lacking(db.execute, MADE))


def _refuse(db: Connection, name: str, lacking: list[str]) -> None:
    if lacking:
        raise UnusableLedger(f"the role {_role(db)} lacks {listing(lacking)} in {name}. {_remedy(db)}")


def _remedy(db: Connection) -> str:
    """Return what to type, as a sentence whose full stop whoever tells of it sets."""
    command = f"segment-bot ledger migrate --database OWNER_URL --role {quote(_role(db))}"
    return f"Run `{command}` as the role that owns the tables, and try again"


def _role(db: Connection) -> str:
    return str(db.execute("SELECT current_user::text").fetchone()[0])


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
