"""One import between the emulators: from the upload to the card, and from the click to the end of the run."""

import asyncio
import base64
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from bot.core.audit.entries import EntryKind
from bot.sandbox import server
from bot.sandbox.workspace import Workspace
from bot.sandbox.workspace.client.client import Client
from tests.benchmarks.bulk_store import SEGMENT, WatchedStore
from tests.harness import ROOT, environment_for
from tests.processes import free_port, running
from tests.records import entries_of, read_ledger

LONGEST = 1_800.0
"""Seconds that anything is waited for."""
_ENDS = (EntryKind.FINISH, EntryKind.FAIL, EntryKind.CANCEL)


@dataclass(frozen=True)
class Import:
    """When an import was uploaded, approved as soon as its card was there, and done; the bot's memory in MB."""

    uploaded: float
    clicked: float
    done: float
    peak_mb: float


@dataclass(frozen=True)
class Scene:
    """A bot as a process of its own, between emulators in this one. ``database``: its ledger's file."""

    store: WatchedStore
    workspace: Workspace
    url: str
    database: Path
    pid: int
    bot_url: str

    @property
    def client(self) -> Client:
        """The people at their screens."""
        return Client(self.workspace)

    async def upload(self) -> None:
        """Import all shoppers of the store from a file, up to the card."""
        content = base64.b64encode("\n".join(("email", *self.store.emails)).encode()).decode()
        file = {"name": "spring-list.csv", "content_base64": content}
        self._done(await self.client.type("ana", "#segments", f"/segment import {SEGMENT}"))
        await self.workspace.changed(lambda seen: (seen["form"] or {}).get("submit"), within=LONGEST)
        values = {"Segment": SEGMENT, "What to do": "add", "File": file}
        self._done(await self.client.submit("ana", values))
        await self._seen("Waiting for")

    async def approve(self) -> None:
        """Approve it as another person, and wait until it is done."""
        self._done(await self.client.press("ben", "#approvals", "Import List"))
        await self._seen("Done")

    def ended_at(self) -> float:
        """When the run was over, as the log says."""
        with read_ledger(self.database) as ledger:
            (entry,) = [one for one in entries_of(ledger) if one.kind in _ENDS]
        return datetime.fromisoformat(entry.at).timestamp()

    async def _seen(self, state: str) -> None:
        """Wait for a card in this state. Raises RuntimeError if it has failed."""

        def is_there(seen: dict[str, Any]) -> bool:
            cards = [json.dumps(one["blocks"][0]) for one in seen["channels"]["#approvals"]]
            ends = ("Failed", "Cancelled", "Stopped", "No longer possible")
            if any(wrong in card for card in cards for wrong in ends):
                raise RuntimeError(cards)
            return any(state in card for card in cards)

        await self.workspace.changed(is_there, user="ben", within=LONGEST)

    def _done(self, outcome: dict[str, Any]) -> None:
        if not outcome["ok"]:
            raise RuntimeError(outcome)


@asynccontextmanager
async def scene(store: WatchedStore, folder: Path) -> AsyncIterator[Scene]:
    """Run a bot between this store and a workspace."""
    port = free_port()
    request_url = f"http://127.0.0.1:{port}/slack/events"
    workspace = Workspace(":memory:", manifest=ROOT / "manifest.yml", request_url=request_url)
    database = folder / "ledger.sqlite"
    async with server.serve(port=0, store=store, workspace=workspace, log=None, page=False) as url:
        environment = environment_for(url, database) | {"PORT": str(port)}
        process = running("bot", "http", ready="Ready", environment=environment)
        pid, _ = await asyncio.to_thread(process.__enter__)
        try:
            yield Scene(store, workspace, url, database, pid, f"http://127.0.0.1:{port}")
        finally:
            await asyncio.to_thread(process.__exit__, None, None, None)
            workspace.close()


async def imported(at: Scene) -> Import:
    """Import a list of all shoppers, and approve it as soon as its card is there."""
    uploaded = time.time()
    await at.upload()
    clicked = time.time()
    await at.approve()
    return Import(uploaded, clicked, at.ended_at(), peak_megabytes(at.pid))


def peak_megabytes(pid: int) -> float:
    """The most resident memory that a process ever had, from /proc (Linux)."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    line = next(one for one in status.splitlines() if one.startswith("VmHWM:"))
    return int(line.split()[1]) / 1024
