"""``python -m bot audit``: reads, verifies, copies and archives the log from the shell, even while the bot runs."""

import argparse
import asyncio
import json
import os
import re
import sys
from collections.abc import Callable, Coroutine, Iterable, Iterator
from contextlib import AbstractContextManager, ExitStack
from dataclasses import asdict
from datetime import UTC, datetime
from itertools import chain, islice
from pathlib import Path

from bot.bigcommerce import is_uuid
from bot.core.audit.audit_reader import AuditFilter
from bot.core.audit.entries import EntryKind, RecordedEntry, UnknownEntry
from bot.core.audit.exports import entry_csv, entry_json
from bot.core.audit.hash_chain import Verification, parse_seal
from bot.core.errors import Refusal
from bot.core.items import Item, ItemKind
from bot.core.language.visible import escape_hidden, visible
from bot.ledger.archives import verify_together
from bot.ledger.ports.audit_file import AuditFile
from bot.ledger.sqlite.audit_file import open_audit_file


class NoDatabase(Refusal):
    """The file does not exist; an audit creates none."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"There is no database {path}. Name it with --database or DATABASE.")


def add_to(parser: argparse.ArgumentParser, database: Path) -> None:
    """Add the actions; each runs with its options and returns the exit status. ``database``: the default."""
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    _add_recent(actions.add_parser("recent", help="print the latest entries, newest first"))
    _add_show(actions.add_parser("show", help="print one entry with all that it holds"))
    _add_export(actions.add_parser("export", help="print entries for programs, oldest first"))
    _add_verify(actions.add_parser("verify", help="check that no entry was changed, moved, inserted or removed"))
    _add_backup(actions.add_parser("backup", help="copy the database, also while the bot runs"))
    _add_archive(actions.add_parser("archive", help="move the oldest entries to a file of their own"))
    for action in actions.choices.values():
        action.add_argument("--database", type=Path, default=database, help="default %(default)s")


# Options


def _add_recent(parser: argparse.ArgumentParser) -> None:
    _add_filters(parser)
    parser.add_argument("--limit", type=_number, default=50, help="at most this many (default %(default)s)")
    parser.set_defaults(run=_run(_recent))


def _add_show(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("number", type=_number, help="the entry's number")
    parser.set_defaults(run=_run(_show))


def _add_export(parser: argparse.ArgumentParser) -> None:
    _add_filters(parser)
    parser.add_argument("--format", choices=("jsonl", "csv"), default="jsonl", help="default %(default)s")
    parser.set_defaults(run=_run(_export))


def _add_verify(parser: argparse.ArgumentParser) -> None:
    noted = "at least 16 digits of a seal noted elsewhere, as in a daily summary: tells which entry has it"
    parser.add_argument("--against", type=_seal, metavar="SEAL", help=noted)
    before = "archives whose entries came before: checks that nothing is missing between them"
    parser.add_argument("--archive", type=Path, nargs="+", default=[], metavar="FILE", help=before)
    parser.set_defaults(run=_run(_verify))


def _add_backup(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, help="where the copy goes; nothing is overwritten")
    parser.set_defaults(run=_run(_backup))


def _add_archive(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, help="where the entries go")
    parser.add_argument("--before", type=_time, required=True, help="entries from before this date or time")
    parser.set_defaults(run=_run(_archive))


def _add_filters(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--by", type=_user, metavar="USER", help="what this Slack user did, by id")
    parser.add_argument("--kind", type=_kind, help='of this kind, such as "planned" or "step done"')
    parser.add_argument("--change", type=_number, metavar="N", help="about the change with this number")
    for name, subject in (("segment", _segment), ("shopper", _shopper)):
        explanation = f"about this {name}, by id; of several, about any of them"
        parser.add_argument(f"--{name}", type=subject, action="append", default=[], metavar="ID", help=explanation)
    parser.add_argument(
        "--since", type=_time, metavar="TIME", help="from this ISO date or time on; UTC unless it says otherwise"
    )
    parser.add_argument("--until", type=_time, metavar="TIME", help="from before this ISO date or time")


def _user(text: str) -> str:
    if not re.fullmatch(r"[UW][A-Z0-9]+", text):
        raise argparse.ArgumentTypeError(f"{text!r} is not the id of a Slack user, such as U012AB3CD")
    return text


def _kind(text: str) -> EntryKind:
    if text not in tuple(EntryKind):
        raise argparse.ArgumentTypeError(f"{text!r} is not one of the kinds {', '.join(EntryKind)}")
    return EntryKind(text)


def _segment(text: str) -> str:
    if not is_uuid(text):
        raise argparse.ArgumentTypeError(f"{text!r} is not the id of a segment; `/segment show` tells it by name")
    return str(Item.segment(text.lower()))


def _shopper(text: str) -> str:
    is_customer = re.fullmatch(r"[0-9]+", text)
    if not is_customer and not is_uuid(text):
        raise argparse.ArgumentTypeError(f"{text!r} is not a customer id or profile id; `/shopper show` tells them")
    return str(Item(ItemKind.CUSTOMER if is_customer else ItemKind.PROFILE, text.lower()))


def _number(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,18}", text):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of 0 or more")
    return int(text)


def _seal(text: str) -> str:
    try:
        return parse_seal(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r}: {error}") from error


def _time(text: str) -> datetime:
    try:
        read = datetime.fromisoformat(text)
        return (read if read.tzinfo else read.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise argparse.ArgumentTypeError(f"{text!r} is not a date or time such as 2026-05-04T09:30+02:00") from None


# Actions


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
    with _open(options.database) as file:
        found = await file.log.recent(_filter(options), limit=options.limit)
    return _print(map(_line, found)) if found else _say_none()


async def _show(options: argparse.Namespace) -> int:
    with _open(options.database) as file:
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

    with _open(options.database) as file:
        return await file.log.export(_filter(options), write)


async def _verify(options: argparse.Namespace) -> int:
    against = options.against or ""
    if options.archive:
        return await _verify_together(options, against)
    with _open(options.database) as file:
        what = "archive" if await file.archives.is_archive() else "log"
        return _report(await file.archives.verify(against), against, what)


async def _verify_together(options: argparse.Namespace, against: str) -> int:
    with ExitStack() as stack:
        files = []
        for path in options.archive:
            file = stack.enter_context(_open(path))
            if not await file.archives.is_archive():
                raise Refusal(
                    f"{path} is not an archive. Name archives with --archive, and the ledger with --database."
                )
            files.append((path.name, file.archives))
        files.append((options.database.name, stack.enter_context(_open(options.database)).archives))
        return _report(await verify_together(files, against), against)


async def _backup(options: argparse.Namespace) -> int:
    with _open(options.database) as file:
        copied = await file.archives.backup(options.file)
    print(f"The copy is intact: {_summary(copied)}.")
    return 0


async def _archive(options: argparse.Namespace) -> int:
    with open_audit_file(_existing(options.database), to_archive=True) as file:
        moved = await file.archives.archive(options.file, before=options.before, at=datetime.now(UTC))
    print(f"Entries {moved.first} to {moved.last} are in {options.file} now, whose head is {moved.head}.")
    return 0


def _open(path: Path) -> AbstractContextManager[AuditFile]:
    return open_audit_file(_existing(path))


def _existing(path: Path) -> Path:
    if not path.is_file():
        raise NoDatabase(path)
    return path


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
