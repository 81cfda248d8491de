"""What most of those who leave a segment by its rule have in common: no order within a time that the rule asks for."""

from collections.abc import Collection, Iterator

from bot.core.segment_rules.evaluation import AsOf, Sums
from bot.core.segment_rules.quantities import describe_period
from bot.core.segment_rules.rule import All, Any_, LastOrdered, Not, Ordered, Period, Rule, Spent


def describe_lapsed(rule: Rule, leaving: Collection[int], sums: Sums, as_of: AsOf) -> tuple[str, ...]:
    """Tell how many of the customers who leave had no order within the time in which most had none; nothing if none.

    ``sums``: of their orders, for each time since which the rule needs them.
    """
    found = [(_without_order(one, leaving, sums, as_of), period) for one, period in _wanting_orders(rule)]
    most, period = max(found, key=lambda one: one[0], default=(0, None))
    if period is None or not most:
        return ()
    share = f"{most:,} of the {len(leaving):,} who leave" if most < len(leaving) else f"All {most:,} who leave"
    who = share if len(leaving) > 1 else "Whoever leaves"
    return (f"{who} had no order in {describe_period(period)}.",)


def _wanting_orders(rule: Rule) -> Iterator[tuple[Spent | Ordered | LastOrdered, Period]]:
    """Yield the conditions of a rule that nobody fulfils without an order within a time, each with that."""
    match rule:
        case All(parts=parts) | Any_(parts=parts):
            for part in parts:
                yield from _wanting_orders(part)
        case Not(part=Not(part=part)):
            yield from _wanting_orders(part)
        case Spent(how="over" | "at least") | Ordered(how="over" | "at least") if rule.within:
            yield rule, rule.within
        case LastOrdered(how="less"):
            yield rule, rule.ago


def _without_order(condition: Spent | Ordered | LastOrdered, leaving: Collection[int], sums: Sums, as_of: AsOf) -> int:
    found = sums[as_of.since(condition)]
    if isinstance(condition, LastOrdered):
        youngest = as_of.start(condition.ago, later=1)
        return sum(one not in found or found[one].last_placed_at < youngest for one in leaving)
    return sum(one not in found for one in leaving)
