"""A plain recount of who was in which segment since when, of the store alone; and what `/shopper why` says, read."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from tests.harness import World
from tests.stories.judge import read

HAND = 0
"""What stands for the change where somebody did it outside of the bot."""
_TITLE = re.compile(r"(?:is|was) (?P<out>not )?in ")
_HAND = re.compile(r"someone (?:did|put|took) ")
_CHANGE = re.compile(r"Change (\d+) of ")


class Pair(NamedTuple):
    """A shopper, by e-mail, and a segment, by name."""

    email: str
    segment: str


class Moved(NamedTuple):
    """That somebody was in a segment from this time on, or out of it; by one of these changes."""

    at: datetime
    is_in: bool
    by: frozenset[int]


class Said(NamedTuple):
    """What was answered: whether they were in (None: not known), since which change, and that another hand did it."""

    is_in: bool | None
    change: int
    by_hand: bool


@dataclass
class Recount:
    """Looks at the store after each act, and notes who came and went."""

    world: World
    emails: tuple[str, ...]
    segments: tuple[str, ...]
    moves: dict[Pair, list[Moved]] = field(default_factory=dict)
    murky: list[datetime] = field(default_factory=list)

    @property
    def pairs(self) -> Iterator[Pair]:
        """Each shopper with each segment."""
        return (Pair(email, segment) for email in self.emails for segment in self.segments)

    def look(self, *changes: int) -> None:
        """Note who is elsewhere than at the last look, by these changes."""
        if len(changes) > 1:
            self.murky.append(self.world.clock())
        sizes = self.world.sizes()
        inside = {name: self.world.members(name) if name in sizes else set() for name in self.segments}
        for pair in self.pairs:
            before = self.moves.setdefault(pair, [])
            is_in = self.world.profile_id(pair.email) in inside[pair.segment]
            if is_in != (bool(before) and before[-1].is_in):
                before.append(Moved(self.world.clock(), is_in, frozenset(changes) or frozenset({HAND})))

    async def ask(self, pair: Pair, on: str = "") -> Said | None:
        """Ask the bot; None if there is no such segment now."""
        if pair.segment not in self.world.sizes():
            return None
        await self.world.type(f"/shopper why {pair.email} {pair.segment}{on and f' on:{on}'}")
        told = read(self.world.messages()[-1])
        title, reason, *_ = told.split("\n")
        stands, change = _TITLE.search(title), _CHANGE.match(reason)
        assert title.startswith("Whether ") or stands, told
        is_in = None if title.startswith("Whether ") else bool(stands and not stands["out"])
        return Said(is_in, int(change[1]) if change else HAND, bool(_HAND.search(told)))

    def faults(self, pair: Pair, said: Said, at: datetime, *, is_now: bool) -> Iterable[str]:
        """Yield what is wrong with an answer about that time."""
        moves = self.moves[pair]
        before, after = [one for one in moves if one.at <= at], [one for one in moves if one.at > at]
        is_in = bool(before) and before[-1].is_in
        by_bot = next((one for one in reversed(before) if HAND not in one.by), None)
        hands = [
            one
            for one in reversed(before)
            if one.at > (by_bot.at if by_bot else datetime.min.replace(tzinfo=at.tzinfo))
        ]
        hands += _until_bot(after)
        if said.is_in is None and (is_now or not hands):
            yield "it is known"
        if said.is_in is not None and said.is_in is not is_in and (is_now or len(hands) < 2):
            yield f"they were {'in' if is_in else 'out'}"
        if said.by_hand and not hands:
            yield "no other hand was there"
        if is_now and not said.by_hand and is_in != (bool(by_bot) and bool(by_bot and by_bot.is_in)):
            yield "another hand was there"
        begin = by_bot.at if by_bot else (moves[0].at if moves else at)
        if not any(begin <= one for one in self.murky) and said.change not in (by_bot.by if by_bot else {HAND}):
            yield f"it was {by_bot.by if by_bot else 'nobody'}"


def _until_bot(moves: list[Moved]) -> list[Moved]:
    """Return the moves by other hands before the next one by a change."""
    upto = next((place for place, one in enumerate(moves) if HAND not in one.by), len(moves))
    return moves[:upto]
