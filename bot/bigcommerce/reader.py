"""The reading half of the store: `Reader`, which cannot write. `client` adds the writing half."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from contextlib import aclosing, suppress
from dataclasses import replace
from functools import partial
from typing import Self, TypeVar

from bot.bigcommerce import endpoints, responses
from bot.bigcommerce.behaviour_reader import BehaviourReader
from bot.bigcommerce.concurrency import gather_bounded
from bot.bigcommerce.errors import Contradiction, NotFound
from bot.bigcommerce.fence import Fence
from bot.bigcommerce.list_reader import ListReader, read_again
from bot.bigcommerce.models import Contact, Customer, Page, Profile, Promotion, Segment
from bot.bigcommerce.paging import READINGS, check_not_emptied, check_same_total, spread
from bot.bigcommerce.recent_writes import differs
from bot.bigcommerce.turns import Lane
from bot.bigcommerce.wire_format import PAGE_LIMIT, Listing

T = TypeVar("T")


class Reader(ListReader):
    """A client that reads and cannot write.

    Lists are async iterators that yield nothing before all pages are there and fit together: as many items as the
    store counts, none twice. Where they do not, since the list changes meanwhile or the store is wrong about it, they
    are read again, and raise Contradiction at last. `profiles` and all `customers` may be too many for that: they are
    yielded page by page, and raise it at once.
    """

    def correlated(self, correlation_id: str, fence: Fence | None = None) -> Self:
        """Return the same store, over the same connection, whose requests carry an X-Correlation-Id made of this.

        Its `request_ids` collect the X-Request-Id of each response, by which the vendor's support finds it. Each of its
        writes asks the `fence` first.

        Raises ValueError for an id that is not a valid header.
        """
        if not re.fullmatch(r"[\x21-\x7e]+", correlation_id):
            raise ValueError(f"{correlation_id!r} cannot be a correlation id.")
        caller = replace(self._caller, correlation_id=correlation_id, fence=fence or self._caller.fence)
        return type(self)(self._connection, caller)

    def patient(self) -> Self:
        """Return the same store for work that may wait: its requests leave some of the connections to others."""
        return self.in_lane(Lane.PATIENT)

    def in_lane(self, lane: Lane) -> Self:
        """Return the same store, whose requests are so urgent."""
        return type(self)(self._connection, replace(self._caller, lane=lane))

    @property
    def behaviour(self) -> BehaviourReader:
        """What rules over shoppers' behaviour need: orders, attributes, groups and subscribers."""
        return BehaviourReader(self._connection, self._caller)

    def segments(self, ids: Collection[str] | None = None) -> AsyncIterator[Segment]:
        """List all segments, or those with these ids.

        Unknown ids are left out; an empty collection sends no request.
        """
        return self._list(Segment, endpoints.segments(ids, self._room))

    async def segment(self, segment_id: str) -> Segment | None:
        """Fetch the segment with this id; None if there is none.

        A list without it is empty, and so believed only if no members are counted either. Raises Contradiction.
        """
        found = [one async for one in self.segments((segment_id,))]
        with suppress(NotFound):
            if not found and await self.member_count(segment_id):
                raise Contradiction("It does not list a segment, and counts members of it")
        return found[0] if found else None

    def members(self, segment_id: str) -> AsyncIterator[Profile]:
        """List the profiles in a segment. Raises NotFound."""
        return self._list(Profile, (endpoints.members(segment_id),))

    async def each_member(self, segment_id: str) -> AsyncIterator[Profile]:
        """Yield the profiles in a segment, page after page on demand: of many, none are kept.

        Raises NotFound, and Contradiction at a page that does not fit those before it, or at the end if it lacks what
        was written a moment ago; see `read_again`.
        """
        noted, seen = self._recent.members_now(segment_id), set[str]()
        async with aclosing(self._walk(Profile, endpoints.members(segment_id))) as members:
            async for one in members:
                if one.id in noted:
                    seen.add(one.id)
                yield one
        if differs(seen, noted):
            raise Contradiction("It does not show yet what was changed a moment ago")

    async def members_page(self, segment_id: str, number: int, limit: int) -> Page[Profile]:
        """Fetch one page of the profiles in a segment, with one request; the first is 1. Raises NotFound.

        `limit` is at most 250. A page beyond the last is empty, and has `total` and `pages` like any other.
        """
        return await read_again(partial(self._page_alone, Profile, endpoints.members(segment_id), number, limit))

    async def steady_members(self, segment_id: str, expected: int) -> tuple[Profile, ...]:
        """Return the profiles in a segment as two readings in a row have them. Raises NotFound.

        The count cannot tell that one left and another joined between two pages. One page of `expected` profiles is
        read once: there is nothing between. Raises Contradiction, too, where none of `expected` is listed any more.
        """
        found = await self._whole(Profile, endpoints.members(segment_id))
        if len(found) == expected < PAGE_LIMIT:
            return found
        for _ in range(READINGS):
            before, found = found, await self._whole(Profile, endpoints.members(segment_id))
            if {one.id for one in found} == {one.id for one in before}:
                check_not_emptied(expected, len(found))
                return found
        raise Contradiction("It lists others each time")

    async def member_count(self, segment_id: str) -> int:
        """Count the profiles in a segment, with one small request. Raises NotFound."""
        return await self._count(endpoints.members(segment_id))

    async def checked_member_count(self, segment_id: str) -> int:
        """Count the profiles in a segment, and see on its first and its last page that it is so. Raises NotFound."""
        listing = endpoints.members(segment_id)
        count = partial(read_again, partial(self._checked_count, listing))
        return await self._recent.shown_by(count, partial(self._recent.are_too_few, listing.path))

    def profiles(self) -> AsyncIterator[Profile]:
        """List all profiles of the store."""
        return self._walk(Profile, endpoints.profiles())

    async def profile_count(self) -> int:
        """Count all profiles of the store, with one small request."""
        return await self._count(endpoints.profiles())

    def segments_of(self, profile_id: str) -> AsyncIterator[Segment]:
        """List the segments that a profile is in. Raises NotFound."""
        return self._list(Segment, (endpoints.segments_of(profile_id),))

    def customers(
        self,
        *,
        ids: Collection[int] | None = None,
        emails: Collection[str] | None = None,
        name_like: str | None = None,
        company: str | None = None,
        phone: str | None = None,
    ) -> AsyncIterator[Customer]:
        """List customers with their profile and segment ids: all of them, or by one filter.

        ``name_like`` is a part of the name; ``company`` and ``phone`` are whole. Unknown ids and e-mails are left out,
        and so is what cannot be an e-mail; an empty filter sends no request. Raises TypeError for two filters.
        """
        texts = {"name_like": name_like, "company": company, "phone": phone}
        listings = endpoints.customers(ids, emails, room=self._room, **texts)
        is_filtered = any(given is not None for given in (ids, emails, *texts.values()))
        if not is_filtered:
            return self._walk(Customer, next(listings))
        kind = Customer if company is None and phone is None else Contact
        return self._list(kind, listings)

    async def customer_count(self) -> int:
        """Count all customers of the store, with one small request."""
        (listing,) = endpoints.customers()
        return await self._count(listing)

    async def segments_of_some(self) -> frozenset[str]:
        """Return the ids of all segments that some customers are in: those on up to ten pages of all customers.

        The pages are spread evenly, so that old customers and new ones are among them. Each fits the count on it; that
        they fit together is not asked. Raises Contradiction.
        """
        (listing,) = endpoints.customers()

        async def read() -> tuple[Customer, ...]:
            first = await self._page_alone(Customer, listing, 1, PAGE_LIMIT)
            later = (number for number in spread(first.pages) if number > 1)
            jobs = (partial(self._page_alone, Customer, listing, number, PAGE_LIMIT) for number in later)
            return (*first.items, *[one async for page in gather_bounded(jobs) for one in page.items])

        some = await self._recent.shown_by(read, partial(self._recent.are_lacking, Customer, listing))
        return frozenset(id_ for one in some for id_ in one.segment_ids)

    def promotions(self, *, status: str | None = None, query: str | None = None) -> AsyncIterator[Promotion]:
        """List promotions: all, or by status (ENABLED, DISABLED, INVALID) and words in name or code."""
        return self._list(Promotion, (endpoints.promotions(status, query),))

    async def promotion(self, id: int) -> Promotion:  # noqa: A002 - the vendor's word, as everywhere here
        """Fetch one promotion. Raises NotFound."""
        request = endpoints.promotion(id)

        async def read() -> Promotion:
            return responses.decode_promotion(request, await self._send(request), id)

        return await self._recent.shown_by(read, self._recent.is_older)

    async def seen(self, look: Callable[[], Awaitable[T | None]]) -> T | None:
        """Return what a look at the store finds; where it finds nothing, look again, for the store may lag behind."""
        return await self._recent.shown_by(look, lambda found, _: found is None)

    @property
    def quota_left(self) -> int | None:
        """The requests that the store allows until its window ends; None if that is not known."""
        return self._connection.quota_left

    async def _checked_count(self, listing: Listing) -> int:
        first = await self._page_alone(Profile, listing, 1, PAGE_LIMIT)
        if first.total is None:
            return len(await self._whole(Profile, listing))
        if len(first.items) == PAGE_LIMIT:
            last = await self._page_alone(Profile, listing, first.total // PAGE_LIMIT + 1, PAGE_LIMIT)
            check_same_total(first.total, last.total)
        return first.total
