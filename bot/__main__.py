"""The command line: parses, calls, and exits with 0 (success), 1 (failure) or 2 (usage error)."""

import argparse
import asyncio
import errno
import logging
import os
import shutil
import signal
import sys
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import asdict
from datetime import timedelta
from functools import partial
from importlib import resources
from pathlib import Path

from bot import audit_cli
from bot.core.errors import NotRecorded, Refusal
from bot.core.summary.history import Size, Snapshot
from bot.ledger.errors import UnusableLedger
from bot.ledger.ledger import Ledger
from bot.ledger.sqlite.ledger import open_sqlite
from bot.sandbox import server
from bot.sandbox.store import Store, seeds
from bot.sandbox.workspace import Workspace, people
from bot.settings import WrongSettings, database_path, load
from bot.slack import transports
from bot.wiring import Bot, CannotStart, assemble, utc_now
from commands import GROUPS

SERVED = ("store", "workspace")
PARTS = (*SERVED, "bot")
LOCAL = "127.0.0.1"
LOG_PAGE = 500
PORTS = range(65_536)
WATCHED = 30
"""Days of history that a new sandbox starts with."""
log = logging.getLogger("bot")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; return the exit status. A usage error exits with 2."""
    options = _parser().parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    # It logs whole URLs, which contain shoppers' e-mails.
    logging.getLogger("httpx").setLevel(logging.WARNING)
    try:
        return int(options.run(options) or 0)
    except WrongSettings as error:
        print(f"The settings are not complete (see README.md):\n{error}", file=sys.stderr)
    except (CannotStart, Refusal, NotRecorded) as error:
        print(error, file=sys.stderr)
    except UnusableLedger as error:
        print(f"The database cannot be used: {error}.", file=sys.stderr)
    except OSError as error:
        print(f"This cannot be done: {error}.", file=sys.stderr)
    return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="segment-bot", description="Customer segments, managed from Slack.")
    modes = parser.add_subparsers(required=True, metavar="MODE")
    modes.add_parser("socket", help="run the bot over Socket Mode (the default of Slack apps)").set_defaults(
        run=lambda _: asyncio.run(_socket())
    )
    modes.add_parser("http", help="run the bot behind signed HTTP requests").set_defaults(
        run=lambda _: asyncio.run(_http())
    )
    _add_sandbox(modes.add_parser("sandbox", help="run the bot against an emulated store and workspace"))
    audit_cli.add_to(modes.add_parser("audit", help="read, check, copy and archive the audit log"), database_path())
    return parser


def _add_sandbox(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--port", type=_port, default=8000, help="port on 127.0.0.1 (default %(default)s; 0: any free one)"
    )
    parser.add_argument(
        "--data", type=Path, default=Path(".sandbox"), help="where it keeps its data (default %(default)s)"
    )
    parser.add_argument("--fresh", action="store_true", help="discard that data and start afresh")
    parser.add_argument("--customers", type=_count, default=400, help="customers in a new store (default %(default)s)")
    parser.add_argument("--quota", type=_count, help="requests that the store allows in 30 seconds (default: no limit)")
    parser.add_argument("--request-url", help="deliver by signed HTTP to this address instead of Socket Mode")
    parser.add_argument(
        "--parts", type=_parts, default=PARTS, help="which parts run here: store,workspace,bot (default: all)"
    )
    parser.set_defaults(run=lambda options: asyncio.run(_sandbox(options)))


def _count(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of 0 or more")
    return int(text)


def _port(text: str) -> int:
    number = _count(text)
    if number not in PORTS:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port: these go from 0 to {PORTS[-1]}")
    return number


def _parts(text: str) -> tuple[str, ...]:
    parts = tuple(part.strip() for part in text.split(",") if part.strip())
    if not parts or not set(parts) <= set(PARTS):
        raise argparse.ArgumentTypeError(f"{text!r} is not a list of {', '.join(PARTS)}")
    return parts


async def _socket() -> None:
    settings = load(needed=("SLACK_APP_TOKEN",))
    async with assemble(settings, GROUPS) as bot:
        await bot.refuse_app_token(settings.SLACK_APP_TOKEN)
        async with transports.socket(bot.app, settings.SLACK_APP_TOKEN):
            log.info("Ready: connected to Slack by Socket Mode")
            await _stopped()


async def _http() -> None:
    settings = load(needed=("SLACK_SIGNING_SECRET",))
    await _refuse_taken_port(settings.HOST, settings.PORT, "Choose another one with the setting PORT.")
    async with assemble(settings, GROUPS) as bot:
        served = transports.http(bot.app, bot.healthy)
        async with transports.listening(served, settings.HOST, settings.PORT) as port:
            log.info("Ready: listening on http://%s:%s%s", settings.HOST, port, transports.PATH)
            await _stopped()


async def _refuse_taken_port(host: str, port: int, remedy: str) -> None:
    """Raise CannotStart if another program listens on this port already. Port 0 is never taken."""
    try:
        server = await asyncio.get_running_loop().create_server(asyncio.Protocol, host, port, start_serving=False)
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise
        raise CannotStart(f"Port {port} on {host} is taken by another program. {remedy}") from error
    server.close()
    await server.wait_closed()


async def _stopped() -> None:
    """Wait for Ctrl+C or a termination signal."""
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await stop.wait()


async def _sandbox(options: argparse.Namespace) -> None:
    print("Starting the sandbox…", flush=True)
    await _refuse_taken_ports(options)
    if options.fresh:
        shutil.rmtree(options.data, ignore_errors=True)
    options.data.mkdir(parents=True, exist_ok=True)
    async with AsyncExitStack() as stack:
        ledger: Ledger | None = None
        if "bot" in options.parts:
            ledger = await stack.enter_async_context(open_sqlite(options.data / "segment-bot.sqlite"))
        url = f"http://{LOCAL}:{options.port}"
        if set(options.parts) & set(SERVED):
            url = await _serve(options, stack, ledger)
        if "bot" in options.parts:
            await _sandboxed_bot(options, stack, url)
        print(f"Segment Bot sandbox ({', '.join(options.parts)}): {url} – Ctrl+C stops it.", flush=True)
        await _stopped()


async def _refuse_taken_ports(options: argparse.Namespace) -> None:
    """Raise CannotStart before anything is written: ``--fresh`` removes no data that a running sandbox uses."""
    if set(options.parts) & set(SERVED):
        await _refuse_taken_port(LOCAL, options.port, "Choose another one with --port.")


async def _serve(options: argparse.Namespace, stack: AsyncExitStack, ledger: Ledger | None) -> str:
    """Serve the emulated parts on one port; return their URL."""
    store = workspace = None
    if "store" in options.parts:
        store = Store(options.data / "store.sqlite", quota=options.quota)
        stack.callback(store.close)
        if store.empty:
            print(f"Filling a new store with {options.customers:,} customers…", flush=True)
            seeds.seed(store, customers=options.customers)
            await _seed_history(ledger, store)
    if "workspace" in options.parts:
        workspace = Workspace(options.data / "workspace.sqlite", manifest=_manifest(), request_url=options.request_url)
        stack.callback(workspace.close)

    log_of_bot = partial(_entries, ledger) if ledger else None
    return await stack.enter_async_context(
        server.serve(port=options.port, store=store, workspace=workspace, log=log_of_bot)
    )


def _manifest() -> Path:
    """Return the Slack app's manifest: inside the installed package, or at the top of the checkout."""
    inside = Path(str(resources.files("bot"))) / "manifest.yml"
    return inside if inside.exists() else inside.parent.parent / inside.name


async def _seed_history(ledger: Ledger | None, store: Store) -> None:
    """Write a history of segment sizes into a new sandbox, so that there are trends to look at."""
    now, names = utc_now(), {one["id"]: one["name"] for one in store.overview()["segments"]}
    shoppers = store.overview()["profiles"]
    for ago, sizes in zip(range(WATCHED, 0, -1), seeds.courses(store, WATCHED), strict=True):
        at = now - timedelta(days=ago)
        kept = tuple(Size(id_, names[id_], size) for id_, size in sizes.items())
        if ledger:
            await ledger.history.save(Snapshot(at.date(), at, 0, shoppers, kept))


async def _entries(ledger: Ledger, after: int) -> list[dict[str, object]]:
    """Load the entries for the page's log pane."""
    entries = await ledger.audit.entries(after=after, limit=LOG_PAGE)
    return [asdict(entry) | {"text": entry.description, "hash": entry.seal} for entry in entries]


async def _sandboxed_bot(options: argparse.Namespace, stack: AsyncExitStack, url: str) -> Bot:
    settings = load(environment=_sandbox_environment(options, url), dotenv=None)
    bot = await stack.enter_async_context(assemble(settings, GROUPS))
    if options.request_url and "workspace" in options.parts:
        served = transports.http(bot.app, bot.healthy)
        await stack.enter_async_context(transports.listening(served, settings.HOST, settings.PORT))
    else:
        await stack.enter_async_context(transports.socket(bot.app, settings.SLACK_APP_TOKEN))
    return bot


def _sandbox_environment(options: argparse.Namespace, url: str) -> dict[str, str]:
    """Build the settings of the sandbox.

    The environment counts only for a part that runs elsewhere: a sandbox never touches a real store by accident.
    """
    slack = {
        "SLACK_BOT_TOKEN": people.BOT_TOKEN,
        "SLACK_APP_TOKEN": people.APP_TOKEN,
        "SLACK_SIGNING_SECRET": people.SIGNING_SECRET,
        "SLACK_API_URL": f"{url}/api/",
        "APPROVALS_CHANNEL": people.APPROVALS,
        "SUMMARY_CHANNEL": people.SEGMENTS,
        "APPROVERS": people.APPROVERS_GROUP,
    }
    store = {
        "BIGCOMMERCE_STORE_HASH": "sandbox",
        "BIGCOMMERCE_ACCESS_TOKEN": "sandbox-token",
        "BIGCOMMERCE_API_URL": url,
    }
    foreign = (slack if "workspace" not in options.parts else {}) | (store if "store" not in options.parts else {})
    environment = {name: os.environ[name] for name in foreign if os.environ.get(name)}
    return slack | store | {"DATABASE": str(options.data / "segment-bot.sqlite")} | environment


if __name__ == "__main__":
    sys.exit(main())
