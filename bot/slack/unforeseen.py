"""What is said of an error that nobody foresaw."""

import logging
import secrets

log = logging.getLogger(__name__)


def reported(error: Exception, broke: str) -> str:
    """Log the error, and what it broke. Return the sentence for the person, with the reference that the log has."""
    reference = secrets.token_hex(2).upper()
    log.error("Reference %s: %s broke", reference, broke, exc_info=error)
    return f"Something went wrong, reference {reference}. Nothing was done; please try again."
