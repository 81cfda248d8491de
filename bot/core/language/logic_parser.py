"""A parser for conditions in words that are joined: "in VIPs or Loyal, and not in Staff". Pure."""

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import groupby, pairwise
from typing import ClassVar, Generic, Literal, TypeVar

from bot.core.errors import Misuse
from bot.core.language.logic_tokens import END, Token

MOST_PARENTHESES = 20
"""The most nested parentheses, redundant ones included."""
Join = Literal["and", "or", ", or"]
JOINS: Mapping[str, Join] = {"and": "and", ", and": "and", "or": "or", ", or": ", or"}
Node = TypeVar("Node")
_MISPLACED = {
    ("not", "not"): "“not not” takes itself back. Leave both out, or use parentheses: `not (not in VIPs)`.",
    ("not", "neither"): "“not” and “neither” take each other back. Use one of them: `in neither VIPs nor Loyal`.",
    ("in", "not"): "“in not” is the wrong way round: `not in VIPs`.",
}


class LogicParser(ABC, Generic[Node]):
    """A recursive-descent parser of tokens into conditions joined by and, or, not, neither … nor, and parentheses.

    What a condition is, and what joined ones become, is said by its subclasses. Ambiguous words raise Misuse.
    """

    empty: ClassVar[str]
    """What is asked for where nothing is said."""
    wanted: ClassVar[str]
    """What may be missing: ``a segment``."""
    example: ClassVar[str]
    """A sentence with an example."""

    @abstractmethod
    def condition(self) -> Node:
        """Parse one condition, in which no other can stand. Raises Misuse if none begins here."""

    @abstractmethod
    def negated(self, part: Node) -> Node:
        """Return what holds where ``part`` does not."""

    @abstractmethod
    def joined(self, join: Join, parts: tuple[Node, ...]) -> Node:
        """Return what holds where all parts do ("and"), or one of them; "or" binds more closely than ", or"."""

    def __init__(self, tokens: tuple[Token, ...]) -> None:
        self.tokens = tokens
        self.at = 0
        self.nesting = 0

    def rule(self) -> Node:
        """Parse the whole text."""
        if not self.tokens:
            raise Misuse(f"{self.empty} {self.example}")
        rule = self.level()
        if self.next.kind == ")":
            raise Misuse(f"The “)” after “{self.last.text}” closes nothing. Leave it out, or put a “(” before it.")
        return rule

    @property
    def next(self) -> Token:
        """The token that is parsed next."""
        return self.ahead(0)

    @property
    def last(self) -> Token:
        """The token that was parsed last."""
        return self.tokens[self.at - 1] if self.at else END

    def ahead(self, steps: int) -> Token:
        """Return the token so many after the next."""
        return self.tokens[self.at + steps] if self.at + steps < len(self.tokens) else END

    def accept(self, kind: str) -> bool:
        """Consume the next token if it is of this kind; return whether it was."""
        taken = self.next.kind == kind
        self.at += taken
        return taken

    def level(self) -> Node:
        """Parse until the end or a closing parenthesis."""
        start, parts, joins = self.at, [self.term()], list[str]()
        while self.next.kind in (",", *JOINS):
            joins.append(self.next.kind)
            self.at += 1
            parts.append(self.term())
        if self.next.kind not in (")", "end"):
            raise self.unjoined()
        return self.together(parts, joins, _passage(self.tokens[start : self.at]))

    def term(self) -> Node:
        """Parse a name, a parenthesis, or a negation of one or several of them."""
        if self.accept("not"):
            bounded = self.next.kind == "("
            negation = self.negated(self.affirmed())
            return negation if bounded else self.clear(negation, "not")
        if self.accept("neither"):
            return self.clear(self.neither(), "neither")
        return self.affirmed()

    def clear(self, negation: Node, word: str) -> Node:
        """Refuse "not A or B": some mean "neither", others "B, or not A". A comma or a second "not" resolves it."""
        if self.next.kind in ("and", "or", ",") and self.ahead(1).kind in ("in", "name", "("):
            join = "or" if self.next.kind == "or" else "and"
            raise Misuse(
                f"Does “{word}” still hold after the “{self.next.text}” that follows “{self.last.text}”? "
                f"If so, write `in neither VIPs nor Loyal`; if not, `not in VIPs, {join} in Loyal`."
            )
        return negation

    def neither(self) -> Node:
        """Parse what follows "neither"."""
        parts = [self.affirmed()]
        while self.accept(","):
            parts.append(self.affirmed())
        if self.next.kind != "nor":
            raise Misuse(
                f"After “{self.last.text}”, “neither” needs “nor”: `in neither VIPs nor Loyal`. For one: `not in VIPs`."
            )
        while self.accept("nor"):
            parts.append(self.affirmed())
        return self.negated(self.joined("or", tuple(parts)))

    def affirmed(self) -> Node:
        """Parse a condition, or a parenthesis, before which a needless "in" may stand."""
        if (self.next.kind, self.ahead(1).kind) == ("in", "("):
            self.at += 1
        return self.inside() if self.accept("(") else self.condition()

    def inside(self) -> Node:
        """Parse what follows "(", to its end."""
        self.nesting += 1
        if self.nesting > MOST_PARENTHESES:
            raise Misuse(f"More than {MOST_PARENTHESES} “(” stand inside one another. Leave out those without need.")
        first, rule = self.next.text, self.level()
        if not self.accept(")"):
            raise Misuse(f"The “(” before “{first}” is not closed. Put a “)” where it ends.")
        self.nesting -= 1
        return rule

    def missing(self) -> Misuse:
        """Build the error for a missing condition."""
        before, after = self.last, self.next
        places = {
            (True, True): f"Between “{before.text}” and “{after.text}”",
            (True, False): f"After the “{before.text}” at the end",
            (False, True): f"Before the “{after.text}” at the beginning",
        }
        place = places[before != END, after != END]
        return Misuse(_MISPLACED.get((before.kind, after.kind)) or f"{place}, {self.wanted} is missing. {self.example}")

    def unjoined(self) -> Misuse:
        """Build the error for a token that cannot follow here."""
        if self.next.kind == "nor":
            return Misuse(f"The “nor” after “{self.last.text}” needs a “neither”: `in neither VIPs nor Loyal`.")
        return Misuse(
            f"Between “{self.last.text}” and “{self.next.text}”, say “and” or “or”: `in VIPs, and not in Staff`. "
            "If it is all one name, put it in quotes."
        )

    def together(self, parts: list[Node], joins: list[str], typed: str) -> Node:
        """Return the parts as they are joined: what stands between commas first."""
        if "," in joins:
            return self.same(tuple(parts), _list_joins(joins, typed), typed)
        loose = [at for at, join in enumerate(joins) if join.startswith(",")]
        ends = pairwise((-1, *loose, len(joins)))
        clauses = tuple(self.same(tuple(parts[a + 1 : b + 1]), joins[a + 1 : b], typed) for a, b in ends)
        return self.same(clauses, [joins[at] for at in loose], typed)

    def same(self, parts: tuple[Node, ...], joins: Sequence[str], typed: str) -> Node:
        """Return the parts joined by one and the same word. Raises Misuse if there are several."""
        if not joins:
            return parts[0]
        if len(set(joins)) > 1:
            raise Misuse(
                f"“{typed}” can be read in more than one way. Use parentheses: `(in VIPs and in Loyal) or in Staff`."
            )
        return self.joined(JOINS[joins[0]], parts)


def with_names_together(
    parts: Iterable[Node], is_named: Callable[[Node], bool], together: Callable[[Sequence[Node]], Node]
) -> tuple[Node, ...]:
    """Return the parts of an "or", with each run of those that only name something as one: "in A or B"."""
    runs = ((is_run, tuple(run)) for is_run, run in groupby(parts, is_named))
    return tuple(one for is_run, run in runs for one in ((together(run),) if is_run else run))


def _passage(tokens: Sequence[Token]) -> str:
    """Write the tokens as they were typed, with normal spacing."""
    return re.sub(r" (?=[,)])|(?<=\() ", "", " ".join(token.typed for token in tokens))


def _list_joins(joins: list[str], typed: str) -> list[str]:
    """Return the joining words of a list: each comma stands for the word that follows later."""
    words = [join.removeprefix(", ") for join in joins[joins.count(",") :]]
    if not words or "," in words:
        raise Misuse(f"In “{typed}”, say “and” or “or” after the comma: `in VIPs or Loyal, and not in Staff`.")
    return words
