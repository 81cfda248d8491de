"""What is recorded: entries of the audit log, the hash chain over them, and their export. Pure."""
