"""What is said of an error that nobody foresaw, and how the log has it."""

import logging
import secrets

BROKE = "Something went wrong; whoever runs the bot can find it in the log."
log = logging.getLogger(__name__)


def reference_of(error: Exception, broke: str) -> str:
    """Log the error, and what it broke. Return the reference by which it is found there."""
    reference = secrets.token_hex(2).upper()
    log.error("Reference %s: %s broke", reference, broke, exc_info=error)
    return reference


def reported(error: Exception, broke: str) -> str:
    """Log the error, and what it broke before anything was done. Return the sentence for the person."""
    return f"Something went wrong, reference {reference_of(error, broke)}. Nothing was done; please try again."
