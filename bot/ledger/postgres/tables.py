r"""The tables of the first schema in PostgreSQL. They hold what SQLite's hold, in columns of the same order.

Texts are compared by their bytes (collation "C"), as in SQLite. What is sealed is TEXT, to the byte: jsonb would sort
its keys, drop doubles, and refuse ``\u0000``. What SQLite computes of an entry's text is stored beside it here, and
``verify`` compares the two.
"""

import re

from bot.core.audit.hash_chain import GENESIS
from bot.ledger.postgres.append_only import GUARDED, REFUSING, guard
from bot.ledger.sql.audit_index import OF_SEGMENTS
from bot.ledger.sql.fact_tables import FACT_TABLES

COMPUTED = {
    "at": "TEXT", "kind": "TEXT", "actor": "TEXT", "workspace": "TEXT", "channel": "TEXT", "command": "TEXT",
    "change": "BIGINT", "outcome": "TEXT", "ms": "BIGINT", "detail": "TEXT", "subjects": "TEXT",
}  # fmt: skip
"""The columns of an entry that are read from its text, and their types."""
_JSON = r"""
    CREATE FUNCTION json_extract(document TEXT, path TEXT) RETURNS TEXT LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
        SELECT CASE
            WHEN position('\u0000' IN document) = 0 THEN document
            ELSE regexp_replace(document, '(?<!\\)((?:\\\\)*)\\u0000', '\1\\ufffd', 'g')
        END::json #>> string_to_array(replace(replace(substr(path, 3), '[', '.'), ']', ''), '.')
    $$
"""
"""SQLite's function of this name, as far as it is used; ``json`` reads no text that has ``\u0000`` anywhere."""
_TAIL = (
    # One row, which whoever writes locks first: nobody else writes until they are done. It holds the last entry.
    """
    CREATE TABLE tail (
        id BIGINT PRIMARY KEY CHECK (id = 1), number BIGINT NOT NULL, seal TEXT NOT NULL, mac TEXT NOT NULL
    ) WITH (fillfactor = 10)
    """,
    f"INSERT INTO tail VALUES (1, 0, '{GENESIS}', '')",
    # By statement: of a million entries that are copied at once, the last one counts.
    """
    CREATE FUNCTION move_tail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        UPDATE tail SET number = last.number, seal = last.seal, mac = last.mac
        FROM (SELECT number, seal, mac FROM added ORDER BY number DESC LIMIT 1) AS last WHERE tail.number < last.number;
        RETURN NULL;
    END $$
    """,
    """
    CREATE TRIGGER entries_move_tail AFTER INSERT ON entries REFERENCING NEW TABLE AS added
        FOR EACH STATEMENT EXECUTE FUNCTION move_tail()
    """,
)
_LOG = (
    f"""
    CREATE TABLE entries (
        number BIGINT PRIMARY KEY, previous TEXT NOT NULL UNIQUE, body TEXT NOT NULL, seal TEXT NOT NULL,
        mac TEXT NOT NULL DEFAULT '', {", ".join(f"{name} {kind}" for name, kind in COMPUTED.items())}
    )
    """,
    "CREATE INDEX entries_by_time ON entries (at)",
    "CREATE INDEX entries_by_kind ON entries (kind, at)",
    "CREATE INDEX entries_by_actor ON entries (actor, at)",
    "CREATE INDEX entries_by_actor_and_kind ON entries (actor, kind, at)",
    "CREATE INDEX entries_by_change ON entries (change, at) WHERE change IS NOT NULL",
    "CREATE INDEX entries_finished ON entries (number) WHERE kind IN ('finish', 'fail', 'stop')",
    """
    CREATE TABLE subjects (
        subject TEXT NOT NULL, at TEXT NOT NULL, entry BIGINT NOT NULL, actor TEXT NOT NULL, kind TEXT NOT NULL,
        own BOOLEAN NOT NULL, PRIMARY KEY (subject, at, entry)
    )
    """,
    "CREATE INDEX subjects_by_kind ON subjects (subject, kind, at)",
    "CREATE INDEX subjects_by_actor ON subjects (subject, actor, at)",
    "CREATE INDEX subjects_by_entry ON subjects (entry)",
    "CREATE TABLE names (name TEXT, segment TEXT, entry BIGINT NOT NULL, PRIMARY KEY (name, segment))",
    "CREATE TABLE unindexed (entry BIGINT PRIMARY KEY, done BIGINT NOT NULL)",
    """
    CREATE TABLE effects (
        entry BIGINT, segment TEXT, added BIGINT NOT NULL, removed BIGINT NOT NULL, PRIMARY KEY (entry, segment)
    )
    """,
    "CREATE TABLE archives (last BIGINT PRIMARY KEY, seal TEXT NOT NULL)",
    f"CREATE VIEW audit AS SELECT number, {', '.join(COMPUTED)}, seal FROM entries",
)
_CHANGES = (
    """
    CREATE TABLE asks (
        id TEXT PRIMARY KEY, at TEXT NOT NULL, body TEXT, owner TEXT NOT NULL, schema BIGINT NOT NULL DEFAULT 0
    )
    """,
    "CREATE INDEX asks_unsettled ON asks (owner) WHERE body IS NOT NULL",
    """
    CREATE TABLE changes (
        number BIGINT PRIMARY KEY, state TEXT NOT NULL, revision BIGINT NOT NULL,
        requester TEXT NOT NULL, expires_at TEXT NOT NULL, plan TEXT NOT NULL, body TEXT NOT NULL,
        undone_by BIGINT, card_channel TEXT, card_ts TEXT, drawn BIGINT NOT NULL DEFAULT 0,
        informed BOOLEAN NOT NULL DEFAULT false, owner TEXT NOT NULL DEFAULT '', painter TEXT NOT NULL DEFAULT '',
        reminded BOOLEAN NOT NULL DEFAULT false, card_url TEXT NOT NULL DEFAULT '', stopped_by TEXT NOT NULL DEFAULT ''
    )
    """,
    # Whoever inserts one holds the lock: no number is left out, not even by a transaction that was rolled back.
    """
    CREATE FUNCTION number_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        NEW.number := coalesce(NEW.number, (SELECT max(number) FROM changes) + 1, 1);
        RETURN NEW;
    END $$
    """,
    """
    CREATE TRIGGER changes_are_numbered BEFORE INSERT ON changes FOR EACH ROW EXECUTE FUNCTION number_change()
    """,
    "CREATE INDEX changes_by_state ON changes (state)",
    "CREATE INDEX changes_by_requester ON changes (requester)",
    "CREATE INDEX changes_undrawn ON changes (number) WHERE drawn < revision",
    "CREATE INDEX changes_unheard ON changes (number) WHERE NOT informed",
    "CREATE INDEX changes_by_card ON changes (card_ts)",
    """
    CREATE INDEX changes_unreviewed ON changes (number)
        WHERE json_extract(body, '$.emergency.at') IS NOT NULL
        AND json_extract(body, '$.emergency.reviewed_by') IS NULL
    """,
    """
    CREATE TABLE runs (
        change BIGINT REFERENCES changes (number), position BIGINT, body TEXT NOT NULL, PRIMARY KEY (change, position)
    )
    """,
    "CREATE TABLE touches (segment TEXT, change BIGINT, PRIMARY KEY (segment, change))",
    "CREATE INDEX touches_by_change ON touches (change)",
    "CREATE TABLE briefs (change BIGINT PRIMARY KEY REFERENCES changes (number), body TEXT NOT NULL)",
    """
    CREATE TABLE notices (
        change BIGINT REFERENCES changes (number), kind TEXT, "user" TEXT, PRIMARY KEY (change, kind, "user")
    )
    """,
    """
    CREATE TABLE restored (
        segment TEXT PRIMARY KEY, old TEXT NOT NULL, change BIGINT NOT NULL REFERENCES changes (number)
    )
    """,
    "CREATE TABLE lists (digest TEXT PRIMARY KEY, body TEXT NOT NULL)",
)
_OTHERS = (
    """
    CREATE TABLE processes (
        owner TEXT PRIMARY KEY, lease_until TEXT NOT NULL, schema BIGINT NOT NULL DEFAULT 0
    )
    """,
    """
    CREATE TABLE homes (
        "user" TEXT PRIMARY KEY, opened TEXT NOT NULL, revision BIGINT NOT NULL DEFAULT 1,
        drawn BIGINT NOT NULL DEFAULT 0, shown TEXT NOT NULL DEFAULT '', painter TEXT NOT NULL DEFAULT ''
    )
    """,
    "CREATE INDEX homes_undrawn ON homes (opened) WHERE drawn < revision",
    "CREATE TABLE snapshots (day TEXT PRIMARY KEY, at TEXT NOT NULL, entry BIGINT NOT NULL, shoppers BIGINT NOT NULL)",
    """
    CREATE TABLE sizes (
        day TEXT, segment TEXT, name TEXT NOT NULL, shoppers BIGINT NOT NULL, PRIMARY KEY (day, segment)
    )
    """,
    "CREATE INDEX sizes_by_segment ON sizes (segment, day, shoppers)",
    """
    CREATE TABLE days (
        day TEXT PRIMARY KEY, state TEXT NOT NULL, owner TEXT NOT NULL DEFAULT '', first_at TEXT NOT NULL,
        next_at TEXT NOT NULL, reason TEXT NOT NULL DEFAULT '', told BOOLEAN NOT NULL DEFAULT false
    )
    """,
    "CREATE INDEX days_unsettled ON days (day) WHERE state IN ('under way', 'posting')",
    """
    CREATE TABLE ledger_schema (
        id BIGINT PRIMARY KEY CHECK (id = 1), version BIGINT NOT NULL, oldest_writer BIGINT NOT NULL
    )
    """,
    "INSERT INTO ledger_schema VALUES (1, 12, 12)",
)


def _by_bytes(statement: str) -> str:
    return re.sub(r"\bTEXT\b", 'TEXT COLLATE "C"', statement) if "CREATE TABLE" in statement else statement


FIRST = tuple(map(_by_bytes, (REFUSING, _JSON, *_LOG, *map(guard, GUARDED), *_TAIL, *_CHANGES, *_OTHERS)))
SEGMENTS_BY_KIND = tuple(
    statement
    for column in ("kind", "actor")
    for statement in (
        f"DROP INDEX subjects_by_{column}",
        f"CREATE INDEX segments_by_{column} ON subjects (subject, {column}, at) WHERE {OF_SEGMENTS}",
    )
)
"""Only segments are indexed by kind and by person: shoppers have few entries each."""
FACTS = tuple(_by_bytes(one.replace("INTEGER", "BIGINT").replace(") STRICT", ")")) for one in FACT_TABLES)
"""What rules of segments read."""
