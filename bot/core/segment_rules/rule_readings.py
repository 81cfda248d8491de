"""Which rule words may mean where names hold “and”, “or”, “not”, commas or parentheses themselves."""

from bot.core.segment_rules.description import describe
from bot.core.segment_rules.parser import parse
from bot.core.segment_rules.rule import Rule
from bot.core.segment_rules.tokens import is_bare
from bot.core.segment_rules.vocabulary import Vocabulary
from bot.core.store_view.targeting.rule_readings import one_reading, quoted_ways


def read_rule(text: str, vocabulary: Vocabulary, *, can_ask: bool) -> Rule:
    """Return the rule that the words mean. Raises Question if they may mean several, Misuse if they mean none."""
    return one_reading(
        quoted_ways(text, vocabulary.names, is_bare),
        lambda way: parse(way, vocabulary),
        lambda rule: describe(rule, vocabulary, quoted=True),
        can_ask=can_ask,
    )
