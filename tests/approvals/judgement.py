"""What may be written, judged anew: by the policy as it is written, and by what was clicked on what was seen."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from bot.core.approval.changes import Change
from bot.core.approval.decisions import Verdict
from bot.core.approval.policy import Policy
from bot.core.approval.rule import Rule
from bot.core.planning.plan import Plan
from bot.engine.run_fence import GAP

TAKES_AWAY = {"delete_segment", "remove_members", "delete_profiles", "retarget_promotion", "follow_rule"}


@dataclass(frozen=True)
class Click:
    """What somebody said about a change, and the card that they saw then; ``at``: how many had been clicked before.

    ``standings``, in whose name each person could speak, and the ``policies`` of processes grow while it is under way.
    """

    id: str
    actor: str
    card: Change
    verdict: Verdict
    standings: dict[str, set[str]]
    policies: list[Policy]
    at: int

    def approves(self, change: Change) -> bool:
        """Whether it was this very change, and this plan of it, that was to be approved."""
        card = self.card
        is_same = (card.number, card.nonce, card.version) == (change.number, change.nonce, change.version)
        return self.verdict is Verdict.APPROVE and is_same and card.plan == change.plan


class Gaps:
    """In which runs the store was silent for long, and whether others changed something before that was noticed.

    A run is told by the correlation id of its requests, whichever bot sends them.
    """

    def __init__(self, elapsed: Callable[[], float]) -> None:
        self._elapsed = elapsed
        self._moves = 0
        self._heard: dict[str, float] = {}
        self._moved: dict[str, int] = {}
        self._noticed: dict[str, int] = {}

    def asks(self, about: str) -> None:
        """A request leaves: after a gap, it has to be one that looks again."""
        if self._elapsed() - self._heard.get(about, self._elapsed()) > GAP:
            self._noticed[about] = self._moves

    def hears(self, about: str) -> None:
        """The store answers."""
        self._heard[about] = self._elapsed()

    def moved(self, by: str) -> None:
        """Somebody changes the store: the staff, or a change."""
        self._moves += 1
        self._moved[by] = self._moves

    def had_to_look(self, about: str) -> bool:
        """Whether this run had a gap, and nobody else changed anything since it noticed."""
        others = max((at for by, at in self._moved.items() if by != about), default=0)
        return about in self._noticed and self._noticed[about] >= others


def satisfied(policy: Policy, plan: Plan, signers: Mapping[str, Collection[str]]) -> bool:
    """Whether every rule of the policy that applies has its signatures; of each signer, in whose name they speak."""
    asked = [(rule.approvals, rule.approvers or policy.approvers) for rule in policy.rules if _applies(rule, plan)]
    if plan.until or TAKES_AWAY & {step.kind for step in plan.steps}:
        asked.append((1, policy.named))
    return all(sum(bool(ids & set(grants)) for grants in signers.values()) >= approvals for approvals, ids in asked)


def _applies(rule: Rule, plan: Plan) -> bool:
    """Whether it applies, apart from what its requester moved before; no policy here speaks of shares."""
    kinds = {*rule.steps, *(["add_members"] if plan.until and "remove_members" in rule.steps else [])}
    steps = [step for step in plan.steps if step.kind in kinds]
    is_live = not rule.live or any(step.live for step in steps)
    return bool(steps) and is_live and sum(step.shoppers for step in steps) >= rule.shoppers
