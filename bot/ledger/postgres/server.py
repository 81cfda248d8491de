"""Looks at the server that holds a ledger: what it promises, and what it lets the bot's role do."""

import re
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import psycopg

from bot.ledger.errors import UnusableLedger
from bot.ledger.ports.checkup import Server
from bot.ledger.postgres import rights
from bot.ledger.postgres.append_only import GUARDED, REFUSING
from bot.ledger.postgres.connecting import SCHEMA_NAME, Raw, connect
from bot.ledger.postgres.schema import MADE, MIGRATIONS
from bot.ledger.sql.database import BUSY_SECONDS

_SERVER = """
    WITH others AS (SELECT * FROM pg_stat_activity WHERE datid IS NOT NULL AND usesysid IS NOT NULL
        AND pid <> pg_backend_pid())
    SELECT current_user::text AS role, current_setting('server_encoding') AS encoding,
        pg_is_in_recovery() OR current_setting('default_transaction_read_only')::boolean AS only_reads,
        clock_timestamp() AS time,
        least(
            current_setting('max_connections')::bigint - current_setting('superuser_reserved_connections')::bigint
                - coalesce(current_setting('reserved_connections', true)::bigint, 0) - (SELECT count(*) FROM others),
            (SELECT nullif(datconnlimit, -1) FROM pg_database WHERE datname = current_database())
                - (SELECT count(*) FROM others WHERE datname = current_database()),
            (SELECT nullif(rolconnlimit, -1) FROM pg_roles WHERE rolname = current_user)
                - (SELECT count(*) FROM others WHERE usename = current_user)
        ) AS free_connections,
        (SELECT count(*) FROM pg_stat_replication WHERE state IS DISTINCT FROM 'backup') AS standbys,
        current_setting('synchronous_standby_names') <> ''
            AND current_setting('synchronous_commit') NOT IN ('off', 'local') AS waits_for_standbys,
        current_setting('synchronous_commit') <> 'off' AS waits_for_disk,
        current_setting('session_replication_role') <> 'replica' AS fires_triggers
"""
"""Who may not see what others do still sees how many they are. The server's own processes are no user's."""
_HAS_LOG = f"""
    SELECT 1 FROM pg_class WHERE relnamespace = to_regnamespace('{SCHEMA_NAME}') AND relname = 'entries'
"""
_REFUSES = f"""
    SELECT prosrc FROM pg_proc WHERE pronamespace = to_regnamespace('{SCHEMA_NAME}') AND proname = 'refuse_change'
"""
_FIRING = f"""
    SELECT tgname, tgtype FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid
    WHERE relnamespace = to_regnamespace('{SCHEMA_NAME}') AND tgqual IS NULL AND tgenabled IN ('A', 'O')
"""
_HELD = f"""
    SELECT DISTINCT relname FROM pg_locks
    JOIN pg_class ON pg_class.oid = relation JOIN pg_database ON pg_database.oid = database
    JOIN pg_stat_activity USING (pid)
    WHERE relnamespace = to_regnamespace('{SCHEMA_NAME}') AND pg_database.datname = current_database()
    AND mode IN ('ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock') AND granted
    AND relkind = 'r' AND usesysid IS NOT NULL ORDER BY relname
"""
"""Locks that keep others from writing, or even reading; those of the server's own processes are soon gone."""
_UPDATE_DELETE_TRUNCATE = 16 | 8 | 32
"""Bits of ``tgtype``: src/include/catalog/pg_trigger.h."""
_TRIGGER = re.compile(r"\s*CREATE TRIGGER (\w+)")
TRIGGERS = {found[1]: one for statements in MIGRATIONS.values() for one in statements if (found := _TRIGGER.match(one))}
_GUARDS = {f"{table}_never_change" for table in GUARDED}


def look_at_server(url: str) -> Server:
    """Connect as the bot does, and look. Raises UnusableLedger where that is not possible."""
    try:
        with closing(connect(url, patience=BUSY_SECONDS)) as raw:
            return _seen(raw)
    except psycopg.Error as error:
        raise UnusableLedger(str(error).strip()) from error


def _seen(raw: Raw) -> Server:
    has_log = bool(_rows(raw, _HAS_LOG))
    return Server(
        **_rows(raw, _SERVER)[0],
        has_log=has_log,
        owned=rights.owned(raw.execute),
        lacking=rights.lacking(raw.execute, MADE),
        held=[one["relname"] for one in _rows(raw, _HELD)],
        silent=dict(_silent(raw)) if has_log else {},
    )


def _rows(raw: Raw, query: str) -> list[dict[str, Any]]:
    found = raw.execute(query).fetchall()
    return [dict(zip(row.keys(), row, strict=True)) for row in found]


def _silent(raw: Raw) -> Iterator[tuple[str, str]]:
    """Yield what does not fire, or refuses nothing, with the statement that makes it anew."""
    firing = {one["tgname"]: one["tgtype"] for one in _rows(raw, _FIRING)}
    for name, statement in TRIGGERS.items():
        least = _UPDATE_DELETE_TRUNCATE if name in _GUARDS else 0
        if name not in firing or firing[name] & least != least:
            yield name, _anew(statement)
    if not any(one["prosrc"] in REFUSING for one in _rows(raw, _REFUSES)):
        yield "refuse_change", _anew(REFUSING)


def _anew(statement: str) -> str:
    return " ".join(statement.split()).replace("CREATE", "CREATE OR REPLACE", 1)
