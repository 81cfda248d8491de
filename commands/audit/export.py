"""``/audit export`` and ``/audit verify``: entries as a file, and a check of the whole log."""

from typing import Annotated, Literal

from pydantic import AfterValidator

from bot.core.answers import Answer, Fields, File, Sentence
from bot.core.audit.exports import entry_csv, entry_json, export_file
from bot.core.audit.hash_chain import LEAST_SEAL, Verification, parse_seal
from bot.core.command import command
from bot.core.context import Context
from bot.core.language import time_expressions
from bot.core.language.args import Args, Choice, Text
from bot.core.language.phrases import counted
from commands.audit.filter import Filters, describe_search, resolve_filters

ALARM = (
    "Tell whoever runs the bot now. They should stop it, and keep the database file (with its -wal and -shm) just "
    "as it is, and all backups: one in which the log holds shows what was changed since."
)
WITNESS = (
    "No chain shows by itself that its last entries were cut off. Note the head, and give it later: "
    "`/audit verify against:…`. The head in each daily summary can be given so, too."
)


def _parse_seal(text: str) -> str:
    """Parse a seal; an empty field stays empty. Raises ValueError."""
    return parse_seal(text) if text.strip() else ""


FORMATS = {"csv": "CSV, for spreadsheets", "jsonl": "Lines of JSON, for programs"}


class Export(Filters):
    """Which entries to export, and the format."""

    format: Annotated[
        Literal["csv", "jsonl"], Choice(label="Format", labels=FORMATS, also={"json": "jsonl"}, option=True)
    ] = "csv"


class Verify(Args):
    """A seal noted earlier."""

    against: Annotated[
        str,
        AfterValidator(_parse_seal),
        Text(label="Against", hint="A seal that you noted, or that a daily summary shows", option=True),
    ] = ""


@command("audit export", submit="Export Entries", aliases=("download", "csv"))
async def export(args: Export, ctx: Context) -> Answer:
    """Get entries of the log as a file, CSV or lines of JSON, which only you receive.

    /audit export since:3d
    /audit export segment:VIPs by:@ben format:jsonl
    """
    search = await resolve_filters(args, ctx)
    lines = entry_csv if args.format == "csv" else entry_json
    made = await ctx.audit.export(search.filter, lambda entries: export_file(entries, lines))
    described = describe_search(search, ctx)
    if not made.entries:
        return Answer("There is no such entry, so there is nothing to export.", described)
    file = File(f"audit {time_expressions.format_time(ctx.now, ctx.zone).replace(':', '')}.{args.format}", made.content)
    return Answer(f"{counted(made.entries, 'entry', 'entries')} exported, the oldest first", (*described, file))


@command("audit verify", submit="Verify the Log", aliases=("check",))
async def verify(args: Verify, ctx: Context) -> Answer:
    """Check that no entry was changed, moved or removed; with a seal noted earlier, that the log still has it.

    /audit verify against:3f9a0c1d2e4b5a69
    /audit verify
    """
    proof = await ctx.audit.verify(args.against)
    signed = (("Signed", proof.signatures),) if proof.signatures else ()
    counts = (("Entries", f"{proof.entries:,}"), ("Archived", f"{proof.archived:,}"), ("Head", proof.head))
    facts = Fields((*counts, *signed))
    if proof.fault:
        return Answer("THE LOG IS NOT INTACT", (Sentence(proof.fault), Sentence(ALARM), facts))
    if args.against and proof.witness is None:
        unseen = Sentence(_unseen(args.against, proof))
        return Answer("THE LOG DOES NOT HAVE THAT SEAL", (unseen, Sentence(ALARM), facts))
    title = f"The log is intact: {counted(proof.entries, 'entry', 'entries')}, each as it was sealed."
    if args.against:
        title += f" The seal that you gave is that of entry {proof.witness}: nothing up to it is missing."
    return Answer(title, (facts, Sentence(WITNESS, quiet=True)))


def _unseen(seal: str, proof: Verification) -> str:
    """Describe that no entry has this seal, and what that may mean."""
    cut = "entries were cut off or changed since it was noted, or it was not copied right"
    if proof.archived:
        archived = counted(proof.archived, "archived entry", "archived entries")
        cut += f". It may also be one of {archived}: whoever runs the bot can check the archives"
    return f"No entry has the seal {seal[:LEAST_SEAL]}…: {cut}."
