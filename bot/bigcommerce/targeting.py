"""Which shoppers a promotion reaches, by segment: a small tree, read from and written to the vendor's JSON.

| JSON | here | the control panel says |
|---|---|---|
| `{"id": [A, B]}` | `AnyOf((A, B))` | is: in A and/or B |
| `{"not": X}` | `Not(X)` | is not, around `AnyOf`: in none of them |
| `{"and": [X, Y]}` | `All((X, Y))` | |
| `{"or": [X, Y]}` | `Any_((X, Y))` | |

A field of type `Targeting` in a pydantic model is stored as exactly that JSON.
Vendor: https://developer.bigcommerce.com/docs/rest-management/promotions (schema CustomerSegmentLimitation).
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Literal, TypeAlias

from pydantic import PlainSerializer, PlainValidator

Use: TypeAlias = Literal["included", "excluded"]


@dataclass(frozen=True)
class _Node(ABC):
    @abstractmethod
    def _uses(self) -> Iterator[tuple[str, Use]]:
        """Yield each mention of a segment and how it counts there."""

    @abstractmethod
    def to_json(self) -> object:
        """Give the vendor's JSON, equal to what was read."""

    @property
    def segment_ids(self) -> tuple[str, ...]:
        """Every segment id named anywhere, once, in order of appearance."""
        return tuple(dict.fromkeys(segment_id for segment_id, _ in self._uses()))

    def uses(self, segment_id: str) -> Use | None:
        """Say how this segment counts, by the number of "not" around it; both ways is "included"."""
        ways = {use for named, use in self._uses() if named == segment_id}
        if not ways:
            return None
        return "included" if "included" in ways else "excluded"


@dataclass(frozen=True)
class AnyOf(_Node):
    """In at least one of these segments."""

    ids: tuple[str, ...]

    def _uses(self) -> Iterator[tuple[str, Use]]:
        return ((segment_id, "included") for segment_id in self.ids)

    def to_json(self) -> object:
        """Give `{"id": [...]}`."""
        return {"id": list(self.ids)}


@dataclass(frozen=True)
class Not(_Node):
    """Not what is inside."""

    part: "Targeting"

    def _uses(self) -> Iterator[tuple[str, Use]]:
        for segment_id, use in self.part._uses():
            yield segment_id, "excluded" if use == "included" else "included"

    def to_json(self) -> object:
        """Give `{"not": X}`."""
        return {"not": self.part.to_json()}


@dataclass(frozen=True)
class _Several(_Node):
    parts: tuple["Targeting", ...]

    def _uses(self) -> Iterator[tuple[str, Use]]:
        for part in self.parts:
            yield from part._uses()


@dataclass(frozen=True)
class All(_Several):
    """All of the parts hold."""

    def to_json(self) -> object:
        """Give `{"and": [...]}`."""
        return {"and": [part.to_json() for part in self.parts]}


@dataclass(frozen=True)
class Any_(_Several):  # noqa: N801 - `Any` is taken by typing
    """At least one of the parts holds."""

    def to_json(self) -> object:
        """Give `{"or": [...]}`."""
        return {"or": [part.to_json() for part in self.parts]}


@dataclass(frozen=True)
class Unread(_Node):
    """A shape that this version does not know, kept as received.

    Whatever string it holds may be a segment's id and counts as included, so that a segment that a live
    promotion may use is never taken for unused.
    """

    received: object

    def _uses(self) -> Iterator[tuple[str, Use]]:
        return ((text, "included") for text in _strings(self.received))

    def to_json(self) -> object:
        """Give back what was received."""
        return self.received


def parse_targeting(received: object) -> "Targeting":
    """Read the vendor's JSON; never fails, a shape it does not know becomes `Unread`."""
    match received:
        case AnyOf() | Not() | All() | Any_() | Unread():
            return received
        case {"id": [*ids], **rest} if not rest and all(isinstance(each, str) for each in ids):
            return AnyOf(tuple(ids))
        case {"not": dict(part), **rest} if not rest:
            return Not(parse_targeting(part))
        case {"and": [*parts], **rest} if not rest:
            return All(tuple(map(parse_targeting, parts)))
        case {"or": [*parts], **rest} if not rest:
            return Any_(tuple(map(parse_targeting, parts)))
    return Unread(received)


def _strings(received: object) -> Iterator[str]:
    match received:
        case str():
            yield received
        case dict():
            yield from _strings(list(received.values()))
        case [*parts]:
            for part in parts:
                yield from _strings(part)


def _written(targeting: _Node) -> object:
    return targeting.to_json()


Targeting: TypeAlias = Annotated[
    AnyOf | Not | All | Any_ | Unread, PlainValidator(parse_targeting), PlainSerializer(_written)
]
