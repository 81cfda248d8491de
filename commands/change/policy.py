"""``/change policy``: what needs whose approval."""

from collections.abc import Callable, Mapping
from functools import partial

from bot.core.answers import Answer, Part, Sentence, Table, mention
from bot.core.approval.need import MOST_APPROVALS
from bot.core.approval.rule import Rule
from bot.core.command import command
from bot.core.context import Context
from bot.core.language.args import Args
from bot.core.language.phrases import and_list
from bot.core.people import is_group
from bot.core.planning.steps import STEPS


class NoArgs(Args):
    """No arguments."""


@command("change policy", submit="Show Policy", aliases=("rules",))
async def policy(args: NoArgs, ctx: Context) -> Answer:
    """Show what needs approval, and by whom.

    /change policy
    """
    names = await ctx.group_names() if any(map(is_group, ctx.policy.named)) else {}
    who = partial(_who, names)
    rows = tuple(_row(rule, who) for rule in ctx.policy.rules)
    shown: tuple[Part, ...] = (
        Table("Rules", ("Approvals", "By", "When", "To …"), rows),
        Sentence(
            "Every rule that applies has to be satisfied; one approval counts for each rule that names its giver. "
            f"No change takes more than {MOST_APPROVALS} people. Leaving some out never lowers what it needs."
        ),
        *_windows(ctx.policy.rules),
        Sentence(f"Who may approve: {who(ctx.policy.approvers)}. Never the requester, guests, bots or strangers."),
        Sentence(f"Who may ask: {who(ctx.policy.requesters) if ctx.policy.requesters else 'every full member'}."),
        Sentence(f"Who may read the audit log: {who(ctx.policy.auditors or ctx.policy.approvers)}."),
        Sentence(f"Who may break the glass: {who(ctx.policy.breakers) if ctx.policy.breakers else 'no one'}."),
        Sentence(
            "Whoever approved must still be allowed to when the change starts. "
            "Removing and deleting need at least one approval; undoing needs as many as what it undoes. "
            "Whoever had a segment created takes it back alone while it is empty and no promotion names it.",
            quiet=True,
        ),
    )
    return Answer("What needs approval", shown)


def _windows(rules: tuple[Rule, ...]) -> tuple[Sentence, ...]:
    """Explain the rules that count over a time, if there are any."""
    if not any(rule.per for rule in rules):
        return ()
    return (Sentence("Counted over a time is what one person added to a segment without approval.", quiet=True),)


def _row(rule: Rule, who: Callable[[frozenset[str]], str]) -> tuple[str | int, ...]:
    kinds = and_list([STEPS[kind].does for kind in rule.steps])
    asked = f"; asked for by {who(rule.requesters)}" if rule.requesters else ""
    return (rule.approvals, f"{who(rule.approvers)}{asked}", and_list(rule.conditions) or "always", kinds)


def _who(names: Mapping[str, str], ids: frozenset[str]) -> str:
    groups = sorted(f"the group {_named(one, names)}" for one in ids if is_group(one))
    return and_list([*(mention(one) for one in sorted(ids) if not is_group(one)), *groups]) or "any approver"


def _named(group: str, names: Mapping[str, str]) -> str:
    return f"“{names[group]}”" if group in names else group
