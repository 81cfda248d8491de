from hypothesis import given, settings

from bot.core.segment_rules.rule import HasAttribute, InCountry, InGroup, Rule, conditions
from bot.core.segment_rules.unmatched import unmatched
from tests.core.segment_rules.drawn import RULES, SHOPS, TODAY
from tests.core.segment_rules.plain_evaluation import PlainShop
from tests.core.segment_rules.test_belonging import PlainFacts
from tests.core.segment_rules.test_evaluation import BERLIN
from tests.laws.values import LAW


@settings(LAW)
@given(RULES, SHOPS)
async def test_a_value_is_told_exactly_if_no_customer_has_it(rule: Rule, shop: PlainShop) -> None:
    told = await unmatched(rule, PlainFacts(shop))
    for one in told:
        assert not any(shop.belongs(one.model_dump(), customer, TODAY, BERLIN) for customer in shop.customers)
    named = [one for one in conditions(rule) if isinstance(one, InGroup | InCountry | HasAttribute)]
    for one in named:
        nobody = not any(shop.belongs(one.model_dump(), customer, TODAY, BERLIN) for customer in shop.customers)
        assert not nobody or told


async def test_of_a_list_only_the_values_are_told_that_nobody_has() -> None:
    shop = PlainShop((), (), {})
    group = InGroup(group_ids=(1, 2))
    assert await unmatched(group, PlainFacts(shop)) == (InGroup(group_ids=(1,)), InGroup(group_ids=(2,)))
    same = HasAttribute(attribute_id=1, values=("Gold", "gold"))
    assert await unmatched(same, PlainFacts(shop)) == (HasAttribute(attribute_id=1, values=("gold",)),)
