"""Who may ask, who may approve, and how many of them a Plan needs. Pure: people are looked up elsewhere."""

from pydantic import BaseModel, ConfigDict

from bot.core.errors import NotAllowed, SelfApproval
from bot.core.people import Actor, Standing
from bot.core.plan import Plan
from bot.core.steps import AddMembers

_WHY_NOT = {
    Standing.GUEST: "Guests of this workspace cannot {act}.",
    Standing.BOT: "Bots cannot {act}.",
    Standing.DEACTIVATED: "Deactivated people cannot {act}.",
    Standing.STRANGER: "People from other workspaces cannot {act}.",
    Standing.UNKNOWN: "Slack could not tell who you are just now, so you cannot {act}. Try again in a minute.",
}


class Need(BaseModel):
    """How many approvals a Plan needs, and why, as a sentence."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    approvals: int
    why: str


class Policy(BaseModel):
    """The rules. ``approvers`` and ``requesters`` hold user and user-group ids; no requesters: every full member.

    ``add_freely``: that many shoppers may be added without a second person.
    ``two_from``: a destructive plan that moves as many shoppers needs two approvals.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    approvers: frozenset[str]
    requesters: frozenset[str] = frozenset()
    add_freely: int = 25
    two_from: int = 10_000

    def need(self, plan: Plan, *, undone_approvals: int = 0) -> Need:
        """What ``plan`` needs. ``undone_approvals``: those of the change it undoes; undoing needs no fewer."""
        reasons = list(plan.dangers)
        adding = sum(step.shoppers for step in plan.steps if isinstance(step, AddMembers))
        if adding > self.add_freely:
            reasons.append(f"adds more than {self.add_freely} shoppers")
        approvals = 1 if reasons else 0
        if plan.destructive and plan.shoppers >= self.two_from:
            approvals, reasons = 2, [*reasons, f"moves {self.two_from:,} shoppers or more"]
        if undone_approvals > approvals:
            approvals, reasons = undone_approvals, [*reasons, "undoes what was approved"]
        if not approvals:
            return Need(approvals=0, why="needs no approval")
        noun = "approval" if approvals == 1 else "approvals"
        return Need(approvals=approvals, why=f"needs {approvals} {noun}: {' and '.join(reasons)}")

    def refuse_asking(self, actor: Actor) -> None:
        """Raise NotAllowed unless this person may ask for changes."""
        _refuse_outsiders(actor, "use this bot")
        if self.requesters and not _among(actor, self.requesters | self.approvers):
            _refuse_unread(actor, self.requesters | self.approvers)
            raise NotAllowed("You are not among the people who may use this bot (its REQUESTERS setting).")

    def refuse_approving(self, actor: Actor, *, number: int, requester: str) -> None:
        """Raise NotAllowed unless this person may approve or reject this change."""
        if actor.id == requester:
            raise SelfApproval(number)
        _refuse_outsiders(actor, "approve or reject changes")
        if not _among(actor, self.approvers):
            _refuse_unread(actor, self.approvers)
            raise NotAllowed("You are not among the people who may approve changes (the bot's APPROVERS setting).")


def _among(actor: Actor, ids: frozenset[str]) -> bool:
    return actor.id in ids or bool(actor.groups & ids)


def _refuse_unread(actor: Actor, ids: frozenset[str]) -> None:
    if actor.unread & ids:
        raise NotAllowed(
            "Slack did not tell just now who is in the group of those who may do this, so nobody in it may. "
            "Try again in a minute."
        )


def _refuse_outsiders(actor: Actor, act: str) -> None:
    if actor.standing is not Standing.MEMBER:
        raise NotAllowed(_WHY_NOT[actor.standing].format(act=act))
