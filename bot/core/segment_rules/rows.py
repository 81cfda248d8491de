"""A segment's rule as the rows of a form: one condition each, all joined by the same word.

``words_of`` writes them in the language of rules, which says what they mean; ``rows_of`` is its inverse.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Literal, NamedTuple

from bot.core.language.tokenizer import QUOTES
from bot.core.segment_rules.quantities import describe_amount, describe_period
from bot.core.segment_rules.rule import (
    AcceptsMarketing,
    All,
    Any_,
    Condition,
    HasAttribute,
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

Part = Literal["amount", "times", "within", "ago", "groups", "countries", "attribute", "values", "segments"]
"""What a condition has to be told beside its kind."""
CHOSEN: tuple[Part, ...] = ("groups", "attribute", "segments")
"""Those that are ids of what the store has."""
_SPLIT = re.compile(r"\s*[,;\n]\s*")


class Kind(NamedTuple):
    """A kind of condition: what people choose, and its words with the parts that it takes."""

    label: str
    words: str

    @property
    def parts(self) -> tuple[Part, ...]:
        """The parts that it takes, in their order."""
        return tuple(part for part in _WRITTEN if f"{{{part}}}" in self.words)


KINDS: Mapping[str, Kind] = {
    "spent over": Kind("Spent more than", "spent over {amount} in {within}"),
    "spent under": Kind("Spent less than", "spent under {amount} in {within}"),
    "spent at least": Kind("Spent at least", "spent at least {amount} in {within}"),
    "spent at most": Kind("Spent at most", "spent at most {amount} in {within}"),
    "ordered at least": Kind("Ordered at least … times", "ordered at least {times} in {within}"),
    "ordered at most": Kind("Ordered at most … times", "ordered at most {times} in {within}"),
    "ordered over": Kind("Ordered more than … times", "ordered more than {times} in {within}"),
    "ordered under": Kind("Ordered less than … times", "ordered less than {times} in {within}"),
    "last ordered more": Kind("Last ordered more than … ago", "last ordered more than {ago} ago"),
    "last ordered less": Kind("Last ordered less than … ago", "last ordered less than {ago} ago"),
    "never ordered": Kind("Never ordered", "never ordered"),
    "registered in": Kind("Registered in the last …", "registered in {ago}"),
    "registered before": Kind("Registered more than … ago", "registered more than {ago} ago"),
    "group": Kind("Is in the customer group", "customer group is {groups}"),
    "not group": Kind("Is not in the customer group", "not (customer group is {groups})"),
    "country": Kind("Has an address in the country", "country is {countries}"),
    "not country": Kind("Has no address in the country", "not (country is {countries})"),
    "attribute": Kind("Customer attribute is", "attribute {attribute} is {values}"),
    "not attribute": Kind("Customer attribute is not", "not (attribute {attribute} is {values})"),
    "marketing": Kind("Accepts marketing", "accepts marketing"),
    "not marketing": Kind("Does not accept marketing", "not accepts marketing"),
    "segment": Kind("Is in the segment", "in {segments}"),
    "not segment": Kind("Is not in the segment", "not (in {segments})"),
}
"""All kinds of conditions that a row can have, by the key that a form carries."""


class Row(NamedTuple):
    """A condition. ``parts``: what was typed for each part, or the ids of what was chosen."""

    kind: str = ""
    parts: Mapping[Part, tuple[str, ...]] = {}

    @property
    def is_complete(self) -> bool:
        """Whether all that its kind takes is there; how far it looks back may be left out."""
        taken = KINDS[self.kind].parts if self.kind in KINDS else None
        return taken is not None and all(part == "within" or _typed(self.parts.get(part, ())) for part in taken)

    @property
    def words(self) -> str:
        """The condition in the language of rules."""
        kind = KINDS[self.kind]
        return kind.words.format_map({part: _WRITTEN[part](self.parts.get(part, ())) for part in kind.parts})


class Rows(NamedTuple):
    """Conditions, of which all have to hold, or one ("or")."""

    rows: tuple[Row, ...] = (Row(),)
    join: Literal["and", "or"] = "and"


def words_of(rows: Rows, *, is_final: bool = False) -> str:
    """Write the rows that are complete as a rule in words: ids stand for names.

    ``is_final``: the others, too, for what they lack to be missed: a rule is not to hold for more than people chose.
    """
    written = (row for row in rows.rows if row.is_complete or (is_final and row.kind in KINDS))
    return f", {rows.join} ".join(row.words for row in written)


def rows_of(rule: Rule) -> Rows | None:
    """Return a rule as rows; None if it has more than one level, or what no row can hold."""
    parts = rule.parts if isinstance(rule, All | Any_) else (rule,)
    rows = [_row(part) for part in parts]
    known = tuple(row for row in rows if row)
    return Rows(known, "or" if isinstance(rule, Any_) else "and") if len(known) == len(rows) else None


def _row(rule: Rule) -> Row | None:
    match rule:
        case Not(part=InGroup() | InCountry() | HasAttribute() | AcceptsMarketing() | InSegment() as part):
            row = _affirmed(part)
            return row and Row(f"not {row.kind}", row.parts)
        case Not() | All() | Any_():
            return None
    return _affirmed(rule)


def _affirmed(rule: Condition) -> Row | None:
    match rule:
        case Spent():
            return Row(f"spent {rule.how}", {"amount": (describe_amount(rule.amount),), "within": _within(rule.within)})
        case Ordered():
            return Row(f"ordered {rule.how}", {"times": (f"{rule.times:,}",), "within": _within(rule.within)})
        case LastOrdered():
            return Row(f"last ordered {rule.how}", {"ago": _within(rule.ago)})
        case Registered():
            return Row(f"registered {rule.how}", {"ago": _within(rule.ago)})
        case NeverOrdered():
            return Row("never ordered")
    return _by_what_they_are(rule)


def _by_what_they_are(rule: InGroup | InCountry | HasAttribute | AcceptsMarketing | InSegment) -> Row | None:
    match rule:
        case InGroup():
            return Row("group", {"groups": tuple(map(str, rule.group_ids))})
        case InCountry():
            return Row("country", {"countries": (", ".join(rule.countries),)})
        case InSegment():
            return Row("segment", {"segments": rule.segment_ids})
        case AcceptsMarketing():
            return Row("marketing")
    typed = (", ".join(rule.values),)
    is_same = _split(typed) == rule.values and not {*QUOTES} & {*typed[0]}
    return Row("attribute", {"attribute": (str(rule.attribute_id),), "values": typed}) if is_same else None


def _within(period: Period | None) -> tuple[str, ...]:
    return (describe_period(period),) if period else ()


def _typed(part: Iterable[str]) -> str:
    return " ".join(part).strip()


def _split(part: Iterable[str]) -> tuple[str, ...]:
    each = (one.strip(f"{QUOTES} ") for one in _SPLIT.split(_typed(part)))
    return tuple(dict.fromkeys(filter(None, each)))


def _length_of_time(part: Iterable[str]) -> str:
    """Write a length of time; a bare number is one of days, and nothing is all."""
    typed = re.sub(r"\s+ago$", "", _typed(part), flags=re.IGNORECASE)
    return f"{typed} days" if typed.replace(",", "").isdecimal() else typed or "all"


def _times(part: Iterable[str]) -> str:
    typed = _typed(part)
    return f"{typed} times" if typed.replace(",", "").isdecimal() else typed


def _countries(part: Iterable[str]) -> str:
    return _quoted(filter(None, re.split(r"[\s,;]+(?:(?:or|and)[\s,;]+)?", _typed(part))))


def _quoted(values: Iterable[str]) -> str:
    return " or ".join(f"“{one}”" for one in values)


_WRITTEN: Mapping[Part, Callable[[tuple[str, ...]], str]] = {
    "attribute": _quoted,
    "amount": _typed,
    "times": _times,
    "within": _length_of_time,
    "ago": _length_of_time,
    "groups": _quoted,
    "countries": _countries,
    "values": lambda part: _quoted(_split(part)),
    "segments": _quoted,
}
"""How each part is written in the language of rules, in the order in which a form asks for them."""
