"""Who may ask, who may approve, and how many approvals a Plan needs. Pure: people are looked up elsewhere."""

import re
from typing import Annotated

from pydantic import AfterValidator, Field, model_validator

from bot.core.answers import mention
from bot.core.errors import NotAllowed, SelfApproval
from bot.core.frozen_value import Value
from bot.core.language.phrases import and_list
from bot.core.people import Actor, Standing
from bot.core.planning.plan import Plan
from bot.core.planning.steps import STEPS

MOST_APPROVALS = 2
NAMED = 5
"""People whom a refusal names as those who can."""

_WHY_NOT = {
    Standing.GUEST: "Guests of this workspace cannot {act}.",
    Standing.BOT: "Bots cannot {act}.",
    Standing.DEACTIVATED: "Deactivated people cannot {act}.",
    Standing.STRANGER: "People from other workspaces cannot {act}.",
    Standing.UNKNOWN: "Slack couldn't tell me who you are just now, so you can't {act} yet. Try again in a minute.",
}


class Need(Value):
    """How many approvals a Plan needs, whose, and why (as a sentence).

    It is stored with the Change, so that the policy that applied stays on record. ``approvers`` are user and user-group
    ids; if there are none, every approver of the policy counts.
    """

    approvals: int
    why: str
    approvers: frozenset[str] = frozenset()


def _known(kinds: tuple[str, ...]) -> tuple[str, ...]:
    unknown = [kind for kind in kinds if kind not in STEPS]
    if unknown:
        raise ValueError(f"{', '.join(unknown)}: not a kind of step; the kinds are {', '.join(STEPS)}")
    return kinds


def _people(ids: frozenset[str]) -> frozenset[str]:
    wrong = sorted(one for one in ids if not re.fullmatch(r"[UWS][A-Z0-9]+", one))
    if wrong:
        raise ValueError(f"{', '.join(wrong)}: not a user id (U…, W…) or user-group id (S…)")
    return ids


PeopleIds = Annotated[frozenset[str], AfterValidator(_people)]
"""User and user-group ids."""


class Rule(Value):
    """An approval rule for Steps of these kinds. It applies if all its conditions hold.

    ``shoppers``: at least so many in the whole plan; ``share``: at least this share of a segment (0 to 1); ``live``: a
    live promotion uses the segment, or is what changes. ``approvers`` and ``requesters`` are the user and user-group
    ids that may approve and ask for this; if empty, the policy's.
    """

    steps: Annotated[tuple[str, ...], Field(min_length=1), AfterValidator(_known)]
    shoppers: Annotated[int, Field(ge=0)] = 0
    share: Annotated[float, Field(ge=0, le=1)] = 0
    live: bool = False
    approvals: Annotated[int, Field(ge=0, le=MOST_APPROVALS)]
    approvers: PeopleIds = frozenset()
    requesters: PeopleIds = frozenset()

    @model_validator(mode="after")
    def _protects(self) -> "Rule":
        destructive = [kind for kind in self.steps if STEPS[kind].destructive]
        if destructive and not self.approvals:
            raise ValueError(f"approvals: {', '.join(destructive)} can never go without an approval")
        return self

    def applies(self, plan: Plan) -> bool:
        """Return whether the rule applies to this plan."""
        steps = [step for step in plan.steps if step.kind in self.steps]
        if not steps or sum(step.shoppers for step in steps) < self.shoppers:
            return False
        return plan.largest_share(self.steps) >= self.share and (not self.live or any(step.live for step in steps))

    @property
    def conditions(self) -> tuple[str, ...]:
        """The conditions apart from the kind, in words."""
        conditions = (
            (f"{self.shoppers:,} shoppers or more", self.shoppers > 1),
            (f"{self.share:.0%} of a segment or more", self.share > 0),
            ("used by a live promotion", self.live),
        )
        return tuple(words for words, holds in conditions if holds)


DESTRUCTIVE = tuple(kind for kind, step in STEPS.items() if step.destructive)
RULES = (
    Rule(steps=DESTRUCTIVE, approvals=1),
    Rule(steps=("add_members",), shoppers=26, approvals=1),
    Rule(steps=DESTRUCTIVE, shoppers=10_000, approvals=2),
)
"""The default rules."""


class Policy(Value):
    """The approval rules, and the people they apply to: user and user-group ids.

    No ``requesters``: every full member may ask. ``breakers`` may break the glass (run a change in an emergency without
    its approvals); nobody, unless named. ``auditors`` may read the audit log; everyone who may approve, unless named.
    """

    approvers: frozenset[str]
    requesters: frozenset[str] = frozenset()
    breakers: PeopleIds = frozenset()
    auditors: PeopleIds = frozenset()
    rules: tuple[Rule, ...] = RULES

    @property
    def named(self) -> frozenset[str]:
        """Every id that the policy names."""
        groups = [ids for rule in self.rules for ids in (rule.approvers, rule.requesters)]
        return frozenset().union(self.approvers, self.requesters, self.breakers, self.auditors, *groups)

    def need(self, plan: Plan, *, undone: Need | None = None) -> Need:
        """Return what ``plan`` needs. ``undone`` is the need of the change that it undoes, and is never lowered.

        The rules that ask for the most approvals decide; the first of them that names approvers decides whose count.
        """
        rules = [rule for rule in self.rules if rule.approvals and rule.applies(plan)]
        approvals = max([1 if plan.destructive else 0, *(rule.approvals for rule in rules)])
        deciding = [rule for rule in rules if rule.approvals == approvals]
        reasons = [*plan.risks, *(reason for rule in deciding for reason in _reasons(rule))]
        approvers = next((rule.approvers for rule in deciding if rule.approvers), frozenset[str]())
        if undone and undone.approvals > approvals:
            approvals, approvers = undone.approvals, undone.approvers
            reasons.append("undoes what was approved")
        if not approvals:
            return Need(approvals=0, why="needs no approval")
        noun = "approval" if approvals == 1 else "approvals"
        why = f"needs {approvals} {noun}: {' and '.join(dict.fromkeys(reasons)) or 'the policy asks for it'}"
        return Need(approvals=approvals, why=why, approvers=approvers)

    def approvers_of(self, need: Need) -> frozenset[str]:
        """Return the ids whose approvals satisfy this need."""
        return need.approvers or self.approvers

    def refuse_asking(self, actor: Actor, plan: Plan | None = None) -> None:
        """Raise NotAllowed unless this person may use the bot and ask for this plan."""
        _refuse_outsiders(actor, "use this bot")
        if self.requesters:
            _refuse_others(actor, self.requesters | self.approvers, "use this bot")
        for rule in self.rules if plan else ():
            if rule.requesters and plan and rule.applies(plan):
                _refuse_others(actor, rule.requesters, "ask for this")

    def refuse_approving(self, actor: Actor, *, number: int, requester: str, need: Need) -> None:
        """Raise NotAllowed unless this person may approve or reject this change."""
        if actor.id == requester:
            raise SelfApproval(number)
        _refuse_outsiders(actor, "approve or reject changes")
        _refuse_others(actor, self.approvers_of(need), f"approve change {number}")

    def refuse_breaking(self, actor: Actor) -> None:
        """Raise NotAllowed unless this person may run a change in an emergency."""
        _refuse_outsiders(actor, "run a change without its approvals")
        _refuse_others(actor, self.breakers, "run a change without its approvals")

    def refuse_auditing(self, actor: Actor) -> None:
        """Raise NotAllowed unless this person may read the audit log. An auditor need not be a requester."""
        _refuse_outsiders(actor, "read the audit log")
        _refuse_others(actor, self.auditors or self.approvers, "read the audit log")


def _reasons(rule: Rule) -> tuple[str, ...]:
    if rule.steps == ("add_members",) and rule.shoppers:
        return (f"adds more than {rule.shoppers - 1:,} shoppers",)
    reasons = (
        (f"moves {rule.shoppers:,} shoppers or more", rule.shoppers > 1),
        (f"takes {rule.share:.0%} of a segment or more", rule.share > 0),
    )
    return tuple(words for words, holds in reasons if holds)


def _among(actor: Actor, ids: frozenset[str]) -> bool:
    return actor.id in ids or bool(actor.groups & ids)


def _refuse_others(actor: Actor, ids: frozenset[str], act: str) -> None:
    if _among(actor, ids):
        return
    if doubt := actor.doubt(ids):
        raise NotAllowed(doubt)
    people = sorted(one for one in ids if not one.startswith("S"))[:NAMED]
    who = f" {and_list([mention(one) for one in people])} can." if people else ""
    sentence = f"You can't {act}."
    raise NotAllowed(f"{sentence}{who}", for_log=sentence)


def _refuse_outsiders(actor: Actor, act: str) -> None:
    if actor.standing is not Standing.MEMBER:
        raise NotAllowed(_WHY_NOT[actor.standing].format(act=act))
