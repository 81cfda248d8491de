"""``/audit``: the log of what happened, to search, to take away, and to check."""

import re
from datetime import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from bot.core import times
from bot.core.answers import Answer, Cell, Fields, File, Offer, Sentence, Table, mention
from bot.core.args import Args, Choice, EntryInput, Text
from bot.core.command import Context, Group
from bot.core.entries import Proof, Sealed
from bot.core.exports import entry_csv, entry_json, written
from bot.core.wording import counted
from commands.pages import offers
from commands.wanted import Filters, sought

ROWS = 50
LEAST_SEAL, SEAL = 16, 64
"""Hex digits of a seal that are compared: fewer could be another entry's by chance."""

audit = Group("audit", "What happened: who did what, when, and what came of it", for_auditors=True, escaped=True)

Number = Annotated[int, Field(ge=1, le=1_000_000_000_000)]


def _seal(text: str) -> str:
    """A seal, or its beginning, however it was copied. Raises ValueError."""
    seal = "".join(text.split()).lower()
    if seal and not re.fullmatch(rf"[0-9a-f]{{{LEAST_SEAL},{SEAL}}}", seal):
        raise ValueError(
            f"a seal is {LEAST_SEAL} to {SEAL} of the digits 0-9 and a-f, as `/audit verify` shows the head"
        )
    return seal


class Recent(Filters):
    """Which entries, and before which one."""

    before: Annotated[Number | None, EntryInput(label="Before entry", option=True)] = None


class Export(Filters):
    """Which entries, and as what file."""

    format: Annotated[Literal["csv", "jsonl"], Choice(label="Format", choices=("csv", "jsonl"), option=True)] = "csv"


class Verify(Args):
    """A seal that was seen before."""

    against: Annotated[
        str,
        AfterValidator(_seal),
        Text(label="Against", hint="A seal that you noted, or that a daily summary shows", option=True),
    ] = ""


@audit.command("recent", submit="Show Entries")
async def recent(args: Recent, ctx: Context) -> Answer:
    """Show the latest entries of the log: all, or by whom, about what, of which kind, and when.

    /audit recent
    /audit recent by:@ben since:yesterday
    /audit recent segment:"Coffee lovers" kind:"step done" since:"2026-11-24 09:30" until:2026-11-25
    /audit recent shopper:17 change:42
    """
    looked_for = await sought(args, ctx)
    found = await ctx.log.recent(looked_for.wanted, limit=ROWS + 1, before=args.before)
    shown, is_last = found[:ROWS], len(found) <= ROWS
    told = _told(looked_for.told, ctx)
    older = f"before entry {args.before}" if args.before else ""
    if not shown:
        return Answer(" ".join(filter(None, ("There is no such entry", older))) + ".", told)
    latest = "" if is_last or older else "The latest "
    title = " ".join(filter(None, (f"{latest}{counted(len(shown), 'entry', 'entries')}", older)))
    words = f"{args.words} " if args.words else ""
    more = () if is_last else (Offer("Next Page", f"audit recent {words}before:{shown[-1].number}"),)
    nexts = (("Show an Entry", "audit show"), ("Export These", f"audit export {words}".strip()))
    return Answer(title, (*told, _table(shown, ctx), offers(*nexts, before=more)))


def _told(filters: tuple[str, ...], ctx: Context) -> tuple[Sentence, ...]:
    """What was looked for, as it was understood."""
    return (
        (Sentence(f"Looked for: {', '.join(filters)}. Times are those of {ctx.zone.key}.", quiet=True),)
        if filters
        else ()
    )


def _table(shown: tuple[Sealed, ...], ctx: Context) -> Table:
    columns = ("Entry", f"Time ({ctx.zone.key})", "Who", "What", "Change", "Outcome", "Told")
    return Table("Entries, the latest first", columns, tuple(_row(one, ctx) for one in shown))


def _row(one: Sealed, ctx: Context) -> tuple[Cell, ...]:
    who = mention(one.actor) if one.actor else "the bot"
    at = times.told(datetime.fromisoformat(one.at), ctx.zone)
    return (one.number, at, who, one.kind, one.change, one.outcome, one.told)


@audit.command("export", submit="Export Entries")
async def export(args: Export, ctx: Context) -> Answer:
    """Get entries of the log as a file, CSV or lines of JSON, which only you receive.

    /audit export since:3d
    /audit export segment:VIPs by:@ben format:jsonl
    """
    looked_for = await sought(args, ctx)
    lines = entry_csv if args.format == "csv" else entry_json
    made = await ctx.log.exported(looked_for.wanted, lambda entries: written(entries, lines))
    told = _told(looked_for.told, ctx)
    if not made.entries:
        return Answer("There is no such entry, so there is nothing to export.", told)
    file = File(f"audit {times.told(ctx.now, ctx.zone)[:10]}.{args.format}", made.content)
    return Answer(f"{counted(made.entries, 'entry', 'entries')} exported, the oldest first", (*told, file))


@audit.command("verify", submit="Verify the Log")
async def verify(args: Verify, ctx: Context) -> Answer:
    """Check that no entry was changed, moved or removed; with a seal noted earlier, that the log still has it.

    /audit verify
    /audit verify against:3f9a0c1d2e4b5a69
    """
    proof = await ctx.log.checked(args.against)
    fault = proof.fault or (_unseen(args.against, proof) if args.against and not proof.witness else "")
    facts = Fields((("Entries", f"{proof.entries:,}"), ("Archived", f"{proof.archived:,}"), ("Head", proof.head)))
    if fault:
        return Answer("THE LOG DOES NOT HOLD", (Sentence(fault), *ALARM, facts))
    seen = (
        f" The seal that you gave is that of entry {proof.witness}, so nothing up to it is missing."
        if args.against
        else ""
    )
    title = f"The log holds: {counted(proof.entries, 'entry', 'entries')}, each as it was sealed.{seen}"
    return Answer(title, (facts, Sentence(WITNESS, quiet=True)))


ALARM = (
    Sentence(
        "Tell whoever runs the bot now. They should stop it, and keep the database file (and those beside it, -wal and "
        "-shm) just as they are, with all backups: a backup in which the log holds shows what was changed since."
    ),
)
WITNESS = (
    "No chain shows by itself that its last entries were cut off. Note the head, and give it later: "
    "`/audit verify against:…`. The head in each daily summary can be given so, too."
)


def _unseen(seal: str, proof: Proof) -> str:
    """No entry has this seal."""
    cut = "entries were cut off or changed since it was noted, or it was not copied right"
    if proof.archived:
        archived = counted(proof.archived, "archived entry", "archived entries")
        cut += f". It may also be one of {archived}: whoever runs the bot can check the archives"
    return f"No entry has the seal {seal[:LEAST_SEAL]}…: {cut}."
