"""The ledger in one SQLite file. All SQL is here."""
