"""What a role may do with the ledger's tables, and what a bot needs: the owner grants it, and who lacks it is told."""

from collections.abc import Callable, Collection, Iterable, Iterator
from typing import Any

from psycopg import sql

from bot.ledger.postgres.append_only import GUARDED
from bot.ledger.postgres.connecting import SCHEMA_NAME, Raw

Execute = Callable[[str], Iterable[Any]]
"""Executes a statement, as a connection does, and returns its rows."""
_KEPT = {"ledger_schema", "archives"}
"""Tables that the bot only reads."""
_NAMESPACE = f"""
    SELECT pg_has_role(nspowner, 'MEMBER') AS owned, has_schema_privilege(oid, 'USAGE') AS usable
    FROM pg_namespace WHERE nspname = '{SCHEMA_NAME}'
"""
_RELATIONS = f"""
    SELECT relname AS name, relkind, pg_has_role(relowner, 'MEMBER') AS owned, ARRAY(
        SELECT one FROM unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE']) AS one
        WHERE has_table_privilege(pg_class.oid, one)
    ) AS granted
    FROM pg_class WHERE relnamespace = to_regnamespace('{SCHEMA_NAME}') AND relkind IN ('r', 'v') ORDER BY relname
"""
_FUNCTIONS = f"""
    SELECT proname AS name, has_function_privilege(oid, 'EXECUTE') AS usable FROM pg_proc
    WHERE pronamespace = to_regnamespace('{SCHEMA_NAME}') ORDER BY proname
"""
_BOTS = f"""
    SELECT DISTINCT rolname FROM pg_class, aclexplode(relacl) AS given JOIN pg_roles ON pg_roles.oid = given.grantee
    WHERE relnamespace = to_regnamespace('{SCHEMA_NAME}') AND relname = 'entries'
    AND given.privilege_type = 'INSERT' AND given.grantee <> relowner ORDER BY rolname
"""


def needed(table: str, kind: str) -> str:
    """Return which rights a bot needs on this table or view."""
    if kind == "v" or table in _KEPT:
        return "SELECT"
    if table == "tail":
        return "SELECT, UPDATE"
    return "SELECT, INSERT" if table in GUARDED else "SELECT, INSERT, UPDATE, DELETE"


def owned(execute: Execute) -> list[str]:
    """Return what of the ledger the role could change the build of."""
    schema = [SCHEMA_NAME for one in execute(_NAMESPACE) if one["owned"]]
    return schema + [one["name"] for one in execute(_RELATIONS) if one["owned"]]


def lacking(execute: Execute, known: Collection[str], *, only_to_read: bool = False) -> list[str]:
    """Return the rights that a bot needs, and the role does not have, on these tables, views and functions."""
    relations, functions = (
        [one for one in execute(query) if one["name"] in known] for query in (_RELATIONS, _FUNCTIONS)
    )
    return [
        *(f"USAGE on schema {SCHEMA_NAME}" for one in execute(_NAMESPACE) if not one["usable"]),
        *(right for one in relations for right in _ungranted(one, only_to_read)),
        *(f"EXECUTE on {one['name']}" for one in functions if not one["usable"]),
    ]


def _ungranted(relation: Any, only_to_read: bool) -> Iterator[str]:
    name = relation["name"]
    rights = "SELECT" if only_to_read else needed(name, relation["relkind"])
    return (f"{one} on {name}" for one in rights.split(", ") if one not in relation["granted"])


def bots(owner: Raw) -> list[str]:
    """Return the roles that are let append to the log, apart from who owns it."""
    return [name for (name,) in owner.execute(_BOTS)]


def grant(owner: Raw, role: str) -> None:
    """Grant this role what a bot needs: what is append-only, it may only append to."""
    schema, bot = sql.Identifier(SCHEMA_NAME), sql.Identifier(role)
    owner.execute(sql.SQL("GRANT USAGE ON SCHEMA {} TO {}").format(schema, bot))
    owner.execute(sql.SQL("GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA {} TO {}").format(schema, bot))
    for name, kind, *_ in owner.execute(_RELATIONS).fetchall():
        rights = sql.SQL(needed(name, kind))
        owner.execute(sql.SQL("GRANT {} ON {}.{} TO {}").format(rights, schema, sql.Identifier(name), bot))
