"""A parser for a segment's rule in words; the language is that of promotions' targeting, with more conditions."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import ClassVar, TypeVar

from bot.core.errors import Misuse, NotSegments
from bot.core.language.logic_parser import Join, LogicParser, with_names_together
from bot.core.language.logic_tokens import Token
from bot.core.segment_rules.countries import COUNTRIES
from bot.core.segment_rules.quantities import HOW, parse_amount, parse_period, parse_times
from bot.core.segment_rules.rule import (
    AcceptsMarketing,
    All,
    Any_,
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
    segments_named,
)
from bot.core.segment_rules.tokens import EXAMPLE, GONE, begins_condition, tokenize
from bot.core.segment_rules.vocabulary import Named, Vocabulary
from bot.core.store_view.names import Names, similar_names

_HOW = "|".join(HOW)
_ASK = "Conditions are like `spent over 500 in 90 days` or `country is DE`; `/segment rule help` shows more of them."
T = TypeVar("T")


def parse(text: str, vocabulary: Vocabulary) -> Rule:
    """Parse a rule that ``describe`` wrote or a person typed.

    ``parse(describe(rule, vocabulary), vocabulary)`` is ``rule``, if all that it names exists. Nothing is guessed:
    raises Misuse if the words are not one unambiguous rule, NotSegments for a segment that does not exist.
    """
    tokens = tuple(tokenize(text))
    if gone := next(
        (phrase for phrase in GONE for one in tokens if phrase in one.typed.lower() and not one.is_quoted), ""
    ):
        raise Misuse(f"{gone.capitalize()} can't be part of a rule. Leave it out, or name another in its place.")
    return _Parser(tokens, vocabulary).rule()


class _Parser(LogicParser[Rule]):
    """Parses tokens into a rule."""

    empty: ClassVar[str] = "Say which shoppers belong to the segment."
    wanted: ClassVar[str] = "a condition"
    example: ClassVar[str] = EXAMPLE

    def __init__(self, tokens: tuple[Token, ...], vocabulary: Vocabulary) -> None:
        super().__init__(tokens)
        self.vocabulary = vocabulary

    def negated(self, part: Rule) -> Rule:
        return Not(part=part)

    def joined(self, join: Join, parts: tuple[Rule, ...]) -> Rule:
        if join == "and":
            return All(parts=parts)
        return _either(parts) if join == "or" else Any_(parts=parts)

    def clear(self, negation: Rule, word: str) -> Rule:
        """Refuse "not country is DE or AT", too: some mean neither, others AT, or not DE."""
        if word == "not" and isinstance(negation, Not) and _values(negation.part) > 1:
            raise Misuse(
                "Does “not” hold for all of the list? If so, put it in parentheses: `not (country is DE or AT)`."
            )
        return super().clear(negation, word)

    def condition(self) -> Rule:
        if self.accept("in"):
            return InSegment(segment_ids=(self.named_segment(),))
        if not self.accept("name"):
            raise self.missing()
        token = self.last
        if begins_condition(token):
            for pattern, read in _CONDITIONS:
                if match := pattern.fullmatch(token.typed):
                    return read(self, match)
            raise Misuse(f"I couldn't read “{token.typed}” as a condition. {_ASK}")
        if self.vocabulary.segment_names.called(token.text):
            self.at -= 1
            return InSegment(segment_ids=(self.named_segment(),))
        raise Misuse(f"I don't know the condition “{token.text}”. {_ASK}")

    def named_segment(self) -> str:
        """Parse the name of a segment, and return its id. Raises NotSegments."""
        if not self.accept("name"):
            raise self.missing()
        word = self.last.text
        found = self.vocabulary.segment_names.one(word)
        if found is None:
            raise NotSegments((word,), similar_names(word, self.vocabulary.segments))
        return found.id

    def period(self, within: str | None, otherwise: str) -> Period | None:
        """Parse "in 90 days", which ``within`` may hold already; None for "in all". Raises Misuse if it is missing."""
        words = within
        if words is None and self.next.kind == "in" and self.ahead(1).kind == "name":
            self.at += 2
            words = self.last.typed
        if words is None:
            raise Misuse(f"In how many days? Say it like `{otherwise} in 90 days`, or `{otherwise} in all`.")
        return None if words.lower() in ("all", "total") else parse_period(words)

    def values(self, rest: str, read: Callable[[Token], T]) -> tuple[T, ...]:
        """Parse one value or several with "or", the first of which ``rest`` may hold; each once. Raises Misuse."""
        found, joins = [read(self.first_value(rest))], list[str]()
        while self.next.kind in (",", "or", ", or") and self.is_value(self.ahead(1)):
            joins.append(self.next.kind)
            self.at += 2
            self.refuse_segment(self.last)
            found.append(read(self.last))
        if joins and "," in (joins[-1], *joins[joins.count(",") :]):
            raise Misuse(f"Before “{self.last.text}”, say “or” instead of the comma: `country is DE, AT or CH`.")
        return tuple(dict.fromkeys(found))

    def first_value(self, rest: str) -> Token:
        if rest:
            return Token("name", rest, rest)
        if self.next.kind == "not":
            raise Misuse("Put the “not” before the condition: `not country is DE`.")
        if not self.accept("name"):
            raise Misuse(f"After “{self.last.typed}”, a value is missing. {EXAMPLE}")
        return self.last

    @staticmethod
    def is_value(token: Token) -> bool:
        """Return whether a list goes on with this token, rather than a condition beginning with it."""
        return token.kind == "name" and not begins_condition(token)

    def group(self, token: Token) -> int:
        """Return the id of a customer group. Raises Misuse."""
        return self.known(token, self.vocabulary.group_names, self.vocabulary.groups, "customer group").id

    def refuse_segment(self, token: Token) -> None:
        """Raise Misuse if the next value of a list may be a segment beside the condition."""
        if not token.is_quoted and self.vocabulary.segment_names.called(token.text):
            raise Misuse(
                f"“{token.text}” is a segment, too. If you mean that, say `or in {token.text}`; "
                "if you mean the value, put it in quotes."
            )

    def known(self, token: Token, names: Names[Named], all_: Sequence[Named], what: str) -> Named:
        """Return what is called that. Raises Misuse."""
        found = names.one(token.text)
        if found is None:
            near = " or ".join(f"“{name}”" for name in similar_names(token.text, all_))
            raise Misuse(f"No {what} is called “{token.text}”.{f' Did you mean {near}?' if near else ''}")
        return found

    def attribute(self, words: str) -> tuple[Named, str]:
        """Parse what follows "attribute", up to its "is"; return the attribute, and what follows. Raises Misuse."""
        if not words and self.next.is_quoted:
            self.accept("name")
            named = self.last
            if not (self.accept("name") and self.last.typed.lower().split()[:1] == ["is"]):
                raise Misuse(f"After “{named.text}”, say what it is: `attribute Tier is Gold`.")
            return self.attribute_called(named), self.last.typed[2:].strip()
        ends = [match.span() for match in re.finditer(r"(?<!\S)is(?!\S)", words, re.IGNORECASE)]
        splits = [(words[:start].strip(), words[end:].strip()) for start, end in ends]
        known = [one for one in splits if self.vocabulary.attribute_names.called(one[0])]
        if len(known) > 1:
            raise Misuse(f"Where does the attribute end in “{words}”? Put its name in quotes.")
        if not splits:
            raise Misuse("Say which value an attribute has: `attribute Tier is Gold`.")
        name, rest = (known or splits)[0]
        return self.attribute_called(Token("name", name, name)), rest

    def attribute_called(self, token: Token) -> Named:
        return self.known(token, self.vocabulary.attribute_names, self.vocabulary.attributes, "customer attribute")


def _country(token: Token) -> str:
    code = token.text.strip().upper()
    if code == "UK":
        raise Misuse("The code of the United Kingdom is GB: `country is GB`.")
    if code not in COUNTRIES:
        raise Misuse(f"I don't know the country “{token.text}”. Say it in two letters: `country is DE or AT`.")
    return code


def _spent(parser: _Parser, match: re.Match[str]) -> Rule:
    amount, how = parse_amount(match["amount"]), match["how"].lower()
    within = parser.period(match["within"], f"spent {how} {match['amount']}")
    return Spent(how=HOW[how], amount=amount, within=within)


def _ordered(parser: _Parser, match: re.Match[str]) -> Rule:
    times, how = parse_times(match["times"]), match["how"].lower()
    within = parser.period(match["within"], f"ordered {how} {match['times']}")
    return Ordered(how=HOW[how], times=times, within=within)


def _ordered_in(parser: _Parser, _: re.Match[str]) -> Rule:
    return Ordered(how="at least", times=1, within=parser.period(None, "ordered"))


def _last_ordered(_: _Parser, match: re.Match[str]) -> Rule:
    return LastOrdered.model_validate({"how": match["how"].lower(), "ago": parse_period(match["ago"])})


def _never_ordered(parser: _Parser, _: re.Match[str]) -> Rule:
    if parser.next.kind != "in" or parser.ahead(1).kind != "name":
        return NeverOrdered()
    within = parser.period(None, "never ordered")
    return Ordered(how="at most", times=0, within=within) if within else NeverOrdered()


def _registered_in(parser: _Parser, _: re.Match[str]) -> Rule:
    within = parser.period(None, "registered")
    if within is None:
        raise Misuse("Everyone registered at some time. Say it like `registered in the last 30 days`.")
    return Registered(how="in", ago=within)


def _registered_before(_: _Parser, match: re.Match[str]) -> Rule:
    return Registered(how="before", ago=parse_period(match["ago"]))


def _group(parser: _Parser, match: re.Match[str]) -> Rule:
    return InGroup(group_ids=parser.values(match["rest"].strip(), parser.group))


def _in_country(parser: _Parser, match: re.Match[str]) -> Rule:
    return InCountry(countries=parser.values(match["rest"].strip(), _country))


def _attribute(parser: _Parser, match: re.Match[str]) -> Rule:
    attribute, rest = parser.attribute(match["rest"].strip())
    return HasAttribute(attribute_id=attribute.id, values=parser.values(rest, lambda token: token.text.strip()))


def _accepts_marketing(_: _Parser, __: re.Match[str]) -> Rule:
    return AcceptsMarketing()


_READERS: Mapping[str, Callable[[_Parser, re.Match[str]], Rule]] = {
    rf"spent (?P<how>{_HOW}) (?P<amount>.+?)(?: within (?P<within>.+))?": _spent,
    rf"ordered (?P<how>{_HOW}) (?P<times>.+?)(?: within (?P<within>.+))?": _ordered,
    "ordered": _ordered_in,
    "last ordered (?P<how>more|less) than (?P<ago>.+) ago": _last_ordered,
    "never ordered": _never_ordered,
    "registered": _registered_in,
    "registered more than (?P<ago>.+) ago": _registered_before,
    "customer group is(?P<rest>.*)": _group,
    "country is(?P<rest>.*)": _in_country,
    "attribute(?P<rest>.*)": _attribute,
    "accepts marketing": _accepts_marketing,
}
_CONDITIONS = tuple((re.compile(pattern, re.IGNORECASE), read) for pattern, read in _READERS.items())


def _values(rule: Rule) -> int:
    match rule:
        case InCountry(countries=values) | HasAttribute(values=values):
            return len(values)
        case InGroup(group_ids=ids):
            return len(ids)
    return 1


def _either(parts: tuple[Rule, ...]) -> Rule:
    """Build ``Any_`` of the parts, with as many of them as possible in one ``InSegment``."""
    merged = with_names_together(
        parts,
        lambda part: isinstance(part, InSegment),
        lambda run: InSegment(segment_ids=tuple(dict.fromkeys(id_ for part in run for id_ in segments_named(part)))),
    )
    return merged[0] if len(merged) == 1 else Any_(parts=merged)
