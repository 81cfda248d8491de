"""``/change list``, ``show`` and ``details``: what was asked for, and what became of it."""

from datetime import datetime
from operator import itemgetter
from typing import Annotated

from pydantic import BeforeValidator, Field

from bot.core.answers import Answer, Fields, File, Offer, Offers, Review, Sentence, Table, mention
from bot.core.approval.changes import Change, State
from bot.core.approval.changes_reader import SCOPE_WORDS, Scope, describe_untold
from bot.core.approval.next_moves import describe_waits
from bot.core.approval.orphans import can_be_repointed, describe_orphans
from bot.core.approval.refusals import LET_STAY
from bot.core.approval.state_words import describe_standing
from bot.core.command import command
from bot.core.context import Context
from bot.core.hidden_people import without_addresses
from bot.core.items import item_key
from bot.core.language.args import Args, ChangeInput, Choice
from bot.core.language.due_times import describe_due
from bot.core.language.phrases import capital, counted, tallied
from bot.core.language.shopper_list import read_shoppers
from bot.core.language.visible import visible
from bot.core.planning.item_names import each_name, what_happens
from bot.core.planning.shown_plan import lines_shown
from commands.change.deleted_members import table_of_members
from commands.change.left_out import table_of_left_out
from commands.change.left_undone import table_of_undone
from commands.inputs import PageNumber
from commands.paging import COLUMNS, Page, brief_rows, offers, page_number
from commands.shopper_rows import GrowingTable


def _without_sign(value: object) -> object:
    """Return ``7`` for ``#7``."""
    return value.removeprefix("#") if isinstance(value, str) else value


ROWS = 50
COMING = 20
"""The most changes shown that are to come."""
SHOWN = 2500
"""The most characters of a plan shown in an answer; a longer one comes as a file."""
_Number = Annotated[int, BeforeValidator(_without_sign), Field(ge=1, le=1_000_000_000)]
Number = Annotated[_Number, ChangeInput(label="Change", listed="change list all")]
OpenNumber = Annotated[_Number, ChangeInput(label="Change", listed="change list pending", is_open=True)]
OverNumber = Annotated[_Number, ChangeInput(label="Change", listed="change list all", is_open=False)]
DECIDING = ("approve", "accept", "reject", "decline")
"""What people type to decide, which takes a click: they are led to the card."""
SCOPES = {"mine": "Yours", "pending": "Those that are pending", "all": "All"}
CALLED = {word: scope for word, scope in SCOPE_WORDS.items() if word not in SCOPES}


class ListChanges(Args):
    """Whose changes to list."""

    scope: Annotated[Scope, Choice(label="Which", labels=SCOPES, also=CALLED)] = "pending"
    page: PageNumber = 1


class OneChange(Args):
    """Which change."""

    number: Number


class OpenChange(Args):
    """Which change that is not over."""

    number: OpenNumber


@command("change list", submit="List Changes", aliases=("find", "search", "ls"))
async def list_changes(args: ListChanges, ctx: Context) -> Answer:
    """Show the latest changes: those that are pending, yours, or all.

    /change list
    /change list mine
    """
    total = await ctx.changes.count(args.scope, ctx.actor)
    coming = await _to_come(ctx) if args.scope == "pending" and args.page == 1 else ()
    if not total:
        described = {"pending": "is pending", "mine": "was asked for by you", "all": "is on record yet"}[args.scope]
        return Answer(f"No change {described}.", coming)
    number = page_number(args.page, total, ROWS)
    first = (number - 1) * ROWS
    briefs = await ctx.changes.latest(args.scope, ctx.actor, ROWS, first)
    page = Page(briefs, number, first, total, f"change list {args.scope}")
    table = Table("Changes, the latest first", COLUMNS, await brief_rows(briefs, ctx))
    title = page.title("pending change" if args.scope == "pending" else "change")
    title += " of yours" if args.scope == "mine" else ""
    return Answer(title, (*coming, table, offers(("Show a Change", "change show"), before=page.more)))


async def _to_come(ctx: Context) -> tuple[Table, ...]:
    """Return a table of what is approved for a time to come, or is to end then, if there is any."""
    to_run, to_end = await ctx.changes.to_come(COMING), await ctx.changes.to_end(COMING)
    running, ending = await brief_rows(to_run, ctx), await brief_rows([brief for brief, _ in to_end], ctx)
    timed = [(brief.due_at or ctx.now, row) for brief, row in zip(to_run, running, strict=True)]
    timed += [(at, (*row[:-1], _describe_end(at, ctx))) for (_, at), row in zip(to_end, ending, strict=True)]
    rows = tuple(row for _, row in sorted(timed, key=itemgetter(0))[:COMING])
    return (Table("To come, the next one first", COLUMNS, rows),) if rows else ()


def _describe_end(at: datetime, ctx: Context) -> str:
    return f"{'ends' if at > ctx.now else 'was to end'} {describe_due(at)}"


@command("change show", submit="Show Change", aliases=("info", "view", "open", *DECIDING))
async def show(args: OneChange, ctx: Context) -> Answer:
    """Show one change: what it does, who asked, who approved, what came of it.

    /change show 42
    """
    change = await ctx.changes.load(args.number)
    title = f"Change {change.number} {describe_standing(change)}"
    card = (Sentence("Open card", url=change.card.url),) if change.card and change.card.url else ()
    untold = (Sentence(describe_untold(change.number)),) if change.number in await ctx.changes.untold() else ()
    parts = (*_undecided(change, ctx.actor), *_whole(change), *untold, _fields(change), *_failures(change), *card)
    shown = Answer(title, (*parts, *_review(change, ctx.actor), *_offers(change, ctx)))
    may_see = ctx.policy.may_see(await ctx.person(), requester=change.requester, need=change.need)
    return shown if may_see else without_addresses(shown)


@command("change details", submit="Show Details", aliases=("who", "items"))
async def details(args: OneChange, ctx: Context) -> Answer:
    """Show every shopper, segment or promotion that a change covers; many come as a file.

    /change details 42
    """
    change = await ctx.changes.load(args.number)
    ctx.policy.refuse_seeing(await ctx.person(), number=change.number, requester=change.requester, need=change.need)
    items = await _items(change, ctx)
    title = f"Change {change.number} covers {counted(items.count, 'item')}"
    members, left_out = await table_of_members(change, ctx), await table_of_left_out(change, ctx)
    undone = await table_of_undone(change, ctx)
    return Answer(
        title, (*undone, *items.parts, *members, *left_out, *_lines(change.plan.remarks, change), *_left_out(change))
    )


async def _items(change: Change, ctx: Context) -> GrowingTable:
    """Name each item and, where they differ in that, what happens to it."""
    happens = await what_happens(change.plan)
    differ = len({*happens.values()}) > 1
    columns = ("What", "Id", *(("What happens",) if differ else ()))
    items = GrowingTable(f"What change {change.number} covers", columns, file=f"change {change.number}")
    async for some in each_name(change.plan, ctx.shop):
        items.add([(name, item.id, capital(happens[item_key(item)]))[: len(columns)] for item, name in some])
    return items


def _left_out(change: Change) -> tuple[Sentence | File, ...]:
    """Show the words of a list of shoppers that name nobody."""
    others = read_shoppers(map(str, change.args.get("shoppers") or ())).others
    if not others:
        return ()
    if sum(map(len, others)) + 2 * len(others) <= SHOWN:
        return (Sentence(tallied("Words that were left out", others)),)
    return (File(f"left out of change {change.number}.txt", "\n".join((*map(visible, others), ""))),)


def _whole(change: Change) -> tuple[Sentence | File, ...]:
    """Return the whole plan: nobody should have to approve what they cannot see."""
    plan = change.plan
    titled = (plan.headline,) if plan.title else ()
    lines = (*titled, *(f"• {line}" for line in lines_shown(plan)), *plan.warnings, *plan.remarks)
    named = (Sentence(plan.headline),) if plan.named else ()
    return (*named, *_lines(lines, change))


def _lines(lines: tuple[str, ...], change: Change) -> tuple[Sentence | File, ...]:
    """Show these lines, or the headline and a file where they are too long for an answer."""
    if len(lines) <= 20 and sum(map(len, lines)) <= SHOWN:
        return tuple(Sentence(line) for line in lines)
    return (Sentence(change.plan.headline), File(f"change {change.number}.txt", "\n".join((*map(visible, lines), ""))))


def _undecided(change: Change, actor: str) -> tuple[Sentence, ...]:
    """Say that looking at a change that waits, or typing a decision, decides nothing: that takes the card's buttons."""
    if change.state is not State.WAITING:
        return ()
    if change.requester == actor:
        return (Sentence("Nothing is decided yet: someone else has to, with the card's buttons."),)
    if change.has_approved(actor):
        return (Sentence("You approved it; someone else still has to, with the card's buttons."),)
    return (Sentence("Nothing is decided yet: Review has the card's buttons."),)


def _review(change: Change, actor: str) -> tuple[Review, ...]:
    """Offer to decide a change that waits, unless this person asked for it or has approved it."""
    decided = change.requester == actor or change.has_approved(actor)
    return (Review(change.number),) if change.state is State.WAITING and not decided else ()


def _offers(change: Change, ctx: Context) -> tuple[Offers | Sentence, ...]:
    """Return buttons for what this person may do about it."""
    possible = (
        ("Undo", "undo", change.can_be_undone),
        ("Point Promotions", "repoint", can_be_repointed(change)),
        ("Withdraw", "withdraw", change.can_be_withdrawn(ctx.now) and change.requester == ctx.actor),
        (LET_STAY, "keep", change.ends_at is not None and not change.is_open),
    )
    about = change.shown
    offers = tuple(Offer(label, f"change {verb} {change.number}", about) for label, verb, may in possible if may)
    waits = describe_waits(change, [one.label for one in offers])
    told = (Sentence(f"{waits}.", quiet=True),) if waits else ()
    return (Offers(offers), *told) if offers else ()


def _fields(change: Change) -> Fields:
    approved = ", ".join(mention(one.actor) for one in change.approvals)
    return Fields.of(
        ("Asked by", mention(change.requester)),
        ("Asked", f"{change.created_at:%Y-%m-%d %H:%M} UTC"),
        ("Policy", change.need.why),
        ("Expires", f"{change.expires_at:%Y-%m-%d %H:%M} UTC" if change.state is State.WAITING else ""),
        ("Runs", describe_due(change.due_at) if change.due_at and change.is_open else ""),
        ("Ends", describe_due(change.ends_at) if change.ends_at else ""),
        ("Ended by", f"change {change.ended_by}" if change.ended_by else ""),
        ("Stay, as decided by", mention(change.kept_by) if change.kept_by else ""),
        ("Approved by", approved),
        ("Settled by", mention(change.settled_by) if change.settled_by else ""),
        ("Reason", change.reason),
        ("Undone by", f"change {change.undone_by}" if change.undone_by else ""),
    )


def _failures(change: Change) -> tuple[Sentence, ...]:
    failed = [run for run in change.runs if run.error]
    notes = [note for run in change.done if run.applied for note in run.applied.notes]
    orphans = [Sentence(describe_orphans(change))] if can_be_repointed(change) else []
    return (*(Sentence(run.error) for run in failed), *orphans, *(Sentence(note, quiet=True) for note in notes))
