"""Which values that a rule names nobody has."""

from collections.abc import Iterator

from hypothesis import given, settings

from bot.core.segment_rules.rule import Condition, HasAttribute, InCountry, InGroup, Rule, conditions
from bot.core.segment_rules.unmatched import unmatched
from tests.core.segment_rules.drawn import RULES, SHOPS, TODAY
from tests.core.segment_rules.plain_evaluation import PlainShop
from tests.core.segment_rules.test_belonging import PlainFacts
from tests.core.segment_rules.test_evaluation import BERLIN
from tests.laws.values import LAW


def singles(condition: Rule) -> Iterator[Condition]:
    """A condition of one value for each that it names, in a list of which anything may be misspelt."""
    match condition:
        case InGroup():
            yield from (InGroup(group_ids=(one,)) for one in condition.group_ids)
        case InCountry():
            yield from (InCountry(countries=(one,)) for one in condition.countries)
        case HasAttribute():
            yield from (condition.model_copy(update={"values": (one,)}) for one in condition.values)


def folded(condition: Condition) -> str:
    """The condition, however its value is written."""
    return condition.model_dump_json().casefold()


@settings(LAW)
@given(RULES, SHOPS)
async def test_a_value_is_told_exactly_if_no_customer_has_it(rule: Rule, shop: PlainShop) -> None:
    named = [single for one in conditions(rule) for single in singles(one)]
    nobodys = {
        folded(one)
        for one in named
        if not any(shop.belongs(one.model_dump(), customer, TODAY, BERLIN) for customer in shop.customers)
    }
    assert sorted(map(folded, await unmatched(rule, PlainFacts(shop)))) == sorted(nobodys)


async def test_of_a_list_only_the_values_are_told_that_nobody_has() -> None:
    shop = PlainShop((), (), {})
    group = InGroup(group_ids=(1, 2))
    assert await unmatched(group, PlainFacts(shop)) == (InGroup(group_ids=(1,)), InGroup(group_ids=(2,)))
    same = HasAttribute(attribute_id=1, values=("Gold", "gold"))
    assert await unmatched(same, PlainFacts(shop)) == (HasAttribute(attribute_id=1, values=("gold",)),)
