"""Triggers that make tables append-only."""

GUARDED = {
    "entries": ("number",),
    "subjects": ("subject", "at", "entry"),
    "effects": ("entry", "segment"),
    "names": ("name", "segment"),
}
"""Append-only tables: the log, and the tables that it is searched and counted by; with their keys."""


def removal_guard(table: str) -> str:
    """Return the trigger that only archiving drops, and creates again in the same transaction."""
    return f"""
    CREATE TRIGGER {table}_are_never_removed BEFORE DELETE ON {table}
        BEGIN SELECT raise(ABORT, 'the audit log is append-only'); END
    """


def guards(table: str) -> tuple[str, ...]:
    """Return the triggers that keep the rows of this table unchanged."""
    same = " AND ".join(f"{column} = new.{column}" for column in GUARDED[table])
    return (
        f"""
    CREATE TRIGGER {table}_are_never_changed BEFORE UPDATE ON {table}
        BEGIN SELECT raise(ABORT, 'the audit log is append-only'); END
    """,
        removal_guard(table),
        # INSERT OR REPLACE removes a row without firing the triggers above.
        f"""
    CREATE TRIGGER {table}_are_never_replaced BEFORE INSERT ON {table}
        WHEN EXISTS (SELECT 1 FROM {table} WHERE {same})
        BEGIN SELECT raise(ABORT, 'the audit log is append-only'); END
    """,
    )
