"""``/audit``: the log of what happened."""
