"""The audit log: its entries, the hash chain over them, and their export. Pure."""
