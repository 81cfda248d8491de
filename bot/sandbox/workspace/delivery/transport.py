"""A payload for the app, and the acknowledgement that returns: the interface of both transports."""

import asyncio
import time
from dataclasses import dataclass
from typing import Protocol

from bot.sandbox.workspace.refusals import Json

ACK_SECONDS = 3.0
OPERATION_TIMEOUT = "operation_timeout"
DISPATCH_FAILED = "dispatch_failed"


class Undelivered(Exception):
    """No acknowledgement; `code` is what Slack shows the person, such as operation_timeout."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Parcel:
    """A payload to deliver; `kind` is its Socket Mode type: slash_commands, interactive or events_api."""

    kind: str
    payload: Json
    attempt: int = 0


@dataclass(frozen=True)
class Ack:
    """The acknowledgement, and after how many milliseconds; `body` is {} for a bare one."""

    body: Json
    ms: float


class Transport(Protocol):
    """A transport to the app."""

    async def carry(self, parcel: Parcel) -> Json:
        """Deliver the parcel and return the acknowledgement's body. Raises Undelivered."""
        ...


async def deliver(transport: Transport, parcel: Parcel, *, seconds: float = ACK_SECONDS) -> Ack:
    """Deliver a parcel to the app within `seconds`. Raises Undelivered."""
    started = time.perf_counter()
    try:
        async with asyncio.timeout(seconds):
            body = await transport.carry(parcel)
    except TimeoutError:
        raise Undelivered(OPERATION_TIMEOUT) from None
    return Ack(body, (time.perf_counter() - started) * 1000)
