"""Which shoppers a promotion reaches, by segment: a small tree, decoded from and encoded as the vendor's JSON.

| JSON | here | the control panel says |
|---|---|---|
| `{"id": [A, B]}` | `AnyOf((A, B))` | is: in A and/or B |
| `{"not": X}` | `Not(X)` | is not, around `AnyOf`: in none of them |
| `{"and": [X, Y]}` | `All((X, Y))` | |
| `{"or": [X, Y]}` | `Any_((X, Y))` | |

A field of type `Targeting` in a pydantic model is stored as exactly that JSON. Vendor:
https://developer.bigcommerce.com/docs/rest-management/promotions (schema CustomerSegmentLimitation).
"""

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Annotated, Literal, Self, TypeAlias

from pydantic import PlainSerializer, PlainValidator

from bot.bigcommerce.wire_format import is_uuid

Use: TypeAlias = Literal["included", "excluded"]


@dataclass(frozen=True)
class _Node(ABC):
    @abstractmethod
    def _uses(self) -> Iterator[tuple[str, Use]]:
        """Yield each mention of a segment, and whether it is included or excluded there."""

    @abstractmethod
    def to_json(self) -> object:
        """Return the vendor's JSON, equal to what was received."""

    @abstractmethod
    def reaches(self, segment_ids: Collection[str]) -> bool | None:
        """Return whether a shopper in exactly these segments is reached; None if `Unread` leaves it open."""

    @abstractmethod
    def replaced(self, old_id: str, new_id: str) -> Self:
        """Replace the old segment wherever it is named; an `AnyOf` names the new one once."""

    @property
    @abstractmethod
    def depth(self) -> int:
        """Levels of nesting: `AnyOf` has 1, each "not", "and" or "or" around it adds 1. The vendor accepts up to 4."""

    @property
    def segment_ids(self) -> tuple[str, ...]:
        """Every segment id named anywhere, without duplicates, in order of appearance."""
        return tuple(dict.fromkeys(segment_id for segment_id, _ in self._uses()))

    def uses(self, segment_id: str) -> Use | None:
        """Return whether this segment is included or excluded, by its number of "not"; both counts as "included"."""
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
        """Return `{"id": [...]}`."""
        return {"id": list(self.ids)}

    def reaches(self, segment_ids: Collection[str]) -> bool:
        """Return whether one of them is among these."""
        return any(each in segment_ids for each in self.ids)

    def replaced(self, old_id: str, new_id: str) -> Self:
        """Replace the old id in place, without duplicates; if it is not there, return the same."""
        if old_id not in self.ids:
            return self
        return type(self)(tuple(dict.fromkeys(new_id if each == old_id else each for each in self.ids)))

    @property
    def depth(self) -> int:
        """One."""
        return 1


@dataclass(frozen=True)
class Not(_Node):
    """The inner part does not hold."""

    part: "Targeting"

    def _uses(self) -> Iterator[tuple[str, Use]]:
        for segment_id, use in self.part._uses():
            yield segment_id, "excluded" if use == "included" else "included"

    def to_json(self) -> object:
        """Return `{"not": X}`."""
        return {"not": self.part.to_json()}

    def reaches(self, segment_ids: Collection[str]) -> bool | None:
        """Negate what the part returns; None stays None."""
        inside = self.part.reaches(segment_ids)
        return None if inside is None else not inside

    def replaced(self, old_id: str, new_id: str) -> Self:
        """Replace in the part."""
        return type(self)(self.part.replaced(old_id, new_id))

    @property
    def depth(self) -> int:
        """One more than the part's."""
        return 1 + self.part.depth


@dataclass(frozen=True)
class _Several(_Node):
    parts: tuple["Targeting", ...]

    def _uses(self) -> Iterator[tuple[str, Use]]:
        for part in self.parts:
            yield from part._uses()

    def replaced(self, old_id: str, new_id: str) -> Self:
        """Replace in every part."""
        return type(self)(tuple(part.replaced(old_id, new_id) for part in self.parts))

    @property
    def depth(self) -> int:
        """One more than the deepest part's."""
        return 1 + max((part.depth for part in self.parts), default=0)

    def _reached(self, segment_ids: Collection[str]) -> set[bool | None]:
        return {part.reaches(segment_ids) for part in self.parts}


@dataclass(frozen=True)
class All(_Several):
    """All of the parts hold."""

    def to_json(self) -> object:
        """Return `{"and": [...]}`."""
        return {"and": [part.to_json() for part in self.parts]}

    def reaches(self, segment_ids: Collection[str]) -> bool | None:
        """Return False if any part does, else None if any part does."""
        reached = self._reached(segment_ids)
        if False in reached:
            return False
        return None if None in reached else True


@dataclass(frozen=True)
class Any_(_Several):  # noqa: N801 - `Any` is taken by typing
    """At least one of the parts holds."""

    def to_json(self) -> object:
        """Return `{"or": [...]}`."""
        return {"or": [part.to_json() for part in self.parts]}

    def reaches(self, segment_ids: Collection[str]) -> bool | None:
        """Return True if any part does, else None if any part does."""
        reached = self._reached(segment_ids)
        if True in reached:
            return True
        return None if None in reached else False


@dataclass(frozen=True)
class Unread(_Node):
    """A shape that this version does not know, kept as received.

    Every string in it may be a segment's id and counts as included, so that a segment that a live promotion may use is
    never taken for unused.
    """

    received: object

    def _uses(self) -> Iterator[tuple[str, Use]]:
        return ((text, "included") for text in _strings(self.received))

    def to_json(self) -> object:
        """Return what was received."""
        return self.received

    def reaches(self, segment_ids: Collection[str]) -> None:
        """Return None: it is unknown."""
        return

    def replaced(self, old_id: str, new_id: str) -> Self:
        """Replace strings equal to the old id, and change nothing else of the shape."""
        return type(self)(_replaced(self.received, old_id, new_id))

    @property
    def depth(self) -> int:
        """One, whatever is inside."""
        return 1


def parse_targeting(received: object) -> "Targeting":
    """Decode the vendor's JSON; a shape that this version does not know becomes `Unread`."""
    match received:
        case AnyOf() | Not() | All() | Any_() | Unread():
            return received
        case {"id": [*ids], **rest} if not rest and all(isinstance(each, str) for each in ids):
            return AnyOf(tuple(each.lower() if is_uuid(each) else each for each in ids))
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


def _replaced(received: object, old: str, new: str) -> object:
    match received:
        case dict():
            return {name: _replaced(part, old, new) for name, part in received.items()}
        case [*parts]:
            return [_replaced(part, old, new) for part in parts]
    return new if received == old else received


def _to_json(targeting: _Node) -> object:
    return targeting.to_json()


Targeting: TypeAlias = Annotated[
    AnyOf | Not | All | Any_ | Unread, PlainValidator(parse_targeting), PlainSerializer(_to_json)
]
