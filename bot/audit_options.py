"""The options of ``python -m bot audit``, and how they are parsed. Pure."""

import argparse
import re
from datetime import UTC, datetime
from pathlib import Path

from bot.bigcommerce import is_uuid
from bot.core.audit.entries import EntryKind
from bot.core.audit.hash_chain import parse_seal
from bot.core.items import Item, ItemKind


def add_recent(parser: argparse.ArgumentParser) -> None:
    """Add the options of ``recent``."""
    _add_filters(parser)
    parser.add_argument("--limit", type=_number, default=50, help="at most this many (default %(default)s)")


def add_show(parser: argparse.ArgumentParser) -> None:
    """Add the options of ``show``."""
    parser.add_argument("number", type=_number, help="the entry's number")


def add_export(parser: argparse.ArgumentParser) -> None:
    """Add the options of ``export``."""
    _add_filters(parser)
    parser.add_argument("--format", choices=("jsonl", "csv"), default="jsonl", help="default %(default)s")


def add_verify(parser: argparse.ArgumentParser) -> None:
    """Add the options of ``verify``."""
    noted = "at least 16 digits of a seal noted elsewhere, as in a daily summary: tells which entry has it"
    parser.add_argument("--against", type=_seal, metavar="SEAL", help=noted)
    before = "archives whose entries came before: checks that nothing is missing between them"
    parser.add_argument("--archive", type=Path, nargs="+", default=[], metavar="FILE", help=before)


def add_backup(parser: argparse.ArgumentParser) -> None:
    """Add the options of ``backup``."""
    parser.add_argument("file", type=Path, help="where the copy goes; nothing is overwritten")


def add_archive(parser: argparse.ArgumentParser) -> None:
    """Add the options of ``archive``."""
    parser.add_argument("file", type=Path, help="where the entries go")
    parser.add_argument("--before", type=_time, required=True, help="entries from before this date or time")


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
