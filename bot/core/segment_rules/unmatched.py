"""Which values that a rule names nobody has: a country, a customer group or an attribute's value may be misspelt."""

import asyncio
from collections.abc import Iterable

from bot.core.segment_rules.facts import CustomerFacts, FactsReader
from bot.core.segment_rules.rule import Condition, HasAttribute, InCountry, InGroup, Rule, conditions

_Held = tuple[str, int, str]
"""What a customer may have: the kind of it, an id of the store's, a text."""


async def unmatched(rule: Rule, facts: FactsReader) -> tuple[Condition, ...]:
    """Return the conditions, of one value each, that no customer meets; it reads only until each was seen."""
    wanted = {held: single for one in conditions(rule) for held, single in _singles(one)}
    if wanted:
        async for piece in facts.customers():
            for held in await asyncio.to_thread(_held_by, piece):
                wanted.pop(held, None)
            if not wanted:
                break
    return tuple(wanted.values())


def _singles(condition: Condition) -> list[tuple[_Held, Condition]]:
    match condition:
        case InGroup(group_ids=ids):
            return [(("group", id_, ""), InGroup(group_ids=(id_,))) for id_ in ids]
        case InCountry(countries=codes):
            return [(("country", 0, code), InCountry(countries=(code,))) for code in codes]
        case HasAttribute(attribute_id=id_, values=values):
            single = {value: condition.model_copy(update={"values": (value,)}) for value in values}
            return [(("attribute", id_, value.casefold()), one) for value, one in single.items()]
    return []


def _held_by(customers: Iterable[CustomerFacts]) -> set[_Held]:
    held = set[_Held]()
    for one in customers:
        held.add(("group", one.group_id, ""))
        held.update(("country", 0, code) for code in one.countries)
        held.update(("attribute", id_, value.strip().casefold()) for id_, value in one.attributes.items())
    return held
