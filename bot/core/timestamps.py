"""Times as the text that is stored. Pure."""

from datetime import UTC, datetime


def timestamp(time: datetime) -> str:
    """Return this time in UTC with milliseconds: text that sorts as time."""
    return time.astimezone(UTC).isoformat(timespec="milliseconds")
