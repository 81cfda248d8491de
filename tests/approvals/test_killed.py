"""A bot that is killed (-9) at any boundary of a running change, and started again: nothing lost, nothing twice."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from bot.core.approval.changes import Change, State
from bot.core.approval.decisions import Decision, Verdict
from bot.core.approval.policy import Policy
from bot.core.invocation import ClickedButton
from bot.sandbox.store import Store
from tests.approvals.bots import LONG, bot, until
from tests.approvals.mortal import SITES, Killed, NewSite, Site, in_file, on_server
from tests.approvals.team import ANA, APPROVERS, BEN, Process, Team
from tests.approvals.wire import Sent
from tests.conftest import OpenWorld
from tests.core.samples import invocation
from tests.engines import ENGINES, Engine
from tests.harness import Clock, Stuck, said, world
from tests.laws.shops import promotions
from tests.records import entries_of, verified

POLICY = Policy(approvers=frozenset({APPROVERS}))
CUSTOMERS = [str(number) for number in range(1, 112)]
"""One in ten has no profile yet; the store takes 50 at once."""
CHANGES: dict[str, tuple[str, dict[str, Any]]] = {
    "three segments are deleted": ("segment delete", {"segments": ["Lapsed", "Wholesale", "VIPs"]}),
    "shoppers are added, some of them newly": ("segment add", {"segment": "Reviewers", "shoppers": CUSTOMERS}),
    "shoppers are removed": ("segment clear", {"segment": "Newsletter"}),
    "a segment is made equal to others": (
        "segment combine",
        {"first": "VIPs", "second": "Newsletter", "how": "first-only", "into": "Lapsed", "mode": "equal"},
    ),
    "a segment is copied": ("segment copy", {"segment": "Newsletter", "name": "Readers"}),
    "a segment is created, and taken back alone": ("segment create", {"name": "Loyal"}),
    "a segment is renamed": ("segment edit", {"segment": "VIPs", "name": "Best", "description": "The best"}),
    "profiles are deleted": ("shopper delete", {"shoppers": CUSTOMERS[:12]}),
    "a promotion is targeted": ("promotion target", {"promotion": "4", "how": "is", "segments": ["VIPs"]}),
    "a promotion is disabled": ("promotion disable", {"promotion": "1"}),
    "a shopper is registered": (
        "shopper register",
        {"email": "new@example.com", "first_name": "Ada", "last_name": "New", "segments": ["VIPs", "Lapsed"]},
    ),
}


QUICK_ON_SERVER = {"three segments are deleted", "a segment is made equal to others", "a segment is copied"}
QUICK_STEP = 3
"""A quick run kills at every third boundary of a change, from the last one back; on a server, at the first and last."""


@dataclass(frozen=True)
class Boundary:
    """Where the process is killed: ``before`` or ``after`` the n-th write, or after its n-th ``transaction``."""

    kind: str
    at: int


@dataclass
class Killer:
    """Hears each request that writes, and kills the process at the boundary, if it has one."""

    boundary: Boundary | None = None
    writes: int = 0
    creates: set[Boundary] = field(default_factory=set)
    process: Process | None = None

    def heard(self, sent: Sent) -> None:
        kind = "before" if sent.status is None else "after"
        self.writes += kind == "before"
        if (sent.method, sent.path) == ("POST", "/segments"):
            self.creates.add(Boundary("after", self.writes))
        if self.process and self.boundary == Boundary(kind, self.writes):
            self.boundary = None
            self.process.die()
            raise Killed

    def waits_for(self, process: Process, boundary: Boundary | None) -> None:
        """From now on."""
        self.process, self.boundary, self.writes, self.creates = process, boundary, 0, set()
        if boundary and boundary.kind == "transaction":
            process.mortality.left = boundary.at


@dataclass
class Bench:
    """One process at a time on a ledger."""

    site: Site
    team: Team
    killer: Killer
    process: Process
    asked: int = 0
    deaths: int = 0

    async def runs(
        self, number: int, command: str, values: dict[str, Any], boundary: Boundary | None
    ) -> list[Boundary]:
        """Ana asks and Ben approves, and the process is killed on the way; gives all boundaries that there were."""
        before = self.process.mortality.made
        self.killer.waits_for(self.process, boundary)
        await self.ask(ANA, command, values=values)
        change = await self.process.ledger.changes.load(number)
        if change.state is State.WAITING:
            decision = Decision(number=number, verdict=Verdict.APPROVE, version=change.version)
            await self.ask(BEN, "approve", decision=decision, button=ClickedButton(shown=change.shown))
        writes, made = self.killer.writes, self.process.mortality.made - before
        around = (Boundary(kind, at + 1) for kind in ("before", "after") for at in range(writes))
        return [
            *(one for one in around if one not in self.killer.creates),
            *(Boundary("transaction", at + 1) for at in range(made)),
        ]

    async def ask(self, actor: str, command: str, **fields: Any) -> None:
        """Ask, and start the bot again if it did not live to the end of it."""
        self.asked += 1
        await self.process.ask(invocation(f"ask-{self.asked}", actor, command, **fields))
        await self.process.settled()
        if not self.process.alive:
            self.deaths += 1
            self.team.clock.forward(seconds=16)
            self.process = await Process.start(self.site, self.team, POLICY)
            await self.process.sweep()
            await self.process.settled()

    def log(self, number: int) -> list[tuple[str, Any, Any]]:
        """What is on record of a change."""
        entries = [entry for entry in entries_of(self.process.ledger) if entry.change == number]
        return [(entry.kind, entry.detail.get("step"), entry.detail.get("result")) for entry in entries]

    async def change(self, number: int) -> Change:
        return await self.process.ledger.changes.load(number)


def shop_of(store: Store) -> dict[str, Any]:
    """All that a change can change, by names: what is made anew has another id."""
    rows = store.shop.rows
    members = rows(
        "SELECT segments.name, customer_id FROM members JOIN segments ON segment = segments.position "
        "JOIN profiles ON profile = profiles.position ORDER BY 1, 2"
    )
    return {
        "segments": rows("SELECT name, description FROM segments ORDER BY name"),
        "members": members,
        "profiles": rows("SELECT customer_id FROM profiles ORDER BY 1"),
        "promotions": promotions(store.shop),
    }


@asynccontextmanager
async def bench(site: Site) -> AsyncIterator[Bench]:
    killer = Killer()
    team = Team.around(Clock(), random.Random(7), killer.heard)
    made = Bench(site, team, killer, await Process.start(site, team, POLICY))
    try:
        yield made
        assert verified(made.process.ledger).holds
    finally:
        await made.process.kill()
        team.store.close()


@dataclass(frozen=True)
class Story:
    """What came of a change, and of its undo: the shop after each, what is on record, and where one could be killed."""

    shops: tuple[dict[str, Any], ...]
    logs: tuple[Any, ...]
    boundaries: tuple[list[Boundary], ...]


Kills = tuple[Boundary | None, Boundary | None]
UNKILLED: Kills = (None, None)


def new(folder: Path) -> Path:
    folder.mkdir()
    return folder


async def told(on: NewSite, folder: Path, name: str, killed: Kills = UNKILLED) -> Story:
    """The change runs, and its undo, each with its process killed at a boundary or not at all.

    Not where the answer to a create would be lost: nobody can tell then whose that segment is.
    """
    with on(new(folder)) as site:
        return await _told(site, name, killed)


async def _told(site: Site, name: str, killed: Kills) -> Story:
    command, values = CHANGES[name]
    async with bench(site) as machine:
        shops = [shop_of(machine.team.store)]
        done = await machine.runs(1, command, values, killed[0])
        shops.append(shop_of(machine.team.store))
        undone = await machine.runs(2, "change undo", {"number": 1}, killed[1])
        shops.append(shop_of(machine.team.store))
        for number in (1, 2):
            assert (await machine.change(number)).state is State.DONE
            assert machine.team.slack.shown[number][-1].state is State.DONE
        assert (await machine.change(1)).undone_by == 2
        assert machine.deaths == sum(one is not None for one in killed)
        return Story(tuple(shops), (machine.log(1), machine.log(2)), (done, undone))


@pytest.mark.timeout(300)  # some fifty lives of a bot, on a machine that has other work, too
@pytest.mark.parametrize("on", SITES)
@pytest.mark.parametrize("name", CHANGES)
async def test_a_bot_killed_at_any_boundary_of_a_change_or_its_undo_ends_it_as_if_it_had_not_been(
    name: str, on: NewSite, tmp_path: Path, deep: bool
) -> None:
    if not deep and on is on_server and name not in QUICK_ON_SERVER:
        pytest.skip("with --deep")
    calm = await told(on, tmp_path / "calm", name)
    assert calm.shops[1] != calm.shops[0]
    assert calm.shops[2] == calm.shops[0]
    for of_undo, boundaries in enumerate(calm.boundaries):
        assert len(boundaries) > 5
        step = 1 if deep else QUICK_STEP if on is in_file else len(boundaries) - 1
        for boundary in boundaries[::-step]:
            killed = (None, boundary) if of_undo else (boundary, None)
            story = await told(on, tmp_path / f"{of_undo} {boundary.kind} {boundary.at}", name, killed)
            assert story.shops == calm.shops, boundary
            assert story.logs == calm.logs, boundary


# The same with processes of their own, and a real kill -9


@dataclass(frozen=True)
class Typed:
    """A line that Ana types, the button that approves it, and the requests that carry it out."""

    line: str
    button: str
    method: str
    writes: int


LINES = {
    "three segments are deleted": Typed("/segment delete Lapsed, Wholesale, VIPs", "Delete Segment", "DELETE", 3),
    "shoppers are added, some of them newly": Typed(
        f"/segment add Reviewers {' '.join(CUSTOMERS)}", "Add Shoppers", "POST", 4
    ),
}
KILLS = [
    (name, at, carried_out) for name, typed in LINES.items() for at in range(typed.writes) for carried_out in (0, 1)
]
QUICK = {("three segments are deleted", 1, 1), ("shoppers are added, some of them newly", 2, 0)}


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(("name", "at", "carried_out"), KILLS)
async def test_a_real_process_killed_while_the_store_has_its_request_ends_it_after_a_new_start(
    name: str, at: int, carried_out: int, engine: Engine, open_world: OpenWorld, tmp_path: Path, deep: bool
) -> None:
    """The store has answered ``at`` requests then, and carries the next one out after all, or never gets it."""
    if not deep and (name, at, carried_out) not in QUICK:
        pytest.skip("with --deep")
    typed, slack = LINES[name], await open_world(running=False, engine=engine)
    async with world(new(tmp_path / "calm")) as undisturbed:
        await undisturbed.type(typed.line)
        await undisturbed.press(typed.button, by="ben")
        assert len(undisturbed.writes()) == typed.writes
        end = shop_of(undisturbed.store)
    begin = shop_of(slack.store)
    async with bot(slack) as process:
        await slack.client.type("ana", "#segments", typed.line)
        await until(slack, lambda: typed.button in str(slack.messages(by="ben", channel="#approvals")))
        stuck = Stuck()
        slack.store.sleep = stuck
        if at:
            slack.store.faults.add(typed.method, times=at)
        slack.store.faults.add(typed.method, delay=1, drop=True, carried_out=bool(carried_out))
        await slack.client.press("ben", "#approvals", typed.button)
        async with asyncio.timeout(LONG):
            await stuck.reached.wait()
        process.kill()
        await process.wait()
    before = slack.store.version
    stuck.release.set()
    if carried_out:
        async with asyncio.timeout(LONG):
            await slack.store.changed(before)
    slack.clock.forward(minutes=2)
    await slack.start()
    await slack.sweep()
    await slack.sweep()
    assert "Done" in said(slack.card(1))
    for kind in ("approve", "start", "finish"):
        assert slack.kinds().count(kind) == 1
    assert slack.kinds().count("step started") == slack.kinds().count("step done") == len((await slack.change(1)).runs)
    assert shop_of(slack.store) == end != begin
    await slack.type("/change undo 1")
    await slack.press("Undo Change", by="cleo", change=2)
    assert shop_of(slack.store) == begin
