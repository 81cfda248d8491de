"""Who must approve, and the life cycle of a Change. Pure."""
