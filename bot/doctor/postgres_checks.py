"""The engine PostgreSQL, as the checks of a ledger see it; ``server_checks`` look at its server."""

from collections.abc import Iterator
from contextlib import contextmanager

from bot.doctor.case import Case
from bot.doctor.findings import Finding
from bot.doctor.ledger_engine import CURRENT, NEWER, Engine
from bot.doctor.server_checks import MIGRATE
from bot.ledger.ports.checkup import Checkup, Schema

_RESTORE = (
    "restore the latest backup with pg_restore into an empty database, set DATABASE to that, and type "
    "segment-bot ledger restore before a bot starts."
)


@contextmanager
def _opened(case: Case) -> Iterator[Checkup]:
    from bot.ledger.postgres.checkup import open_checkup  # whose turn it is has the driver

    with open_checkup(case.server.url, case.settings.SEAL_KEY) as checkup:
        yield checkup


POSTGRES = Engine(
    turn=lambda case: case.server.turn(),
    opened=_opened,
    schemas={
        Schema.NONE: Finding("The database holds no ledger yet.", MIGRATE),
        Schema.FOREIGN: Finding(
            "Its schema segment_bot holds another program's tables.", "Set DATABASE to a database of the bot's own."
        ),
        Schema.OLDER: Finding("Its schema is older than this version's.", MIGRATE),
        Schema.CURRENT: CURRENT,
        Schema.NEWER: NEWER,
    },
    unreadable=lambda _: f"Stop the bot, see the server's log, and {_RESTORE}",
    damaged=f"Stop the bot, and {_RESTORE}",
    rewritten=f"Keep the database as evidence, find out who wrote to it, and {_RESTORE}",
    elsewhere="another database",
)
