"""A bot that is killed (-9) again and again while it makes a segment equal to a long list."""

import asyncio
import os
import random
import sys
from asyncio.subprocess import PIPE, Process
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot.sandbox.workspace import people
from bot.sandbox.workspace.delivery.signed_http import SignedRequests
from bot.slack.transports import PATH
from tests.approvals.bots import LONG, until
from tests.approvals.test_killed import shop_of
from tests.conftest import OpenWorld
from tests.engines import ENGINES, Engine
from tests.harness import ROOT, World, environment_for, said
from tests.records import verified

SCALE = 0.1
"""Of a lease: who starts again waits for the end of the dead one's."""
SEGMENT = "Reviewers"


@asynccontextmanager
async def leased_bot(slack: World, notes: Path) -> AsyncIterator[Process]:
    """A bot in a process of its own; killed (-9) at the end."""
    inherited = {name: value for name, value in os.environ.items() if "COV" not in name}
    environment = inherited | environment_for(slack.url, slack.database) | slack.overrides
    command = (sys.executable, "-m", "tests.approvals.leased_bot", str(SCALE), str(notes))
    with notes.with_suffix(".log").open("ab") as log:
        process = await asyncio.create_subprocess_exec(*command, cwd=ROOT, env=environment, stdout=PIPE, stderr=log)
    assert process.stdout
    _ready, port, _owner = (await process.stdout.readline()).decode().split()
    slack.workspace.http = requests = SignedRequests(f"http://127.0.0.1:{port}{PATH}", people.SIGNING_SECRET)
    try:
        yield process
    finally:
        process.kill()
        await process.wait()
        await requests.close()
        slack.workspace.http = None


async def asked_for(slack: World, customers: list[int]) -> None:
    """Ana has the segment made equal to these customers, of whom one in ten has no profile yet."""
    rows = "\n".join(map(str, customers))
    ts = await slack.upload("list.csv", f"customer_id\n{rows}", channel="#segments")
    await slack.use(ts)
    outcome = await slack.submit({"Segment": SEGMENT, "What to do": "equal"})
    assert outcome["ok"], outcome


def in_segment(slack: World) -> set[int]:
    rows = slack.store.shop.rows(
        "SELECT customer_id FROM members JOIN segments ON segment = segments.position "
        "JOIN profiles ON profile = profiles.position WHERE segments.name = ?",
        SEGMENT,
    )
    return {row["customer_id"] for row in rows}


@pytest.mark.timeout(600)  # twenty lives of a bot, on a machine that has other work, too
@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(("customers", "kills"), [(3_000, 2), (20_000, 20)])
async def test_a_list_is_worked_off_once_however_often_the_bot_is_killed(
    customers: int, kills: int, engine: Engine, open_world: OpenWorld, tmp_path: Path, deep: bool
) -> None:
    if kills > 2 and not deep:
        pytest.skip("with --deep")
    dice, slack = random.Random(kills), await open_world(customers=customers, engine=engine)
    slack.enrol(SEGMENT, 300)
    wanted = dice.sample(range(1, customers + 1), customers * 9 // 10)
    await asked_for(slack, wanted)
    before = shop_of(slack.store)
    await slack.stop()
    for life in range(kills + 1):
        async with leased_bot(slack, tmp_path / "notes"):
            version = slack.store.version
            if not life:
                await slack.client.press("ben", "#approvals", "Import List")
            if life == kills:
                await until(slack, lambda: "Done" in said(slack.card(1)))
                break
            async with asyncio.timeout(LONG):
                # By the store's own count: several writes may have come by the time that it is looked at.
                await slack.store.changed(version + dice.randint(0, 11))
            assert "Done" not in said(slack.card(1))
    slack.clock.forward(hours=1)  # what those that were killed might send to the store is free after their leases
    await slack.start()
    assert {run.error for run in (await slack.change(1)).runs} == {""}
    assert in_segment(slack) == set(wanted)
    steps = [(entry.kind, entry.detail["step"]) for entry in slack.entries() if entry.kind.startswith("step")]
    plan = (await slack.change(1)).plan
    assert Counter(steps) == Counter(
        (kind, at) for kind in ("step started", "step done") for at, _ in enumerate(plan.steps)
    )
    assert [slack.kinds().count(kind) for kind in ("approve", "start", "finish")] == [1, 1, 1]
    await slack.type("/change undo 1")
    for approver in ("cleo", "ben")[: (await slack.change(2)).need.approvals]:
        await slack.press("Undo Change", by=approver, change=2)
    assert shop_of(slack.store) == before
    assert slack.bot
    assert verified(slack.bot.engine.process.ledger).holds
