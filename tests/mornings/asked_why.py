"""Why everybody is where they are at the end of each day of a half-year, by what the bot tells it by, and by books."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from bot.core.memberships.moves import MoveReader, beginning, items_of
from bot.core.memberships.standing import Standing, standing
from tests.mornings.books import HAND, Move
from tests.mornings.half_year import PEOPLE, SEGMENTS, HalfYear
from tests.mornings.plain_rules import DAY


class Pair(NamedTuple):
    """A segment and a customer; ``segment_id`` is the segment's."""

    name: str
    customer: int
    segment_id: str


async def told_wrongly(half_year: HalfYear, began: datetime) -> list[str]:
    """All that would be told wrongly of those whom people moved."""
    rows = half_year.team.store.shop.rows("SELECT id, name FROM segments")
    ids = {row["name"]: row["id"] for row in rows}
    pairs = [Pair(name, one, ids[name]) for name in SEGMENTS for one in half_year.some(PEOPLE)]
    return [fault for pair in pairs for fault in await _faults(pair, half_year, began)]


async def _faults(pair: Pair, half_year: HalfYear, began: datetime) -> list[str]:
    found, reader, at = [], await _reader(pair, half_year), began
    moves = half_year.reckoning.books.moves[pair.name, pair.customer]
    while at < half_year.now:
        at = min(at + DAY, half_year.now)
        is_now = at == half_year.now
        before = [one for one in moves if one.at < at or is_now]
        told = await _stood(reader, pair, half_year, at)
        if fault := _fault(told, before, moves[len(before) :]):
            by = told.by.change.number if told.by else HAND
            found.append(f"{pair} on {at}: in: {told.is_in} by change {by}, hand: {told.hand}; but {fault}")
    return found


async def _reader(pair: Pair, half_year: HalfYear) -> MoveReader:
    rows = half_year.team.store.shop.rows("SELECT id FROM profiles WHERE customer_id = ?", pair.customer)
    profile, ledger = next((row["id"] for row in rows), None), half_year.ledger
    shopper = await items_of(pair.customer, profile, ledger.audit, ledger.changes)
    return MoveReader(ledger.audit, ledger.changes, shopper, (pair.segment_id,))


async def _stood(reader: MoveReader, pair: Pair, half_year: HalfYear, at: datetime) -> Standing:
    """Where they stood then, as `/shopper why` finds it."""
    is_now = at == half_year.now
    moves = await reader.latest(1, until=None if is_now else at)
    after = None if is_now else await reader.first(at)
    is_in = pair.customer in half_year.reckoning.books.inside[pair.name]
    log = await beginning(half_year.ledger.audit)
    return standing(moves, after, is_in_now=is_in, at=at, now=half_year.now, log=log)


def _fault(told: Standing, before: Sequence[Move], after: Sequence[Move]) -> str:
    """What is wrong with that, by these moves. Two by hand between two of the bot leave no trace."""
    is_in = bool(before) and before[-1].is_in
    by = next((place for place in reversed(range(len(before))) if before[place].by != HAND), -1)
    upto = next((place for place, one in enumerate(after) if one.by != HAND), len(after))
    hands = len(before) - 1 - by + upto
    if (told.by.change.number if told.by else HAND) != (before[by].by if by >= 0 else HAND):
        return f"it was {before[by] if by >= 0 else 'nobody'}"
    if told.hand and not hands:
        return "no hand was there"
    if told.is_in is None and not hands:
        return "it is known"
    return f"they were {'in' if is_in else 'out'}" if told.is_in not in (None, is_in) and hands < 2 else ""
