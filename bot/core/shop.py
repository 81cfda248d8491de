"""The store as one planning sees it: each list is read once, and words become segments."""

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Literal

from pydantic import BaseModel, ConfigDict

from bot.bigcommerce import Forbidden, Promotion, Reader, Segment
from bot.core.errors import Misuse, NotSegments


class PromotionUse(BaseModel):
    """A promotion that names a segment: whether it is enabled, and which way it names it."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    id: int
    name: str
    live: bool
    way: Literal["included", "excluded"]


def near(word: str, segments: Iterable[Segment]) -> tuple[str, ...]:
    """Up to three names that somebody who typed ``word`` may have meant."""
    names = {segment.name.casefold(): segment.name for segment in segments}
    inside = [name for name in names if word.casefold() in name] if len(word) > 1 else []
    close = get_close_matches(word.casefold(), names, n=3, cutoff=0.5)
    return tuple(names[name] for name in dict.fromkeys([*close, *inside]))[:3]


def named(word: str, segments: Iterable[Segment]) -> Segment | None:
    """The segment that ``word`` is the id or the name of; case does not matter unless two names differ only in it.

    An id wins over a name that looks like it. Raises Misuse where case does matter and no spelling fits exactly.
    """
    alike = [one for one in segments if word.casefold() in (one.id.casefold(), one.name.casefold())]
    exact = [one for one in alike if one.id == word] or [one for one in alike if one.name == word]
    if len(alike) > 1 and not exact:
        spellings = ", ".join(f"“{one.name}”" for one in alike)
        raise Misuse(f"“{word}” could be any of {spellings}. Type it exactly, or use its id.")
    return next(iter(exact or alike), None)


class Shop:
    """Reads through a Reader and remembers the lists for as long as one planning takes."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self._segments: tuple[Segment, ...] | None = None
        self._promotions: tuple[Promotion, ...] | None = None

    async def segments(self) -> tuple[Segment, ...]:
        """Every segment of the store, in its order."""
        if self._segments is None:
            self._segments = tuple([segment async for segment in self.reader.segments()])
        return self._segments

    async def promotions(self) -> tuple[Promotion, ...] | None:
        """Every promotion; None where the token may not read them (its marketing scope is missing)."""
        if self._promotions is None:
            try:
                self._promotions = tuple([promotion async for promotion in self.reader.promotions()])
            except Forbidden:
                return None
        return self._promotions

    async def uses(self, segment_id: str) -> tuple[PromotionUse, ...] | None:
        """The promotions that name this segment; None where they cannot be read."""
        promotions = await self.promotions()
        if promotions is None:
            return None
        found = [(one, one.uses(segment_id)) for one in promotions]
        return tuple(PromotionUse(id=one.id, name=one.name, live=one.is_live, way=way) for one, way in found if way)

    async def by_id(self, segment_id: str) -> Segment | None:
        """The segment with this id, or None."""
        return next((one for one in await self.segments() if one.id == segment_id), None)

    async def by_name(self, name: str, *, exactly: bool = False) -> Segment | None:
        """The segment of this name, or None; case does not matter unless ``exactly``."""
        alike = (one for one in await self.segments() if one.name.casefold() == name.casefold())
        return next((one for one in alike if one.name == name or not exactly), None)

    async def segment(self, word: str) -> Segment:
        """The segment that a person means by ``word``. Raises NotSegments."""
        (found,) = await self.find((word,))
        return found

    async def find(self, words: tuple[str, ...]) -> tuple[Segment, ...]:
        """The segments that a person means, each once, in the order named. Raises NotSegments with all unknown words.

        Words that together are one segment's name are that segment: ``/segment delete Big Spenders``.
        """
        segments = await self.segments()
        whole = named(" ".join(words), segments) if len(words) > 1 else None
        found = {word: named(word, segments) for word in words}
        unknown = tuple(word for word, segment in found.items() if segment is None)
        if whole and not unknown:
            raise Misuse(
                f"“{whole.name}” is one segment, and each of its words is another. Use the ids of those you mean."
            )
        if whole:
            return (whole,)
        if unknown:
            raise NotSegments(unknown, near(" ".join(unknown), segments) or near(unknown[0], segments))
        return tuple({one.id: one for one in found.values() if one}.values())
