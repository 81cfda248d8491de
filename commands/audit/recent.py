"""``/audit recent``: the log, searched."""

from dataclasses import replace
from datetime import datetime
from typing import Annotated

from pydantic import Field

from bot.core.answers import Answer, Cell, Offer, Sentence, Table, mention
from bot.core.audit.audit_reader import AuditFilter
from bot.core.audit.entries import EntryKind, RecordedEntry
from bot.core.command import command
from bot.core.context import Context
from bot.core.language import time_expressions
from bot.core.language.args import EntryInput
from bot.core.language.phrases import counted
from commands.audit.filter import Filters, describe_search, resolve_filters
from commands.audit.folding import NEWER, fold
from commands.paging import offers

ROWS = 50
CARRIED_OUT = (EntryKind.POST, EntryKind.CLEAR, EntryKind.START, EntryKind.STEP_STARTED, EntryKind.STEP_DONE)
"""How the bot carries out, as it should, what people did: told by what they did, and by how it ended."""
NOTE = Sentence("What people did and how it ended; `change:` and a number shows each step of a run.", quiet=True)

Number = Annotated[int, Field(ge=1, le=1_000_000_000_000)]


class Recent(Filters):
    """Which entries to show, and the one to continue from."""

    before: Annotated[Number | None, EntryInput(label="Before entry", option=True, private=True)] = None


@command("audit recent", submit="Show Entries", aliases=("list", "find", "search", "log", "history"))
async def recent(args: Recent, ctx: Context) -> Answer:
    """Show the latest entries of the log: all, or by whom, about what, of which kind, and when.

    /audit recent by:@ben since:yesterday
    /audit recent by me since monday
    /audit recent
    /audit recent segment:"Coffee lovers" kind:"step done" since:"2026-11-24 09:30" until:2026-11-25
    /audit recent shopper:17 change:42
    """
    search = await resolve_filters(args, ctx)
    shows_all = search.filter.kind is not None or search.filter.change is not None
    wanted = search.filter if shows_all else replace(search.filter, without=CARRIED_OUT)
    entries = await _folded(wanted, args.before, ctx)
    shown, is_last = entries[:ROWS], len(entries) <= ROWS
    described = (*describe_search(search, ctx), *(() if shows_all else (NOTE,)))
    older = f"before entry {args.before}" if args.before else ""
    if not shown:
        return Answer(" ".join(filter(None, ("There is no such entry", older))) + ".", described)
    latest = "" if is_last or older else "The latest "
    title = " ".join(filter(None, (f"{latest}{counted(len(shown), 'entry', 'entries')}", older)))
    words = f"{args.words} " if args.words else ""
    more = () if is_last else (Offer("Next Page", f"audit recent {words}before:{shown[-1].number}"),)
    nexts = (("Show an Entry", "audit show"), ("Export These", f"audit export {words}".strip()))
    return Answer(title, (*described, _table(shown, ctx), offers(*nexts, before=more)))


async def _folded(audit_filter: AuditFilter, before: int | None, ctx: Context) -> list[RecordedEntry]:
    """Return more entries than a page shows, if there are more: each request in one with its answer."""
    older = await ctx.audit.recent(audit_filter, limit=2 * ROWS + 1, before=before)
    page, newer = {one.number for one in older}, await _newer(audit_filter, before, ctx) if before else ()
    every = (*(one for one in newer if one.number not in page), *older)
    return [one for one in fold(every) if one.number in page]


async def _newer(audit_filter: AuditFilter, before: int, ctx: Context) -> tuple[RecordedEntry, ...]:
    """Return entries from ``before`` on: the answers to the oldest requests of the page before may be among them."""
    last, _ = await ctx.audit.head()
    upto = before + NEWER
    return await ctx.audit.recent(audit_filter, limit=NEWER, before=upto if upto <= last else None)


def _table(shown: list[RecordedEntry], ctx: Context) -> Table:
    columns = ("Entry", f"Time ({ctx.zone.key})", "Who", "What", "Told")
    return Table("Entries, the latest first", columns, tuple(_row(one, ctx) for one in shown))


def _row(one: RecordedEntry, ctx: Context) -> tuple[Cell, ...]:
    who = mention(one.actor) if one.actor else "the bot"
    at = time_expressions.format_time(datetime.fromisoformat(one.at), ctx.zone)
    change = f"change {one.change}" if one.change else ""
    return (one.number, at, who, one.kind, " · ".join(filter(None, (change, one.description))))
