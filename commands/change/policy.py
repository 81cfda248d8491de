"""``/change policy``: what needs whose approval."""

from bot.core.answers import Answer, Sentence, Table, mention
from bot.core.approval.policy import Rule
from bot.core.command import Context, command
from bot.core.language.args import Args
from bot.core.language.phrases import and_list
from bot.core.planning.steps import STEPS


class NoArgs(Args):
    """No arguments."""


@command("change policy", submit="Show Policy")
async def policy(args: NoArgs, ctx: Context) -> Answer:
    """Show what needs approval, and by whom.

    /change policy
    """
    rows = tuple(map(_row, ctx.policy.rules))
    shown = (
        Table("Rules", ("Approvals", "By", "When", "To …"), rows),
        Sentence(f"Who may approve: {_who(ctx.policy.approvers)}. Never the requester, guests, bots or strangers."),
        Sentence(f"Who may ask: {_who(ctx.policy.requesters) if ctx.policy.requesters else 'every full member'}."),
        Sentence(f"Who may read the audit log: {_who(ctx.policy.auditors or ctx.policy.approvers)}."),
        Sentence(f"Who may break the glass: {_who(ctx.policy.breakers) if ctx.policy.breakers else 'no one'}."),
        Sentence(
            "Removing and deleting need at least one approval; undoing needs as many as what it undoes.", quiet=True
        ),
    )
    return Answer("What needs approval", shown)


def _row(rule: Rule) -> tuple[str | int, ...]:
    kinds = and_list([STEPS[kind].does for kind in rule.steps])
    asked = f"; asked for by {_who(rule.requesters)}" if rule.requesters else ""
    return (rule.approvals, f"{_who(rule.approvers)}{asked}", and_list(rule.conditions) or "always", kinds)


def _who(ids: frozenset[str]) -> str:
    groups = [f"the group {one}" for one in sorted(ids) if one.startswith("S")]
    return and_list([*(mention(one) for one in sorted(ids) if not one.startswith("S")), *groups]) or "any approver"
