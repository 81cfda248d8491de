"""A bot in a process of its own, whose leases are shorter by a scale; it notes each look at its clock, as doubles.

python -m tests.approvals.leased_bot SCALE NOTES
"""

import asyncio
import os
import struct
import sys

from bot.bigcommerce import LONGEST_WRITE
from bot.engine.process import HEARTBEAT, LEASE, Lease, elapsed
from bot.serving import stopped
from bot.settings import load
from bot.slack import transports
from bot.wiring import assemble
from commands import GROUPS


def lease(scale: float) -> Lease:
    """The usual one, and all that hangs on it, at this scale."""
    return Lease(LEASE * scale, HEARTBEAT * scale, LONGEST_WRITE * scale, scale)


async def run(scale: float, notes: str) -> None:
    settings = load(dotenv=None)
    file = os.open(notes, os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def noted() -> float:
        now = elapsed()
        os.write(file, struct.pack("d", now))
        return now

    async with assemble(settings, GROUPS, elapsed=noted, lease=lease(scale), run_due_every=scale) as bot:
        served = transports.http(bot.app, bot.healthy, settings.SLACK_SIGNING_SECRET)
        async with transports.listening(served, settings.HOST, 0) as port:
            sys.stdout.write(f"Ready {port} {bot.engine.process.owner}\n")
            sys.stdout.flush()
            await stopped(bot.lost)


if __name__ == "__main__":
    asyncio.run(run(float(sys.argv[1]), sys.argv[2]))
