"""The rule that a segment follows, as it was approved and is sealed in the log."""

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from bot.core.frozen_value import Value
from bot.core.segment_rules.guard import Guard
from bot.core.segment_rules.rule import Rule
from bot.core.segment_rules.schedule import ByHand, Schedule

RUN = "segment run"
"""The command that runs the rule of a segment, which the bot itself asks for at its times."""


class Followed(Value):
    """A rule, and its ``words`` as people approved them, with the names that its segments and groups had then.

    With it they approved its ``schedule`` and its ``guard``, under the policy of this digest ("" in what was stored
    before rules had schedules: these run by hand).
    """

    rule: Rule
    words: str
    schedule: Schedule = ByHand()
    guard: Guard = Guard()
    policy: str = ""

    @property
    def has_slots(self) -> bool:
        """Whether it runs at times of its own, and not by hand alone."""
        return not isinstance(self.schedule, ByHand)

    @property
    def told(self) -> str:
        """The rule as one of the lines that say more of a plan."""
        return f"Rule: {self.words}"

    def under(self, policy: str) -> "Followed":
        """Return it as it is approved under the policy of this digest, which counts where it runs by itself."""
        return self.model_copy(update={"policy": policy if self.has_slots else ""})

    def does_as(self, other: "Followed") -> bool:
        """Return whether both say the same, whatever the segments and groups that they name are called."""
        return self == other.model_copy(update={"words": self.words})


class FollowedBy(Value):
    """What a segment follows, since which change."""

    followed: Followed
    change: int


class RunOfRule(Value):
    """A time (``slot``) for which a rule was to run by itself, and what became of it.

    ``change``: the one that came of it; without one, nobody would have joined or left, or it could not be planned, for
    this ``reason``, or ``is_over`` is false. ``joins`` and ``leaves``: how many did, by what is done of it.
    """

    slot: datetime
    is_over: bool
    reason: str = ""
    change: int | None = None
    joins: int = 0
    leaves: int = 0


class RulesReader(Protocol):
    """Reads which segments follow rules."""

    async def of(self, segment_id: str) -> FollowedBy | None:
        """Return the rule that this segment follows; None if it is a plain list."""

    async def all(self) -> Mapping[str, FollowedBy]:
        """Return the rules of all segments that follow one, by the segment's id."""

    async def latest_runs(self, change: int) -> tuple[RunOfRule, ...]:
        """Return the latest run of the rule that this change let a segment follow, and the latest that was a change."""


class NoRules:
    """A store whose segments are all plain lists."""

    async def of(self, segment_id: str) -> FollowedBy | None:
        """Return that this one is."""

    async def all(self) -> Mapping[str, FollowedBy]:
        """Return none."""
        return {}

    async def latest_runs(self, change: int) -> tuple[RunOfRule, ...]:
        """Return none."""
        return ()


NO_RULES = NoRules()
