"""The errors of a ledger as a whole; ``bot.core.errors`` has those of one request.

UnusableLedger          it cannot be opened or read at all
"""


class UnusableLedger(Exception):
    """A ledger that cannot be opened or read; the text is the database's own error message."""
