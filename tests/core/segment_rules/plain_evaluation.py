"""A slow and plain evaluation of rules, of the orders one by one and of calendar days: nothing of the bot's is used."""

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bot.core.segment_rules.facts import CustomerFacts


@dataclass(frozen=True)
class Order:
    """An order as the store has it; amounts in 1/10,000. A guest's has the customer id 0."""

    customer_id: int
    placed_at: datetime
    total: int
    refunded: int
    status_id: int


@dataclass(frozen=True)
class PlainShop:
    """A store: its customers, their orders, and the customers in its segments."""

    customers: tuple[CustomerFacts, ...]
    orders: tuple[Order, ...]
    members: Mapping[str, frozenset[int]]

    def sales_of(self, customer: int) -> list[Order]:
        """The orders of a customer that count."""
        return [one for one in self.orders if one.customer_id == customer and one.status_id not in (0, 4, 5, 6)]

    def belongs(self, rule: Mapping[str, Any], one: CustomerFacts, today: date, zone: ZoneInfo) -> bool:
        """Whether a customer belongs, by a rule as its JSON."""
        kind = rule["kind"]
        if kind == "not":
            return not self.belongs(rule["part"], one, today, zone)
        if kind in ("all", "any"):
            parts = [self.belongs(part, one, today, zone) for part in rule["parts"]]
            return all(parts) if kind == "all" else any(parts)
        if kind in ("spent", "ordered", "last_ordered", "never_ordered"):
            return self.ordered(rule, self.sales_of(one.id), today, zone)
        if kind == "registered":
            is_within = one.registered_at.astimezone(zone).date() >= back(today, rule["ago"])
            return is_within if rule["how"] == "in" else not is_within
        if kind == "in_segment":
            return any(one.id in self.members[id_] for id_ in rule["segment_ids"])
        if kind == "has_attribute":
            value = one.attributes.get(rule["attribute_id"], "").strip().casefold()
            return value in [wanted.casefold() for wanted in rule["values"]]
        if kind == "in_country":
            return any(country in rule["countries"] for country in one.countries)
        return one.group_id in rule["group_ids"] if kind == "in_group" else one.accepts_marketing

    def ordered(self, rule: Mapping[str, Any], sales: list[Order], today: date, zone: ZoneInfo) -> bool:
        """Whether orders are as a condition wants them."""
        days = [one.placed_at.astimezone(zone).date() for one in sales]
        if rule["kind"] == "never_ordered":
            return not days
        if rule["kind"] == "last_ordered":
            edge = back(today, rule["ago"])
            return bool(days) and (max(days) < edge if rule["how"] == "more" else max(days) > edge)
        edge = back(today, rule["within"]) if rule["within"] else date.min
        within = [one for one, day in zip(sales, days, strict=True) if day >= edge]
        value = len(within) if rule["kind"] == "ordered" else sum(one.total - one.refunded for one in within)
        wanted = rule["times"] if rule["kind"] == "ordered" else rule["amount"]
        if rule["how"] in ("over", "under"):
            return bool(value > wanted if rule["how"] == "over" else value < wanted)
        return bool(value >= wanted if rule["how"] == "at least" else value <= wanted)


def back(today: date, period: Mapping[str, Any]) -> date:
    """The day to which a period reaches back."""
    if period["unit"] == "days":
        return today - timedelta(days=period["count"])
    year, month = today.year, today.month
    for _ in range(period["count"]):
        year, month = (year - 1, 12) if month == 1 else (year, month - 1)
    return date(year, month, min(today.day, monthrange(year, month)[1]))
