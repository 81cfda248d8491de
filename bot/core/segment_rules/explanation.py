"""Why a segment's rule holds for a shopper or does not, condition by condition: by which orders and traits."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from bot.core.language.phrases import and_list, listing
from bot.core.segment_rules.description import describe
from bot.core.segment_rules.evaluation import AsOf, sums_needed, who_belongs
from bot.core.segment_rules.facts import OneCustomer, OrderSums, Sale
from bot.core.segment_rules.quantities import describe_amount, describe_period, describe_times
from bot.core.segment_rules.rule import (
    All,
    Any_,
    HasAttribute,
    InCountry,
    InGroup,
    InSegment,
    LastOrdered,
    NeverOrdered,
    Not,
    Ordered,
    Registered,
    Rule,
    Spent,
    segments_named,
)
from bot.core.segment_rules.vocabulary import Named, Vocabulary

MOST_ORDERS = 5
"""The most orders that are told by their numbers."""


class Explained(NamedTuple):
    """A condition in the rule's words, whether it holds, and by what."""

    condition: str
    holds: bool
    because: str


class Explanation(NamedTuple):
    """Whether a rule holds for a shopper, and each of its conditions in the order in which they are told."""

    holds: bool
    conditions: tuple[Explained, ...]


def explain(
    rule: Rule, customer: OneCustomer, inside: Collection[str], as_of: AsOf, vocabulary: Vocabulary
) -> Explanation:
    """Explain a rule for one customer, who is in the segments of these ids."""
    explainer = _Explainer(customer, frozenset(inside), as_of, vocabulary)
    return Explanation(explainer.holds(rule), tuple(map(explainer.of, _conditions(rule))))


def _conditions(rule: Rule) -> list[Rule]:
    """Return the conditions of a rule, each with the “not” that stands right before it."""
    match rule:
        case All(parts=parts) | Any_(parts=parts):
            return [one for part in parts for one in _conditions(part)]
        case Not(part=Not() | All() | Any_() as part):
            return _conditions(part)
    return [rule]


@dataclass(frozen=True)
class _Explainer:
    """Explains conditions by what is known of one customer."""

    customer: OneCustomer
    inside: frozenset[str]
    as_of: AsOf
    vocabulary: Vocabulary

    def holds(self, rule: Rule) -> bool:
        """Return whether a rule holds, by the evaluation that its runs go by."""
        sums = {since: self._sums(since) for since in sums_needed(rule, self.as_of)}
        id_ = self.customer.facts.id
        members = {one: (id_,) if one in self.inside else () for one in segments_named(rule)}
        return bool(who_belongs(rule, (self.customer.facts,), sums, members, self.as_of))

    def of(self, rule: Rule) -> Explained:
        """Explain one condition, with its “not”."""
        condition = rule.part if isinstance(rule, Not) else rule
        return Explained(describe(rule, self.vocabulary), self.holds(rule), self._because(condition))

    def _sums(self, since: datetime | None) -> Mapping[int, OrderSums]:
        sales = self._sales(since)
        id_ = self.customer.facts.id
        spent = sum(one.amount for one in sales)
        return {id_: OrderSums(id_, len(sales), spent, sales[-1].placed_at)} if sales else {}

    def _sales(self, since: datetime | None) -> list[Sale]:
        return [one for one in self.customer.sales if since is None or one.placed_at >= since]

    def _because(self, condition: Rule) -> str:
        match condition:
            case Spent():
                spent = describe_amount(sum(one.amount for one in self._sales(self.as_of.since(condition))))
                return self._by_orders(condition, f"spent {spent}")
            case Ordered():
                times = describe_times(len(self._sales(self.as_of.since(condition))))
                return self._by_orders(condition, f"ordered {times}")
            case LastOrdered() | NeverOrdered():
                return self._last_order
        return self._by_account(condition)

    def _by_orders(self, condition: Spent | Ordered, told: str) -> str:
        """Tell the orders that were summed up or, if there is none, the last one before."""
        within = f" in {describe_period(condition.within)}" if condition.within else ""
        sales = [f"{one.id}" for one in reversed(self._sales(self.as_of.since(condition)))]
        if not sales:
            return f"no order{within}; {self._last_order}" if self.customer.sales else self._last_order
        return f"{told}{within}: order{'s' if len(sales) > 1 else ''} {listing(sales, MOST_ORDERS)}"

    @property
    def _last_order(self) -> str:
        if not self.customer.sales:
            return "never ordered"
        last = self.customer.sales[-1]
        return f"the last order, {last.id}, was on {self._day(last.placed_at)}"

    def _by_account(self, condition: Rule) -> str:
        facts = self.customer.facts
        match condition:
            case Registered():
                return f"registered on {self._day(facts.registered_at)}"
            case InGroup():
                name = _names(self.vocabulary.groups).get(facts.group_id, str(facts.group_id))
                return f"customer group is {name}" if facts.group_id else "in no customer group"
            case InCountry():
                return f"country is {and_list(sorted(facts.countries))}" if facts.countries else "no country is known"
            case HasAttribute(attribute_id=id_):
                name, value = _names(self.vocabulary.attributes).get(id_, str(id_)), facts.attributes.get(id_, "")
                return f"attribute {name} is “{value}”" if value.strip() else f"no attribute {name}"
            case InSegment(segment_ids=ids):
                within = [one for one in self.vocabulary.segments if one.id in self.inside.intersection(ids)]
                return f"in {and_list([one.name for one in within])}" if within else "in none of these segments"
        return f"{'accepts' if facts.accepts_marketing else 'does not accept'} marketing"

    def _day(self, at: datetime) -> str:
        return f"{at.astimezone(self.as_of.zone):%Y-%m-%d}"


def _names(named: Collection[Named]) -> Mapping[int, str]:
    return {one.id: one.name for one in named}
