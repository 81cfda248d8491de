"""The store as one planning sees it: each list is fetched once; words are resolved to segments and promotions."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import suppress
from typing import Any, Literal

from bot.bigcommerce import (
    MARKETING,
    MARKETING_READ,
    Contradiction,
    Customer,
    Forbidden,
    MalformedResponse,
    NotFound,
    Profile,
    Promotion,
    Reader,
    Segment,
    is_member,
)
from bot.bigcommerce.wire_format import PAGE_LIMIT
from bot.core.audit.trace import Findings
from bot.core.errors import Impossible, NotPromotion, NotSegments
from bot.core.frozen_value import Value
from bot.core.language.normal_form import normal_form
from bot.core.segment_rules.followed import NO_RULES, RulesReader
from bot.core.store_view.empty_lists import EmptyLists
from bot.core.store_view.names import Names, find_named, similar_names

LACKS_SCOPE = f"the token lacks {MARKETING_READ}"
"""Why promotions cannot be read, to end a sentence."""


class PromotionUse(Value):
    """A promotion that names a segment: whether it is enabled, and whether it includes or excludes the segment."""

    id: int
    name: str
    live: bool
    way: Literal["included", "excluded"]


def any_live(uses: Collection[PromotionUse] | None) -> bool:
    """Return whether any of them is live; no if they cannot be read."""
    return any(use.live for use in uses or ())


def live_uses(uses: Collection[PromotionUse] | None, where: str = "") -> str:
    """Write the end of "deletes a segment …": that live promotions use it; empty if none does."""
    live = sum(use.live for use in uses or ())
    if not live:
        return ""
    return f"{where} that {'1 live promotion uses' if live == 1 else f'{live} live promotions use'}"


def describe_uses(name: str, uses: Collection[PromotionUse] | None) -> tuple[str, ...]:
    """Describe each promotion that uses the segment called ``name``, one line each."""
    if uses is None:
        return (f"Whether promotions use {name} could not be read: {LACKS_SCOPE}.",)
    return tuple(
        f"“{use.name}” ({'live' if use.live else 'off'}) {'includes' if use.way == 'included' else 'excludes'} {name}."
        for use in uses
    )


def describe_status(promotion: Promotion) -> str:
    """Write ``live`` or ``off``, or any other status as the store calls it."""
    words = {"ENABLED": "live", "DISABLED": "off"}
    return words.get(promotion.status, promotion.status.lower())


class Shop:
    """A view of the store that fetches each list once and caches it for one planning.

    What words resolve to is added to ``findings``, if given. ``asked_of_additions``: what the policy asks about
    segments that shoppers are added to (``live``, ``share``); it takes a request each, so it is fetched only then.
    ``can_ask``: who typed the words can be asked what they mean; what was asked and answered is not asked again.
    ``rules``: those that segments follow, which the store does not have.
    """

    def __init__(
        self,
        reader: Reader,
        findings: Findings | None = None,
        *,
        asked_of_additions: frozenset[str] = frozenset(),
        can_ask: bool = True,
        rules: RulesReader = NO_RULES,
    ) -> None:
        self.reader = reader
        self.rules = rules
        self.can_ask = can_ask
        self.asked_of_additions = asked_of_additions
        self.findings = findings or Findings()
        self._segments: tuple[Segment, ...] | None = None
        self._names: Names[Segment] | None = None
        self._promotions: tuple[Promotion, ...] | None = None
        self._asked_for_promotions = False
        self._customers: dict[int, Customer] = {}
        self._registered: set[int] = set()
        self._sizes: dict[str, int] = {}
        self._members: dict[str, dict[str, int]] = {}
        self.empty_lists = EmptyLists(reader)

    async def segments(self) -> tuple[Segment, ...]:
        """Return every segment, in the store's order. Raises Contradiction if it lists none that customers are in."""
        segments = await self._listed_segments()
        await self.empty_lists.check_segments(len(segments))
        return segments

    async def _listed_segments(self) -> tuple[Segment, ...]:
        if self._segments is None:
            self._segments = tuple([segment async for segment in self.reader.segments()])
        return self._segments

    async def promotions(self) -> tuple[Promotion, ...] | None:
        """Return every promotion; None if the token may not read them (it lacks the marketing scope)."""
        if not self._asked_for_promotions:
            with suppress(Forbidden):
                self._promotions = tuple([promotion async for promotion in self.reader.promotions()])
            self._asked_for_promotions = True
        return self._promotions

    async def uses(self, segment_id: str) -> tuple[PromotionUse, ...] | None:
        """Return the promotions that name this segment; None if they cannot be read."""
        promotions = await self.promotions()
        if promotions is None:
            return None
        found = [(one, one.uses(segment_id)) for one in promotions]
        return tuple(PromotionUse(id=one.id, name=one.name, live=one.is_live, way=way) for one, way in found if way)

    async def context_of_additions(self, segment_id: str) -> dict[str, Any]:
        """Fetch what rules of the policy ask about a segment that shoppers are added to: its promotions, its size."""
        return {
            "promotions": await self.uses(segment_id) if "live" in self.asked_of_additions else (),
            "out_of": await self.size(segment_id) if "share" in self.asked_of_additions else None,
        }

    @property
    def names_found(self) -> dict[str, str]:
        """The names of the segments that words resolved to, by the normal form of the name, and by id."""
        found = [one for one in self._segments or () if one.id in self.findings.segments]
        return {normal_form(key): one.name for one in found for key in (one.name, one.id)}

    async def names(self) -> dict[str, str]:
        """Return the names of all segments, by id."""
        return {one.id: one.name for one in await self.segments()}

    async def promotion(self, word: str) -> Promotion:
        """Return the promotion that ``word`` names. Raises NotPromotion, or Impossible if they cannot be read."""
        promotions = await self.readable_promotions()
        promotion = find_named(word, promotions)
        if promotion is None:
            raise NotPromotion(word, similar_names(word, promotions))
        return promotion

    async def segment_names(self) -> Names[Segment]:
        """Return the index of all segments by name and id; it proves of none that it is not there."""
        if self._names is None:
            self._names = Names(await self._listed_segments())
        return self._names

    async def readable_promotions(self) -> tuple[Promotion, ...]:
        """Return every promotion. Raises Impossible if the token may not read them."""
        promotions = await self.promotions()
        if promotions is None:
            raise Impossible(
                f"The bot may not read promotions: its token lacks a Marketing scope (`{MARKETING}` to change "
                f"them, `{MARKETING_READ}` to see them). Ask whoever runs the bot to add it."
            )
        return promotions

    async def promotion_by_id(self, promotion_id: int) -> Promotion | None:
        """Fetch the promotion with this id; None if there is none."""
        try:
            return await self.reader.promotion(promotion_id)
        except NotFound:
            return None

    async def customers(self, *, ids: Collection[int] = (), emails: Collection[str] = ()) -> tuple[Customer, ...]:
        """Fetch the customers with these ids, then those with these e-mail addresses; unknown ones are left out.

        A customer who was fetched before is not fetched by id again.
        """
        unseen = [one for one in ids if one not in self._customers]
        by_id = [one async for one in self.reader.customers(ids=unseen)] if unseen else []
        by_email = [one async for one in self.reader.customers(emails=emails)] if emails else []
        self._customers |= {one.id: one for one in (*by_id, *by_email)}
        self.findings.customer_ids.update(one.id for one in by_id)
        self.findings.customers.update((one.email.casefold(), one.id) for one in by_email)
        return (*(self._customers[one] for one in dict.fromkeys(ids) if one in self._customers), *by_email)

    async def each_customer(
        self, *, ids: Collection[int] = (), emails: Collection[str] = ()
    ) -> AsyncIterator[Customer]:
        """Yield the customers with these ids or addresses, of long lists: none are kept, but who lacks a profile."""
        found = self.reader.customers(ids=ids) if ids else self.reader.customers(emails=emails)
        async for one in found:
            if one.shopper_profile_id is None:
                self._registered.add(one.id)
            yield one

    async def registered(self, ids: Collection[int]) -> frozenset[int]:
        """Return those of these ids that are customers' ids."""
        unseen = [one for one in ids if one not in self._registered and one not in self._customers]
        if unseen:
            self._registered.update([one.id async for one in self.each_customer(ids=unseen)])
        return frozenset(one for one in ids if one in self._registered or one in self._customers)

    async def sizes(self, segments: Sequence[Segment]) -> dict[str, int]:
        """Count the shoppers of each segment, by id: with a request each, or from all customers, whichever is fewer.

        Where the list of customers cannot be relied on, with a request each.
        """
        if len(segments) > 2 and await self._pages_of_customers() < len(segments):
            with suppress(Contradiction, MalformedResponse):
                members = Counter([id_ async for customer in self.reader.customers() for id_ in customer.segment_ids])
                sizes = {one.id: members[one.id] for one in segments}
                await self.empty_lists.check_sizes(sizes)
                return sizes
        counts = await asyncio.gather(*(self.size(one.id) for one in segments))
        return {one.id: count for one, count in zip(segments, counts, strict=True)}

    async def size(self, segment_id: str) -> int:
        """Count the shoppers in this segment; 0 if it was deleted since it was listed."""
        if segment_id not in self._sizes:
            try:
                self._sizes[segment_id] = await self.reader.member_count(segment_id)
            except NotFound:
                self._sizes[segment_id] = 0
        return self._sizes[segment_id]

    async def members_among(self, segment_id: str, profile_ids: Sequence[str]) -> frozenset[str]:
        """Return which of these profiles are in the segment: with one request each, or from all members."""
        if segment_id in self._members or len(profile_ids) >= -(-await self.size(segment_id) // PAGE_LIMIT):
            return frozenset((await self.members(segment_id)).keys() & profile_ids)
        found = await asyncio.gather(*(is_member(self.reader, segment_id, one) for one in profile_ids))
        return frozenset(one for one, is_in in zip(profile_ids, found, strict=True) if is_in)

    async def members(self, segment_id: str) -> dict[str, int]:
        """Return the customers of all who are in this segment, by their profiles."""
        if segment_id not in self._members:
            found = {one.id: one.customer_id async for one in self.reader.members(segment_id)}
            await self.empty_lists.check_members(segment_id, len(found))
            self._members[segment_id] = found
        return self._members[segment_id]

    async def each_member(self, segment_id: str) -> AsyncIterator[Profile]:
        """Yield the profiles in this segment, page after page; see ``Reader.each_member``."""
        count = 0
        async for one in self.reader.each_member(segment_id):
            count += 1
            yield one
        await self.empty_lists.check_members(segment_id, count)

    async def _pages_of_customers(self) -> int:
        return -(-await self.reader.customer_count() // PAGE_LIMIT)

    async def by_id(self, segment_id: str) -> Segment | None:
        """Return the segment with this id; None if there is none: one that is not listed is asked for by itself."""
        found = next((one for one in await self.segments() if one.id == segment_id), None)
        return found or await self.empty_lists.left_out(segment_id)

    async def by_name(self, name: str, *, exactly: bool = False) -> Segment | None:
        """Return the segment with the same name, or None: the same in its normal form, unless ``exactly``.

        An empty list is believed: it is asked for names that are free, and the store refuses one that is not.
        """
        alike = (one for one in await self._listed_segments() if normal_form(one.name) == normal_form(name))
        return next((one for one in alike if one.name == name or not exactly), None)

    async def segment(self, word: str) -> Segment:
        """Return the segment that ``word`` names. Raises NotSegments."""
        (segment,) = await self.find((word,))
        return segment

    async def find(self, words: tuple[str, ...], *, field: str | None = None) -> tuple[Segment, ...]:
        """Return the segments that the words name, each once, in order. Raises NotSegments with all unknown words.

        Words that together are one segment's name mean that segment, as earlier versions stored it. ``field`` is the
        field that the words came from, if its command has several.
        """
        names = await self.segment_names()
        whole = names.one(" ".join(words)) if len(words) > 1 else None
        found = {word: names.one(word) or await self.by_id(word.lower()) for word in words}
        unknown = tuple(word for word, segment in found.items() if segment is None)
        if whole and unknown:
            self.findings.add_segments([whole.id])
            return (whole,)
        self.findings.add_segments(one.id for one in found.values() if one)
        if unknown:
            segments = await self.segments()
            others = similar_names(" ".join(unknown), segments) or similar_names(unknown[0], segments)
            raise NotSegments(unknown, others, field=field)
        return tuple({one.id: one for one in found.values() if one}.values())
