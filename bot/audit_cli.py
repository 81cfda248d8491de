"""``python -m bot audit``: reads, verifies, copies and archives the log from the shell, even while the bot runs."""

import argparse
import asyncio
import json
import os
import sys
from collections.abc import Callable, Coroutine, Iterable, Iterator
from contextlib import AbstractContextManager, ExitStack
from dataclasses import asdict
from datetime import UTC, datetime
from itertools import chain, islice
from pathlib import Path

from bot import audit_options
from bot.core.audit.audit_reader import AuditFilter
from bot.core.audit.entries import RecordedEntry, UnknownEntry
from bot.core.audit.exports import entry_csv, entry_json
from bot.core.audit.hash_chain import Verification
from bot.core.audit.seal_keys import SealKeys
from bot.core.errors import Refusal
from bot.core.language.visible import escape_hidden, visible
from bot.core.ledger_address import LedgerAddress, parse_address
from bot.ledger.archives import verify_together
from bot.ledger.opening import open_audit
from bot.ledger.ports.audit_file import AuditFile


class NoDatabase(Refusal):
    """The file does not exist; an audit creates none."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"There is no database {path}. Name it with --database or DATABASE.")


def add_to(parser: argparse.ArgumentParser, database: LedgerAddress, keys: Callable[[], SealKeys]) -> None:
    """Add the actions; each runs with its options and returns the exit status.

    ``database``: the default; ``keys`` reads the keys with which its entries are signed.
    """
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    for name, explanation, add_options, action in (
        ("recent", "print the latest entries, newest first", audit_options.add_recent, _recent),
        ("show", "print one entry with all that it holds", audit_options.add_show, _show),
        ("export", "print entries for programs, oldest first", audit_options.add_export, _export),
        ("verify", "check that no entry was changed, moved, inserted or removed", audit_options.add_verify, _verify),
        ("backup", "copy the database, also while the bot runs", audit_options.add_backup, _backup),
        ("archive", "move the oldest entries to a file of their own", audit_options.add_archive, _archive),
    ):
        one = actions.add_parser(name, help=explanation)
        add_options(one)
        one.add_argument("--database", type=parse_address, default=database, help="default %(default)s")
        one.set_defaults(run=_run(action), keys=keys)


def _run(action: Callable[[argparse.Namespace], Coroutine[None, None, int]]) -> Callable[[argparse.Namespace], int]:
    """Return an action that runs to its end. Unlike asyncio.run, this lets Ctrl+C interrupt a long read."""

    def run(options: argparse.Namespace) -> int:
        loop = asyncio.new_event_loop()
        try:
            return loop.run_until_complete(action(options))
        finally:
            loop.close()

    return run


async def _recent(options: argparse.Namespace) -> int:
    with _open(options) as file:
        found = await file.log.recent(_filter(options), limit=options.limit)
    return _print(map(_line, found)) if found else _say_none()


async def _show(options: argparse.Namespace) -> int:
    with _open(options) as file:
        found = await _entry(file, options.number)
    return _print([f"{escape_hidden(json.dumps(asdict(found), ensure_ascii=False, indent=2))}\n"])


async def _entry(file: AuditFile, number: int) -> RecordedEntry:
    """Return the entry. Raises Refusal, in terms of the shell, if it is not in this file."""
    try:
        return await file.log.entry(number)
    except UnknownEntry as error:
        if 0 < number <= (await file.archives.anchor())[0]:
            raise
        none = f"There is no entry {number} in the log. `python -m bot audit recent` shows the latest ones."
        raise Refusal(none) from error


async def _export(options: argparse.Namespace) -> int:
    lines = entry_csv if options.format == "csv" else entry_json

    def write(found: Iterator[RecordedEntry]) -> int:
        first = tuple(islice(found, 1))
        return _print(lines(chain(first, found))) if first else _say_none()

    with _open(options) as file:
        return await file.log.export(_filter(options), write)


async def _verify(options: argparse.Namespace) -> int:
    against = options.against or ""
    if options.archive:
        return await _verify_together(options, against)
    with _open(options) as file:
        what = "archive" if await file.archives.is_archive() else "log"
        return _report(await file.archives.verify(against), against, what)


async def _verify_together(options: argparse.Namespace, against: str) -> int:
    with ExitStack() as stack:
        files = []
        for path in options.archive:
            file = stack.enter_context(_open(options, path))
            if not await file.archives.is_archive():
                raise Refusal(
                    f"{path} is not an archive. Name archives with --archive, and the ledger with --database."
                )
            files.append((path.name, file.archives))
        files.append((_name(options.database), stack.enter_context(_open(options)).archives))
        return _report(await verify_together(files, against), against)


async def _backup(options: argparse.Namespace) -> int:
    with _open(options) as file:
        copied = await file.archives.backup(options.file)
    print(f"The copy is intact: {_summary(copied)}.")
    return 0


async def _archive(options: argparse.Namespace) -> int:
    with open_audit(_existing(options.database), to_archive=True, keys=options.keys()) as file:
        moved = await file.archives.archive(options.file, before=options.before, at=datetime.now(UTC))
    print(f"Entries {moved.first} to {moved.last} are in {options.file} now, whose head is {moved.head}.")
    return 0


def _open(options: argparse.Namespace, path: LedgerAddress | None = None) -> AbstractContextManager[AuditFile]:
    """Open this file, or else the ledger, to read it."""
    return open_audit(_existing(path or options.database), keys=options.keys())


def _existing(address: LedgerAddress) -> LedgerAddress:
    if isinstance(address, Path) and not address.is_file():
        raise NoDatabase(address)
    return address


def _name(address: LedgerAddress) -> str:
    return address.name if isinstance(address, Path) else str(address)


def _filter(options: argparse.Namespace) -> AuditFilter:
    subjects, besides = (tuple(dict.fromkeys(one)) for one in (options.segment, options.shopper))
    return AuditFilter(
        actor=options.by or "",
        kind=options.kind,
        change=options.change,
        subjects=subjects or besides,
        besides=besides if subjects else (),
        since=options.since,
        until=options.until,
    )


# Output


def _report(result: Verification, against: str, what: str = "log") -> int:
    if not result.holds:
        print(f"The {what} is not intact. {result.fault}", file=sys.stderr)
        return 1
    print(f"The {what} is intact: {_summary(result)}.")
    if result.signatures:
        print(result.signatures)
    if against and result.witness is None:
        print(f"No entry has the seal {against}. {_why_unseen(result, what)}", file=sys.stderr)
        return 1
    if against:
        print(f"Entry {result.witness} has the seal {against}.")
    return 0


def _why_unseen(result: Verification, what: str) -> str:
    """Return why no entry has the seal that was noted."""
    cut = f"he {what} was cut short or rewritten since it was noted, or it was not copied right: compare the digits."
    hint = f"It may be one of the first {result.archived} entries, which are in archives: name those with --archive."
    return f"{hint} If it is in none, t{cut}" if result.archived else f"T{cut}"


def _summary(result: Verification) -> str:
    before = f" behind {result.archived} in archives" if result.archived else ""
    return f"{result.entries} entries{before}, head {result.head}"


def _line(entry: RecordedEntry) -> str:
    change = f"change {entry.change}" if entry.change is not None else ""
    time = f"{entry.at[:19].replace('T', ' ')} UTC"
    words = (f"{entry.number:>7}", time, entry.actor, entry.kind, change, entry.description)
    # A terminal would interpret control characters.
    return f"{visible('  '.join(filter(None, words)))}\n"


def _say_none() -> int:
    print("No entry.", file=sys.stderr)
    return 0


def _print(lines: Iterable[str]) -> int:
    """Print lines as they arrive. The reader may stop early, as ``| head`` does."""
    try:
        sys.stdout.writelines(lines)
        sys.stdout.flush()
    except BrokenPipeError:
        # Python would flush once more at exit, and complain.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0
