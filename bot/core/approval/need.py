"""What a Plan needs before it may run: requirements of the policy, each of which has to be met. Pure."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from itertools import combinations

from bot.core.frozen_value import Value
from bot.core.language.phrases import counted

MOST_APPROVALS = 2
"""The most approvals that are asked for in all, however many rules apply."""
LESS = "it was asked for before it became less"
Counts = tuple[int, ...]
"""The positions of the requirements for which a person's approval counts."""


class Approval(Value):
    """One person's approval of one version. ``counts_for``: the positions of the requirements that it counts for."""

    actor: str
    at: datetime
    counts_for: Counts = (0,)


class Requirement(Value):
    """What one rule asks for: how many approvals, whose (user and user-group ids), and why.

    Without ``approvers``, every approver of the policy counts.
    """

    approvals: int
    why: str
    approvers: frozenset[str] = frozenset()


class Need(Value):
    """What a Plan needs, stored with its Change, so that the policy that applied stays on record.

    ``requirements`` are listed only if they are several; ``approvals`` is then the most that one of them asks for, and
    ``approvers`` are all whom they name. Else ``approvals`` by ``approvers``, and ``why``, are the one requirement.
    """

    approvals: int
    why: str
    approvers: frozenset[str] = frozenset()
    requirements: tuple[Requirement, ...] = ()

    @property
    def each(self) -> tuple[Requirement, ...]:
        """Every requirement, in the order by which approvals name them."""
        if self.requirements or not self.approvals:
            return self.requirements
        return (Requirement(approvals=self.approvals, why=self.why, approvers=self.approvers),)

    def unmet(self, counts: Iterable[Counts]) -> Counts:
        """Return the positions of the requirements that approvals which count for these leave unmet."""
        given = Counter(at for one in counts for at in set(one))
        return tuple(at for at, one in enumerate(self.each) if given[at] < one.approvals)

    def satisfied_by(self, approvals: Collection[Approval]) -> bool:
        """Return whether these approvals meet every requirement."""
        return not self.unmet(one.counts_for for one in approvals)

    def describe_left(self, approvals: Collection[Approval]) -> str:
        """Write ``1 approval``, ``1 more approval``, ``approvals under 2 rules``: what is still needed."""
        unmet = self.unmet(one.counts_for for one in approvals)
        if len(unmet) > 1:
            return f"approvals under {len(unmet)} rules"
        given = sum(at in one.counts_for for one in approvals for at in unmet)
        missing = sum(self.each[at].approvals for at in unmet) - given
        return f"{missing:,}{' more' if approvals else ''} {'approval' if missing == 1 else 'approvals'}"

    def describe_given(self, approvals: Collection[Approval]) -> str:
        """Write ``1 of 2 approved``, or ``1 of 2 rules satisfied`` if there are several."""
        if not self.requirements:
            return f"{len(approvals)} of {self.approvals} approved"
        every = len(self.requirements)
        return f"{every - len(self.unmet(one.counts_for for one in approvals))} of {every} rules satisfied"

    def can_be_met(self, given: Sequence[Counts], others: Iterable[Counts]) -> bool:
        """Return whether some of ``others`` can meet what approvals that count for ``given`` leave unmet.

        No more than MOST_APPROVALS people approve in all.
        """
        missing = MOST_APPROVALS - len(given)
        alike = Counter(others)
        few = [counts for counts, number in alike.items() for _ in range(min(number, MOST_APPROVALS))]
        chosen = (some for size in range(max(0, missing) + 1) for some in combinations(few, size))
        return any(not self.unmet((*given, *some)) for some in chosen)

    def accepts(self, given: Sequence[Counts], counts: Counts, others: Iterable[Counts]) -> bool:
        """Return whether an approval that counts for ``counts`` helps, and ``others`` can meet what it leaves unmet."""
        return bool({*counts} & {*self.unmet(given)}) and self.can_be_met((*given, counts), others)


def combined(requirements: Sequence[Requirement], reasons: Iterable[str], *, everyone: frozenset[str]) -> Need:
    """Build the Need of these requirements, without those that others include.

    ``everyone``: the ids of those who may approve where a requirement names nobody.
    """
    kept = strictest(requirements, everyone=everyone)
    if not kept:
        return Need(approvals=0, why="needs no approval")
    approvals = max(one.approvals for one in kept)
    which = counted(approvals, "approval") if len(kept) == 1 else f"approvals under {len(kept)} rules"
    why = f"needs {which}: {' and '.join(dict.fromkeys(reasons)) or 'the policy asks for it'}"
    if len(kept) == 1:
        return Need(approvals=approvals, why=why, approvers=kept[0].approvers)
    named = frozenset[str]().union(*(one.approvers or everyone for one in kept))
    return Need(approvals=approvals, why=why, approvers=named, requirements=kept)


def for_reason(need: Need, reason: str) -> Need:
    """Return ``need``, of one approval at least, with this reason as the first."""
    if not need.approvals:
        return Need(approvals=1, why=f"needs 1 approval: {reason}")
    which, _, others = need.why.partition(": ")
    return need.model_copy(update={"why": f"{which}: {reason}, and {others}"})


def strictest(requirements: Sequence[Requirement], *, everyone: frozenset[str]) -> tuple[Requirement, ...]:
    """Return the requirements without those that are met whenever another one is."""

    def includes(one: Requirement, other: Requirement) -> bool:
        return one.approvals >= other.approvals and (one.approvers or everyone) <= (other.approvers or everyone)

    return tuple(
        one
        for at, one in enumerate(requirements)
        if not any(
            includes(other, one) and (place < at or not includes(one, other))
            for place, other in enumerate(requirements)
            if place != at
        )
    )


def at_least(need: Need, least: Need, *, everyone: frozenset[str]) -> Need:
    """Return ``need``, raised by what ``least`` asks for beyond it."""
    floor = tuple(one.model_copy(update={"why": LESS}) for one in least.each)
    kept = strictest((*need.each, *floor), everyone=everyone)
    if kept == need.each:
        return need
    reasons = [need.why.partition(": ")[2]] if any(one in kept for one in need.each) else []
    return combined(kept, (*reasons, LESS), everyone=everyone)
