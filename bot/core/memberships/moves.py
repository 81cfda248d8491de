"""Which Steps on record put a shopper into a segment or took them out of it."""

from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import NamedTuple

from bot.core.approval.changes import Change, Run
from bot.core.approval.changes_reader import ChangesReader
from bot.core.approval.step_effects import moved
from bot.core.audit.audit_reader import AuditFilter, AuditReader
from bot.core.audit.entries import EntryKind, RecordedEntry
from bot.core.items import Item, item_key, texts
from bot.core.kept_lists import fetch_lists
from bot.core.planning.steps import AnyStep, Applied

PAGE = 20
"""Entries that are read at a time: as a rule the first ones tell."""
LIVES = 100
"""The most Steps by which a shopper got a profile or lost one that are looked at."""
_KINDS = (EntryKind.STEP_DONE, EntryKind.STEP_UNSURE)


class Move(NamedTuple):
    """A Step of a change that put a shopper into a segment (``joined``) or took them out; unless ``is_sure``, perhaps.

    That they were not in before, or were, is known in either case: a plan names only those whom it moves.
    """

    at: datetime
    entry: RecordedEntry
    change: Change
    joined: bool
    is_sure: bool


@dataclass(frozen=True)
class MoveReader:
    """Reads the moves of one shopper, under all their ids, in and out of one segment, under all of its ids.

    ``doubted``: numbers of changes whose Steps the tables do not have as the log sealed them; their moves are left out.
    """

    audit: AuditReader
    changes: ChangesReader
    shopper: frozenset[Item]
    segment_ids: tuple[str, ...]
    doubted: set[int] = field(default_factory=set)
    _loaded: dict[int, Change] = field(default_factory=dict)

    async def latest(self, most: int, *, until: datetime | None = None) -> tuple[Move, ...]:
        """Return the latest moves, newest first; with ``until``, those before that time."""
        found = [one for kind in _KINDS for one in await self._latest(kind, most, until)]
        return tuple(sorted(found, key=lambda one: one.entry.number, reverse=True)[:most])

    async def first(self, since: datetime) -> Move | None:
        """Return the first move at that time or later, among the first entries about both of them."""
        pages = [
            await self.audit.export(self._about(kind, since=since), lambda entries: tuple(islice(entries, PAGE)))
            for kind in _KINDS
        ]
        for entry in sorted((one for page in pages for one in page), key=lambda one: one.number):
            if move := await self._move(entry):
                return move
        return None

    async def _latest(self, kind: EntryKind, most: int, until: datetime | None) -> list[Move]:
        found, seen, before = list[Move](), set[int](), None
        while len(found) < most:
            page = await self.audit.recent(self._about(kind, until=until), limit=PAGE, before=before)
            new = [entry for entry in page if entry.number not in seen]
            found += [move for entry in new if (move := await self._move(entry))]
            if len(page) < PAGE or not new:  # a hand may have written other numbers into entries
                break
            seen |= {entry.number for entry in new}
            before = page[-1].number
        return found

    def _about(self, kind: EntryKind, *, since: datetime | None = None, until: datetime | None = None) -> AuditFilter:
        segments, shopper = texts(map(Item.segment, self.segment_ids)), texts(sorted(self.shopper))
        return AuditFilter(kind=kind, subjects=segments, besides=shopper, since=since, until=until)

    async def _move(self, entry: RecordedEntry) -> Move | None:
        """Return what the Step of this entry did to the shopper; None if it left them where they were."""
        number = entry.change or 0
        if not await self.changes.is_as_sealed(entry):  # what the tables have instead may be unreadable, or gone
            self.doubted.add(number)
            return None
        change = await self._load(number)
        step, run = _ran(entry, change)
        for inverse in run.undo:
            await fetch_lists(inverse)
        keys = frozenset(map(item_key, self.shopper))
        joined = moved(step, run, keys, self.segment_ids)
        if joined is None:
            return None
        is_sure = entry.kind == EntryKind.STEP_DONE
        return Move(datetime.fromisoformat(entry.at), entry, change, joined, is_sure)

    async def _load(self, number: int) -> Change:
        if number not in self._loaded:
            self._loaded[number] = await self.changes.load(number)
        return self._loaded[number]


async def items_of(
    customer_id: int, profile_id: str | None, audit: AuditReader, changes: ChangesReader
) -> frozenset[Item]:
    """Return a shopper as a customer and as each profile that they have, or that Steps on record gave or took them."""
    customer = Item.customer(customer_id)
    profiles = {profile_id}
    for entry in await audit.recent(AuditFilter(kind=EntryKind.STEP_DONE, subjects=(str(customer),)), limit=LIVES):
        if not await changes.is_as_sealed(entry):
            continue
        _, run = _ran(entry, await changes.load(entry.change or 0))
        applied = run.applied or Applied()
        for one in (applied, *run.undo):
            await fetch_lists(one)
        profiles |= {applied.profiles.get(customer_id), *(one.old_profiles.get(customer_id) for one in run.undo)}
    return frozenset({customer, *map(Item.profile, filter(None, profiles))})


def _ran(entry: RecordedEntry, change: Change) -> tuple[AnyStep, Run]:
    """Return the Step that an entry is about, with its run."""
    position = int(entry.detail["step"])
    return change.plan.steps[position], next(one for one in change.runs if one.position == position)


class Beginning(NamedTuple):
    """When the log that is at hand begins, and how many entries before are in an archive."""

    at: datetime
    archived: int


async def beginning(audit: AuditReader) -> Beginning:
    """Return where the log begins, which has an entry at least: what is asked is recorded first."""
    archived = 0
    for entry in await audit.recent(AuditFilter(kind=EntryKind.ARCHIVED), limit=1):
        archived = int(entry.detail["last"])
    return Beginning(datetime.fromisoformat((await audit.entry(archived + 1)).at), archived)
