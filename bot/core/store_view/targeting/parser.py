"""A parser for targeting in words."""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from bot.bigcommerce import All, Any_, AnyOf, Not, Segment, Targeting
from bot.core.errors import Misuse
from bot.core.language.logic_parser import Join, LogicParser, with_names_together
from bot.core.language.logic_tokens import Token
from bot.core.store_view.targeting.segment_names import ids_by_word
from bot.core.store_view.targeting.tokens import EXAMPLE, UNASKABLE, tokenize

MOST_LEVELS = 4
"""The greatest ``Targeting.depth`` that the vendor accepts: its schema CustomerSegmentLimitation ends there."""


def parse(text: str, segments: Sequence[Segment]) -> Targeting:
    """Parse a rule that ``describe`` wrote or a person typed.

    ``parse(describe(rule, names), segments)`` is ``rule``, up to rules that ``describe`` writes alike, for each rule
    that the store accepts and whose segments all exist. "A or B" is one ``AnyOf``; "A, or B" is an ``Any_`` of two.
    Variants of dashes, apostrophes and whitespace do not matter, unless two names differ only in them. Raises
    NotSegments with all unknown names, Misuse if the words are not one unambiguous rule of up to four levels.
    """
    tokens = tuple(tokenize(text))
    _check_askable(tokens)
    named = _Parser(tokens).rule()
    rule = _with_ids(named, ids_by_word(named.segment_ids, segments))
    if rule.depth > MOST_LEVELS:
        raise Misuse(
            f"This rule has {rule.depth} levels inside one another, and the store takes {MOST_LEVELS}. "
            "Say it with fewer parentheses: `in neither VIPs nor Loyal` instead of `not (in VIPs or Loyal)`."
        )
    return rule


def _check_askable(tokens: tuple[Token, ...]) -> None:
    typed = [token.typed.casefold() for token in tokens]
    for words, sentence in UNASKABLE.items():
        if any(tuple(typed[at : at + len(words)]) == words for at in range(len(typed))):
            raise Misuse(sentence)


class _Parser(LogicParser[Targeting]):
    """Parses tokens into a rule with names in place of ids."""

    empty: ClassVar[str] = "Say which segments to reach."
    wanted: ClassVar[str] = "a segment"
    example: ClassVar[str] = EXAMPLE

    def condition(self) -> Targeting:
        """Parse a segment's name; "in" may be left out."""
        self.accept("in")
        if self.accept("name"):
            return AnyOf((self.last.text,))
        raise self.missing()

    def negated(self, part: Targeting) -> Targeting:
        """Return ``Not`` of it."""
        return Not(part)

    def joined(self, join: Join, parts: tuple[Targeting, ...]) -> Targeting:
        """Return all of the parts, or any of them."""
        if join == "and":
            return All(parts)
        return _either(parts) if join == "or" else Any_(parts)


def _either(parts: tuple[Targeting, ...]) -> Targeting:
    """Build ``Any_`` of the parts, with as many of them as possible in one ``AnyOf``."""
    merged = with_names_together(
        parts,
        lambda part: isinstance(part, AnyOf),
        lambda run: AnyOf(tuple(name for part in run for name in part.segment_ids)),
    )
    return merged[0] if len(merged) == 1 else Any_(merged)


def _with_ids(rule: Targeting, ids: Mapping[str, str]) -> Targeting:
    match rule:
        case Not(part):
            return Not(_with_ids(part, ids))
        case All(parts) | Any_(parts):
            return type(rule)(tuple(_with_ids(part, ids) for part in parts))
    return AnyOf(tuple(dict.fromkeys(ids[word] for word in rule.segment_ids)))
