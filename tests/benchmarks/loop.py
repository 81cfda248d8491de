"""How long the event loop stands still while changes of 10 to 100,000 shoppers are kept, shown, compared and run.

On SQLite, what the loop's thread computes counts; on PostgreSQL, what it waits for as well, since a loop that waits for
a server stands still, too.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

from bot.core.approval.changes import Change, Event, Run, StepState
from bot.core.items import Item
from bot.core.kept_lists import fetch_lists, kept_list
from bot.core.planning.drift import drift
from bot.core.planning.plan import Plan, inverse_of
from bot.core.planning.steps import Applied, SegmentRef, added, removed
from bot.ledger.ledger import Ledger
from bot.slack.card import render_card
from commands.segment.imports import FoundShoppers
from tests.benchmarks.loop_meter import longest_block
from tests.core.samples import NOW, change, uuid
from tests.ledger.planned import ask, asked, moved
from tests.ledger.subject import SUBJECTS, PostgresSubject, Subject

SHOPPERS = (10, 1_000, 10_000, 100_000)
SEGMENT = SegmentRef(name="Bulk", id="6a8e0f62-0000-4000-8000-000000000001")
Figures = list[dict[str, Any]]


def measure() -> Figures:
    """Figures of each act at each number of shoppers, on each engine."""
    return [asyncio.run(_figures(engine, shoppers)) for engine in SUBJECTS for shoppers in SHOPPERS]


async def _figures(engine: type[Subject], shoppers: int) -> dict[str, Any]:
    with engine.fresh() as subject:
        async with subject.open() as ledger:
            acts, waits = Acts(ledger, shoppers), engine is PostgresSubject
            blocked = {act.__name__: await _blocked(act, waits=waits) for act in acts.in_order}
    return {"engine": engine.__name__.removesuffix("Subject"), "shoppers": shoppers} | blocked


async def _blocked(act: Callable[[], Awaitable[object]], *, waits: bool) -> float:
    """Milliseconds in which nothing else had a turn, at most."""
    async with longest_block() as meter:
        await act()
    return round(meter.waited_ms if waits else meter.computed_ms, 1)


class Acts:
    """What becomes of one change, act by act."""

    def __init__(self, ledger: Ledger, shoppers: int) -> None:
        self._changes, self._ledger = ledger.changes, ledger
        self._ids = tuple(map(uuid, range(shoppers)))
        self._plan = Plan(steps=added(SEGMENT, self._ids))
        self._change: Change = change(plan=self._plan)

    @property
    def in_order(self) -> tuple[Callable[[], Awaitable[object]], ...]:
        """The acts, each after those that it needs."""
        return (
            self.plan, self.create, self.load, self.authorise, self.card, self.drift, self.narrow, self.approve,
            self.run, self.reload, self.undo, self.replan,
        )  # fmt: skip

    async def plan(self) -> None:
        """Make the plan and its fingerprint."""
        self._plan = Plan(steps=added(SEGMENT, self._ids))
        assert self._plan.fingerprint

    async def create(self) -> None:
        """Record it."""
        await asked(self._ledger)
        args = {"found": {"profiles": kept_list(self._ids)}}
        await self._changes.create(ask(), change(plan=self._plan, args=args), owner="one", detail={})

    async def load(self) -> None:
        """Load it."""
        self._change = await self._changes.load(1)

    async def authorise(self) -> None:
        """Compare it with the log."""
        await self._changes.contradiction(1)

    async def card(self) -> None:
        """Draw its card."""
        render_card(self._change)

    async def drift(self) -> None:
        """Compare it with what would be planned now."""
        await drift(self._change.plan, Plan(steps=added(SEGMENT, self._ids[1:])))

    async def narrow(self) -> None:
        """Leave somebody out."""
        await self._change.plan.without([Item.profile(self._ids[0])])

    async def approve(self) -> None:
        """Move it until it runs."""
        self._change = await moved(self._ledger, self._change, Event.POST, Event.APPROVE, Event.START)

    async def run(self) -> None:
        """Save the run of each of its steps."""
        for position, step in enumerate(self._change.plan.steps):
            undo = removed(SEGMENT, tuple(step.resolved(self._change.created_ids).profile_ids))  # type: ignore[union-attr]
            for state, applied in ((StepState.STARTED, None), (StepState.DONE, Applied(undo=undo))):
                run = Run(position=position, state=state, undo=undo, applied=applied)
                self._change = await self._changes.save_run(self._change, run, at=NOW, detail={})
                await asyncio.sleep(0)

    async def reload(self) -> None:
        """Load it with its runs, as a start does that goes on with it."""
        self._change = await self._changes.load(1)

    async def undo(self) -> None:
        """Make the steps of its undo, and their fingerprint."""
        assert Plan(steps=inverse_of(tuple(run.undo for run in self._change.done)), undoes=1).fingerprint

    async def replan(self) -> None:
        """Look into the one list that was imported, as planning it again does."""
        found = FoundShoppers.model_validate(self._change.args["found"])
        await fetch_lists(found)
        assert len(found.profiles[:]) == len(self._ids)


def table(figures: Figures) -> str:
    """The figures for people, an act in each line."""
    heads = f"{'ms at most':12}" + "".join(f"{one['engine'][:4]}{one['shoppers']:>8,}" for one in figures)
    acts = [name for name in figures[0] if name not in ("engine", "shoppers")]
    return "\n".join([heads, *(f"{act:12}" + "".join(f"{one[act]:>12}" for one in figures) for act in acts)])


def as_json(figures: Figures) -> str:
    """The figures for programs."""
    return json.dumps(figures)
