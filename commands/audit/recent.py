"""``/audit recent``: the log, searched."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from bot.core.answers import Answer, Cell, Offer, Table, mention
from bot.core.audit.entries import RecordedEntry
from bot.core.command import Context, command
from bot.core.language import time_expressions
from bot.core.language.args import EntryInput
from bot.core.language.phrases import counted
from commands.audit.filter import Filters, describe_search, resolve_filters
from commands.paging import offers

ROWS = 50

Number = Annotated[int, Field(ge=1, le=1_000_000_000_000)]


class Recent(Filters):
    """Which entries to show, and the one to continue from."""

    before: Annotated[Number | None, EntryInput(label="Before entry", option=True)] = None


@command("audit recent", submit="Show Entries")
async def recent(args: Recent, ctx: Context) -> Answer:
    """Show the latest entries of the log: all, or by whom, about what, of which kind, and when.

    /audit recent by:@ben since:yesterday
    /audit recent
    /audit recent segment:"Coffee lovers" kind:"step done" since:"2026-11-24 09:30" until:2026-11-25
    /audit recent shopper:17 change:42
    """
    search = await resolve_filters(args, ctx)
    entries = await ctx.audit.recent(search.filter, limit=ROWS + 1, before=args.before)
    shown, is_last = entries[:ROWS], len(entries) <= ROWS
    described = describe_search(search, ctx)
    older = f"before entry {args.before}" if args.before else ""
    if not shown:
        return Answer(" ".join(filter(None, ("There is no such entry", older))) + ".", described)
    latest = "" if is_last or older else "The latest "
    title = " ".join(filter(None, (f"{latest}{counted(len(shown), 'entry', 'entries')}", older)))
    words = f"{args.words} " if args.words else ""
    more = () if is_last else (Offer("Next Page", f"audit recent {words}before:{shown[-1].number}"),)
    nexts = (("Show an Entry", "audit show"), ("Export These", f"audit export {words}".strip()))
    return Answer(title, (*described, _table(shown, ctx), offers(*nexts, before=more)))


def _table(shown: tuple[RecordedEntry, ...], ctx: Context) -> Table:
    columns = ("Entry", f"Time ({ctx.zone.key})", "Who", "What", "Told")
    return Table("Entries, the latest first", columns, tuple(_row(one, ctx) for one in shown))


def _row(one: RecordedEntry, ctx: Context) -> tuple[Cell, ...]:
    who = mention(one.actor) if one.actor else "the bot"
    at = time_expressions.format_time(datetime.fromisoformat(one.at), ctx.zone)
    change = f"change {one.change}" if one.change else ""
    return (one.number, at, who, one.kind, " · ".join(filter(None, (change, one.description))))
