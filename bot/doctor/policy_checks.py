"""Checks of the policy against people as Slack knows them: its groups, its people, and whether its rules can be met."""

from collections.abc import Sequence
from typing import NamedTuple

from bot.core.approval.need import Counts, Need, Requirement, combined
from bot.core.approval.policy import Policy
from bot.core.approval.rule import DESTRUCTIVE, Rule
from bot.core.errors import NotAllowed
from bot.core.language.phrases import and_list, counted
from bot.core.people import Actor, Standing, is_group
from bot.doctor.case import Case
from bot.doctor.findings import Check, Finding, NotChecked, left_open
from bot.doctor.slack_checks import silent
from bot.engine.ports import Directory

_CANNOT = {
    Standing.GUEST: "is a guest, who cannot decide",
    Standing.BOT: "is a bot, which cannot decide",
    Standing.DEACTIVATED: "is deactivated",
    Standing.STRANGER: "is no member of this workspace",
}
_ANYONE = ""
"""Stands for a requester who may not approve."""


def _naming(case: Case, id_: str) -> str:
    """Return the settings that name this person or group."""
    settings = case.settings
    named = {"APPROVERS": settings.APPROVERS, "REQUESTERS": settings.REQUESTERS}
    return and_list([name for name, ids in named.items() if id_ in ids] or ["POLICY"])


async def _groups(case: Case) -> Sequence[Finding]:
    await case.slack.signed_in()
    groups = await case.slack.groups()
    return [_group(case, *one) for one in groups.items()] or [Finding("None is named.")]


def _group(case: Case, group: str, people: Sequence[str] | Exception) -> Finding:
    where = _naming(case, group)
    instead = f"name people (U…) in {where} instead."
    fixes = {
        "no_such_subteam": f"Take the group's id (S…) from its details in Slack, or {instead}",
        "plan_upgrade_required": f"User groups need a paid plan of Slack; {instead}",
    }
    if isinstance(people, Exception):
        found = silent(people, fixes)
        return Finding(f"The members of {group} ({where}) cannot be read: {found.told}", found.fix)
    if not people:
        return Finding(f"There is no one in {group} ({where}).", f"Put people into the group in Slack, or {instead}")
    return Finding(f"{group} ({where}) has {counted(len(people), 'member')}.")


async def _people(case: Case) -> Sequence[Finding]:
    directory = await case.slack.directory()
    named = sorted(one for one in case.policy.named if not is_group(one))
    actors = [await directory.actor(one) for one in named]
    return [_person(case, one) for one in actors] or [Finding("No one is named but by groups.")]


def _person(case: Case, actor: Actor) -> Finding:
    person, standing, where = actor.id, actor.standing, _naming(case, actor.id)
    if standing is Standing.UNKNOWN:
        return left_open(f"Slack did not tell who {person} is.")
    if standing is not Standing.MEMBER:
        return Finding(f"{person} ({where}) {_CANNOT[standing]}.", f"Take {person} out of {where}.")
    return Finding(f"{person} ({where}) is a member.")


class NamedRule(NamedTuple):
    """A rule, and what it is called."""

    name: str
    rule: Rule


async def _rules(case: Case) -> Sequence[Finding]:
    directory, rules = await case.slack.directory(), named_rules(case.policy)
    found = [await _look_at(case.policy, directory, one) for one in rules]
    return [one for one in found if one] or [Finding(f"Each of the {counted(len(rules), 'rule')} can be satisfied.")]


def named_rules(policy: Policy) -> list[NamedRule]:
    """Return the rules that ask for approvals, and the one of destructive steps that none mentions."""
    rules = [NamedRule(f"Rule {number}", rule) for number, rule in enumerate(policy.rules, 1) if rule.approvals]
    mentioned = {kind for one in rules for kind in one.rule.steps}
    rest = tuple(kind for kind in DESTRUCTIVE if kind not in mentioned)
    return rules + ([NamedRule("What no rule mentions", Rule(steps=rest, approvals=1))] if rest else [])


async def _look_at(policy: Policy, directory: Directory, named: NamedRule) -> Finding | None:
    try:
        return await unmet(policy, directory, named)
    except NotChecked as error:
        return left_open(f"{named.name}, since {error}")


async def unmet(policy: Policy, directory: Directory, named: NamedRule) -> Finding | None:
    """Return why a rule can be met by no one, of the first of its steps that has this; None if each can.

    Raises NotChecked if Slack does not tell who people are.
    """
    for kind in named.rule.steps:
        need = _need(policy, named.rule, kind)
        able = await _able(policy, directory, need)
        requesters = await _requesters(policy, directory, named.rule)
        if not any(need.can_be_met((), _without(able, one)) for one in requesters):
            return _describe_unmet(named, kind, need, (able, requesters))
    return None


def _need(policy: Policy, rule: Rule, kind: str) -> Need:
    """Return what a step of this kind needs at least where this rule applies: other rules then apply, too."""
    rules = [one for one in policy.rules if one.approvals and kind in one.steps and _applies_whenever(rule, one)]
    asked = [Requirement(approvals=one.approvals, why="", approvers=one.approvers) for one in (*rules, rule)]
    return combined(asked, (), everyone=policy.approvers)


def _applies_whenever(rule: Rule, other: Rule) -> bool:
    """Return whether ``other`` applies to a step of a kind that both name whenever ``rule`` does."""
    counts_as_far = not other.shoppers or not rule.per or rule.per == other.per
    return other.shoppers <= rule.shoppers and counts_as_far and other.share <= rule.share and other.live <= rule.live


async def _able(policy: Policy, directory: Directory, need: Need) -> dict[str, Counts]:
    """Return who can approve, and for what; of many, as many as are enough whoever of them asks."""
    able, unknown = dict[str, Counts](), False
    approvers = policy.approvers_of(need)
    for person in sorted(await directory.members(approvers)):
        actor = await directory.actor(person)
        unknown = unknown or actor.standing is Standing.UNKNOWN
        able |= {person: counts} if (counts := policy.counts_for(actor, need)) else {}
        if able and all(need.can_be_met((), _without(able, one)) for one in able):
            return able
    unknown = unknown or any([await directory.read_group(one) is None for one in filter(is_group, approvers)])
    if unknown and not need.can_be_met((), able.values()):
        raise NotChecked("Slack did not tell who may approve.")
    return able


def _without(able: dict[str, Counts], person: str) -> list[Counts]:
    return [counts for one, counts in able.items() if one != person]


async def _requesters(policy: Policy, directory: Directory, rule: Rule) -> list[str]:
    """Return who may ask for what the rule is about, among those who are named."""
    if not rule.requesters and not policy.requesters:
        return [_ANYONE]
    people = await directory.members(rule.requesters or policy.requesters | policy.approvers)
    return [one for one in sorted(people) if await _may_ask(policy, directory, one)]


async def _may_ask(policy: Policy, directory: Directory, person: str) -> bool:
    try:
        policy.refuse_asking(await directory.actor(person))
    except NotAllowed:
        return False
    return True


def _describe_unmet(named: NamedRule, kind: str, need: Need, people: tuple[dict[str, Counts], list[str]]) -> Finding:
    (name, rule), (able, requesters) = named, people
    what, who = f"{name} ({kind})", "the rule's approvers (POLICY)" if rule.approvers else "APPROVERS"
    if not requesters:
        whom = "the rule's requesters (POLICY)" if rule.requesters else "REQUESTERS"
        return Finding(f"{what} lets no one ask who is a member now.", f"Name members in {whom}.")
    if need.requirements:
        told = f"{what} applies together with another rule, and no two people can satisfy both."
        return Finding(told, "Name in APPROVERS whoever approves under a rule of the POLICY.")
    can = counted(len(able), "person", "people")
    told = f"{what} wants {counted(need.approvals, 'approval')}, and {can} can approve, themselves not counted."
    return Finding(told, f"Name more people in {who}, or let the rule want fewer approvals.")


POLICY_CHECKS = (Check("groups", _groups), Check("people", _people), Check("rules", _rules))
