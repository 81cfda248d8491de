"""Who has to agree, and the life of a Change. Pure."""
