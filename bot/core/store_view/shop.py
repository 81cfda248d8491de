"""The store as one planning sees it: each list is read once, and words become segments."""

import asyncio
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from contextlib import suppress
from difflib import get_close_matches
from typing import Literal, Protocol, TypeVar

from pydantic import BaseModel, ConfigDict

from bot.bigcommerce import MARKETING, MARKETING_READ, Customer, Forbidden, NotFound, Promotion, Reader, Segment
from bot.bigcommerce.wire import PAGE_LIMIT
from bot.core.errors import Impossible, Misuse, NotPromotion, NotSegments

LACKS_SCOPE = f"the token lacks {MARKETING_READ}"
"""Why promotions cannot be read, as the end of a sentence."""


class PromotionUse(BaseModel):
    """A promotion that names a segment: whether it is enabled, and which way it names it."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    id: int
    name: str
    live: bool
    way: Literal["included", "excluded"]


def any_live(uses: Collection[PromotionUse] | None) -> bool:
    """Whether any of them is live, as far as they can be read."""
    return any(use.live for use in uses or ())


def live_uses(uses: Collection[PromotionUse] | None, where: str = "") -> str:
    """The end of "deletes a segment …": that live promotions use it; nothing where none does."""
    live = sum(use.live for use in uses or ())
    if not live:
        return ""
    return f"{where} that {'1 live promotion uses' if live == 1 else f'{live} live promotions use'}"


def uses_told(name: str, uses: Collection[PromotionUse] | None) -> tuple[str, ...]:
    """A line for each promotion that uses the segment called ``name``."""
    if uses is None:
        return (f"Whether promotions use {name} could not be read: {LACKS_SCOPE}.",)
    return tuple(
        f"“{use.name}” ({'live' if use.live else 'off'}) {'includes' if use.way == 'included' else 'excludes'} {name}."
        for use in uses
    )


class Named(Protocol):
    """What people call by its name."""

    @property
    def name(self) -> str:
        """What it is called."""


N = TypeVar("N", Segment, Promotion)


def near(word: str, things: Iterable[Named]) -> tuple[str, ...]:
    """Up to three names that somebody who typed ``word`` may have meant."""
    names = {one.name.casefold(): one.name for one in things}
    inside = [name for name in names if word.casefold() in name] if len(word) > 1 else []
    close = get_close_matches(word.casefold(), names, n=3, cutoff=0.5)
    return tuple(names[name] for name in dict.fromkeys([*close, *inside]))[:3]


def named(word: str, things: Iterable[N]) -> N | None:
    """What ``word`` is the id or the name of; case does not matter unless two names differ only in it.

    An id wins over a name that looks like it. Raises Misuse where the spelling leaves several.
    """
    alike = [one for one in things if word.casefold() in (str(one.id).casefold(), one.name.casefold())]
    exact = [one for one in alike if str(one.id) == word] or [one for one in alike if one.name == word]
    meant = exact or alike
    if len(meant) > 1:
        spellings = ", ".join(f"“{one.name}” ({one.id})" for one in meant)
        raise Misuse(f"“{word}” could be any of {spellings}. Type it exactly, or use its id.")
    return next(iter(meant), None)


class Shop:
    """Reads through a Reader and remembers the lists for as long as one planning takes.

    ``ids`` are those of customers who were looked up by address, in lower case; ``named`` those of segments that
    somebody named.
    """

    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self._segments: tuple[Segment, ...] | None = None
        self._promotions: tuple[Promotion, ...] | None = None
        self._asked_for_promotions = False
        self._customers: dict[int, Customer] = {}
        self._sizes: dict[str, int] = {}
        self._members: dict[str, frozenset[str]] = {}
        self.ids: dict[str, int] = {}
        self.named: list[str] = []

    async def segments(self) -> tuple[Segment, ...]:
        """Every segment of the store, in its order."""
        if self._segments is None:
            self._segments = tuple([segment async for segment in self.reader.segments()])
        return self._segments

    async def promotions(self) -> tuple[Promotion, ...] | None:
        """Every promotion; None where the token may not read them (its marketing scope is missing)."""
        if not self._asked_for_promotions:
            with suppress(Forbidden):
                self._promotions = tuple([promotion async for promotion in self.reader.promotions()])
            self._asked_for_promotions = True
        return self._promotions

    async def uses(self, segment_id: str) -> tuple[PromotionUse, ...] | None:
        """The promotions that name this segment; None where they cannot be read."""
        promotions = await self.promotions()
        if promotions is None:
            return None
        found = [(one, one.uses(segment_id)) for one in promotions]
        return tuple(PromotionUse(id=one.id, name=one.name, live=one.is_live, way=way) for one, way in found if way)

    async def names(self) -> dict[str, str]:
        """The names of all segments, by id."""
        return {one.id: one.name for one in await self.segments()}

    async def promotion(self, word: str) -> Promotion:
        """The promotion that a person means by ``word``. Raises NotPromotion, and Impossible where none can be read."""
        promotions = await self.readable_promotions()
        found = named(word, promotions)
        if found is None:
            raise NotPromotion(word, near(word, promotions))
        return found

    async def readable_promotions(self) -> tuple[Promotion, ...]:
        """Every promotion. Raises Impossible where the token may not read them."""
        promotions = await self.promotions()
        if promotions is None:
            raise Impossible(
                f"The bot may not read promotions: its token lacks a Marketing scope (`{MARKETING}` to change "
                f"them, `{MARKETING_READ}` to see them). Ask whoever runs the bot to add it."
            )
        return promotions

    async def promotion_by_id(self, promotion_id: int) -> Promotion | None:
        """The promotion with this id, or None."""
        try:
            return await self.reader.promotion(promotion_id)
        except NotFound:
            return None

    async def customers(self, *, ids: Collection[int] = (), emails: Collection[str] = ()) -> tuple[Customer, ...]:
        """The customers with these ids, then those with these e-mail addresses; who is unknown is absent.

        Who was seen before is not asked for again by id.
        """
        unseen = [one for one in ids if one not in self._customers]
        by_id = [one async for one in self.reader.customers(ids=unseen)] if unseen else []
        by_email = [one async for one in self.reader.customers(emails=emails)] if emails else []
        self._customers |= {one.id: one for one in (*by_id, *by_email)}
        self.ids |= {one.email.casefold(): one.id for one in by_email}
        return (*(self._customers[one] for one in dict.fromkeys(ids) if one in self._customers), *by_email)

    async def sizes(self, segments: Sequence[Segment]) -> dict[str, int]:
        """How many shoppers are in each segment, by id: one request each, or all customers, whichever is less."""
        if len(segments) > 2 and await self._pages_of_customers() < len(segments):
            members = Counter([id_ async for customer in self.reader.customers() for id_ in customer.segment_ids])
            return {one.id: members[one.id] for one in segments}
        counts = await asyncio.gather(*(self.size(one.id) for one in segments))
        return {one.id: count for one, count in zip(segments, counts, strict=True)}

    async def size(self, segment_id: str) -> int:
        """How many shoppers are in this segment: nobody in one that is gone since it was listed."""
        if segment_id not in self._sizes:
            try:
                self._sizes[segment_id] = await self.reader.member_count(segment_id)
            except NotFound:
                self._sizes[segment_id] = 0
        return self._sizes[segment_id]

    async def among(self, segment_id: str, profile_ids: Sequence[str]) -> frozenset[str]:
        """Which of these profiles are in this segment: a request each, or all its members, whichever is less."""
        if segment_id not in self._members and len(profile_ids) >= -(-await self.size(segment_id) // PAGE_LIMIT):
            members = self.reader.members(segment_id)
            self._members[segment_id] = frozenset([one.id async for one in members])
        if segment_id in self._members:
            return self._members[segment_id].intersection(profile_ids)
        found = await asyncio.gather(*(self._is_in(segment_id, one) for one in profile_ids))
        return frozenset(one for one, is_in in zip(profile_ids, found, strict=True) if is_in)

    async def _is_in(self, segment_id: str, profile_id: str) -> bool:
        try:
            return segment_id in [one.id async for one in self.reader.segments_of(profile_id)]
        except NotFound:
            return False

    async def _pages_of_customers(self) -> int:
        return -(-await self.reader.customer_count() // PAGE_LIMIT)

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

    async def find(self, words: tuple[str, ...], *, field: str | None = None) -> tuple[Segment, ...]:
        """The segments that a person means, each once, in the order named. Raises NotSegments with all unknown words.

        ``field`` is where those words stand, if it is not the only one of its command.

        Words that together are one segment's name are that segment: ``/segment delete Big Spenders``.
        """
        segments = await self.segments()
        whole = named(" ".join(words), segments) if len(words) > 1 else None
        found = {word: named(word, segments) for word in words}
        unknown = tuple(word for word, segment in found.items() if segment is None)
        if whole and not unknown:
            raise Misuse(
                f"“{whole.name}” is one segment, and each of its words is another. Use the ids of those you mean.",
                field=field,
            )
        if whole:
            self.named.append(whole.id)
            return (whole,)
        self.named += [one.id for one in found.values() if one]
        if unknown:
            others = near(" ".join(unknown), segments) or near(unknown[0], segments)
            raise NotSegments(unknown, others, field=field)
        return tuple({one.id: one for one in found.values() if one}.values())
