"""The tables of what rules of segments read: a cache of the store, without names and addresses.

Times are in seconds since 1970, amounts in 1/10,000 of the store's currency.
"""

FACT_TABLES = (
    # One row, once somebody reads: which process, and how far it is.
    """
    CREATE TABLE fact_reading (
        id INTEGER PRIMARY KEY CHECK (id = 1), owner TEXT NOT NULL DEFAULT '', body TEXT NOT NULL DEFAULT '{}'
    ) STRICT
    """,
    # ``reading``, here and below: the number of the whole reading since which it was seen last.
    """
    CREATE TABLE order_facts (
        id INTEGER PRIMARY KEY, customer INTEGER NOT NULL, placed_at INTEGER NOT NULL, amount INTEGER NOT NULL,
        status INTEGER NOT NULL, reading INTEGER NOT NULL
    ) STRICT
    """,
    "CREATE INDEX orders_by_customer ON order_facts (customer, placed_at, amount, status)",
    """
    CREATE TABLE customer_facts (
        id INTEGER PRIMARY KEY, registered_at INTEGER NOT NULL, group_id INTEGER NOT NULL, countries TEXT NOT NULL,
        attributes TEXT NOT NULL, email_key INTEGER NOT NULL, reading INTEGER NOT NULL
    ) STRICT
    """,
    # Subscribers are known by address only; ``email_key`` is a digest by which they are found among the customers.
    """
    CREATE TABLE subscriber_facts (
        id INTEGER PRIMARY KEY, email_key INTEGER NOT NULL, accepts INTEGER NOT NULL, reading INTEGER NOT NULL
    ) STRICT
    """,
    "CREATE INDEX subscribers_by_email ON subscriber_facts (email_key, accepts)",
)
"""Statements as SQLite reads them, released as migration 17 of both engines: never edited."""
