"""How many shoppers the runs of a segment's rule may move without asking: approved together with the rule. Pure."""

from typing import Annotated, NamedTuple

from pydantic import Field

from bot.core.frozen_value import Value

_AtLeastNone = Annotated[int, Field(ge=0)]


class Difference(NamedTuple):
    """How many shoppers join a segment, and how many leave it."""

    joins: int = 0
    leaves: int = 0

    def __str__(self) -> str:
        """Write ``+12 −3``."""
        return f"+{self.joins:,} \N{MINUS SIGN}{self.leaves:,}"

    def describe(self) -> str:
        """Write ``15 join, 3 leave``."""
        if not any(self):
            return "no one joins or leaves"
        moves = ((self.joins, "join"), (self.leaves, "leave"))
        return ", ".join(f"{count:,} {verb}{'s' if count == 1 else ''}" for count, verb in moves)


class Guard(Value):
    """How many may join within 24 hours without asking, and how many may leave.

    It is ``percent`` of the segment and at most ``most``, and where a live promotion uses the segment ``most_live``.
    """

    percent: Annotated[int, Field(ge=0, le=100)] = 10
    most: _AtLeastNone = 50
    most_live: _AtLeastNone = 25

    def limit(self, size: int, *, is_live: bool) -> int:
        """Return how many may join, or leave, a segment of this size. ``is_live``: a live promotion uses it."""
        return min(size * self.percent // 100, self.most, *((self.most_live,) if is_live else ()))

    def describe(self) -> str:
        """Describe what makes a run ask again."""
        return (
            f"when more than {self.percent}% (at most {self.most:,}) would join or leave in a day, "
            f"or {self.most_live:,} where a live promotion uses it"
        )

    def exceeded(self, run: Difference, before: Difference, *, size: int, is_live: bool) -> tuple[str, ...]:
        """Return why a run has to ask, one sentence for each limit; none if it may go on without.

        ``before``: who moved by runs without asking in the last 24 hours. ``size``: of the segment before this run.
        """
        limit = self.limit(size, is_live=is_live)
        why = self._because(limit, size)
        moves = (("join", "joined", run.joins, before.joins), ("leave", "left", run.leaves, before.leaves))
        limits = tuple(
            f"{limit:,} may {verb} in 24 hours without asking ({why}){_already(earlier, past)}"
            for verb, past, now, earlier in moves
            if now and now + earlier > limit
        )
        is_emptied = run.leaves and size + run.joins <= run.leaves
        return (*limits, *(("a rule never empties its segment without asking",) if is_emptied else ()))

    def _because(self, limit: int, size: int) -> str:
        if limit == size * self.percent // 100:
            return f"{self.percent}% of {size:,}"
        return "the most for any segment" if limit == self.most else "a live promotion uses it"


def _already(earlier: int, past: str) -> str:
    return f", and {earlier:,} {past} already" if earlier else ""
