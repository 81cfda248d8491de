"""A parser for targeting in words."""

import re
from collections.abc import Callable, Mapping, Sequence
from itertools import groupby, pairwise

from bot.bigcommerce import All, Any_, AnyOf, Not, Segment, Targeting
from bot.core.errors import Misuse
from bot.core.store_view.targeting.segment_names import ids_by_word
from bot.core.store_view.targeting.tokens import END, EXAMPLE, UNASKABLE, Token, tokenize

MOST_LEVELS = 4
"""The greatest ``Targeting.depth`` that the vendor accepts: its schema CustomerSegmentLimitation ends there."""
MOST_PARENTHESES = 20
"""The most nested parentheses, redundant ones included."""
_MISPLACED = {
    ("not", "not"): "“not not” takes itself back. Leave both out, or use parentheses: `not (not in VIPs)`.",
    ("not", "neither"): "“not” and “neither” take each other back. Use one of them: `in neither VIPs nor Loyal`.",
    ("in", "not"): "“in not” is the wrong way round: `not in VIPs`.",
}


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


class _Parser:
    """A recursive-descent parser of tokens into a rule with names in place of ids."""

    def __init__(self, tokens: tuple[Token, ...]) -> None:
        self.tokens = tokens
        self.at = 0
        self.nesting = 0

    def rule(self) -> Targeting:
        """Parse the whole text."""
        if not self.tokens:
            raise Misuse(f"Say which segments to reach. {EXAMPLE}")
        rule = self.level()
        if self.next.kind == ")":
            raise Misuse(f"The “)” after “{self.last.text}” closes nothing. Leave it out, or put a “(” before it.")
        return rule

    @property
    def next(self) -> Token:
        return self.ahead(0)

    @property
    def last(self) -> Token:
        return self.tokens[self.at - 1] if self.at else END

    def ahead(self, steps: int) -> Token:
        return self.tokens[self.at + steps] if self.at + steps < len(self.tokens) else END

    def accept(self, kind: str) -> bool:
        """Consume the next token if it is of this kind; return whether it was."""
        taken = self.next.kind == kind
        self.at += taken
        return taken

    def level(self) -> Targeting:
        """Parse until the end or a closing parenthesis."""
        start, parts, joins = self.at, [self.term()], list[str]()
        while self.next.kind in (",", *_NODES):
            joins.append(self.next.kind)
            self.at += 1
            parts.append(self.term())
        if self.next.kind not in (")", "end"):
            raise self.unjoined()
        return _joined(parts, joins, _passage(self.tokens[start : self.at]))

    def term(self) -> Targeting:
        """Parse a name, a parenthesis, or a negation of one or several of them."""
        if self.accept("not"):
            bounded = self.next.kind == "("
            negation = Not(self.affirmed())
            return negation if bounded else self.clear(negation, "not")
        if self.accept("neither"):
            return self.clear(self.neither(), "neither")
        return self.affirmed()

    def clear(self, negation: Targeting, word: str) -> Targeting:
        """Refuse "not A or B": some mean "neither", others "B, or not A". A comma or a second "not" resolves it."""
        if self.next.kind in ("and", "or", ",") and self.ahead(1).kind in ("in", "name", "("):
            join = "or" if self.next.kind == "or" else "and"
            raise Misuse(
                f"Does “{word}” still hold after the “{self.next.text}” that follows “{self.last.text}”? "
                f"If so, write `in neither VIPs nor Loyal`; if not, `not in VIPs, {join} in Loyal`."
            )
        return negation

    def neither(self) -> Targeting:
        parts = [self.affirmed()]
        while self.accept(","):
            parts.append(self.affirmed())
        if self.next.kind != "nor":
            raise Misuse(
                f"After “{self.last.text}”, “neither” needs “nor”: `in neither VIPs nor Loyal`. For one: `not in VIPs`."
            )
        while self.accept("nor"):
            parts.append(self.affirmed())
        return Not(_either(tuple(parts)))

    def affirmed(self) -> Targeting:
        self.accept("in")
        if self.accept("("):
            return self.inside()
        if self.accept("name"):
            return AnyOf((self.last.text,))
        raise self.missing()

    def inside(self) -> Targeting:
        self.nesting += 1
        if self.nesting > MOST_PARENTHESES:
            raise Misuse(f"More than {MOST_PARENTHESES} “(” stand inside one another. Leave out those without need.")
        first, rule = self.next.text, self.level()
        if not self.accept(")"):
            raise Misuse(f"The “(” before “{first}” is not closed. Put a “)” where it ends.")
        self.nesting -= 1
        return rule

    def missing(self) -> Misuse:
        """Build the error for a missing segment."""
        before, after = self.last, self.next
        places = {
            (True, True): f"Between “{before.text}” and “{after.text}”",
            (True, False): f"After the “{before.text}” at the end",
            (False, True): f"Before the “{after.text}” at the beginning",
        }
        place = places[before != END, after != END]
        return Misuse(_MISPLACED.get((before.kind, after.kind)) or f"{place}, a segment is missing. {EXAMPLE}")

    def unjoined(self) -> Misuse:
        """Build the error for a token that cannot follow here."""
        if self.next.kind == "nor":
            return Misuse(f"The “nor” after “{self.last.text}” needs a “neither”: `in neither VIPs nor Loyal`.")
        return Misuse(
            f"Between “{self.last.text}” and “{self.next.text}”, say “and” or “or”: `in VIPs, and not in Staff`. "
            "If it is all one name, put it in quotes."
        )


def _passage(tokens: Sequence[Token]) -> str:
    """Write the tokens as they were typed, with normal spacing."""
    return re.sub(r" (?=[,)])|(?<=\() ", "", " ".join(token.typed for token in tokens))


def _joined(parts: list[Targeting], joins: list[str], typed: str) -> Targeting:
    if "," in joins:
        return _same(tuple(parts), _list_joins(joins, typed), typed)
    loose = [at for at, join in enumerate(joins) if join.startswith(",")]
    ends = pairwise((-1, *loose, len(joins)))
    clauses = tuple(_same(tuple(parts[a + 1 : b + 1]), joins[a + 1 : b], typed) for a, b in ends)
    return _same(clauses, [joins[at] for at in loose], typed)


def _list_joins(joins: list[str], typed: str) -> list[str]:
    """Return the joining words of a list: each comma stands for the word that follows later."""
    words = [join.removeprefix(", ") for join in joins[joins.count(",") :]]
    if not words or "," in words:
        raise Misuse(f"In “{typed}”, say “and” or “or” after the comma: `in VIPs or Loyal, and not in Staff`.")
    return words


def _same(parts: tuple[Targeting, ...], joins: Sequence[str], typed: str) -> Targeting:
    if not joins:
        return parts[0]
    if len(set(joins)) > 1:
        raise Misuse(
            f"“{typed}” can be read in more than one way. Use parentheses: `(in VIPs and in Loyal) or in Staff`."
        )
    return _NODES[joins[0]](parts)


def _either(parts: tuple[Targeting, ...]) -> Targeting:
    """Build ``Any_`` of the parts, with as many of them as possible in one ``AnyOf``."""
    merged: list[Targeting] = []
    for plain, run in groupby(parts, lambda part: isinstance(part, AnyOf)):
        together = tuple(run)
        names = (name for part in together for name in part.segment_ids)
        merged += (AnyOf(tuple(names)),) if plain else together
    return merged[0] if len(merged) == 1 else Any_(tuple(merged))


_NODES: dict[str, Callable[[tuple[Targeting, ...]], Targeting]] = {
    "and": All,
    ", and": All,
    "or": _either,
    ", or": Any_,
}


def _with_ids(rule: Targeting, ids: Mapping[str, str]) -> Targeting:
    match rule:
        case Not(part):
            return Not(_with_ids(part, ids))
        case All(parts) | Any_(parts):
            return type(rule)(tuple(_with_ids(part, ids) for part in parts))
    return AnyOf(tuple(dict.fromkeys(ids[word] for word in rule.segment_ids)))
