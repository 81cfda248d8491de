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
from bot.core.command import Context, command
from bot.core.items import Item, ItemKind
from bot.core.language import time_expressions
from bot.core.language.args import Args, EntryInput
from bot.core.language.phrases import and_list, counted, listing, shortened
from commands.audit.recent import Number
from commands.pages import offers

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

    entry: Annotated[Number, EntryInput(label="Entry")]


@command("audit show", submit="Show Entry")
async def show(args: OneEntry, ctx: Context) -> Answer:
    """Show everything of one entry: who, where, when, what was said, and what came of it.

    /audit show 51
    """
    found = await ctx.audit.entry(args.entry)
    names = await _names(found, ctx)
    envelope, detail = _envelope(found, ctx), [*_detail(found), *_about(found, names), ("Seal", found.seal)]
    shown = Fields(tuple((label, shortened(value, LONG)) for label, value in (*envelope, *detail)))
    nexts = (("Entries Before", f"audit recent before:{found.number}"),)
    change = ((f"Show Change {found.change}", f"change show {found.change}"),) if found.change else ()
    return Answer(
        f"Entry {found.number}: {found.kind}",
        (shown, *_effects(found, names), *_whole(found, detail), offers(*change, *nexts)),
    )


async def _names(found: RecordedEntry, ctx: Context) -> Mapping[str, str]:
    """Fetch the current names of its segments; none if the store does not respond: the entry is shown anyway."""
    if any(Item.parse(one).kind is ItemKind.SEGMENT for one in found.subjects):
        with suppress(StoreError):
            return await ctx.shop.names()
    return {}


def _envelope(found: RecordedEntry, ctx: Context) -> Pairs:
    at = datetime.fromisoformat(found.at)
    pairs = (
        ("Who", mention(found.actor) if found.actor else "the bot"),
        ("Workspace", found.workspace),
        ("Where", found.channel),
        ("When", f"{at:%Y-%m-%d %H:%M:%S}.{at.microsecond // 1000:03} UTC"),
        (f"In {ctx.zone.key}", time_expressions.format_time(at, ctx.zone) if ctx.zone.key != "UTC" else ""),
        ("Command", found.command),
        ("Change", str(found.change or "")),
        ("Outcome", found.outcome),
        ("Took", f"{found.ms:,} ms" if found.ms is not None else ""),
    )
    return [(label, value) for label, value in pairs if value]


def _detail(found: RecordedEntry) -> Pairs:
    """Return the rest of the record, as labels and values."""
    detail = found.detail
    keys = [key for key in (*LABELS, *sorted(detail.keys() - LABELS.keys() - APART)) if key in detail]
    pairs = ((LABELS.get(key, key.capitalize()), _words(detail[key])) for key in keys)
    return [(label, value) for label, value in pairs if value]


def _words(value: Any) -> str:
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return "; ".join(value)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _about(found: RecordedEntry, names: Mapping[str, str]) -> Pairs:
    """Describe its subjects: how many, and the first ones."""
    if not found.subjects:
        return []
    subjects = [_name(one, names) for one in found.subjects]
    number = counted(len(subjects), "segment or shopper", "segments and shoppers")
    many = f"{number}: " if len(subjects) > 1 else ""
    return [("About", f"{many}{listing(subjects)}")]


def _name(subject: str, names: Mapping[str, str]) -> str:
    """Write ``segment VIPs``, ``segment 6a8e…`` if it is deleted, ``customer 17``."""
    item = Item.parse(subject)
    return f"{item.kind} {names.get(item.id, item.id) if item.kind is ItemKind.SEGMENT else item.id}"


def _effects(found: RecordedEntry, names: Mapping[str, str]) -> tuple[Table, ...]:
    rows = tuple((names.get(id_, id_), *counts) for id_, counts in found.detail.get("effects", {}).items())
    return (Table("Effects on segments", ("Segment", "Added", "Removed"), rows),) if rows else ()


def _whole(found: RecordedEntry, detail: Pairs) -> tuple[Sentence | File, ...]:
    """Return the whole entry as a file, if it is longer than a message shows."""
    hidden = len(listing(found.subjects)) < len(and_list(found.subjects))
    if not hidden and all(len(value) <= LONG for _, value in detail):
        return ()
    content = json.dumps(asdict(found), ensure_ascii=False, indent=2)
    return (
        Sentence("This is only part of it; the file has everything.", quiet=True),
        File(f"entry {found.number}.json", content),
    )
