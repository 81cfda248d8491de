"""The daily summary: what it is made of, how sizes changed, and its message. Pure, except for ``gather``."""
