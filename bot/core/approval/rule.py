"""An approval rule: the Plans to which it applies, and how many approvals it asks for. Pure."""

import re
from collections import Counter
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Annotated

from pydantic import AfterValidator, Field, model_validator

from bot.core.approval.need import MOST_APPROVALS
from bot.core.frozen_value import Value
from bot.core.language.phrases import and_list
from bot.core.language.time_expressions import describe_age, parse_age
from bot.core.planning.plan import Plan
from bot.core.planning.steps import STEPS, AnyStep

LONGEST = timedelta(days=7)
"""The longest time over which is counted: the log keeps the entries of the last ten days at hand."""


class Moved(Value):
    """How many shoppers somebody moved in a segment (by id) without approval, during the ``per`` before they asked."""

    segment: str
    per: str
    shoppers: int


class Limit(Value):
    """A change may run without approval if its requester moved fewer than ``room`` in this segment since then."""

    segment: str
    since: datetime
    room: int


def _known(kinds: tuple[str, ...]) -> tuple[str, ...]:
    unknown = [kind for kind in kinds if kind not in STEPS]
    if unknown:
        raise ValueError(f"{', '.join(unknown)}: not a kind of step; the kinds are {', '.join(STEPS)}")
    return kinds


def _people(ids: frozenset[str]) -> frozenset[str]:
    wrong = sorted(one for one in ids if not re.fullmatch(r"[UWS][A-Z0-9]+", one))
    if wrong:
        raise ValueError(f"{', '.join(wrong)}: not a user id (U…, W…) or user-group id (S…)")
    return ids


def _time(text: str) -> str:
    age = parse_age(text)
    if text and (not age or age > LONGEST):
        raise ValueError(f"{text}: not a time like 24h, 7d or 30m, of {describe_age(LONGEST)} at most")
    return text


PeopleIds = Annotated[frozenset[str], AfterValidator(_people)]
"""User and user-group ids."""


def window_of(per: str) -> timedelta:
    """Return how long a window is that rules call ``per``."""
    return parse_age(per) or timedelta()


class Rule(Value):
    """An approval rule for Steps of these kinds. It applies if all its conditions hold.

    ``shoppers``: at least so many in the whole plan; ``share``: at least this share of a segment (0 to 1), which is
    taken out of it or added to it; ``live``: a live promotion uses the segment, or is what changes. ``per`` (``24h``):
    ``shoppers`` also counts whom the requester moved in one segment during that time, without approval. ``approvers``
    and ``requesters`` are the user and user-group ids that may approve and ask for this; if empty, the policy's.
    """

    steps: Annotated[tuple[str, ...], Field(min_length=1), AfterValidator(_known)]
    shoppers: Annotated[int, Field(ge=0)] = 0
    per: Annotated[str, AfterValidator(_time)] = ""
    share: Annotated[float, Field(ge=0, le=1)] = 0
    live: bool = False
    approvals: Annotated[int, Field(ge=0, le=MOST_APPROVALS)]
    approvers: PeopleIds = frozenset()
    requesters: PeopleIds = frozenset()

    @model_validator(mode="after")
    def _protects(self) -> "Rule":
        destructive = [kind for kind in self.steps if STEPS[kind].destructive]
        if destructive and not self.approvals:
            raise ValueError(f"approvals: {', '.join(destructive)} can never go without an approval")
        return self

    @model_validator(mode="after")
    def _can_apply(self) -> "Rule":
        """Refuse what would be read as a rule, and never be one."""
        if self.per and not self.shoppers:
            raise ValueError("per: it says during which time shoppers are counted; say how many, with shoppers")
        asked = {"per": bool(self.per), "share": self.share > 0, "live": self.live, "shoppers": self.shoppers > 0}
        for condition in (name for name, is_asked in asked.items() if is_asked):
            never = [kind for kind in self.steps if condition not in STEPS[kind].conditions]
            # Shoppers are counted over all steps of the rule, so it is enough if one of its kinds moves any.
            if never and (condition != "shoppers" or len(never) == len(self.steps)):
                raise ValueError(f"{condition}: this can never apply to {and_list(never)}; take one or the other out")
        return self

    def applies(self, plan: Plan, moved: Collection[Moved] = ()) -> bool:
        """Return whether the rule applies to this plan of somebody who ``moved`` so many before."""
        return self._applies_apart_from_shoppers(plan) and self._most_moved(plan, moved) >= self.shoppers

    def limits(self, plan: Plan, now: datetime) -> tuple[Limit, ...]:
        """Return how much may have been moved in each segment by now without the rule applying to this plan."""
        if not self.per or not self.approvals or not self._applies_apart_from_shoppers(plan):
            return ()
        since, counts = now - self._age, _by_segment(self._steps(plan))
        return tuple(Limit(segment=id_, since=since, room=self.shoppers - count) for id_, count in counts.items())

    @property
    def conditions(self) -> tuple[str, ...]:
        """The conditions apart from the kind, in words."""
        each = f", also to one segment within {describe_age(self._age)}" if self.per else ""
        conditions = (
            (f"{self.shoppers:,} shoppers or more{each}", self.shoppers > 1),
            (f"{self.share:.0%} of a segment or more", self.share > 0),
            ("used by a live promotion", self.live),
        )
        return tuple(words for words, holds in conditions if holds)

    def reasons(self, plan: Plan) -> tuple[str, ...]:
        """Return why it applies to this plan, apart from the plan's risks, to complete "needs approval: it …"."""
        beyond = self.per and self._most_moved(plan, ()) < self.shoppers
        during = f" to one segment within {describe_age(self._age)}" if beyond else ""
        steps, added = self._steps(plan), self.steps == ("add_members",)
        live_additions = self.live and any(step.live and step.moves.added for step in steps)
        most = f"adds more than {self.shoppers - 1:,}" if added else f"moves {self.shoppers:,}"
        takes = "adds" if added else "takes"
        reasons = (
            (f"{most} shoppers{'' if added else ' or more'}{during}", self.shoppers > (0 if added else 1)),
            (f"{takes} {self.share:.0%} of a segment or more", self.share > 0),
            ("adds to a segment that a live promotion uses", live_additions),
        )
        return tuple(words for words, holds in reasons if holds)

    def segments_in(self, plan: Plan) -> frozenset[str]:
        """Return the ids of the segments whose shoppers the plan moves by steps that it is about."""
        return frozenset(_by_segment(self._steps(plan)))

    @property
    def _age(self) -> timedelta:
        return window_of(self.per)

    def _steps(self, plan: Plan) -> tuple[AnyStep, ...]:
        return plan.steps_of(self.steps)

    def _applies_apart_from_shoppers(self, plan: Plan) -> bool:
        steps = self._steps(plan)
        is_live = not self.live or any(step.live for step in steps)
        return bool(steps) and is_live and plan.largest_share(self.steps) >= self.share

    def _most_moved(self, plan: Plan, moved: Collection[Moved]) -> int:
        """Return how many the plan moves in all, or in one segment with those moved before, whichever is more."""
        steps = self._steps(plan)
        before = {one.segment: one.shoppers for one in moved if self.per and one.per == self.per}
        in_segments = (count + before.get(id_, 0) for id_, count in _by_segment(steps).items())
        return max(sum(step.shoppers for step in steps), *in_segments, 0)


def _by_segment(steps: Iterable[AnyStep]) -> Counter[str]:
    """Count the shoppers moved in each segment that exists already, by its id."""
    counts = Counter[str]()
    for step in steps:
        if step.target and step.target.id:
            counts[step.target.id] += step.shoppers
    return counts


DESTRUCTIVE = tuple(kind for kind, step in STEPS.items() if step.destructive)
RULES = (
    Rule(steps=DESTRUCTIVE, approvals=1),
    Rule(steps=("add_members",), shoppers=26, per="24h", approvals=1),
    Rule(steps=DESTRUCTIVE, shoppers=10_000, approvals=2),
)
"""The default rules."""
