"""The ledger in PostgreSQL, for companies that run several bots on one ledger."""
