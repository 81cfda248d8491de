"""What becomes of the rows of a list. Each row is of one class, so that their counts sum up to the rows read. Pure."""

from enum import Enum


class RowClass(Enum):
    """What becomes of a row, and what a file of such rows is called."""

    ADD = "to add"
    REMOVE = "to remove"
    ALREADY = "already so"
    DUPLICATE = "duplicates"
    UNKNOWN = "unknown"
    UNREADABLE = "unreadable"
    REFUSED = "refused"
