"""A bot between the emulators, to be examined: its settings, its files, and its machine, which tests make sick."""

from collections.abc import AsyncIterator, Sequence
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bot.doctor.case import Case
from bot.doctor.examination import CHECKS, examine
from bot.doctor.findings import Check, Finding
from bot.doctor.machine import Machine
from bot.sandbox.store import Store
from bot.sandbox.workspace import Workspace, people
from tests.harness import World, environment_for, world
from tests.records import create_ledger

FREE = 10_000_000_000
MOUNTS = "22 1 8:1 / / rw,relatime - ext4 /dev/sda1 rw"


@dataclass
class Clinic:
    """What is examined. ``environment`` and ``dotenv`` are its settings."""

    world: World
    environment: dict[str, str]
    dotenv: Path
    machine: Machine
    until_then: ExitStack
    """What is open while it is examined."""

    @property
    def slack(self) -> Workspace:
        return self.world.workspace

    @property
    def store(self) -> Store:
        return self.world.store

    @property
    def ledger(self) -> Path:
        return self.world.database

    def set(self, **settings: str) -> None:
        """Change settings; an empty value takes one away."""
        self.environment |= settings

    def write_policy(self, text: str) -> None:
        file = self.ledger.with_name("policy.toml")
        file.write_text(text, encoding="utf-8")
        self.set(POLICY=str(file))

    def has(self, **of_machine: Any) -> None:
        """Change the machine."""
        self.machine = replace(self.machine, **of_machine)

    def is_ahead(self, **time: float) -> None:
        self.has(clock=lambda: datetime.now(UTC) + timedelta(**time))

    def lacks_scopes(self, *scopes: str) -> None:
        manifest = self.slack.manifest
        self.slack.manifest = replace(manifest, scopes=manifest.scopes - {*scopes})

    async def examined(self, checks: Sequence[Check[Case]] = CHECKS) -> list[Finding]:
        return await examine(self.environment, self.dotenv, self.machine, checks)


@asynccontextmanager
async def clinic(folder: Path, *, running: bool = False) -> AsyncIterator[Clinic]:
    """A healthy bot; it does not run unless that is asked for."""
    async with world(folder, customers=5, running=False, SUMMARY_CHANNEL=people.SEGMENTS) as made:
        create_ledger(made.database)
        made.database.chmod(0o600)
        environment = environment_for(made.url, made.database) | {"SUMMARY_CHANNEL": people.SEGMENTS}
        machine = Machine(free=lambda _: FREE, mounts=lambda: MOUNTS, is_installed=lambda _: True)
        if running:
            await made.start()
        with ExitStack() as until_then:
            yield Clinic(made, environment, folder / ".env", machine, until_then)
