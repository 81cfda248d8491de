"""A segment's rule: who belongs to it by what they bought and who they are. Frozen, and stored as JSON."""

from calendar import monthrange
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Annotated, Literal, Self

from pydantic import ConfigDict, Field, TypeAdapter, model_validator

from bot.bigcommerce import MONEY
from bot.core.frozen_value import Value

LONGEST = {"days": 3650, "months": 120}
"""How far back a rule looks at most, in each unit."""
MOST_TIMES, MOST_SPENT = 1_000_000, 10**15
"""The most orders, and the most of the store's currency in 1/10,000, that a rule compares with."""
HowMuch = Literal["over", "under", "at least", "at most"]


class Period(Value):
    """Whole days or calendar months before a day."""

    count: Annotated[int, Field(ge=1)]
    unit: Literal["days", "months"]

    @model_validator(mode="after")
    def _is_not_too_long(self) -> Self:
        if self.count > LONGEST[self.unit]:
            raise ValueError(f"more than {LONGEST[self.unit]} {self.unit}")
        return self

    def before(self, today: date) -> date:
        """Return the day that it reaches back to; of a shorter month, the last one."""
        if self.unit == "days":
            return today - timedelta(days=self.count)
        year, month = divmod(today.year * 12 + today.month - 1 - self.count, 12)
        return date(year, month + 1, min(today.day, monthrange(year, month + 1)[1]))


class Spent(Value):
    """What somebody's orders sum up to, refunds taken off; those who ordered nothing spent 0. None: in all."""

    kind: Literal["spent"] = "spent"
    how: HowMuch
    amount: Annotated[int, Field(ge=0, le=MOST_SPENT, multiple_of=MONEY // 100)]
    within: Period | None


class Ordered(Value):
    """How many times somebody ordered; those who never did: 0 times. None: in all."""

    kind: Literal["ordered"] = "ordered"
    how: HowMuch
    times: Annotated[int, Field(ge=0, le=MOST_TIMES)]
    within: Period | None


class LastOrdered(Value):
    """That somebody's latest order is older ("more") or younger ("less") than this; not of whoever never ordered."""

    kind: Literal["last_ordered"] = "last_ordered"
    how: Literal["more", "less"]
    ago: Period


class NeverOrdered(Value):
    """That somebody has no order that is a sale."""

    kind: Literal["never_ordered"] = "never_ordered"


class Registered(Value):
    """That somebody registered within this period ("in"), or longer ago ("before")."""

    kind: Literal["registered"] = "registered"
    how: Literal["in", "before"]
    ago: Period


class InGroup(Value):
    """That somebody is in one of these customer groups."""

    kind: Literal["in_group"] = "in_group"
    group_ids: Annotated[tuple[int, ...], Field(min_length=1)]


class InCountry(Value):
    """That one of somebody's addresses is in one of these countries, by their two letters."""

    kind: Literal["in_country"] = "in_country"
    countries: Annotated[tuple[str, ...], Field(min_length=1)]


class HasAttribute(Value):
    """That somebody's customer attribute has one of these values; case does not matter."""

    kind: Literal["has_attribute"] = "has_attribute"
    attribute_id: int
    values: Annotated[tuple[str, ...], Field(min_length=1)]


class AcceptsMarketing(Value):
    """That somebody subscribed to marketing emails."""

    kind: Literal["accepts_marketing"] = "accepts_marketing"


class InSegment(Value):
    """That somebody is in one of these segments."""

    kind: Literal["in_segment"] = "in_segment"
    segment_ids: Annotated[tuple[str, ...], Field(min_length=1)]


class Not(Value):
    """That the part does not hold."""

    kind: Literal["not"] = "not"
    part: "Rule"


class All(Value):
    """That all parts hold."""

    kind: Literal["all"] = "all"
    parts: Annotated["tuple[Rule, ...]", Field(min_length=2)]


class Any_(Value):  # noqa: N801 - `Any` is taken by typing
    """That one of the parts holds."""

    kind: Literal["any"] = "any"
    parts: Annotated["tuple[Rule, ...]", Field(min_length=2)]


Condition = (
    Spent
    | Ordered
    | LastOrdered
    | NeverOrdered
    | Registered
    | InGroup
    | InCountry
    | HasAttribute
    | AcceptsMarketing
    | InSegment
)
Rule = Annotated[Condition | Not | All | Any_, Field(discriminator="kind")]
STORED: TypeAdapter[Rule] = TypeAdapter(Rule, config=ConfigDict(defer_build=True))
"""Decodes a stored rule."""


def conditions(rule: Rule) -> Iterator[Condition]:
    """Yield each condition in a rule, in the order in which it is told."""
    match rule:
        case Not(part=part):
            yield from conditions(part)
        case All(parts=parts) | Any_(parts=parts):
            for part in parts:
                yield from conditions(part)
        case _:
            yield rule


def with_segments(rule: Rule, current: Callable[[str], str]) -> Rule:
    """Return a rule with what this makes of the ids of the segments that it names."""
    match rule:
        case Not(part=part):
            return Not(part=with_segments(part, current))
        case All(parts=parts) | Any_(parts=parts):
            return rule.model_copy(update={"parts": tuple(with_segments(part, current) for part in parts)})
        case InSegment(segment_ids=ids):
            return InSegment(segment_ids=tuple(dict.fromkeys(map(current, ids))))
    return rule


def segments_left_out(rule: Rule, *, negated: bool = False) -> frozenset[str]:
    """Return the ids of the segments whose shoppers a rule leaves out: those named under an odd number of "not"."""
    match rule:
        case Not(part=part):
            return segments_left_out(part, negated=not negated)
        case All(parts=parts) | Any_(parts=parts):
            return frozenset().union(*(segments_left_out(part, negated=negated) for part in parts))
        case InSegment(segment_ids=ids) if negated:
            return frozenset(ids)
    return frozenset()


def keeps(rule: Rule, segment_id: str) -> bool:
    """Return whether everyone in this segment belongs by the rule, whatever else is true of them."""
    match rule:
        case InSegment(segment_ids=ids):
            return segment_id in ids
        case Any_(parts=parts):
            return any(keeps(part, segment_id) for part in parts)
        case All(parts=parts):
            return all(keeps(part, segment_id) for part in parts)
        case Not(part=Not(part=part)):
            return keeps(part, segment_id)
    return False


def segments_named(rule: Rule) -> tuple[str, ...]:
    """Return the ids of the segments that a rule reads, each once."""
    return tuple(
        dict.fromkeys(id_ for one in conditions(rule) if isinstance(one, InSegment) for id_ in one.segment_ids)
    )
