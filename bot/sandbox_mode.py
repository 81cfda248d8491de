"""The bot against the emulated store and workspace, with a page in the browser."""

import argparse
import os
import shutil
from collections.abc import Collection
from contextlib import AsyncExitStack
from dataclasses import asdict
from datetime import timedelta
from functools import partial
from pathlib import Path

from bot.core.ledger_address import LedgerAddress, ServerAddress
from bot.core.summary.history import Size, Snapshot
from bot.ledger.ledger import Ledger
from bot.ledger.opening import migrate, open_ledger
from bot.manifest_file import manifest_path
from bot.sandbox import server
from bot.sandbox.store import Store, seeds
from bot.sandbox.workspace import Workspace, people
from bot.sandbox_cli import PARTS, SERVED
from bot.serving import refuse_port, stopped
from bot.settings import CannotStart, load
from bot.slack import transports
from bot.wiring import Bot, assemble, utc_now
from commands import GROUPS

LOCAL = "127.0.0.1"
LOG_PAGE = 500
WATCHED = 30
"""Days of history that a new sandbox starts with."""


async def run_sandbox(options: argparse.Namespace) -> None:
    """Run the parts that the options name until Ctrl+C. Raises CannotStart."""
    print("Starting the sandbox…", flush=True)
    await _refuse_ports(options)
    if options.fresh and options.database:
        raise CannotStart(
            "With --fresh, everything starts anew, and a database of PostgreSQL is never emptied: drop its schema "
            "segment_bot, or name another database, and leave out --fresh."
        )
    if options.fresh:
        shutil.rmtree(options.data, ignore_errors=True)
    options.data.mkdir(parents=True, exist_ok=True)
    async with AsyncExitStack() as stack:
        ledger: Ledger | None = None
        if "bot" in options.parts:
            ledger = await stack.enter_async_context(open_ledger(_address(options)))
        url = f"http://{LOCAL}:{options.port}"
        if set(options.parts) & set(SERVED):
            url = await _serve(options, stack, ledger)
        bot = await _sandboxed_bot(options, stack, url) if "bot" in options.parts else None
        print(f"Segment Bot sandbox ({', '.join(options.parts)}): {url} – Ctrl+C stops it.", flush=True)
        await stopped(bot.lost if bot else None)


async def _refuse_ports(options: argparse.Namespace) -> None:
    """Raise CannotStart before anything is written: ``--fresh`` removes no data that a running sandbox uses."""
    if set(options.parts) & set(SERVED):
        await refuse_port(LOCAL, options.port, "Choose another one with --port.")


async def _serve(options: argparse.Namespace, stack: AsyncExitStack, ledger: Ledger | None) -> str:
    """Serve the emulated parts on one port; return their URL."""
    store = workspace = None
    if "store" in options.parts:
        store = Store(_private(options.data / "store.sqlite"), quota=options.quota)
        stack.callback(store.close)
        if store.empty:
            print(f"Filling a new store with {options.customers:,} customers…", flush=True)
            today = utc_now().replace(hour=0, minute=0, second=0, microsecond=0)
            seeds.seed(store, customers=options.customers, until=int(today.timestamp()))
            await _seed_history(ledger, store)
    if "workspace" in options.parts:
        workspace = Workspace(
            _private(options.data / "workspace.sqlite"), manifest=manifest_path(), request_url=options.request_url
        )
        stack.callback(workspace.close)

    log_of_bot = partial(_entries, ledger) if ledger else None
    return await stack.enter_async_context(
        server.serve(port=options.port, store=store, workspace=workspace, log=log_of_bot)
    )


def _address(options: argparse.Namespace) -> LedgerAddress:
    """Return where the ledger is; a database of PostgreSQL has its tables then."""
    if not options.database:
        return Path(options.data) / "segment-bot.sqlite"
    migrate(options.database.url)
    return ServerAddress(options.database.url)


def _private(path: Path) -> Path:
    """Return the path of a file that only its owner can open, as the ledger beside it; SQLite fills an empty one."""
    path.touch(mode=0o600)
    path.chmod(0o600)
    return path


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
    settings = load(environment=_environment(options, url), dotenv=None)
    bot = await stack.enter_async_context(assemble(settings, GROUPS))
    if options.request_url and "workspace" in options.parts:
        served = transports.http(bot.app, bot.healthy, settings.SLACK_SIGNING_SECRET)
        await stack.enter_async_context(transports.listening(served, settings.HOST, settings.PORT))
    else:
        await stack.enter_async_context(transports.socket(bot.app, settings.SLACK_APP_TOKEN))
    return bot


def _environment(options: argparse.Namespace, url: str) -> dict[str, str]:
    database = {"DATABASE": options.database.url} if options.database else {}
    return sandbox_environment(options.data, url, options.parts) | database


def sandbox_environment(data: Path, url: str, parts: Collection[str] = PARTS) -> dict[str, str]:
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
    foreign = (slack if "workspace" not in parts else {}) | (store if "store" not in parts else {})
    environment = {name: os.environ[name] for name in foreign if os.environ.get(name)}
    return slack | store | {"DATABASE": str(data / "segment-bot.sqlite")} | environment
