"""Times in the text form that is stored. Pure."""

from datetime import UTC, datetime


def timestamp(time: datetime) -> str:
    """Format this time in UTC with milliseconds, as text that sorts chronologically."""
    return time.astimezone(UTC).isoformat(timespec="milliseconds")
