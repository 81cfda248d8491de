"""What goes wrong with a ledger as a whole; ``bot.core.errors`` has what goes wrong with one request.

UnusableLedger          it cannot be opened or read at all
"""


class UnusableLedger(Exception):
    """A ledger that cannot be opened or read; the text is the database's own reason."""
