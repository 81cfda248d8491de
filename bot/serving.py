"""What every mode of the command line that serves something does: refuse a taken port, and wait for the end."""

import asyncio
import errno
import signal
import sys
from typing import Any

from bot import garbage
from bot.core.errors import LedgerLost
from bot.settings import CannotStart

SHARE = 0.00005
"""Seconds after which a thread that computes lets the event loop go on. After Python's own 5 ms, reading a long list
held up each statement of the ledger's so long: a health check waited for a second.
See https://docs.python.org/3/library/sys.html#sys.setswitchinterval.
"""


async def try_to_listen(host: str, port: int) -> None:
    """Listen there for a moment. Raises OSError if that is impossible: EADDRINUSE where another program does.

    Port 0 is never taken.
    """
    server = await asyncio.get_running_loop().create_server(asyncio.Protocol, host, port, start_serving=False)
    server.close()
    await server.wait_closed()


async def refuse_port(host: str, port: int, remedy: str) -> None:
    """Raise CannotStart if nobody can listen there, or another program does already."""
    try:
        await try_to_listen(host, port)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise CannotStart(f"Port {port} on {host} is taken by another program. {remedy}") from error
        raise CannotStart(
            f"Nothing can listen on port {port} of {host}: {error.strerror}. It has to be an address of this machine, "
            f"and a port that this user may take. {remedy}"
        ) from error


async def stopped(lost: asyncio.Future[LedgerLost] | None = None) -> None:
    """Wait for Ctrl+C or a termination signal. Raises LedgerLost when a bot has ``lost`` its ledger."""
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    _share_time()  # afterwards: whoever is told to stop meanwhile, and knows of no signal, ends without draining
    signalled = asyncio.create_task(stop.wait())
    ends: set[asyncio.Future[Any]] = {signalled, lost} if lost else {signalled}
    await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
    signalled.cancel()
    if lost and lost.done():
        raise lost.result()


def _share_time() -> None:
    """Let nothing keep the event loop for long: neither the garbage collector nor a thread that computes."""
    garbage.started()
    sys.setswitchinterval(SHARE)
