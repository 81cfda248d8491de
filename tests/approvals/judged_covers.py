"""What the bot does without a click, judged by the change that was approved for it: its rule, its guard, its end."""

from collections import Counter
from datetime import datetime, timedelta

from bot.core.approval.changes import Change, State
from bot.core.approval.covering import Covered
from bot.core.planning.steps import AddMembers, FollowRule, RemoveMembers
from tests.approvals.judged_writes import JudgedWrites
from tests.approvals.wire import Sent
from tests.records import entries_of, with_lists

DAY = timedelta(hours=24)
PERCENT, MOST = 10, 50
"""Of its segment, and at most so many may join, or leave, in a day without a click."""
MOVES = {"create_profiles", "add_members", "remove_members"}


class JudgedCovers(JudgedWrites):
    """What no one clicked on is what somebody approved once, for this time, and is done once."""

    def heard(self, sent: Sent) -> None:
        """A request that writes may be one at an end."""
        super().heard(sent)
        change = self._running(sent.about) if sent.method == "DELETE" and sent.status is None else None
        if change and is_covered(change) and self._read(covered(change).change).plan.until:
            segment_id = sent.path.split("/")[2]
            self._judge_taken_out(change, segment_id, sent.ids)

    def _judge_taken_out(self, change: Change, segment_id: str, profiles: frozenset[str]) -> None:
        """Nobody whom another change added since, to stay, though it may have found them in."""
        began = {entry.change: entry.number for entry in entries_of(self.ledger) if entry.kind == "start"}
        since = [number for number, at in began.items() if number and at > began[covered(change).change]]
        for other in map(with_lists, map(self._read, since)):
            is_kept = other.state is State.DONE and not other.undone_by and not (other.plan.until or other.plan.undoes)
            put_in = {one for step in other.plan.steps if segment_id in step.segment_ids for one in step.puts_in}
            if is_kept and not profiles.isdisjoint(put_in):
                self.violations.append(f"change {change.number} takes out whom change {other.number} added to stay")

    def _judge_cover(self, change: Change) -> None:
        """It began without a click: another change was approved for it, and it stays within that."""
        by, slot = covered(change).change, covered(change).slot
        covering = self._read(by)
        assert covering.number not in self.tampered
        assert covering.approvals, f"change {change.number} is covered by change {by}, which nobody approved"
        assert not covering.emergency
        assert change.requester == covering.requester
        assert change.started_at
        assert change.started_at >= slot, f"change {change.number} begins before its time"
        rules = [one.resolved(covering.created_ids) for one in covering.plan.steps if isinstance(one, FollowRule)]
        if not rules:
            assert covering.plan.until == slot
            kept = [one for one in entries_of(self.ledger) if (one.kind, one.change) == ("keep", by)]
            assert not kept, f"whom change {by} added were to stay"
            assert {step.kind for step in change.plan.steps} == {"remove_members"}
            return
        assert {step.kind for step in change.plan.steps} <= MOVES
        (rule,) = [one for one in rules if set(one.segment_ids) == set(change.plan.segment_ids)]
        assert rule.after.policy in {policy.digest for policy in self.policies}
        self._judge_guard(change, slot)

    def _judge_guard(self, change: Change, slot: datetime) -> None:
        """Of all that ran without a click for times within a day, no more joined, and left, than was approved."""
        size = change.plan.size or 0
        runs = [one for one in self._covered_changes() if _is_beside(one, change, slot)]
        for moved in (_joins, _leaves):
            many = moved(change)
            in_all = sum(map(moved, [*runs, change]))
            is_within = not many or in_all <= min(size * PERCENT // 100, MOST)
            assert is_within, f"change {change.number} asked nobody, and {in_all} of {size} moved in a day"
        assert not _leaves(change) or size + _joins(change) > _leaves(change), "a rule empties its segment"

    def _covered_changes(self) -> list[Change]:
        return [self._read(row[0]) for row in self.rows("SELECT number FROM changes WHERE covered_by IS NOT NULL")]

    def _judge_once(self) -> None:
        """Each time once, and no end is forgotten: if it is not done, people are asked about it, or told why not."""
        done = Counter(covered(one) for one in self._covered_changes() if one.state is State.DONE)
        assert max(done.values(), default=1) == 1, done
        for end in self._run(self.ledger.changes.ends_due(self.clock())):
            asked = [one for one in self._covered_changes() if covered(one).change == end.number]
            (told,) = self.rows("SELECT told FROM dues WHERE covered_by = :number", number=end.number)
            why = told[0] or any(covered(one).lapse for one in asked)
            assert why, f"what change {end.number} added did not end, and nobody knows of it"

    def _is_asked_again(self, change: Change) -> bool:
        """Whether the bot asks people about it, as it does again as soon as they let it expire."""
        return change.covered_by is not None and change.state is State.WAITING and change.expires_at > self.clock()


def covered(change: Change) -> Covered:
    """Which change covers it, or did: it has to be one of the bot's own."""
    assert change.covered_by
    return change.covered_by


def is_covered(change: Change) -> bool:
    """Whether another change covers it, so that it needs nobody."""
    return change.covered_by is not None and not change.covered_by.lapse


def _is_beside(one: Change, change: Change, slot: datetime) -> bool:
    """Whether it ran without a click before this one, for a time within a day, in the same segment."""
    if one.number >= change.number or one.approvals or one.emergency or not one.runs:
        return False
    return covered(one).slot > slot - DAY and set(one.plan.segment_ids) == set(change.plan.segment_ids)


def _joins(change: Change) -> int:
    return sum(step.shoppers for step in change.plan.steps if isinstance(step, AddMembers))


def _leaves(change: Change) -> int:
    return sum(step.shoppers for step in change.plan.steps if isinstance(step, RemoveMembers))
