"""What is on record, judged after each event by its own entries, and how it all ends."""

from collections import Counter
from typing import Any

from hypothesis.stateful import invariant

from bot.core.approval.changes import MOVES, OPEN, Change, Event, Run, State, StepState
from bot.core.approval.need import Need, for_reason
from bot.core.approval.policy import Policy
from bot.core.audit.entries import RecordedEntry
from bot.core.planning.plan import Plan
from tests.approvals.choices import ONE, SETTLED, UNKNOWN
from tests.approvals.judged_covers import JudgedCovers, is_covered
from tests.approvals.judgement import Click, satisfied
from tests.approvals.team import APPROVERS, BEA, BEN, CLEO
from tests.records import entries_of, verified

MOVING = {event.value: event for event in Event}


class JudgedRecord(JudgedCovers):
    """Store and log agree, each change is approved as it was seen and ends once, and everyone is told."""

    def set_up(self, seed: int, policy: Policy) -> None:
        self.judged = 0
        self.replayed: dict[int, State] = {}
        self.undone_by: dict[int, int | None] = {}
        self.revisions = Counter[int]()
        self.final: dict[int, Any] = {}
        self.least = Counter[str]()
        super().set_up(seed, policy)

    def teardown(self) -> None:
        if not hasattr(self, "processes"):
            return
        try:
            self.everything_comes_to_an_end()
        finally:
            for one in self.processes:
                self._run(one.kill())
            self.loop.close()
            self.reading.close()
            self.store.close()
            self.closes.close()
            # Hypothesis keeps every machine to its end.
            del self.team, self.slack, self.store, self.processes, self.clicks, self.final

    @invariant()
    def all_that_is_on_record_is_as_it_must_be(self) -> None:
        if not hasattr(self, "processes"):
            return
        assert not self.violations, self.violations
        assert max(self.created.values(), default=1) == 1, self.created
        assert not self.log.errors, self.log.errors
        for entry in entries_of(self.ledger, after=self.judged):
            self.judged = entry.number
            assert UNKNOWN not in str(entry.detail), f"nobody confirmed what entry {entry.number} says: {entry.detail}"
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
            self._replay_least(self._read(number).nonce, number, event, entry.detail)
        elif entry.kind.startswith("step ") or entry.kind in ("review", "keep"):
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

    def _replay_least(self, nonce: str, number: int, event: Event, detail: dict[str, Any]) -> None:
        """Taking some out of a change does not lower what it needed on the card before; editing it may."""
        if event is Event.NARROW:
            seen = {one.version: one.need.approvals for one in self.slack.shown[number] if one.nonce == nonce}
            self.least[nonce] = max(self.least[nonce], seen.get(detail["version"] - 1, 0))
        elif event is Event.EDIT:
            del self.least[nonce]

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
        if is_covered(change) and not change.emergency:
            self._judge_cover(change)
            return
        signers = [one.actor for one in change.approvals]
        assert len(set(signers)) == len(signers)
        assert change.requester not in signers
        if change.emergency:
            assert change.emergency.actor == BEA
            assert change.nonce in self.broken, f"nobody broke the glass for change {change.number}"
            return
        needed = max(change.need.approvals, self.least[change.nonce])
        assert len(signers) >= needed, f"change {change.number} needed {needed} before it was narrowed: {signers}"
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
        if change.covered_by:
            needs = [for_reason(need, change.covered_by.lapse) for need in needs]
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
        """Processes live, Slack and the store answer, time passes: nothing is lost, and nothing is left.

        First what was to run later, and then all that expires.
        """
        self.slack.down = False
        self.store.faults.clear()
        for at, one in enumerate(self.processes):
            if not one.alive:
                self._restart(at, ONE, SETTLED)
        for minutes in (1, 1, 11, 3 * 60, 25 * 60, 1, 1, 1, 0, 0):  # what the last ends and runs leave is drawn then
            self._forward(minutes=minutes)
            self._run(self._sweeps(), SETTLED)
        self.all_that_is_on_record_is_as_it_must_be()
        assert verified(self.ledger).holds
        assert not self.rows("SELECT id FROM asks WHERE body IS NOT NULL")
        assert not self._run(self.ledger.changes.outdated_cards())
        assert not self._run(self.ledger.changes.unreported_outcomes())
        assert not self._run(self.ledger.changes.notices())
        for number in self.replayed:
            self._judge_end(self._read(number))
        self._judge_once()

    def _judge_end(self, change: Change) -> None:
        if self._is_asked_again(change):
            assert self.slack.shown[change.number][-1].state is State.WAITING
            return
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
            there = {one for one in self.slack.groups[APPROVERS] if change.nonce not in self.joined_after[one]}
            missed = {f"glass {one}" for one in there & {BEN, CLEO}} - set(times)
            assert not missed, f"nobody told of change {change.number}: {missed}"


def _created(run: Run) -> str | None:
    return run.applied.created.id if run.applied and run.applied.created else None
