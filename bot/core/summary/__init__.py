"""The daily summary: its contents, how sizes changed, and its message. Pure, except for ``gather``."""
