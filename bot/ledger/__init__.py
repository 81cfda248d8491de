"""The ledger: changes, what was asked, and the audit log, in one SQLite file. Nothing outside knows SQL."""
