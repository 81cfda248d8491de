"""What a person's screen makes of a delivery: how long the bot took, or that it failed."""

from bot.sandbox.workspace.delivery.transport import Ack, Undelivered
from bot.sandbox.workspace.refusals import Json


def done(ack: Ack) -> Json:
    """Build the outcome of what the bot acknowledged."""
    return {"ok": True, "ack_ms": round(ack.ms, 3)}


def failed(what: str, lost: Undelivered) -> Json:
    """Build the outcome of what the bot did not acknowledge."""
    return {"ok": False, "ack_ms": None, "error": f'{what} failed with the error "{lost.code}"'}
