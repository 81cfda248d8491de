"""Triggers that make tables append-only."""

GUARDED = ("entries", "subjects", "effects", "names")
"""Append-only tables: the log, and the tables that it is searched and counted by."""
REFUSING = """
    CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'the audit log is append-only'; END $$
"""


def guard(table: str) -> str:
    """Return the trigger that keeps the rows of this table as they are; only archiving disables it meanwhile."""
    return f"""
    CREATE TRIGGER {table}_never_change BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
        FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
    """
