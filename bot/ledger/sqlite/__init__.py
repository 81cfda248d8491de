"""The ledger in one SQLite file. Only here is SQL."""
