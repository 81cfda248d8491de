"""Two bots on one ledger and one store, the people around them, and what these can do."""

import asyncio
import logging
import random
from collections import Counter, defaultdict
from collections.abc import Callable, Coroutine
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, ParamSpec, TypeVar

import httpx
from hypothesis.stateful import RuleBasedStateMachine

from bot.core.approval.changes import Change, State
from bot.core.approval.decisions import Decision, Verdict
from bot.core.approval.policy import Policy
from bot.core.invocation import ClickedButton
from bot.ledger.sql import change_rows
from tests.approvals.choices import ASKS, NAMES, PEOPLE, SETTLED
from tests.approvals.judgement import Click
from tests.approvals.live_log import LiveLog
from tests.approvals.mortal import Killed, NewSite, in_file
from tests.approvals.team import ANA, BEA, Process, Team
from tests.approvals.wire import Sent
from tests.core.samples import invocation
from tests.disks import MEMORY
from tests.harness import Clock
from tests.records import read_now, rows_of

UNRECORDED = """
    SELECT json_extract(body, '$.nonce'), 'outcome' FROM changes WHERE NOT informed
    UNION SELECT json_extract(body, '$.nonce'), 'card' FROM changes WHERE card_ts IS NULL
    UNION SELECT json_extract(body, '$.nonce'), kind || ' ' || user FROM notices JOIN changes ON number = change
"""
"""What people are to be told and, by the record, were not yet."""


P = ParamSpec("P")
T = TypeVar("T")


class AtOnce(ThreadPoolExecutor):
    """Does at once what is to be done beside the loop: the same events then lead to the same end each time."""

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Return what is done already."""
        future = Future[T]()
        try:
            future.set_result(fn(*args, **kwargs))
        except BaseException as error:  # noqa: BLE001 - whoever waits for it gets it
            future.set_exception(error)
        return future


class Scene(RuleBasedStateMachine):
    """Two processes on one ledger and one store. What is under way stays so from one event to the next.

    ``broken``: the changes, by nonce, for which the glass was broken; ``joined_after``: and who joined a group later.
    """

    processes: list[Process]
    new_site: NewSite = staticmethod(in_file)

    def set_up(self, seed: int, policy: Policy) -> None:
        self.closes = ExitStack()
        self.folder = Path(self.closes.enter_context(TemporaryDirectory(prefix="interleavings-", dir=MEMORY)))
        self.site = self.closes.enter_context(self.new_site(self.folder))
        self.open_to_judge()
        self.loop = asyncio.new_event_loop()
        self.loop.set_default_executor(AtOnce())
        self.loop.set_exception_handler(self._broke)
        dice, clock = random.Random(seed), Clock()
        self.team = Team.around(clock, dice, self.heard)
        self.team.leaves, self.team.answers = self.leaves, self.answers
        self.store, self.slack, self.clock = self.team.store, self.team.slack, clock
        self.asks, self.clicks, self.policies = count(1), list[Click](), [policy]
        self.excused = Counter[tuple[str, str]]()
        self.broken = set[str]()
        self.joined_after = defaultdict[str, set[str]](set)
        self.violations: list[str] = []
        self.log = LiveLog(self.is_found_out)

    def open_to_judge(self) -> None:
        """Open the ledger to look into it."""
        self.reading = ExitStack()
        self.ledger = self.reading.enter_context(self.site.reading())

    async def started(self, policy: Policy) -> Process:
        """Start a bot."""
        return await Process.start(self.site, self.team, policy)

    def rows(self, query: str, **values: str | int) -> list[Any]:
        """Rows of what stands on record."""
        return rows_of(self.ledger, query, values)

    def _run(self, work: Coroutine[Any, Any, Any], turns: int = 0) -> Any:
        async def some_turns() -> Any:
            result = await work
            if turns == SETTLED:
                for one in self.processes:
                    await one.settled()
            else:
                for _ in range(turns):
                    await asyncio.sleep(0)
            return result

        for click in self._under_way():  # the other process may answer it by now, by its own policy
            click.policies.extend(one.policy for one in self.processes)
        with self.log.listening():
            return self.loop.run_until_complete(some_turns())

    def _broke(self, _loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """A task that nobody waits for broke; those of the dead do."""
        if not isinstance(context.get("exception"), Killed):
            self.violations.append(str(context))

    def _tell(self, process: int, actor: str, command: str, turns: int, **fields: Any) -> None:
        if (actor, command) == (BEA, "change break-glass"):
            query = "SELECT json_extract(body, '$.nonce') FROM changes WHERE number = :number"
            self.broken.update(*self.rows(query, number=fields["values"]["number"]))
        asked = invocation(f"ask-{next(self.asks)}", actor, command, **fields)
        self._run(self.processes[process].ask(asked), turns)

    def _card(self, which: int, back: int = 0, *, over: bool = False) -> Change | None:
        """What stands, or stood so many drawings ago, on the card of a change: one with buttons, if there is any."""
        cards = [shown for _, shown in sorted(self.slack.shown.items()) if shown]
        fitting = [shown for shown in cards if shown[-1].is_open is not over] or cards
        if not fitting:
            return None
        shown = fitting[-1 - which % len(fitting)]
        return shown[max(0, len(shown) - 1 - back)]

    def _open_card(self, which: int, back: int = 0) -> Change | None:
        """The card of a change that can be decided; where there is none, somebody asks for something first."""
        card = self._card(which, back)
        if card and card.is_open and self._stands(card.number) is State.WAITING:
            return card
        self._ask_for_something()
        return self._card(0)

    def _ask_for_something(self) -> None:
        dice = self.team.dice
        what, name = dice.choice(ASKS), dice.choice(NAMES)
        self._tell(dice.randrange(2), ANA, what, SETTLED, values=self._values(what, name, dice.randint(1, 4)))

    def _values(self, what: str, name: str, some: int) -> dict[str, Any]:
        others = NAMES[NAMES.index(name) :]
        customers = [str(row["id"]) for row in self.store.shop.rows("SELECT id FROM customers LIMIT ?", some * 9)]
        values: dict[str, dict[str, Any]] = {
            "segment delete": {"segments": list(others[: 2 * some])},
            "segment remove": {"segment": name, "shoppers": self._members(name)[:some] or customers},
            "segment clear": {"segment": name},
            # One in ten has no profile yet, and gets one on the way.
            "segment add": {"segment": name, "shoppers": customers},
            "segment edit": {"segment": name, "name": others[some % len(others)] if some % 2 else f"{name} {some}"},
            "segment copy": {"segment": name, "name": f"Again {name}"},
            "promotion target": {"promotion": str(some), "how": "is", "segments": [name]},
        }
        return values[what]

    def _click(self, process: int, by: str, card: Change, verdict: Verdict, turns: int) -> None:
        reason = "No." if verdict is Verdict.REJECT else ""
        decision = Decision(number=card.number, verdict=verdict, version=card.version, reason=reason)
        id_ = f"ask-{next(self.asks)}"
        standings = {one: set(self.slack.standing_for(one)) for one in PEOPLE}
        click = Click(id_, by, card, verdict, standings, [self.processes[process].policy], len(self.clicks))
        self.clicks.append(click)
        clicked = invocation(id_, by, verdict.value, decision=decision, button=ClickedButton(shown=card.shown))
        self._run(self.processes[process].ask(clicked), turns)

    def _under_way(self) -> list[Click]:
        unsettled = {row[0] for row in self.rows("SELECT id FROM asks WHERE body IS NOT NULL")}
        return [click for click in self.clicks if click.id in unsettled]

    def _excuse(self) -> None:
        """What is under way may be told again, once its teller is gone: nobody knows whether it was.

        So may what was told, and not recorded, by one who is gone already.
        """
        is_idle = all(one.is_idle for one in self.processes if one.alive)
        for nonce, due in self.rows(UNRECORDED):
            kind, _, user = due.partition(" ")
            # What is due to a group is told to each of its people.
            for what in [f"{kind} {one}" for one in self.slack.groups.get(user, ())] or [due]:
                if not is_idle or self.slack.told[nonce, what]:
                    self.excused[nonce, what] += 1

    def _forward(self, **time: float) -> None:
        self._excuse()
        self.clock.forward(**time)
        self._run(self._live(), 0)

    async def _live(self) -> None:
        for one in self.processes:
            await one.live()

    def _restart(self, process: int, policy: Policy, turns: int) -> None:
        self._run(self.processes[process].kill())
        self._forward(seconds=16)
        self.processes[process] = self._run(self.started(policy))
        self.policies.append(policy)
        self._run(self._sweeps(), turns)

    async def _sweeps(self) -> None:
        """Both at the same moment."""
        await asyncio.gather(*(one.sweep() for one in self.processes))

    def _stands(self, number: int) -> State | None:
        """In which state a change is; None if there is none of this number."""
        found = self.rows("SELECT state FROM changes WHERE number = :number", number=number)
        return State(found[0][0]) if found else None

    def _read(self, number: int) -> Change:
        return read_now(self.ledger, lambda db: change_rows.load(db, number))  # at once, also while the loop runs

    def _members(self, name: str) -> list[str]:
        sql = """SELECT profiles.id FROM members JOIN profiles ON profile = profiles.position
                 JOIN segments ON segment = segments.position WHERE segments.name = ? ORDER BY profiles.position"""
        return [row["id"] for row in self.store.shop.rows(sql, name)]

    # What it tells those who judge

    def is_found_out(self, record: logging.LogRecord) -> bool:
        """Whether this is what somebody's hand in the ledger leads to."""
        return False

    def leaves(self, process: Process, request: httpx.Request) -> None:
        """A request leaves the bot that sends it."""

    def answers(self, request: httpx.Request) -> None:
        """The store answers."""

    def heard(self, sent: Sent) -> None:
        """A request that writes reaches the store; told again once it is carried out."""
