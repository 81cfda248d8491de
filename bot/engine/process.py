"""The machine put together: production and the bench of its tests get the same one."""

import secrets
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.bigcommerce import Store
from bot.core.approval.policy import Policy
from bot.core.command import Group
from bot.core.errors import NotRecorded
from bot.engine.answer_gate import AnswerGate
from bot.engine.card_reconciler import CardReconciler
from bot.engine.daily_summary import Daily, Schedule
from bot.engine.decider import Decider
from bot.engine.engine import Engine
from bot.engine.home_tab.publisher import Homes
from bot.engine.home_tab.queries import Views
from bot.engine.housekeeper import Housekeeper
from bot.engine.planner import Planner
from bot.engine.ports import Announcer, Directory
from bot.engine.runner import Runner
from bot.engine.store_overview import PATIENCE, StoreOverviewCache
from bot.engine.tasks import Tasks
from bot.ledger.ledger import Ledger

UTC = ZoneInfo("UTC")


@dataclass(frozen=True)
class Machine:
    """Takes what people ask (``engine``) and decide (``decider``), and keeps what is due (``keeper``).

    ``owner`` names this process to others on the same ledger.
    """

    owner: str
    ledger: Ledger
    tasks: Tasks
    planner: Planner
    runner: Runner
    drawer: CardReconciler
    homes: Homes
    decider: Decider
    engine: Engine
    keeper: Housekeeper

    async def stop(self) -> None:
        """Stop what is under way; another process may go on with it at once."""
        await self.tasks.stop()
        with suppress(NotRecorded):  # others find out by themselves: its leases end
            await self.ledger.catch_up()
            await self.ledger.leases.resign(owner=self.owner)


def machine(
    *,
    groups: tuple[Group, ...],
    policy: Policy,
    ledger: Ledger,
    store: Store,
    announcer: Announcer,
    directory: Directory,
    turns: AnswerGate,
    clock: Callable[[], datetime],
    approval_time: timedelta,
    patience: float = PATIENCE,
    schedule: Schedule | None = None,
    zone: ZoneInfo = UTC,
) -> Machine:
    """A machine between this store and these people. Only its Runner gets the ``store`` to write to.

    ``patience``: seconds that a Home tab waits for the store before it is drawn without it. ``schedule``: when and
    where the summary is posted; without it there is none. ``zone``: the one in which a day begins for the people of the
    store.
    """
    owner, tasks = secrets.token_hex(8), Tasks()
    planner = Planner(groups, policy, ledger, store, directory, clock, zone)
    glances, views = (
        StoreOverviewCache(store, ledger, tasks, clock=clock, zone=zone, patience=patience),
        Views(policy, ledger, directory),
    )
    homes = Homes(ledger, announcer, views, glances, tasks, owner=owner, clock=clock)
    drawer = CardReconciler(ledger, announcer, homes, tasks, owner=owner, clock=clock)
    runner = Runner(ledger, store, tasks, owner=owner, clock=clock, moved=drawer.wake)
    decider = Decider(ledger, planner, runner, drawer, clock, approval_time)
    engine = Engine(
        planner, decider, ledger, announcer, runner, drawer, tasks, turns, clock, owner, approval_time=approval_time
    )
    daily = Daily(schedule, ledger, store, announcer, tasks, owner=owner, clock=clock) if schedule else None
    keeper = Housekeeper(engine, decider, ledger, runner, drawer, tasks, clock, owner, approval_time, daily)
    return Machine(owner, ledger, tasks, planner, runner, drawer, homes, decider, engine, keeper)
