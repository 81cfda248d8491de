"""Checks of a ledger in one SQLite file: the file, and where it lies."""

import os
import shlex
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path

from bot.core.threads import in_thread
from bot.doctor.case import Case
from bot.doctor.findings import Check, Finding, NotChecked
from bot.doctor.ledger_engine import CURRENT, NEWER, Engine
from bot.file_modes import open_files
from bot.ledger.ports.checkup import Checkup, Schema
from bot.ledger.sqlite.checkup import open_checkup

LEAST_FREE = 200_000_000
"""Bytes: the log of writes takes 16 MB and more while somebody reads, and an archive or a backup a copy's room."""
_RESTORE = "start again from the latest backup: segment-bot ledger restore BACKUP."
_DAMAGED = f"Stop the bot, move the file away with its -wal and -shm, and {_RESTORE}"
_HELD = "Stop the program that holds the file, as a backup or an open shell of SQLite does (fuser tells which)."


@contextmanager
def _opened(case: Case) -> Iterator[Checkup]:
    """Open the ledger's file. Raises NotChecked if there is none, and UnusableLedger."""
    path = _path(case)
    if _unreachable(case, path):
        raise NotChecked("its directory cannot be opened.")
    if not path.exists() or not path.stat().st_size:
        raise NotChecked("there is no ledger yet.")
    if not case.machine.is_readable(path):
        raise NotChecked("this user cannot read the file.")
    with open_checkup(path, case.settings.SEAL_KEY) as checkup:
        yield checkup


def _path(case: Case) -> Path:
    """Return where the file lies: SQLite follows a link, and writes its other files beside what it leads to."""
    return Path(os.path.realpath(str(case.settings.DATABASE)))


async def _file(case: Case) -> Sequence[Finding]:
    if case.settings.ledger_file is None:
        return (Finding("None is needed: the ledger is in a database of PostgreSQL."),)
    return await in_thread(lambda: tuple(_faults(case, _path(case))))


def _faults(case: Case, path: Path) -> Iterator[Finding]:
    if fault := _unreachable(case, path):
        yield fault
        return
    if path.exists():
        yield from _modes(case, path)
    else:
        yield Finding(f"{path} is not there yet: the first start makes it.")
    yield from _room(case, path)


def _unreachable(case: Case, path: Path) -> Finding | None:
    """Return that nothing can be looked at where this path lies, if so."""
    if case.machine.is_enterable(path.parent):
        return None
    told = f"There is no directory {path.parent} that this user can open."
    return Finding(told, "Make it, or give it to the bot's user: mkdir, chown, chmod u+rwx.")


def _modes(case: Case, path: Path) -> Iterator[Finding]:
    if found := open_files(case.dotenv or path, path):
        names = [str(one) for one in found]
        told = f"Others on this machine can open {', '.join(names)}."
        yield Finding(told, f"Type: chmod 600 {shlex.join(names)}")
    companions = [one for one in (path, *(Path(f"{path}{end}") for end in ("-wal", "-shm"))) if one.exists()]
    allowed = case.machine.is_writable, case.machine.is_readable
    if closed := [str(one) for one in companions if not all(may(one) for may in allowed)]:
        yield Finding(
            f"This user cannot read and write {', '.join(closed)}.",
            "Give the file to the bot's user: chown, chmod u+w.",
        )


def _room(case: Case, path: Path) -> Iterator[Finding]:
    folder, free = path.parent, case.machine.free(path.parent)
    if not case.machine.is_writable(folder):
        yield Finding(
            f"This user cannot write to the directory {folder}.", "Give it to the bot's user: chown, chmod u+w."
        )
    if kind := case.machine.network_file_system(path):
        told = f"{path} lies on a network file system ({kind}), on which SQLite damages what it writes."
        yield Finding(told, "Move DATABASE to a disk of this machine.")
    if free < LEAST_FREE:
        told = f"Only {free // 1_000_000:,} MB are free where {path} lies."
        yield Finding(told, "Make room, or move DATABASE to a larger disk.")
    else:
        yield Finding(f"{free // 1_000_000:,} MB are free.")


SQLITE = Engine(
    turn=lambda _: nullcontext(),
    opened=_opened,
    schemas={
        Schema.NONE: Finding("It is empty: the first start makes its tables."),
        Schema.FOREIGN: Finding("It holds another program's tables.", "Set DATABASE to a file of the bot's own."),
        Schema.OLDER: Finding("Its schema is older: the next start migrates it."),
        Schema.CURRENT: CURRENT,
        Schema.NEWER: NEWER,
    },
    unreadable=lambda error: (
        _HELD if "locked" in error else f"Set DATABASE to the ledger; if it is that file: {_DAMAGED}"
    ),
    damaged=_DAMAGED,
    rewritten=f"Keep the file as evidence, find out who wrote to it, and {_RESTORE}",
    elsewhere="another file",
)
SQLITE_CHECKS = (Check("ledger file", _file),)
