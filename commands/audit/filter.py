"""Filters of the audit log, as people type them, resolved for the search."""

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches
from typing import Annotated

from pydantic import AfterValidator, Field

from bot.bigcommerce import is_uuid
from bot.core.answers import Sentence, mention
from bot.core.audit.audit_reader import AuditFilter
from bot.core.audit.entries import EntryKind
from bot.core.context import Context
from bot.core.errors import Misuse, NotSegments, Question, Reading, UnknownChange
from bot.core.items import Item, texts
from bot.core.language import time_expressions
from bot.core.language.args import DASHES, Args, ChangeInput, SegmentInput, ShopperInput, Text
from bot.core.language.days import is_month_first
from bot.core.language.phrases import and_list
from bot.core.language.shopper_list import read_shoppers
from bot.core.language.tokenizer import quote
from bot.core.store_view.names import find_named, similar_names
from bot.core.store_view.shoppers import Shopper, fetch_owners, resolve
from commands.inputs import one_shopper

OFFERED = 5
"""The most people of one name who are offered."""
_PERSON = re.compile(r"<@([UW][A-Z0-9]+)(?:\|[^<>]*)?>|([UW][A-Z0-9]+)")
PICK = "Pick the person from the list that Slack shows while you type @ and a name, or type their member id (U…)."


def _one_or_none(text: str) -> str:
    """Parse one shopper; an empty field stays empty. Raises ValueError for several."""
    return one_shopper(text) if text else ""


class Filters(Args):
    """The filters of entries: an entry must match all that are given."""

    by: Annotated[
        str,
        Field(max_length=100),
        Text(label="By", hint="A person: @ and the name, a first name, or me", option=True, bare=".+"),
    ] = ""
    segment: Annotated[
        str,
        Field(max_length=255),
        SegmentInput(label="Segment", hint="By name or id; deleted ones too", option=True, private=True, bare=".+"),
    ] = ""
    shopper: Annotated[
        str,
        AfterValidator(_one_or_none),
        Field(max_length=255),
        ShopperInput(
            label="Shopper",
            hint="An email, a customer id or a profile id; ids of deleted shoppers too",
            option=True,
            bare=".+",
        ),
    ] = ""
    kind: Annotated[
        str,
        Field(max_length=50),
        Text(label="Kind", hint="Such as asked, approve or step done", option=True, bare=".+"),
    ] = ""
    since: Annotated[
        str,
        Field(max_length=50),
        Text(label="Since", hint="2026-11-24 09:30, 24 Nov, monday, last week, or 3d", option=True, bare=".+"),
    ] = ""
    until: Annotated[
        str, Field(max_length=50), Text(label="Until", hint="A day counts to its end", option=True, bare=".+")
    ] = ""
    change: Annotated[
        int | None, Field(ge=1, le=1_000_000_000), ChangeInput(label="Change", option=True, private=True, bare=r"#?\d+")
    ] = None

    @property
    def words(self) -> str:
        """The given filters, as a person could type them."""
        given = ((name, getattr(self, name)) for name in Filters.model_fields)
        return " ".join(f"{name}:{quote(str(value))}" for name, value in given if value)


@dataclass(frozen=True)
class Search:
    """A search of the log: the filter, and its description in words."""

    filter: AuditFilter
    described: tuple[str, ...]


def describe_search(search: Search, ctx: Context) -> tuple[Sentence, ...]:
    """Describe the search as it was understood; nothing if there are no filters."""
    sentence = f"Searched for: {', '.join(search.described)}. Times are those of {ctx.zone.key}."
    return (Sentence(sentence, quiet=True),) if search.described else ()


async def resolve_filters(filters: Filters, ctx: Context) -> Search:
    """Resolve the filters. Raises Misuse about the first invalid one, and StoreError."""
    actor, kind = await _person(filters.by, ctx), _parse_kind(filters.kind)
    since, until = await _parse_times(filters, ctx)
    about = [await read(word, ctx) for read, word in ((_segment, filters.segment), (_shopper, filters.shopper)) if word]
    subjects, besides, *_ = (*(one.subjects for one in about), (), ())
    described = (
        f"by {mention(actor)}" if actor else "",
        *(f"about {one.name}" for one in about),
        f"of the kind “{kind}”" if kind else "",
        f"since {time_expressions.format_time(since, ctx.zone)}" if since else "",
        f"before {time_expressions.format_time(until, ctx.zone)}" if until else "",
        f"of change {filters.change}" if filters.change else "",
    )
    if filters.change:
        await _note_change(filters.change, ctx)
    audit_filter = AuditFilter(actor, kind, filters.change, subjects, besides, since, until)
    return Search(audit_filter, tuple(filter(None, described)))


async def _note_change(number: int, ctx: Context) -> None:
    """Have the log name the change, if it is on record."""
    with suppress(UnknownChange):
        ctx.findings.changes.add((await ctx.changes.load(number)).number)


async def _person(word: str, ctx: Context) -> str:
    """Return the id of the person who is meant; empty if no word is given.

    Raises Misuse if nobody is called so, and Question if several are.
    """
    match = _PERSON.fullmatch(word)
    if match or not word:
        return (match[1] or match[2]) if match else ""
    if word.casefold() in ("me", "@me"):
        return ctx.actor
    found = await ctx.people_called(word)
    if not found:
        raise Misuse(f"No one here is called “{word}”. {PICK}", field="by", for_log="No one is called so.")
    first, *others = found
    if others:
        raise _which_person(word, dict(list(found.items())[:OFFERED]))
    return first


def _which_person(word: str, found: Mapping[str, str]) -> Question:
    who = and_list([mention(one) for one in found])
    readings = tuple(Reading({"by": one}, name) for one, name in found.items())
    return Question(f"Whom did you mean by “{word}”: {who}?", readings, field="by", for_log="Several are called so.")


def _parse_kind(word: str) -> EntryKind | None:
    """Return the kind of entry; None if no word is given. Raises Misuse, with the nearest kind if there is one."""
    plain = " ".join(word.translate(DASHES).replace("-", " ").replace("_", " ").lower().split())
    if not plain:
        return None
    if plain in tuple(EntryKind):
        return EntryKind(plain)
    near_ones = get_close_matches(plain, tuple(EntryKind), n=3, cutoff=0.6)
    suggestion = f"Did you mean {' or '.join(f'“{one}”' for one in near_ones)}?" if near_ones else ""
    advice = suggestion or f"The kinds are {and_list(tuple(EntryKind))}."
    raise Misuse(
        f"There is no kind of entry “{word}”. {advice}", field="kind", for_log="There is no such kind of entry."
    )


async def _parse_times(filters: Filters, ctx: Context) -> tuple[datetime | None, datetime | None]:
    """Parse the start (inclusive) and the end (exclusive), in UTC. Raises Misuse."""
    month_first = bool(filters.since or filters.until) and is_month_first(await ctx.locale(), ctx.zone.key)
    since, until = (
        time_expressions.parse_span(word, now=ctx.now, zone=ctx.zone, field=field, month_first=month_first)
        if word
        else None
        for field, word in (("since", filters.since), ("until", filters.until))
    )
    first, last = since and since[0], until and until[1]
    if first and last and first >= last:
        raise Misuse("“since” is later than “until”, so nothing can match. Change one of them.", field="until")
    return first, last


@dataclass(frozen=True)
class _Subject:
    """What entries are about: its name in words, and its subjects in the log."""

    name: str
    subjects: tuple[str, ...]


async def _segment(word: str, ctx: Context) -> _Subject:
    """Find the segment with this id, or all that have or had this name. Raises NotSegments and StoreError."""
    segment = (word.lower(),) if is_uuid(word) else await _segments_called(word, ctx)
    if not is_uuid(word) or await ctx.audit.recent(AuditFilter(subjects=_subjects(segment)), limit=1):
        ctx.findings.add_segments(segment)
    return _Subject(f"the segment {word}", _subjects(segment))


def _subjects(segment_ids: tuple[str, ...]) -> tuple[str, ...]:
    return texts(map(Item.segment, segment_ids))


async def _segments_called(word: str, ctx: Context) -> tuple[str, ...]:
    segments = await ctx.shop.segments()
    present = find_named(word, segments)
    ids = dict.fromkeys((*((present.id,) if present else ()), *await ctx.audit.segments_named(word)))
    if not ids:
        raise NotSegments((word,), similar_names(word, segments), field="segment")
    return tuple(ids)


async def _shopper(word: str, ctx: Context) -> _Subject:
    """Find the shopper as customer and as profile, even if the id no longer exists. Raises Misuse and StoreError."""
    typed, shopper = read_shoppers((word,)), await resolve((word,), ctx.shop, field="shopper")
    items = [
        *map(Item.customer, typed.customer_ids),
        *map(Item.profile, typed.profile_ids),
        *[item for one in shopper.shoppers for item in await _items(one, ctx)],
    ]
    if not items:
        no_longer_exists = "For a deleted shopper, type the customer id or the profile id."
        raise Misuse(f"{shopper.not_found} {no_longer_exists}", field="shopper", for_log=shopper.not_found.for_log)
    return _Subject(f"the shopper {word}", texts(dict.fromkeys(items)))


async def _items(one: Shopper, ctx: Context) -> tuple[Item, ...]:
    """Return the shopper as a customer, as a profile, or as both."""
    customer = one.customer or (await fetch_owners([one.word], ctx.shop)).get(one.word)
    profiles = (Item.profile(one.profile_id),) if one.profile_id else ()
    return (Item.customer(customer.id), *profiles) if customer else profiles
