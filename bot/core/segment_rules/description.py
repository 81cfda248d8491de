"""A segment's rule, described in words that are parsed to just that rule."""

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from bot.core.segment_rules.quantities import describe_amount, describe_period, describe_times
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
)
from bot.core.segment_rules.tokens import GONE, is_bare
from bot.core.segment_rules.vocabulary import Named, Vocabulary
from bot.core.segment_rules.wordings import other_wordings
from bot.core.store_view.targeting.segment_names import names_within, written_name

_ORDERED: Mapping[HowMuch, str] = {
    "over": "more than",
    "under": "less than",
    "at least": "at least",
    "at most": "at most",
}


def describe(rule: Rule, vocabulary: Vocabulary, *, quoted: bool = False) -> str:
    """Describe a rule. Names are put in quotes where their words could be parsed otherwise, and all if ``quoted``."""
    text = _Writer(vocabulary, quoted=quoted).describe(rule)
    if quoted or not names_within(text, vocabulary.names, is_bare):
        return text
    return _Writer(vocabulary, quoted=True).describe(rule)


@dataclass(frozen=True)
class _Writer:
    """Writes rules with these names."""

    vocabulary: Vocabulary
    quoted: bool

    def describe(self, rule: Rule) -> str:
        match rule:
            case Not(part=InSegment(segment_ids=(_, _, *_) as ids)):
                return f"in neither {' nor '.join(map(self.segment, ids))}"
            case Not(part=Not() | All() | Any_() as part):
                return f"not ({self.describe(part)})"
            case Not(part=InCountry() | InGroup() | HasAttribute() as part):
                return f"not ({self.condition(part)})"
            case Not(part=part):
                return f"not {self.describe(part)}"
            case All(parts=parts):
                return ", and ".join(map(self.part, parts))
            case Any_(parts=parts):
                return ", or ".join(map(self.part, parts))
        return self.condition(rule)

    def part(self, rule: Rule) -> str:
        words = self.describe(rule)
        return f"({words})" if isinstance(rule, All | Any_) else words

    def condition(self, rule: Condition) -> str:
        match rule:
            case InSegment():
                return f"in {' or '.join(map(self.segment, rule.segment_ids))}"
            case InGroup():
                return f"customer group is {' or '.join(itertools.starmap(self.group, enumerate(rule.group_ids)))}"
            case InCountry():
                return f"country is {self.values(rule.countries)}"
            case HasAttribute():
                return f"attribute {self.attribute(rule.attribute_id)} is {self.values(rule.values)}"
        return _without_names(rule)

    def segment(self, id_: str) -> str:
        return written_name(id_, self._segments, is_bare, quoted=self.quoted)

    def group(self, place: int, id_: int) -> str:
        named, can_be_bare = self._names_of(self.vocabulary.groups), self.is_value if place else is_bare
        return written_name(str(id_), named, can_be_bare, quoted=self.quoted, gone=GONE[1])

    def attribute(self, id_: int) -> str:
        named = self._names_of(self.vocabulary.attributes)
        return written_name(str(id_), named, is_bare, quoted=self.quoted, gone=GONE[2])

    def values(self, values: Sequence[str]) -> str:
        plain = [(self.is_value if place else is_bare)(one) for place, one in enumerate(values)]
        words = zip(values, plain, strict=True)
        return " or ".join(one if is_plain and not self.quoted else f"“{one}”" for one, is_plain in words)

    def is_value(self, word: str) -> bool:
        """Return whether a list of values can go on with this without quotes.

        A segment may be meant beside it, or a condition of its own.
        """
        return is_bare(word) and not self.vocabulary.segment_names.called(word) and not any(other_wordings(word))

    @cached_property
    def _segments(self) -> Mapping[str, str]:
        return {one.id: one.name for one in self.vocabulary.segments}

    @staticmethod
    def _names_of(named: Iterable[Named]) -> Mapping[str, str]:
        return {str(one.id): one.name for one in named}


def _without_names(
    rule: Spent | Ordered | LastOrdered | NeverOrdered | Registered | AcceptsMarketing,
) -> str:
    match rule:
        case Spent():
            return f"spent {rule.how} {describe_amount(rule.amount)} in {_within(rule.within)}"
        case Ordered():
            return f"ordered {_ORDERED[rule.how]} {describe_times(rule.times)} in {_within(rule.within)}"
        case LastOrdered():
            return f"last ordered {rule.how} than {describe_period(rule.ago)} ago"
        case Registered(how="in"):
            return f"registered in the last {describe_period(rule.ago)}"
        case Registered():
            return f"registered more than {describe_period(rule.ago)} ago"
        case NeverOrdered():
            return "never ordered"
    return "accepts marketing"


def _within(period: Period | None) -> str:
    return describe_period(period) if period else "all"
