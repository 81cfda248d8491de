"""``/change``: what was asked for, what became of it, and taking it back."""

from typing import Annotated

from pydantic import Field

from bot.core.answers import Answer, Fields, Offer, Offers, Sentence, Table, mention
from bot.core.args import Args, ChangeInput, Choice
from bot.core.changes import Change, Decision, State, Verdict, too_late
from bot.core.command import Context, Group, Scope
from bot.core.errors import Impossible
from bot.core.plan import Plan, inverse_of, observed

LATEST = 50

change = Group("change", "Changes: what waits, what ran, and how to undo it")

Number = Annotated[int, Field(ge=1, le=1_000_000_000), ChangeInput(label="Change")]


class ListChanges(Args):
    """Whose changes."""

    scope: Annotated[Scope, Choice(label="Which", choices=("mine", "pending", "all"))] = "pending"


class OneChange(Args):
    """Which change."""

    number: Number


@change.command("list", submit="List Changes")
async def list_changes(args: ListChanges, ctx: Context) -> Answer:
    """Show the latest changes: those that are pending, yours, or all.

    /change list
    /change list mine
    """
    found = await ctx.changes.latest(args.scope, ctx.actor, LATEST)
    described = {"pending": "is pending", "mine": "was asked for by you", "all": "is on record yet"}[args.scope]
    if not found:
        return Answer(f"No change {described}.")
    rows = tuple((one.number, one.plan.headline, mention(one.requester), one.state.value) for one in found)
    title = f"{len(rows)} {args.scope if args.scope != 'all' else 'latest'} change{'' if len(rows) == 1 else 's'}"
    show_one = Offers((Offer("Show a Change", "change show"),))
    return Answer(title, (Table("Changes", ("Change", "What", "Asked by", "State"), rows), show_one))


@change.command("show", submit="Show Change")
async def show(args: OneChange, ctx: Context) -> Answer:
    """Show one change: what it does, who asked, who approved, what came of it.

    /change show 42
    """
    found = await ctx.changes.change(args.number)
    lines = tuple(Sentence(f"• {line}") for line in found.plan.lines[:20])
    more = len(found.plan.lines) - len(lines)
    hidden = (Sentence(f"… and {more} more", quiet=True),) if more > 0 else ()
    title = f"Change {found.number} is {found.state.value}"
    return Answer(title, (*lines, *hidden, Fields(_fields(found)), *_failures(found), *_offers(found, ctx.actor)))


@change.command("undo", submit="Undo Change")
async def undo(args: OneChange, ctx: Context) -> Plan:
    """Undo what a change did: the inverse of what really ran, with the same approval.

    /change undo 42
    """
    found = await ctx.changes.change(args.number)
    if found.undone_by:
        raise Impossible(f"Change {found.number} was undone by change {found.undone_by} already.")
    if found.is_open:
        raise Impossible(
            f"Change {found.number} is {found.state.value}, so there is nothing to undo yet. "
            f"Whoever asked for it can take it back with `/change withdraw {found.number}`."
        )
    steps = inverse_of(tuple(run.undo for run in found.done))
    if not steps:
        raise Impossible(f"Change {found.number} is {found.state.value} and did nothing, so there is nothing to undo.")
    return await observed(steps, ctx.shop, undoes=found.number)


@change.command("withdraw", submit="Withdraw Change")
async def withdraw(args: OneChange, ctx: Context) -> Decision:
    """Take back a change that you asked for and that still waits.

    /change withdraw 42
    """
    found = await ctx.changes.change(args.number)
    if not found.is_open:
        too_late(found)
    return Decision(number=found.number, verdict=Verdict.WITHDRAW)


def _offers(found: Change, actor: str) -> tuple[Offers, ...]:
    """What this person may do about it."""
    if found.can_be_undone:
        return (Offers((Offer("Undo", f"change undo {found.number}"),)),)
    if found.state is State.WAITING and found.requester == actor:
        return (Offers((Offer("Withdraw", f"change withdraw {found.number}"),)),)
    return ()


def _fields(found: Change) -> tuple[tuple[str, str], ...]:
    approved = ", ".join(mention(one.actor) for one in found.approvals)
    pairs = (
        ("Asked by", mention(found.requester)),
        ("Asked", f"{found.created_at:%Y-%m-%d %H:%M} UTC"),
        ("Policy", found.need.why),
        ("Expires", f"{found.expires_at:%Y-%m-%d %H:%M} UTC" if found.state is State.WAITING else ""),
        ("Approved by", approved),
        ("Settled by", mention(found.settled_by) if found.settled_by else ""),
        ("Reason", found.reason),
        ("Undone by", f"change {found.undone_by}" if found.undone_by else ""),
    )
    return tuple((label, value) for label, value in pairs if value)


def _failures(found: Change) -> tuple[Sentence, ...]:
    failed = [run for run in found.runs if run.error]
    notes = [note for run in found.done if run.applied for note in run.applied.notes]
    return tuple(Sentence(run.error) for run in failed) + tuple(Sentence(note, quiet=True) for note in notes)
