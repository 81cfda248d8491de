"""The options of ``segment-bot sandbox``."""

import argparse
import asyncio
from pathlib import Path

from bot.core.ledger_address import ServerAddress, parse_address

SERVED = ("store", "workspace")
PARTS = (*SERVED, "bot")
PORTS = range(65_536)


def add_to(parser: argparse.ArgumentParser) -> None:
    """Declare the options of the sandbox."""
    parser.add_argument(
        "--port", type=_port, default=8000, help="port on 127.0.0.1 (default %(default)s; 0: any free one)"
    )
    parser.add_argument(
        "--data", type=Path, default=Path(".sandbox"), help="where it keeps its data (default %(default)s)"
    )
    parser.add_argument(
        "--database", type=_server, metavar="URL", help="a postgresql:// address for the ledger (default: a file there)"
    )
    parser.add_argument("--fresh", action="store_true", help="discard that data and start afresh")
    parser.add_argument("--customers", type=_count, default=400, help="customers in a new store (default %(default)s)")
    parser.add_argument("--quota", type=_count, help="requests that the store allows in 30 seconds (default: no limit)")
    parser.add_argument("--request-url", help="deliver by signed HTTP to this address instead of Socket Mode")
    parser.add_argument(
        "--parts", type=_parts, default=PARTS, help="which parts run here: store,workspace,bot (default: all)"
    )
    parser.set_defaults(run=_run)


def _count(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of 0 or more")
    return int(text)


def _port(text: str) -> int:
    number = _count(text)
    if number not in PORTS:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port: these go from 0 to {PORTS[-1]}")
    return number


def _server(text: str) -> ServerAddress:
    address = parse_address(text)
    if not isinstance(address, ServerAddress):
        raise argparse.ArgumentTypeError(f"{text!r} is not an address like postgresql://user:password@host/name")
    return address


def _parts(text: str) -> tuple[str, ...]:
    parts = tuple(part.strip() for part in text.split(",") if part.strip())
    if not parts or not set(parts) <= set(PARTS):
        raise argparse.ArgumentTypeError(f"{text!r} is not a list of {', '.join(PARTS)}")
    return parts


def _run(options: argparse.Namespace) -> None:
    # Imported here: a bot between a real store and Slack does without the emulators, which take memory and time.
    from bot.sandbox_mode import run_sandbox

    asyncio.run(run_sandbox(options))
