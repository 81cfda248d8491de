"""``/audit show``: one entry in full."""

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any

from bot.bigcommerce import StoreError
from bot.core.answers import Answer, Fields, File, Sentence, Table, mention
from bot.core.audit.entries import RecordedEntry
from bot.core.command import command
from bot.core.context import Context
from bot.core.items import Item, ItemKind
from bot.core.language import time_expressions
from bot.core.language.args import Args, EntryInput
from bot.core.language.phrases import and_list, counted, listing, shortened
from commands.audit.recent import Number
from commands.paging import offers

LONG = 300
"""The most characters of a value that are shown; a longer one comes as a file."""
APART = frozenset({"effects"})
"""Keys of the detail that are shown as a table."""
LABELS = {
    "said": "Said",
    "told": "What it does",
    "kind": "Kind of step",
    "plan": "Plan",
    "need": "Policy",
    "before": "Before",
    "after": "After",
    "result": "Result",
    "reason": "Reason",
    "requests": "The store's request ids",
}
"""Labels of the detail's keys, in the order shown; other keys follow, under their own names."""

Pairs = list[tuple[str, str]]


class OneEntry(Args):
    """Which entry to show."""

    entry: Annotated[Number, EntryInput(label="Entry", listed="audit recent")]


@command("audit show", submit="Show Entry", aliases=("info", "view", "open"))
async def show(args: OneEntry, ctx: Context) -> Answer:
    """Show everything of one entry: who, where, when, what was said, and what came of it.

    /audit show 51
    """
    entry = await ctx.audit.entry(args.entry)
    names = await _names(entry, ctx)
    envelope, detail = _envelope(entry, ctx), [*_detail(entry), *_about(entry, names), ("Seal", entry.seal)]
    shown = Fields(tuple((label, shortened(value, LONG)) for label, value in (*envelope, *detail)))
    nexts = (("Entries Before", f"audit recent before:{entry.number}"),)
    change = ((f"Show Change {entry.change}", f"change show {entry.change}"),) if entry.change else ()
    return Answer(
        f"Entry {entry.number}: {entry.kind}",
        (shown, *_effects(entry, names), *_whole(entry, detail), offers(*change, *nexts)),
    )


async def _names(entry: RecordedEntry, ctx: Context) -> Mapping[str, str]:
    """Fetch the current names of its segments; none if the store does not respond: the entry is shown anyway."""
    if any(Item.parse(one).kind is ItemKind.SEGMENT for one in entry.subjects):
        with suppress(StoreError):
            return await ctx.shop.names()
    return {}


def _envelope(entry: RecordedEntry, ctx: Context) -> Pairs:
    at = datetime.fromisoformat(entry.at)
    pairs = (
        ("Who", mention(entry.actor) if entry.actor else "the bot"),
        ("Workspace", entry.workspace),
        ("Where", entry.channel),
        ("When", f"{at:%Y-%m-%d %H:%M:%S}.{at.microsecond // 1000:03} UTC"),
        (f"In {ctx.zone.key}", time_expressions.format_time(at, ctx.zone) if ctx.zone.key != "UTC" else ""),
        ("Command", entry.command),
        ("Change", str(entry.change or "")),
        ("Outcome", entry.outcome),
        ("Took", f"{entry.ms:,} ms" if entry.ms is not None else ""),
    )
    return [(label, value) for label, value in pairs if value]


def _detail(entry: RecordedEntry) -> Pairs:
    """Return the rest of the record, as labels and values."""
    detail = entry.detail
    keys = [key for key in (*LABELS, *sorted(detail.keys() - LABELS.keys() - APART)) if key in detail]
    pairs = ((LABELS.get(key, key.capitalize()), _words(detail[key])) for key in keys)
    return [(label, value) for label, value in pairs if value]


def _words(value: Any) -> str:
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return "; ".join(value)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _about(entry: RecordedEntry, names: Mapping[str, str]) -> Pairs:
    """Describe its subjects: how many, and the first ones."""
    if not entry.subjects:
        return []
    subjects = [_name(one, names) for one in entry.subjects]
    number = counted(len(subjects), "segment or shopper", "segments and shoppers")
    many = f"{number}: " if len(subjects) > 1 else ""
    return [("About", f"{many}{listing(subjects)}")]


def _name(subject: str, names: Mapping[str, str]) -> str:
    """Write ``segment VIPs``, ``segment 6a8e…`` if it is deleted, ``customer 17``."""
    item = Item.parse(subject)
    return f"{item.kind} {names.get(item.id, item.id) if item.kind is ItemKind.SEGMENT else item.id}"


def _effects(entry: RecordedEntry, names: Mapping[str, str]) -> tuple[Table, ...]:
    rows = tuple((names.get(id_, id_), *counts) for id_, counts in entry.detail.get("effects", {}).items())
    return (Table("Effects on segments", ("Segment", "Added", "Removed"), rows),) if rows else ()


def _whole(entry: RecordedEntry, detail: Pairs) -> tuple[Sentence | File, ...]:
    """Return the whole entry as a file, if it is longer than a message shows."""
    hidden = len(listing(entry.subjects)) < len(and_list(entry.subjects))
    if not hidden and all(len(value) <= LONG for _, value in detail):
        return ()
    content = json.dumps(asdict(entry), ensure_ascii=False, indent=2)
    return (
        Sentence("This is only part of it; the file has everything.", quiet=True),
        File(f"entry {entry.number}.json", content),
    )
