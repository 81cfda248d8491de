"""Who may ask, who may approve, and how many approvals a Plan needs. Pure: people are looked up elsewhere."""

import hashlib
import json
from collections.abc import Collection, Sequence
from datetime import datetime

from bot.core.answers import mention
from bot.core.approval.need import Counts, Need, Requirement, at_least, combined, strictest
from bot.core.approval.rule import RULES, Limit, Moved, PeopleIds, Rule
from bot.core.errors import NotAllowed, SelfApproval
from bot.core.frozen_value import Value
from bot.core.language.phrases import and_list
from bot.core.people import Actor, Standing
from bot.core.planning.plan import REMOVAL, Plan

UNDOES = "undoes what was approved"
NAMED = 5
"""People whom a refusal names as those who can."""

_WHY_NOT = {
    Standing.GUEST: "Guests of this workspace cannot {act}.",
    Standing.BOT: "Bots cannot {act}.",
    Standing.DEACTIVATED: "Deactivated people cannot {act}.",
    Standing.STRANGER: "People from other workspaces cannot {act}.",
    Standing.UNKNOWN: "Slack couldn't tell me who you are just now, so you can't {act} yet. Try again in a minute.",
}


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

    @property
    def digest(self) -> str:
        """SHA-256 (hex) of who may approve what: the same in every process and version, whoever may only read.

        What has a default is left out, so that a field of a later version changes no digest; the rules never are.
        """
        stated = self.model_dump(exclude_defaults=True, exclude={"auditors", "rules"})
        rules = [rule.model_dump(exclude_defaults=True) for rule in self.rules]
        return hashlib.sha256(
            json.dumps(stated | {"rules": rules}, sort_keys=True, default=sorted).encode()
        ).hexdigest()

    def need(self, plan: Plan, *, undone: Need | None = None, moved: Collection[Moved] = ()) -> Need:
        """Return what ``plan`` needs: every rule that applies has to be satisfied.

        ``undone`` is the need of the change that it undoes, and is never lowered; it also covers destructive steps that
        no rule mentions. ``moved``: whom the requester moved before, without approval.
        """
        rules = [rule for rule in self.rules if rule.approvals and rule.applies(plan, moved)]
        rules += () if undone and undone.approvals else _unmentioned(plan, rules)
        asked = [(rule, _requirement(rule, plan)) for rule in rules]
        requirements = [requirement for _, requirement in asked]
        most = max((one.approvals for one in requirements), default=0)
        kept = strictest(requirements, everyone=self.approvers)
        deciding = [rule for rule, one in asked if one.approvals == most or one in kept]
        reasons = [*plan.risks, *(reason for rule in deciding for reason in rule.reasons(plan))]
        if undone and (undone.requirements or undone.approvals > most):
            requirements += [one.model_copy(update={"why": UNDOES}) for one in undone.each]
            reasons.append(UNDOES)
        return combined(requirements, reasons, everyone=self.approvers)

    def at_least(self, need: Need, least: Need) -> Need:
        """Return ``need``, raised by what ``least`` asks for beyond it."""
        return at_least(need, least, everyone=self.approvers)

    def windows(self, plan: Plan) -> frozenset[tuple[str, str]]:
        """Return the segments (by id) and times over which rules count what the requester of ``plan`` moved."""
        return frozenset((id_, rule.per) for rule in self.rules if rule.per for id_ in rule.segments_in(plan))

    def limits(self, plan: Plan, now: datetime) -> tuple[Limit, ...]:
        """Return how much its requester may have moved by now for ``plan`` to run without approval."""
        return tuple(limit for rule in self.rules for limit in rule.limits(plan, now))

    def asked_of_additions(self, *, ends: bool) -> frozenset[str]:
        """Return what rules ask about segments that shoppers are added to: ``live``, ``share``.

        ``ends``: they are taken out again, so that rules about removals apply, too.
        """
        about = {"add_members", *((REMOVAL,) if ends else ())}
        rules = [rule for rule in self.rules if about.intersection(rule.steps)]
        asked = {"live": any(rule.live for rule in rules), "share": any(rule.share for rule in rules)}
        return frozenset(name for name, is_asked in asked.items() if is_asked)

    def approvers_of(self, need: Need) -> frozenset[str]:
        """Return the ids whose approvals count for some requirement of this need."""
        return self.approvers_for(need, tuple(range(len(need.each)))) or self.approvers

    def approvers_for(self, need: Need, requirements: Counts) -> frozenset[str]:
        """Return the ids whose approvals count for some of these requirements."""
        return frozenset[str]().union(*(need.each[at].approvers or self.approvers for at in requirements))

    def counts_for(self, actor: Actor, need: Need) -> Counts:
        """Return the positions of the requirements for which this person's approval counts."""
        each = enumerate(need.each)
        is_member = actor.standing is Standing.MEMBER
        return tuple(at for at, one in each if is_member and _among(actor, one.approvers or self.approvers))

    def refuse_asking(self, actor: Actor, plan: Plan | None = None, moved: Collection[Moved] = ()) -> None:
        """Raise NotAllowed unless this person, who ``moved`` so many before, may use the bot and ask for this plan."""
        _refuse_outsiders(actor, "use this bot")
        if self.requesters:
            _refuse_others(actor, self.requesters | self.approvers, "use this bot")
        for rule in self.rules if plan else ():
            if rule.requesters and plan and rule.applies(plan, moved):
                _refuse_others(actor, rule.requesters, "ask for this")

    def refuse_approving(self, actor: Actor, *, number: int, requester: str, need: Need) -> None:
        """Raise NotAllowed unless this person may approve or reject this change."""
        if actor.id == requester:
            raise SelfApproval(number)
        _refuse_outsiders(actor, "approve or reject changes")
        _refuse_others(actor, self.approvers_of(need), f"approve change {number}")

    def refuse_seeing(self, actor: Actor, *, number: int, requester: str, need: Need) -> None:
        """Raise NotAllowed unless this person may see whom a change is about."""
        if actor.id != requester:
            _refuse_others(actor, self._seeing(need), f"see whom change {number} covers")

    def may_see(self, actor: Actor, *, requester: str, need: Need) -> bool:
        """Return whether this person may see whom a change is about: its requester, approvers and auditors may."""
        return actor.id == requester or _among(actor, self._seeing(need))

    def _seeing(self, need: Need) -> frozenset[str]:
        return self.approvers_of(need) | self.approvers | self.auditors

    def refuse_breaking(self, actor: Actor) -> None:
        """Raise NotAllowed unless this person may run a change in an emergency."""
        _refuse_outsiders(actor, "run a change without its approvals")
        _refuse_others(actor, self.breakers, "run a change without its approvals")

    def refuse_auditing(self, actor: Actor) -> None:
        """Raise NotAllowed unless this person may read the audit log. An auditor need not be a requester."""
        _refuse_outsiders(actor, "read the audit log")
        _refuse_others(actor, self.auditors or self.approvers, "read the audit log")


def _unmentioned(plan: Plan, rules: Sequence[Rule]) -> tuple[Rule, ...]:
    """Return a rule about the destructive steps that none of ``rules`` is about: they never go without approval."""
    mentioned = frozenset[str]().union(*(rule.steps for rule in rules))
    destructive = (*(step.kind for step in plan.steps if step.destructive), *((REMOVAL,) if plan.until else ()))
    kinds = tuple(dict.fromkeys(kind for kind in destructive if kind not in mentioned))
    return (Rule(steps=kinds, approvals=1),) if kinds else ()


def _requirement(rule: Rule, plan: Plan) -> Requirement:
    reasons = (*plan.model_copy(update={"steps": plan.steps_of(rule.steps)}).risks, *rule.reasons(plan))
    why = and_list(reasons) or "the policy asks for it"
    return Requirement(approvals=rule.approvals, why=why, approvers=rule.approvers)


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
