"""Clicks, drifts, crashes and clock moves in any order: whatever ran was approved, as it was seen, and ends once."""

import asyncio
import json
import logging
import random
import shutil
import sqlite3
import tempfile
from collections import Counter
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import httpx
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from bot.bigcommerce.connection import FRESH, LONGEST_WRITE
from bot.core.approval.changes import MOVES, OPEN, Change, Decision, Event, Run, State, StepState, Verdict
from bot.core.approval.need import Need
from bot.core.approval.policy import Policy
from bot.core.approval.rule import DESTRUCTIVE, Rule
from bot.core.audit.entries import RecordedEntry
from bot.core.invocation import ClickedButton
from bot.core.planning.plan import Plan
from bot.core.planning.steps import (
    STEPS,
    AddMembers,
    AnyStep,
    CreatedIds,
    CreateProfiles,
    CreateSegment,
    DeleteProfiles,
    DeleteSegment,
    RemoveMembers,
    RetargetPromotion,
    UpdateSegment,
)
from bot.engine.run_fence import GAP
from bot.ledger.sqlite import change_rows
from bot.ledger.sqlite.database import Database
from bot.ledger.sqlite.ledger import ledger_on
from tests.approvals.judgement import Click, Gaps, satisfied
from tests.approvals.team import ANA, APPROVERS, BEA, BEN, CLEO, DAN, EVE, MANAGERS, Killed, Process, Team
from tests.approvals.wire import Sent, change_of
from tests.core.samples import invocation
from tests.disks import MEMORY
from tests.harness import Clock
from tests.laws.values import LAW
from tests.records import create_ledger, database_of, entries_of, verified

ONE = Policy(approvers=frozenset({APPROVERS}), breakers=frozenset({BEA}))
TWO = Policy(
    approvers=frozenset({APPROVERS}),
    rules=(
        Rule(steps=DESTRUCTIVE, approvals=1),
        Rule(steps=("update_segment",), approvals=1),
        Rule(steps=("remove_members",), approvals=1, approvers=frozenset({MANAGERS})),
        Rule(steps=("delete_segment",), live=True, approvals=2),
    ),
)
STRICT = Policy(
    approvers=frozenset({APPROVERS}), breakers=frozenset({BEA}), rules=(Rule(steps=tuple(STEPS), approvals=2),)
)
NAMES = ("VIPs", "Newsletter", "Lapsed", "Wholesale", "New this quarter", "Coffee lovers")
MOVING = {event.value: event for event in Event}
SETTLED = 10_000
"""AckPriority of the loop: until nothing is under way any more."""
DEEP, QUICK = 3000, 5
"""Interleavings, of 40 events each; those of ``test_adversity`` are of the same events and more."""

ASKS = (
    "segment delete",
    "segment delete",
    "segment remove",
    "segment clear",
    "segment add",
    "segment edit",
    "segment copy",
    "promotion target",
)
VERBS = ("withdraw", "except", "except", "stop", "break-glass", "review")
_MINE = "(SELECT position FROM segments WHERE name = :name)"
DRIFTS = (
    "UPDATE OR IGNORE segments SET name = :other WHERE name = :name",
    f"DELETE FROM members WHERE segment = {_MINE}",
    f"""DELETE FROM members WHERE segment = {_MINE};
        INSERT INTO members SELECT segments.position, profiles.position
        FROM profiles JOIN segments ON segments.position = {_MINE} LIMIT :some""",
    "DELETE FROM segments WHERE name = :name",
    "DELETE FROM profiles WHERE id = (SELECT id FROM profiles LIMIT 1 OFFSET :some)",
    "UPDATE promotions SET document = json_set(document, '$.status', 'DISABLED') WHERE id > :some % 6",
    "UPDATE promotions SET document = json_set(document, '$.status', 'ENABLED') WHERE id > :some % 6",
)
"""What somebody does in the store's control panel; numbers are at random."""
FAULTS: tuple[dict[str, Any], ...] = (
    {"status": 403},
    {"status": 429},
    {"status": 503},
    {"drop": True},
    {"drop": True, "carried_out": True},
    {"drop": True, "carried_out": True, "times": 9},
    {"drop": True, "times": 9},
)
PEOPLE = (ANA, BEA, BEN, CLEO, DAN, EVE)
people = st.sampled_from(PEOPLE)
requesters = st.sampled_from((ANA, ANA, ANA, ANA, BEN, CLEO, DAN))
approvers = st.sampled_from((BEN, CLEO, BEN, CLEO, EVE, ANA, DAN))
signers = st.sampled_from(((), (), (BEN,), (CLEO, BEN), (BEN, CLEO, EVE), (CLEO, CLEO, BEN)))
goings_back = st.sampled_from(("undo", "undo", "retry"))
names = st.sampled_from(NAMES)
some = st.integers(1, 4)
which = st.sampled_from((0, 0, 1, 0, 2, 3))
"""A change: so many before the latest one."""
process = st.integers(0, 1)
policies = st.sampled_from((ONE, TWO, STRICT))
turns = st.sampled_from((SETTLED, SETTLED, SETTLED, 0, 1, 2, 3, 5, 8, 13, 21, 34))
"""How long the loop runs before something else happens."""
few = st.integers(0, 60)


UNRECORDED = """
    SELECT body ->> '$.nonce', 'outcome' FROM changes WHERE NOT informed
    UNION SELECT body ->> '$.nonce', 'card' FROM changes WHERE card_ts IS NULL
    UNION SELECT body ->> '$.nonce', kind || ' ' || user FROM notices JOIN changes ON number = change
"""
"""What people are to be told and, by the record, were not yet."""


def _created(run: Run) -> str | None:
    return run.applied.created.id if run.applied and run.applied.created else None


class Interleavings(RuleBasedStateMachine):
    """Two processes on one ledger file and one store. What is under way stays so from one rule to the next."""

    @initialize(seed=st.integers(0, 2**16), policy=policies, what=st.sampled_from(ASKS), name=names, some=some)
    def open(self, seed: int, policy: Policy, what: str, name: str, some: int) -> None:
        """A first change, so that there is always something to decide."""
        self.folder = Path(tempfile.mkdtemp(prefix="interleavings-", dir=MEMORY))
        self.path = self.folder / "ledger.sqlite"
        create_ledger(self.path)
        self.loop = asyncio.new_event_loop()
        self.loop.set_exception_handler(self._broke)
        dice, clock = random.Random(seed), Clock()
        self.team = Team.around(clock, dice, self.heard)
        self.team.leaves, self.team.answers = self.leaves, self.answers
        self.gaps = Gaps(clock.elapsed)
        self.store, self.slack, self.clock = self.team.store, self.team.slack, clock
        self.watch = sqlite3.connect(f"{self.path.as_uri()}?mode=ro", uri=True)
        self.ledger = ledger_on(Database.read(self.path))
        self.asks, self.clicks = count(1), list[Click]()
        self.policies = [policy]
        self.excused = Counter[tuple[str, str]]()
        self.tampered = set[int]()
        self.log = Log(self.is_found_out)
        self.created = Counter[tuple[str, str]]()
        self.carried_out = set[tuple[int, int]]()
        self.drifted = {0: 0}
        self.violations: list[str] = []
        self.judged = 0
        self.replayed: dict[int, State] = {}
        self.undone_by: dict[int, int | None] = {}
        self.revisions = Counter[int]()
        self.final: dict[int, Any] = {}
        self.processes = [self._run(self.started(policy)) for _ in range(2)]
        self._tell(0, ANA, what, SETTLED, values=self._values(what, name, some))

    def teardown(self) -> None:
        if not hasattr(self, "processes"):
            return
        try:
            self.everything_comes_to_an_end()
        finally:
            for one in self.processes:
                self._run(one.kill())
            self.loop.close()
            self.watch.close()
            database_of(self.ledger).close()
            self.store.close()
            shutil.rmtree(self.folder)
            # Hypothesis keeps every machine to its end.
            del self.team, self.slack, self.store, self.processes, self.clicks, self.final

    async def started(self, policy: Policy) -> Process:
        """Start a bot."""
        return await Process.start(self.path, self.team, policy)

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

        with self.log.listening():
            return self.loop.run_until_complete(some_turns())

    def _broke(self, _loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """A task that nobody waits for broke; those of the dead do."""
        if not isinstance(context.get("exception"), Killed):
            self.violations.append(str(context))

    def _tell(self, process: int, actor: str, command: str, turns: int, **fields: Any) -> None:
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

    # Asking

    @rule(
        process=process, by=requesters, what=st.sampled_from(ASKS), name=names, some=some, turns=turns, signers=signers
    )
    def ask(self, process: int, by: str, what: str, name: str, some: int, turns: int, signers: tuple[str, ...]) -> None:
        self._tell(process, by, what, turns, values=self._values(what, name, some))
        self._sign(signers, turns)

    def _sign(self, signers: tuple[str, ...], turns: int) -> None:
        """These people press what they see, each by another process."""
        for at, signer in enumerate(signers):
            if card := self._card(0):
                self._click(at % 2, signer, card, Verdict.APPROVE, turns)

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

    @rule(process=process, by=requesters, which=which, verb=goings_back, turns=turns, signers=signers)
    def go_back_or_try_again(
        self, process: int, by: str, which: int, verb: str, turns: int, signers: tuple[str, ...]
    ) -> None:
        if card := self._card(which, over=True):
            self._tell(process, by, f"change {verb}", turns, values={"number": card.number})
            self._sign(signers, turns)

    # Deciding

    def _click(self, process: int, by: str, card: Change, verdict: Verdict, turns: int) -> None:
        reason = "No." if verdict is Verdict.REJECT else ""
        decision = Decision(number=card.number, verdict=verdict, version=card.version, reason=reason)
        id_ = f"ask-{next(self.asks)}"
        standings = {one: set(self.slack.standing_for(one)) for one in PEOPLE}
        click = Click(id_, by, card, verdict, standings, [self.processes[process].policy], len(self.clicks))
        self.clicks.append(click)
        clicked = invocation(id_, by, verdict.value, decision=decision, button=ClickedButton(shown=card.shown))
        self._run(self.processes[process].ask(clicked), turns)

    @rule(process=process, by=approvers, which=which, back=st.sampled_from((0, 0, 0, 1, 3)), turns=turns)
    def approve(self, process: int, by: str, which: int, back: int, turns: int) -> None:
        if card := self._card(which, back):
            self._click(process, by, card, Verdict.APPROVE, turns)

    @rule(which=which, three=st.permutations((BEN, CLEO, EVE)), between=turns, turns=turns)
    def several_approve(self, which: int, three: list[str], between: int, turns: int) -> None:
        if card := self._open_card(which):
            self._click(0, three[0], card, Verdict.APPROVE, 0)
            self._click(1, three[1], card, Verdict.APPROVE, between)
            self._click(0, three[2], card, Verdict.APPROVE, turns)

    @rule(process=process, by=approvers, which=which, back=st.integers(0, 1), turns=turns)
    def reject(self, process: int, by: str, which: int, back: int, turns: int) -> None:
        if card := self._card(which, back):
            self._click(process, by, card, Verdict.REJECT, turns)

    @rule(process=process, by=st.none() | people, which=which, verb=st.sampled_from(VERBS), item=some, turns=turns)
    def decide_otherwise(self, process: int, by: str | None, which: int, verb: str, item: int, turns: int) -> None:
        """By anybody, or by the one who may, where nobody is named."""
        if card := self._open_card(which):
            items = [item.id for item in card.plan.items] or ["VIPs"]
            taken_out, reason = [items[item % len(items)]], "It cannot wait."
            beside: dict[str, Any] = {"except": {"items": taken_out}, "break-glass": {"reason": reason}}
            who = by or {"withdraw": card.requester, "break-glass": BEA, "stop": card.requester}.get(verb, BEN)
            self._tell(process, who, f"change {verb}", turns, values={"number": card.number} | beside.get(verb, {}))

    @rule(process=process, which=which, turns=turns)
    def break_the_glass(self, process: int, which: int, turns: int) -> None:
        if card := self._open_card(which):
            values = {"number": card.number, "reason": "It cannot wait."}
            self._tell(process, BEA, "change break-glass", turns, values=values)

    @rule(process=process, which=which, signers=signers, between=few, turns=turns)
    def approve_and_stop(self, process: int, which: int, signers: tuple[str, ...], between: int, turns: int) -> None:
        if card := self._open_card(which):
            for signer in signers:
                self._click(0, signer, card, Verdict.APPROVE, between)
            self._tell(process, card.requester, "change stop", turns, values={"number": card.number})

    @rule(process=process, by=requesters, which=which, name=names, some=some, turns=turns)
    def edit(self, process: int, by: str, which: int, name: str, some: int, turns: int) -> None:
        card = self._card(which)
        if card and card.command in ASKS:
            values = self._values(card.command, name, some)
            button = ClickedButton(shown=card.shown)
            self._tell(process, by, card.command, turns, values=values, edits=card.number, button=button)

    @rule(process=process, which=which, how=st.sampled_from(DRIFTS), some=some, signers=signers, turns=turns)
    def approve_what_staff_changed(
        self, process: int, which: int, how: str, some: int, signers: tuple[str, ...], turns: int
    ) -> None:
        """The card shows it as it was before."""
        if card := self._open_card(which):
            self._change_what_it_is_about(card, how, some)
            for signer in signers:
                self._click(process, signer, card, Verdict.APPROVE, turns)

    # The store, behind the bot's back

    def _change_what_it_is_about(self, card: Change, how: str, some: int) -> None:
        named = [name for name in card.plan.names.values() if name in NAMES] or list(NAMES)
        self.drift(named[some % len(named)], how, some)

    @rule(name=names, how=st.sampled_from(DRIFTS), some=st.integers(0, 20))
    def drift(self, name: str, how: str, some: int) -> None:
        self.drifted[0] = len(self.clicks)
        self.gaps.moved("staff")
        values = {"name": name, "other": NAMES[some % len(NAMES)] if some % 2 else f"{name} {some}", "some": some}
        with self.store.shop.db as db:
            for statement in how.split(";"):
                db.execute(statement, values)

    @rule(method=st.sampled_from(("POST", "DELETE", "PUT", "*")), fault=st.sampled_from(FAULTS))
    def the_store_stumbles(self, method: str, fault: dict[str, Any]) -> None:
        self.store.faults.clear()
        self.store.faults.add(method, **fault)

    # People and Slack

    @rule(where=st.sampled_from((APPROVERS, APPROVERS, MANAGERS, "guests")), who=st.sampled_from((BEN, CLEO, EVE)))
    def somebody_joins_or_leaves(self, where: str, who: str) -> None:
        """Who may approve while their click is under way may have approved."""
        group = self.slack.guests if where == "guests" else self.slack.groups[where]
        group ^= {who}
        for click in self._under_way():
            for one in PEOPLE:
                click.standings[one].update(self.slack.standing_for(one))

    def _under_way(self) -> list[Click]:
        unsettled = {row[0] for row in self.watch.execute("SELECT id FROM asks WHERE body IS NOT NULL")}
        return [click for click in self.clicks if click.id in unsettled]

    @rule(down=st.sampled_from((False, False, True)))
    def slack_is_up_or_down(self, down: bool) -> None:
        self.slack.down = down

    # Time and processes

    @rule(minutes=st.sampled_from((0.05, 1, 1, 11, 90, 23 * 60)), process=process, turns=turns)
    def time_passes(self, minutes: float, process: int, turns: int) -> None:
        self._forward(minutes=minutes)
        self._run(self.processes[process].sweep(), turns)

    def _forward(self, **time: float) -> None:
        self._excuse()
        self.clock.forward(**time)
        self._run(self._live(), 0)

    async def _live(self) -> None:
        for one in self.processes:
            await one.live()

    def _excuse(self) -> None:
        """What is under way may be told again, once its teller is gone: nobody knows whether it was.

        So may what was told, and not recorded, by one who is gone already.
        """
        is_idle = all(one.is_idle for one in self.processes if one.alive)
        for nonce, due in self.watch.execute(UNRECORDED):
            kind, _, user = due.partition(" ")
            # What is due to a group is told to each of its people.
            for what in [f"{kind} {one}" for one in self.slack.groups.get(user, ())] or [due]:
                if not is_idle or self.slack.told[nonce, what]:
                    self.excused[nonce, what] += 1

    @rule(process=process, both=st.booleans(), turns=turns)
    def a_sweep(self, process: int, both: bool, turns: int) -> None:
        self._run(self._sweeps() if both else self.processes[process].sweep(), turns)

    @rule(process=process, after=st.none() | st.integers(1, 6), policy=policies, turns=turns)
    def a_process_is_killed(self, process: int, after: int | None, policy: Policy, turns: int) -> None:
        """At once, or right after the so many-th transaction to come; another one may start with another policy."""
        if after and self.processes[process].alive:
            self.processes[process].database.left = after
            self._run(asyncio.sleep(0), turns)
        self._restart(process, policy, turns)

    def _restart(self, process: int, policy: Policy, turns: int) -> None:
        self._run(self.processes[process].kill())
        self._forward(seconds=16)
        self.processes[process] = self._run(self.started(policy))
        self.policies.append(policy)
        for click in self._under_way():
            click.policies.extend(one.policy for one in self.processes)
        self._run(self._sweeps(), turns)

    async def _sweeps(self) -> None:
        """Both at the same moment."""
        await asyncio.gather(*(one.sweep() for one in self.processes))

    # What must hold

    def is_found_out(self, record: logging.LogRecord) -> bool:
        """Whether this is what somebody's hand in the ledger leads to."""
        return False

    def leaves(self, process: Process, request: httpx.Request) -> None:
        """A write leaves the bot that sends it: it has the change, long enough, and knows what it writes over."""
        about = change_of(request.headers.get("X-Correlation-Id", ""))
        self.gaps.asks(about)
        if request.method == "GET":
            return
        number, beat = about.removeprefix("change-"), process.engine.process
        row = self.watch.execute("SELECT owner FROM changes WHERE number = ?", (number,)).fetchone()
        path, sight = request.url.path.partition("/v3")[2], process.wire.sight
        breaches = {
            f"by a bot that has lost change {number}": not row or row[0] != beat.owner,
            "by a bot whose lease may end before": beat.heartbeat.until < self.clock.elapsed() + LONGEST_WRITE,
            "on old sight": sight.age > GAP,
            "over what was read before it was last written, or long ago": request.method == "PUT"
            and sight.age_of(path) > FRESH,
        }
        self.violations += [f"{request.method} {path} {how}" for how, is_so in breaches.items() if is_so]

    def answers(self, request: httpx.Request) -> None:
        """The store answers."""
        self.gaps.hears(change_of(request.headers.get("X-Correlation-Id", "")))

    def heard(self, sent: Sent) -> None:
        """A request that writes belongs to a step that was started of a change that runs."""
        change = self._running(sent.about)
        run = next((run for run in change.runs if _asks_for(change, run, sent)), None) if change else None
        if change is None or change.state is not State.RUNNING or run is None or change.number in self.tampered:
            self.violations.append(f"{sent} is no started step's of {change}")
        elif sent.status is None:
            self._judge_drift(change, run)
        elif sent.wrote:
            self.carried_out.add((change.number, run.position))
            self.drifted[change.number] = len(self.clicks)
            self.gaps.moved(sent.about)
        if sent.wrote and (sent.method, sent.path) == ("POST", "/segments"):
            self.created.update((sent.about, name) for name in sent.ids)

    def _judge_drift(self, change: Change, run: Run) -> None:
        """Where nobody else touched the store since the clicks that may have approved it, it is about what is there.

        Nor does it matter when that was, if the run had to look again since.
        """
        step = change.plan.steps[run.position]
        last = change.approvals[-1].actor if change.approvals else ""
        clicked = [click.at for click in self.clicks if click.actor == last and click.approves(change)]
        others = max((at for number, at in self.drifted.items() if number != change.number), default=0)
        is_seen = bool(clicked) and clicked[0] >= others
        if (is_seen or self.gaps.had_to_look(f"change-{change.number}")) and self._is_otherwise(step):
            self.violations.append(f"{step} is not so any more, and was approved all the same")
        if (
            is_seen
            and isinstance(step, DeleteSegment | RemoveMembers | UpdateSegment | RetargetPromotion)
            and not run.undo
        ):
            self.violations.append(f"{step} runs, and nothing was saved to undo it")

    def _is_otherwise(self, step: AnyStep) -> bool:
        """Whether the step shows something that is there, but not so."""
        rows = self.store.shop.rows
        if isinstance(step, RetargetPromotion):
            here = rows(
                "SELECT document ->> '$.customer.segments' AS segments FROM promotions WHERE id = ?", step.promotion.id
            )
            shown = step.before.to_json() if step.before else None
            return bool(here) and json.loads(here[0]["segments"] or "null") != shown
        if not isinstance(step, DeleteSegment | UpdateSegment):
            return False
        here = rows("SELECT name FROM segments WHERE id = ?", step.segment.known_id)
        name, members = (
            (step.before.name, None) if isinstance(step, UpdateSegment) else (step.segment.name, step.members)
        )
        return bool(here) and (name, members) != (
            here[0]["name"],
            None if members is None else len(self._members(here[0]["name"])),
        )

    def _running(self, about: str) -> Change | None:
        number = about.removeprefix("change-")
        return self._read(int(number)) if number.isdecimal() else None

    def _stands(self, number: int) -> State | None:
        """In which state a change is; None if there is none of this number."""
        row = self.watch.execute("SELECT state FROM changes WHERE number = ?", (number,)).fetchone()
        return State(row[0]) if row else None

    def _read(self, number: int) -> Change:
        return change_rows.load(database_of(self.ledger).connection, number)  # at once, also while the loop runs

    @invariant()
    def all_that_is_on_record_is_as_it_must_be(self) -> None:
        if not hasattr(self, "processes"):
            return
        assert not self.violations, self.violations
        assert max(self.created.values(), default=1) == 1, self.created
        assert not self.log.errors, self.log.errors
        for entry in entries_of(self.ledger, after=self.judged):
            self.judged = entry.number
            if entry.change is not None:
                self._replay(entry, entry.change)
        for number, state in self.replayed.items():
            if number not in self.tampered:
                self._judge(self._read(number), state)

    def _replay(self, entry: RecordedEntry, number: int) -> None:
        if entry.kind == "planned":
            assert number not in self.replayed
            self.replayed[number] = State.PLANNED
            self.undone_by[number] = None
            self.revisions[number] = 1
        elif entry.kind in MOVING:
            event = MOVING[entry.kind]
            self.replayed[number] = MOVES[self.replayed[number]][event]
            self.revisions[number] += 1
            self._replay_undo(number)
        elif entry.kind.startswith("step ") or entry.kind == "review":
            self.revisions[number] += 1

    def _replay_undo(self, number: int) -> None:
        """An undo that starts claims what it undoes, and gives it back unless it ends well."""
        state, original = self.replayed[number], self._read(number).plan.undoes
        if original is None:
            return
        if state is State.RUNNING:
            assert self.undone_by[original] is None
            self._mark(original, number)
        elif state in (State.FAILED, State.CANCELLED, State.CLOSED) and self.undone_by[original] == number:
            self._mark(original, None)
        elif state is State.DONE:
            first = self._read(original).plan.undoes
            if first is not None and self.undone_by[first] == original:
                self._mark(first, None)

    def _mark(self, number: int, undone_by: int | None) -> None:
        self.undone_by[number] = undone_by
        self.revisions[number] += 1

    def _judge(self, change: Change, state: State) -> None:
        number = change.number
        assert change.state is state, f"change {number} is {change.state} and its entries say {state}"
        assert change.revision == self.revisions[number], f"a move of change {number} has no entry"
        assert change.undone_by == self.undone_by[number]
        if (state is State.RUNNING or change.runs) and number not in self.final:
            self._judge_approvals(change)
        if state not in OPEN:
            never_changes = (state, change.plan, change.approvals, change.runs, change.settled_by, change.reason)
            assert self.final.setdefault(number, never_changes) == never_changes
        self._judge_runs(change)

    def _judge_approvals(self, change: Change) -> None:
        signers = [one.actor for one in change.approvals]
        assert len(set(signers)) == len(signers)
        assert change.requester not in signers
        if change.emergency:
            assert change.emergency.actor == BEA
            return
        assert len(signers) >= change.need.approvals
        assert signers or not self._hurting(change).destructive
        assert change.need.satisfied_by(change.approvals)
        assert change.need in self._needs(change, self.policies)
        assert all(one.at < change.expires_at for one in change.approvals)
        deciding = list[Click]()
        for signer in signers:
            deciding = [click for click in self.clicks if self._permits(click, signer, change)]
            assert deciding, f"{signer} did not approve what ran as change {change.number}"
            policies = [policy for click in deciding for policy in click.policies]
            assert change.need in self._needs(change, policies)
        standings = [{one: click.standings[one] for one in signers} for click in deciding] or [{}]
        policies = [policy for click in deciding for policy in click.policies] or self.policies
        assert any(satisfied(policy, self._hurting(change), each) for policy in policies for each in standings), (
            f"change {change.number} ran without what each rule asks for of those who were allowed to approve it"
        )

    def _permits(self, click: Click, signer: str, change: Change) -> bool:
        counts_for = next((one.counts_for for one in change.approvals if one.actor == signer), ())
        named = [change.need.each[at].approvers or {APPROVERS} for at in counts_for]
        grants = click.standings[signer]
        is_theirs = click.actor == signer and click.approves(change)
        return is_theirs and bool(named) and all(grants & ids for ids in named)

    def _needs(self, change: Change, policies: list[Policy]) -> list[Need]:
        undone = self._read(change.plan.undoes).need if change.plan.undoes else None
        needs = [policy.need(self._hurting(change), undone=undone, moved=change.moved) for policy in policies]
        if change.least:
            needs = [policy.at_least(need, change.least) for policy in policies for need in needs]
        less = Need(approvals=1, why="needs 1 approval: it was asked for before it became less")
        return [*needs, *([less] if any(need.approvals == 0 for need in needs) else [])]

    def _hurting(self, change: Change) -> Plan:
        """Its plan without the sole exception: taking back a segment that its requester had created alone."""
        kept = (
            step for step in change.plan.steps if not (step.takes_back and self._is_own(step.takes_back.id, change))
        )
        return change.plan.model_copy(update={"steps": tuple(kept)})

    def _is_own(self, segment_id: str, change: Change) -> bool:
        before = map(self._read, range(1, change.number))
        made = (one for one in before if segment_id in map(_created, one.runs))
        return any(one.requester == change.requester and not one.need.approvals for one in made)

    def _judge_runs(self, change: Change) -> None:
        if not change.runs:
            return
        assert change.state in (State.RUNNING, *MOVES[State.RUNNING].values())
        assert [run.position for run in change.runs] == list(range(len(change.runs)))
        assert all(run.state is StepState.DONE for run in change.runs[:-1])
        whole = len(change.runs) == len(change.plan.steps) and change.runs[-1].state is StepState.DONE
        assert (change.state is State.DONE) <= whole
        assert change.state in OPEN or change.runs[-1].state is not StepState.STARTED

    # How it all ends

    def everything_comes_to_an_end(self) -> None:
        """Processes live, Slack and the store answer, time passes: nothing is lost, and nothing is left."""
        self.slack.down = False
        self.store.faults.clear()
        for at, one in enumerate(self.processes):
            if not one.alive:
                self._restart(at, ONE, SETTLED)
        for minutes in (1, 1, 11, 25 * 60, 1, 1, 1):
            self._forward(minutes=minutes)
            self._run(self._sweeps(), SETTLED)
        self.all_that_is_on_record_is_as_it_must_be()
        assert verified(self.ledger).holds
        assert not self.watch.execute("SELECT id FROM asks WHERE body IS NOT NULL").fetchall()
        assert not self._run(self.ledger.changes.outdated_cards())
        assert not self._run(self.ledger.changes.unreported_outcomes())
        assert not self._run(self.ledger.changes.notices())
        for number in self.replayed:
            self._judge_end(self._read(number))

    def _judge_end(self, change: Change) -> None:
        assert not change.is_open, f"change {change.number} is still {change.state}"
        failed = [run.position for run in change.runs if run.state is StepState.FAILED]
        assert not {(change.number, position) for position in failed} & self.carried_out, (
            "what was done cannot be undone"
        )
        self._judge_told(change)

    def _judge_told(self, change: Change) -> None:
        """Its card shows how it ended, and all who are to be told were: once, unless nobody could know whether."""
        times = {what: count for (nonce, what), count in self.slack.told.items() if nonce == change.nonce}
        once = 1 + self.slack.lost[change.nonce]
        often = {what: count for what, count in times.items() if count > once + self.excused[change.nonce, what]}
        told = {what: count for what, count in often.items() if not what.startswith("reminder")}
        assert not told, f"change {change.number} was told too often: {told}"
        if change.card:
            assert self.slack.shown[change.number][-1].state is change.state
            if change.need.approvals and change.settled_by != change.requester:
                assert (change.number, change.state) in self.slack.heard
        if change.emergency:
            assert set(map("glass {}".format, self.slack.groups[APPROVERS] & {BEN, CLEO})) <= set(times)

    # What is so

    def _members(self, name: str) -> list[str]:
        sql = """SELECT profiles.id FROM members JOIN profiles ON profile = profiles.position
                 JOIN segments ON segment = segments.position WHERE segments.name = ? ORDER BY profiles.position"""
        return [row["id"] for row in self.store.shop.rows(sql, name)]


def _asks_for(change: Change, run: Run, sent: Sent) -> bool:
    """Whether this is what the step, started and not over, asks the store for."""
    made = CreatedIds.of([one.applied for one in change.runs if one.applied])
    method, path, ids = _request(change.plan.steps[run.position].resolved(made))
    fits = (method, path) == (sent.method, sent.path) and (ids is None or sent.ids <= ids)
    return fits and run.state is StepState.STARTED


def _request(step: AnyStep) -> tuple[str, str, set[str] | None]:
    """Method and path that this step asks for, and the ids that it may name; None: profiles, which it looks up."""
    match step:
        case CreateSegment():
            return "POST", "/segments", {step.segment.name}
        case RetargetPromotion():
            return "PUT", f"/promotions/{step.promotion.id}", None
        case UpdateSegment():
            return "PUT", "/segments", {step.segment.known_id}
        case DeleteSegment():
            return "DELETE", "/segments", {step.segment.known_id}
        case AddMembers() | RemoveMembers():
            method = "POST" if isinstance(step, AddMembers) else "DELETE"
            return method, f"/segments/{step.segment.known_id}/shopper-profiles", set(step.profile_ids)
        case CreateProfiles():
            return "POST", "/shopper-profiles", set(map(str, step.customers))
        case DeleteProfiles():
            return "DELETE", "/shopper-profiles", None
    raise NotImplementedError(step.kind)


class Log(logging.Handler):
    """What processes that live log as broken, apart from what is ``expected``."""

    def __init__(self, expected: Callable[[logging.LogRecord], bool]) -> None:
        super().__init__(logging.ERROR)
        self.errors: list[str] = []
        self._expected = expected

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        is_dead = "closed database" in str(error) or type(error).__name__ == "Killed"
        if not is_dead and not self._expected(record):
            self.errors.append(f"{record.getMessage()}: {error!r}")

    @contextmanager
    def listening(self) -> Iterator[None]:
        bot = logging.getLogger("bot")
        bot.addHandler(self)
        bot.propagate = False
        try:
            yield
        finally:
            bot.removeHandler(self)
            bot.propagate = True


def test_whatever_the_order_what_runs_was_approved_as_it_was_seen_and_ends_exactly_once(deep: bool) -> None:
    run_state_machine_as_test(
        Interleavings, settings=settings(LAW, max_examples=DEEP if deep else QUICK, stateful_step_count=40)
    )
