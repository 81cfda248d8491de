"""Which of the bot's files others on this machine can read: its secrets, and the record of what people asked for."""

import logging
import os
import shlex
import stat
from collections.abc import Iterator
from pathlib import Path

OTHERS = stat.S_IRWXG | stat.S_IRWXO
log = logging.getLogger(__name__)


def warn_of_open_files(dotenv: Path, database: Path | None) -> None:
    """Log which of these files others can open, and what to do. New ones are created for their owner alone."""
    if found := open_files(dotenv, database):
        names = shlex.join(map(str, found))
        log.warning(
            "Others on this machine can open files that are the bot's alone. To change that: chmod 600 %s", names
        )


def open_files(dotenv: Path, database: Path | None) -> list[Path]:
    """Return which of these files others can open."""
    return [path for path in (dotenv, *_ledgers(database)) if path.is_file() and path.stat().st_mode & OTHERS]


def _ledgers(database: Path | None) -> Iterator[Path]:
    """Yield the ledger with its companions, and what lies beside it: archives and backups."""
    if database is None:
        return
    real = Path(os.path.realpath(database))  # SQLite follows a link, too
    beside = sorted(real.parent.iterdir())
    yield from (one for one in beside if one.name.startswith(real.name) or one.suffix == real.suffix != "")
