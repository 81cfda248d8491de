"""A payload on its way to the app, and the acknowledgement that comes back: either transport carries it."""

import asyncio
import time
from dataclasses import dataclass
from typing import Protocol

from bot.sandbox.workspace.refusals import Json

ACK_SECONDS = 3.0
OPERATION_TIMEOUT = "operation_timeout"
DISPATCH_FAILED = "dispatch_failed"


class Undelivered(Exception):
    """Nobody acknowledged; `code` is what Slack tells the person, such as operation_timeout."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Parcel:
    """A payload on its way; `kind` is Socket Mode's word: slash_commands, interactive or events_api."""

    kind: str
    payload: Json
    attempt: int = 0


@dataclass(frozen=True)
class Ack:
    """What came back, and after how many milliseconds; `body` is {} for a bare acknowledgement."""

    body: Json
    ms: float


class Carrier(Protocol):
    """One way to the app."""

    async def carry(self, parcel: Parcel) -> Json:
        """Bring the parcel and return the acknowledgement's body; raises Undelivered."""
        ...


async def deliver(carrier: Carrier, parcel: Parcel, *, seconds: float = ACK_SECONDS) -> Ack:
    """Bring a parcel to the app within `seconds`; raises Undelivered."""
    started = time.perf_counter()
    try:
        async with asyncio.timeout(seconds):
            body = await carrier.carry(parcel)
    except TimeoutError:
        raise Undelivered(OPERATION_TIMEOUT) from None
    return Ack(body, (time.perf_counter() - started) * 1000)
