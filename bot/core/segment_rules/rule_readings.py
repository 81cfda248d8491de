"""Which rule words may mean where names hold “and”, “or”, “not”, commas or parentheses themselves."""

from collections.abc import Iterator

from bot.core.errors import Misuse, Question
from bot.core.segment_rules.description import describe
from bot.core.segment_rules.parser import parse
from bot.core.segment_rules.rule import HasAttribute, Rule, conditions
from bot.core.segment_rules.tokens import is_bare
from bot.core.segment_rules.vocabulary import Vocabulary
from bot.core.segment_rules.wordings import as_conditions, other_wordings
from bot.core.store_view.targeting.rule_readings import one_reading, quoted_ways


def read_rule(text: str, vocabulary: Vocabulary, *, can_ask: bool) -> Rule:
    """Return the rule that the words mean, in the language or as people say it otherwise.

    Raises Question if they may mean several, Misuse if they mean none.
    """
    try:
        rule = _read((text,), vocabulary, can_ask=can_ask)
    except Question:
        raise
    except Misuse:
        if wordings := tuple(_wordings(text, vocabulary)):
            return _read(wordings, vocabulary, can_ask=can_ask)
        raise
    if can_ask:
        _ask_about_values(rule, text, vocabulary)
    return rule


def _ask_about_values(rule: Rule, text: str, vocabulary: Vocabulary) -> None:
    """Raise Question, or Misuse, if a value in a list may be a condition of its own: an attribute may have any value.

    ``attribute Tier is Silver or subscribed``: what stands first behind “is” is a value.
    """
    later = [value for one in conditions(rule) if isinstance(one, HasAttribute) for value in one.values[1:]]
    for value in later:
        ways = tuple(as_conditions(text, value))
        try:
            others = [_read((way,), vocabulary, can_ask=False) for way in ways]
        except Misuse as error:
            raise Misuse(
                f"Is “{value}” a value, or a condition of its own? Put a value in quotes; with a condition, say in "
                "parentheses what belongs together."
            ) from error
        if others:
            _read((text, *ways), vocabulary, can_ask=True)


def _wordings(text: str, vocabulary: Vocabulary) -> Iterator[str]:
    """Yield the words as they are said in the language; also with names left as they are that hold such words."""
    for way in quoted_ways(text, vocabulary.names, lambda name: is_bare(name) and not any(other_wordings(name))):
        yield from other_wordings(way)


def _read(texts: tuple[str, ...], vocabulary: Vocabulary, *, can_ask: bool) -> Rule:
    return one_reading(
        (way for text in texts for way in quoted_ways(text, vocabulary.names, is_bare)),
        lambda way: parse(way, vocabulary),
        lambda rule: describe(rule, vocabulary, quoted=True),
        can_ask=can_ask,
    )
