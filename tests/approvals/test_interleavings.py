"""Clicks, drifts, crashes and clock moves in any order: whatever ran was approved, as it was seen, and ends once."""

import asyncio
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule

from bot.core.approval.changes import Change
from bot.core.approval.decisions import Verdict
from bot.core.approval.policy import Policy
from bot.core.invocation import ClickedButton
from bot.core.items import texts
from tests.approvals.choices import (
    ASKS,
    DRIFTS,
    FAULTS,
    NAMES,
    PEOPLE,
    SETTLED,
    UNKNOWN,
    VERBS,
    all_sign,
    approvers,
    few,
    goings_back,
    names,
    people,
    policies,
    process,
    requesters,
    ruled,
    schedules,
    signers,
    some,
    times,
    turns,
    untils,
    which,
)
from tests.approvals.drawn import run_drawn
from tests.approvals.judged_record import JudgedRecord
from tests.approvals.team import ANA, APPROVERS, BEA, BEN, CLEO, EVE, MANAGERS

DEEP, QUICK = 3000, 5
"""Interleavings; those of ``test_adversity`` are of the same events and more."""


class Interleavings(JudgedRecord):
    """What people, staff, Slack, the store and time do, in any order."""

    @initialize(seed=st.integers(0, 2**16), policy=policies, what=st.sampled_from(ASKS), name=names, some=some)
    def open(self, seed: int, policy: Policy, what: str, name: str, some: int) -> None:
        """A first change, so that there is always something to decide."""
        self.set_up(seed, policy)
        self.processes = [self._run(self.started(policy)) for _ in range(2)]
        self._tell(0, ANA, what, SETTLED, values=self._values(what, name, some))

    # Asking

    @rule(
        process=process,
        by=requesters,
        what=st.sampled_from(ASKS),
        name=names,
        some=some,
        when=times,
        turns=turns,
        signers=signers,
    )
    def ask(
        self, process: int, by: str, what: str, name: str, some: int, when: str, turns: int, signers: tuple[str, ...]
    ) -> None:
        self._tell(process, by, what, turns, values=self._values(what, name, some) | ({"at": when} if when else {}))
        self._sign(signers, turns)

    @rule(process=process, by=people, name=names, turns=turns)
    def ask_about_nobody(self, process: int, by: str, name: str, turns: int) -> None:
        """What is typed, and no shopper of the store's, is in no log."""
        self._tell(process, by, "segment remove", turns, values={"segment": name, "shoppers": [UNKNOWN]})

    def _sign(self, signers: tuple[str, ...], turns: int) -> None:
        """These people press what they see, each by another process."""
        for at, signer in enumerate(signers):
            if card := self._card(0):
                self._click(at % 2, signer, card, Verdict.APPROVE, turns)

    @rule(process=process, by=requesters, which=which, verb=goings_back, turns=turns, signers=signers)
    def go_back_or_try_again(
        self, process: int, by: str, which: int, verb: str, turns: int, signers: tuple[str, ...]
    ) -> None:
        if card := self._card(which, over=True):
            self._tell(process, by, f"change {verb}", turns, values={"number": card.number})
            self._sign(signers, turns)

    # What goes without a click

    @rule(process=process, name=names, some=some, until=untils, signers=all_sign, turns=turns)
    def some_are_added_until_a_time(
        self, process: int, name: str, some: int, until: str, signers: tuple[str, ...], turns: int
    ) -> None:
        """Then they are taken out again."""
        values = self._values("segment add", name, some) | {"until": until}
        self._tell(process, ANA, "segment add", SETTLED, values=values)
        self._sign(signers, turns)

    @rule(process=process, name=names, some=some, signers=all_sign, turns=turns)
    def who_is_to_leave_is_added_again(
        self, process: int, name: str, some: int, signers: tuple[str, ...], turns: int
    ) -> None:
        """Then they stay, as far as they are named."""
        self.some_are_added_until_a_time(process, name, 2, "in 3 hours", (BEN, CLEO, EVE), SETTLED)
        self._tell(1 - process, BEN, "segment add", SETTLED, values=self._values("segment add", name, some))
        self._sign(signers, turns)

    @rule(process=process, name=ruled, other=names, runs=schedules, signers=all_sign, turns=turns)
    def a_segment_follows_a_rule(
        self, process: int, name: str, other: str, runs: str, signers: tuple[str, ...], turns: int
    ) -> None:
        """As far as it was approved, its later runs ask nobody."""
        values = {"segment": name, "rule": f"in {name} or in {other}", "runs": runs}
        self._tell(process, ANA, "segment rule", SETTLED, values=values)
        self._sign(signers, turns)

    @rule(name=names, how=st.sampled_from(DRIFTS), some=some, hours=st.sampled_from((1, 3, 50)), turns=turns)
    def its_time_comes(self, name: str, how: str, some: int, hours: int, turns: int) -> None:
        """The bot looks at what staff did meanwhile."""
        self.drift(name, how, some)
        self._forward(hours=hours)
        for _ in range(2):  # what rules go by is read first
            self._run(self._sweeps(), turns)
            self._forward(seconds=6)

    # Deciding

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

    @rule(process=process, which=which, by=approvers, signer=approvers, turns=turns)
    def what_asks_for_most_is_left_out(self, process: int, which: int, by: str, signer: str, turns: int) -> None:
        """By itself, what is left would need less than the whole; one of them signs it."""
        if card := self._open_card(which):
            live = [item for step in card.plan.steps if step.live for item in step.items]
            items = texts(live or card.plan.items[1:])
            self._tell(process, by, "change except", SETTLED, values={"number": card.number, "items": items})
            self._click(1 - process, signer, self.slack.shown[card.number][-1], Verdict.APPROVE, turns)

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
        self.joined_after[who] |= self.broken
        for click in self._under_way():
            for one in PEOPLE:
                click.standings[one].update(self.slack.standing_for(one))

    @rule(down=st.sampled_from((False, False, True)))
    def slack_is_up_or_down(self, down: bool) -> None:
        self.slack.down = down

    # Time and processes

    @rule(minutes=st.sampled_from((0.05, 1, 1, 11, 90, 23 * 60)), process=process, turns=turns)
    def time_passes(self, minutes: float, process: int, turns: int) -> None:
        self._forward(minutes=minutes)
        self._run(self.processes[process].sweep(), turns)

    @rule(process=process, both=st.booleans(), turns=turns)
    def a_sweep(self, process: int, both: bool, turns: int) -> None:
        self._run(self._sweeps() if both else self.processes[process].sweep(), turns)

    @rule(process=process, after=st.none() | st.integers(1, 6), policy=policies, turns=turns)
    def a_process_is_killed(self, process: int, after: int | None, policy: Policy, turns: int) -> None:
        """At once, or right after the so many-th transaction to come; another one may start with another policy."""
        if after and self.processes[process].alive:
            self.processes[process].mortality.left = after
            self._run(asyncio.sleep(0), turns)
        self._restart(process, policy, turns)


def test_whatever_the_order_what_runs_was_approved_as_it_was_seen_and_ends_exactly_once(deep: bool) -> None:
    run_drawn(Interleavings, DEEP if deep else QUICK, number=0)
