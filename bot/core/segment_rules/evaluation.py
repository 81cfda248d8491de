"""Who belongs to a segment by its rule, evaluated over facts as of a day. Whole days are those of the team's zone."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.core.segment_rules.facts import CustomerFacts, OrderSums
from bot.core.segment_rules.rule import (
    AcceptsMarketing,
    All,
    Any_,
    Condition,
    HasAttribute,
    HowMuch,
    InCountry,
    InGroup,
    InSegment,
    LastOrdered,
    NeverOrdered,
    Not,
    Ordered,
    Period,
    Registered,
    Rule,
    Spent,
    conditions,
)

Belongs = Callable[[CustomerFacts], bool]
Sums = Mapping[datetime | None, Mapping[int, OrderSums]]
"""The sums of orders by customer, for each time since which they are summed up; None: of all."""
_COMPARED: Mapping[HowMuch, Callable[[int, int], bool]] = {
    "over": int.__gt__,
    "under": int.__lt__,
    "at least": int.__ge__,
    "at most": int.__le__,
}


@dataclass(frozen=True)
class AsOf:
    """The day as of which a rule is evaluated, and the zone whose days count."""

    today: date
    zone: ZoneInfo

    def start(self, period: Period, *, later: int = 0) -> datetime:
        """Return when the day began to which the period reaches back, or so many days later; in UTC."""
        day = period.before(self.today) + timedelta(days=later)
        return datetime.combine(day, time(), self.zone).astimezone(UTC)

    def since(self, condition: Condition) -> datetime | None:
        """Return since when a condition sums up orders; None: all."""
        if isinstance(condition, Spent | Ordered) and condition.within:
            return self.start(condition.within)
        return None


def sums_needed(rule: Rule, as_of: AsOf) -> frozenset[datetime | None]:
    """Return since when a rule needs the sums of orders; None: of all."""
    about_orders = (one for one in conditions(rule) if isinstance(one, Spent | Ordered | LastOrdered | NeverOrdered))
    return frozenset(map(as_of.since, about_orders))


def who_belongs(
    rule: Rule, customers: Iterable[CustomerFacts], sums: Sums, members: Mapping[str, Collection[int]], as_of: AsOf
) -> list[int]:
    """Return the ids of the customers who belong, in their order.

    ``sums``: those that ``sums_needed`` tells. ``members``: the ids of the customers in each segment that it names.
    """
    belongs = _Evaluation(sums, members, as_of).belongs(rule)
    return [one.id for one in customers if belongs(one)]


@dataclass(frozen=True)
class _Evaluation:
    """Makes functions that tell of one customer after the other whether a rule holds."""

    sums: Sums
    members: Mapping[str, Collection[int]]
    as_of: AsOf

    def belongs(self, rule: Rule) -> Belongs:
        match rule:
            case Not():
                part = self.belongs(rule.part)
                return lambda one: not part(one)
            case All():
                every = tuple(map(self.belongs, rule.parts))
                return lambda one: all(part(one) for part in every)
            case Any_():
                either = tuple(map(self.belongs, rule.parts))
                return lambda one: any(part(one) for part in either)
            case Spent() | Ordered() | LastOrdered() | NeverOrdered():
                return self.by_orders(rule)
        return self.by_account(rule)

    def by_orders(self, rule: Spent | Ordered | LastOrdered | NeverOrdered) -> Belongs:
        found = self.sums[self.as_of.since(rule)].get
        match rule:
            case Spent(amount=amount):
                compared = _COMPARED[rule.how]
                return lambda one: compared(sums.spent if (sums := found(one.id)) else 0, amount)
            case Ordered(times=times):
                compared = _COMPARED[rule.how]
                return lambda one: compared(sums.orders if (sums := found(one.id)) else 0, times)
            case LastOrdered(how="more"):
                oldest = self.as_of.start(rule.ago)
                return lambda one: (sums := found(one.id)) is not None and sums.last_placed_at < oldest
            case LastOrdered():
                youngest = self.as_of.start(rule.ago, later=1)
                return lambda one: (sums := found(one.id)) is not None and sums.last_placed_at >= youngest
        return lambda one: found(one.id) is None

    def by_account(
        self, rule: Registered | InGroup | InCountry | HasAttribute | AcceptsMarketing | InSegment
    ) -> Belongs:
        match rule:
            case Registered(how=how):
                start = self.as_of.start(rule.ago)
                return lambda one: (one.registered_at >= start) == (how == "in")
            case InGroup():
                groups = frozenset(rule.group_ids)
                return lambda one: one.group_id in groups
            case InCountry():
                countries = frozenset(rule.countries)
                return lambda one: not countries.isdisjoint(one.countries)
            case HasAttribute(attribute_id=id_):
                values = frozenset(map(str.casefold, rule.values))
                return lambda one: one.attributes.get(id_, "").strip().casefold() in values
            case AcceptsMarketing():
                return lambda one: one.accepts_marketing
        inside = frozenset(id_ for segment in rule.segment_ids for id_ in self.members[segment])
        return lambda one: one.id in inside
