"""``/change``: requests, their outcomes, and taking them back."""

from typing import Annotated

from pydantic import Field

from bot.core.answers import Answer, Fields, File, Offer, Offers, Sentence, Table, mention
from bot.core.approval.changes import Change, Decision, State, Verdict, describe_state, too_late
from bot.core.approval.changes_reader import Scope
from bot.core.command import Context, command
from bot.core.errors import Impossible, NothingToDo
from bot.core.language.args import Args, ChangeInput, Choice
from bot.core.planning.plan import Plan, build_plan, inverse_of
from bot.core.planning.steps import PromotionRef, RetargetPromotion
from commands.inputs import PageNumber
from commands.pages import COLUMNS, Page, brief_rows, no_such_page, offers

ROWS = 50
SHOWN = 2500
"""The most characters of a plan shown in an answer; a longer one comes as a file."""

Number = Annotated[int, Field(ge=1, le=1_000_000_000), ChangeInput(label="Change")]


SCOPES = {"mine": "Yours", "pending": "Those that are pending", "all": "All"}


class ListChanges(Args):
    """Whose changes to list."""

    scope: Annotated[Scope, Choice(label="Which", labels=SCOPES)] = "pending"
    page: PageNumber = 1


class OneChange(Args):
    """Which change."""

    number: Number


@command("change list", submit="List Changes")
async def list_changes(args: ListChanges, ctx: Context) -> Answer:
    """Show the latest changes: those that are pending, yours, or all.

    /change list
    /change list mine
    """
    total = await ctx.changes.count(args.scope, ctx.actor)
    if not total:
        described = {"pending": "is pending", "mine": "was asked for by you", "all": "is on record yet"}[args.scope]
        return Answer(f"No change {described}.")
    first = (args.page - 1) * ROWS
    briefs = await ctx.changes.latest(args.scope, ctx.actor, ROWS, first)
    if not briefs:
        raise no_such_page(-(-total // ROWS))
    page = Page(briefs, args.page, first, total, f"change list {args.scope}")
    table = Table("Changes, the latest first", COLUMNS, brief_rows(briefs))
    title = page.title("pending change" if args.scope == "pending" else "change")
    title += " of yours" if args.scope == "mine" else ""
    return Answer(title, (table, offers(("Show a Change", "change show"), before=page.more)))


@command("change show", submit="Show Change")
async def show(args: OneChange, ctx: Context) -> Answer:
    """Show one change: what it does, who asked, who approved, what came of it.

    /change show 42
    """
    change = await ctx.changes.load(args.number)
    title = f"Change {change.number} {describe_state(change.state)}"
    card = (Sentence("Open card", url=change.card.url),) if change.card and change.card.url else ()
    parts = (*_whole(change), _fields(change), *_failures(change), *card)
    return Answer(title, (*parts, *_offers(change, ctx.actor)))


@command("change undo", submit="Undo Change")
async def undo(args: OneChange, ctx: Context) -> Plan:
    """Undo what a change did: the inverse of what really ran, with the same approval.

    /change undo 42
    """
    change = await ctx.changes.load(args.number)
    if change.undone_by:
        raise Impossible(f"Change {change.number} was already undone by change {change.undone_by}.")
    if change.is_open:
        raise Impossible(
            f"Change {change.number} {describe_state(change.state)}, so there is nothing to undo yet. "
            f"Whoever asked for it can take it back with `/change withdraw {change.number}`."
        )
    steps = inverse_of(tuple(run.undo for run in change.done))
    if not steps:
        raise Impossible(
            f"Change {change.number} {describe_state(change.state)} and did nothing, so there is nothing to undo."
        )
    stays = tuple(line for step in change.plan.steps for line in step.stays)
    return await build_plan(steps, ctx.shop, undoes=change.number, remarks=stays)


@command("change retry", submit="Try Again")
async def retry(args: OneChange, ctx: Context) -> Plan:
    """Ask again for what an interrupted change did not do, with the same approval.

    /change retry 42
    """
    change = await ctx.changes.load(args.number)
    if not change.can_be_retried:
        raise Impossible(f"Change {change.number} {describe_state(change.state)}: nothing is left to try again.")
    return await build_plan(change.remaining_steps, ctx.shop, undoes=change.plan.undoes, is_retry=True)


@command("change withdraw", submit="Withdraw Change")
async def withdraw(args: OneChange, ctx: Context) -> Decision:
    """Take back a change that you asked for and that is still waiting.

    /change withdraw 42
    """
    change = await ctx.changes.load(args.number)
    if not change.is_open:
        too_late(change)
    return Decision(number=change.number, verdict=Verdict.WITHDRAW)


@command("change repoint", submit="Point Promotions")
async def repoint(args: OneChange, ctx: Context) -> Plan:
    """Point promotions to the segments that an undo restored under a new id. A second person has to approve.

    /change repoint 43
    """
    change = await ctx.changes.load(args.number)
    if not change.restored:
        raise Impossible(f"Change {change.number} restored no segment, so there is nothing to point promotions to.")
    present = {segment.id for segment in await ctx.shop.segments()}
    restored = {old_id: new_id for old_id, new_id in change.restored.items() if new_id in present}
    if not restored:
        raise Impossible(f"What change {change.number} restored is gone again, so there is nothing to point to.")
    steps = []
    for one in await ctx.shop.readable_promotions():
        after = one.targeting
        for old_id, new_id in restored.items():
            after = after.replaced(old_id, new_id) if after else None
        if after != one.targeting:
            steps.append(RetargetPromotion(promotion=PromotionRef.of(one), after=after))
    if not steps:
        raise NothingToDo(
            f"There is nothing to do: no promotion names the old id of a segment that change {change.number} restored."
        )
    return await build_plan(tuple(steps), ctx.shop)


def _whole(change: Change) -> tuple[Sentence | File, ...]:
    """Return the whole plan: nobody should have to approve what they cannot see."""
    lines = [*(f"• {line}" for line in change.plan.lines), *change.plan.warnings, *change.plan.remarks]
    if len(lines) <= 20 and sum(map(len, lines)) <= SHOWN:
        return tuple(Sentence(line) for line in lines)
    return (Sentence(change.plan.headline), File(f"change {change.number}.txt", "\n".join((*lines, ""))))


def _offers(change: Change, actor: str) -> tuple[Offers, ...]:
    """Return buttons for what this person may do about it."""
    possible = (
        ("Undo", "undo", change.can_be_undone),
        ("Point Promotions", "repoint", change.can_be_repointed),
        ("Withdraw", "withdraw", change.state is State.WAITING and change.requester == actor),
    )
    offers = tuple(Offer(label, f"change {verb} {change.number}") for label, verb, may in possible if may)
    return (Offers(offers),) if offers else ()


def _fields(change: Change) -> Fields:
    approved = ", ".join(mention(one.actor) for one in change.approvals)
    return Fields.of(
        ("Asked by", mention(change.requester)),
        ("Asked", f"{change.created_at:%Y-%m-%d %H:%M} UTC"),
        ("Policy", change.need.why),
        ("Expires", f"{change.expires_at:%Y-%m-%d %H:%M} UTC" if change.state is State.WAITING else ""),
        ("Approved by", approved),
        ("Settled by", mention(change.settled_by) if change.settled_by else ""),
        ("Reason", change.reason),
        ("Undone by", f"change {change.undone_by}" if change.undone_by else ""),
    )


def _failures(change: Change) -> tuple[Sentence, ...]:
    failed = [run for run in change.runs if run.error]
    notes = [note for run in change.done if run.applied for note in run.applied.notes]
    return tuple(Sentence(run.error) for run in failed) + tuple(Sentence(note, quiet=True) for note in notes)
