"""A bot on Socket Mode in a process of its own, as the command line runs it, but for shorter leases.

python -m tests.approvals.replica SCALE
"""

import asyncio
import sys

from bot import live_modes
from bot.core.errors import NotRecorded
from bot.health.log_lines import write_log
from bot.settings import load
from tests.approvals.leased_bot import lease

if __name__ == "__main__":
    write_log()
    scale = float(sys.argv[1])
    try:
        asyncio.run(live_modes.socket(load(dotenv=None), lease=lease(scale), run_due_every=scale))
    except NotRecorded as error:  # whoever keeps it running starts it again
        sys.exit(str(error))
