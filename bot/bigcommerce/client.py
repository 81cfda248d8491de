"""The store, as its users see it: `Reader` can only ask, `Store` can also change.

Every method raises `StoreError`, whose text is for the user. Ids of segments and profiles are UUIDs; one that
is not is refused (`Invalid`) before anything is sent.
"""

import asyncio
import random
import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterable
from contextlib import asynccontextmanager
from functools import partial
from typing import Any, Self, TypeVar

import httpx
from pydantic import BaseModel

from bot.bigcommerce import answers, endpoints
from bot.bigcommerce.abreast import abreast
from bot.bigcommerce.answers import Answer
from bot.bigcommerce.connection import Connection, opened
from bot.bigcommerce.models import (
    AddedMembers,
    Customer,
    NewCustomer,
    NewSegment,
    Page,
    Profile,
    Promotion,
    Segment,
    SegmentChange,
)
from bot.bigcommerce.wire import Listing, Request, batches

M = TypeVar("M", bound=BaseModel)

API_URL = "https://api.bigcommerce.com"


class Reader:
    """Reads, and cannot write: what a planner may hold.

    Lists are async iterators that ask for 250 items at a time, as far as they are followed. A list that the
    store changes meanwhile may show an item twice or not at all, as the vendor counts pages, not items.
    """

    def __init__(self, connection: Connection, correlation_id: str | None = None) -> None:
        self._connection = connection
        self._correlation_id = correlation_id

    def correlated(self, correlation_id: str) -> Self:
        """Give the same store, over the same connection, whose requests carry this X-Correlation-Id.

        Raises ValueError for an id that no header can carry.
        """
        if not re.fullmatch(r"[\x21-\x7e]+", correlation_id):
            raise ValueError(f"{correlation_id!r} cannot be a correlation id.")
        return type(self)(self._connection, correlation_id)

    def segments(self, ids: Collection[str] | None = None) -> AsyncIterator[Segment]:
        """List all segments, or those with these ids. Unknown ids are absent; no ids, no request."""
        return self._list(Segment, endpoints.segments(ids))

    def members(self, segment_id: str) -> AsyncIterator[Profile]:
        """List the profiles in a segment. Raises NotFound."""
        return self._list(Profile, (endpoints.members(segment_id),))

    async def member_count(self, segment_id: str) -> int:
        """Count the profiles in a segment, with one small request. Raises NotFound."""
        return await self._count(endpoints.members(segment_id))

    def profiles(self) -> AsyncIterator[Profile]:
        """List all profiles of the store."""
        return self._list(Profile, (endpoints.profiles(),))

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
    ) -> AsyncIterator[Customer]:
        """List customers with their profile's and segments' ids: all of them, or by one filter.

        Unknown ids and e-mails are absent, and so is what cannot be an e-mail; an empty filter asks nothing.
        Raises TypeError for two filters.
        """
        return self._list(Customer, endpoints.customers(ids, emails, name_like))

    def promotions(self, *, status: str | None = None, query: str | None = None) -> AsyncIterator[Promotion]:
        """List promotions: all, or by status (ENABLED, DISABLED, INVALID) and words in name or code."""
        return self._list(Promotion, (endpoints.promotions(status, query),))

    async def promotion(self, id: int) -> Promotion:  # noqa: A002 - the vendor's word, as everywhere here
        """Read one promotion. Raises NotFound."""
        request = endpoints.promotion(id)
        return answers.one(request, await self._send(request), Promotion)

    async def _send(self, request: Request) -> Answer:
        return await self._connection.send(request, self._correlation_id)

    async def _list(self, kind: type[M], listings: Iterable[Listing]) -> AsyncIterator[M]:
        firsts = (partial(self._first, kind, listing) for listing in listings)
        async for listing, first in abreast(firsts):
            for item in first.items:
                yield item
            async for page in self._following(kind, listing, first.pages):
                for item in page.items:
                    yield item

    async def _first(self, kind: type[M], listing: Listing) -> tuple[Listing, Page[M]]:
        return listing, await self._page(kind, listing, 1)

    async def _following(self, kind: type[M], listing: Listing, last: int) -> AsyncIterator[Page[M]]:
        number = 2
        while number <= last:
            async for page in abreast(partial(self._page, kind, listing, n) for n in range(number, last + 1)):
                yield page
            number, last = last + 1, page.pages  # the list may have grown meanwhile

    async def _page(self, kind: type[M], listing: Listing, number: int) -> Page[M]:
        request = listing.page(number)
        return answers.page(request, await self._send(request), kind, number)

    async def _count(self, listing: Listing) -> int:
        request = listing.page(1, limit=1)
        return answers.count(request, await self._send(request))


class Store(Reader):
    """Reads and writes. Writes name what they touch one by one, so that "all" cannot be said by mistake.

    A write of many items goes out in batches, up to ten at once. When one fails, no other is started, and the
    error's `maybe_done` is True if anything was, or may have been, changed.
    """

    async def create_segments(self, first: NewSegment, *rest: NewSegment) -> tuple[Segment, ...]:
        """Create segments and give them back with their ids. Raises DuplicateName."""
        return await self._write(Segment, endpoints.create_segments((first, *rest)))

    async def update_segments(self, first: SegmentChange, *rest: SegmentChange) -> tuple[Segment, ...]:
        """Rename or describe segments and give them back. Raises DuplicateName."""
        return await self._write(Segment, endpoints.update_segments((first, *rest)))

    async def delete_segments(self, first: str, *rest: str) -> None:
        """Delete segments; their profiles stay. Deleting what is gone already is no error."""
        await self._delete(endpoints.delete_segments((first, *rest)))

    async def add_members(self, segment_id: str, first: str, *rest: str) -> AddedMembers:
        """Make profiles members of a segment, and say which of them were before. Raises NotFound."""
        profile_ids = tuple(dict.fromkeys((first, *rest)))
        jobs = [partial(self._add, segment_id, batch) for batch in batches(profile_ids, endpoints.MEMBERS_AT_ONCE)]
        done = [batch async for batch in abreast(jobs, changing=True)]
        return AddedMembers(
            tuple(each for batch in done for each in batch.added),
            tuple(each for batch in done for each in batch.already),
        )

    async def remove_members(self, segment_id: str, first: str, *rest: str) -> None:
        """Take profiles out of a segment; the profiles stay. Removing who is no member is no error."""
        await self._delete(endpoints.remove_members(segment_id, (first, *rest)))

    async def create_profiles(self, first: int, *rest: int) -> tuple[Profile, ...]:
        """Create profiles for customers, by customer id. Raises Conflict or Invalid where one has one."""
        return await self._write(Profile, endpoints.create_profiles((first, *rest)))

    async def delete_profiles(self, first: str, *rest: str) -> None:
        """Delete profiles with all their memberships; the customers stay."""
        await self._delete(endpoints.delete_profiles((first, *rest)))

    async def create_customers(self, first: NewCustomer, *rest: NewCustomer) -> tuple[Customer, ...]:
        """Register customers and give them back with their ids. Raises Invalid."""
        return await self._write(Customer, endpoints.create_customers((first, *rest)))

    async def update_promotion(
        self,
        id: int,  # noqa: A002 - as in `promotion`
        document: dict[str, Any],
    ) -> Promotion:
        """Put a whole document in a promotion's place; see `Promotion.with_targeting`. Raises NotFound."""
        request = endpoints.update_promotion(id, document)
        return answers.one(request, await self._send(request), Promotion)

    async def _write(self, kind: type[M], requests: Iterable[Request]) -> tuple[M, ...]:
        jobs = [partial(self._written, kind, request) for request in requests]
        return tuple([item async for batch in abreast(jobs, changing=True) for item in batch])

    async def _written(self, kind: type[M], request: Request) -> tuple[M, ...]:
        return answers.several(request, await self._send(request), kind)

    async def _delete(self, requests: Iterable[Request]) -> None:
        jobs = [partial(self._deleted, request) for request in requests]
        async for _ in abreast(jobs, changing=True):
            pass

    async def _deleted(self, request: Request) -> None:
        answers.decipher(request, await self._send(request))

    async def _add(self, segment_id: str, batch: Collection[str]) -> AddedMembers:
        """Add at most 50. The store adds all or none; where it names some as members, send the rest again."""
        already: tuple[str, ...] = ()
        echo = False
        while waiting := tuple(each for each in batch if each not in already):
            request = endpoints.add_members(segment_id, waiting)
            answer = await self._send(request)
            echo = echo or answer.echo
            named = answers.already_members(answer, waiting)
            if not named:
                answers.decipher(request, answer)
                return AddedMembers(waiting, already)
            already += named
        # All are members, and an answer was lost on the way: it was our own lost attempt that added them.
        return AddedMembers(added=already) if echo else AddedMembers(already=already)


@asynccontextmanager
async def connect(
    url: str,
    store_hash: str,
    token: str,
    *,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    roll: Callable[[], float] = random.random,
    transport: httpx.AsyncBaseTransport | None = None,
) -> AsyncIterator[Store]:
    """Open a store; requests go to `{url}/stores/{store_hash}/v3/…`, and `API_URL` is the vendor's own url.

    `clock` counts seconds, `roll` gives jitter from 0 to 1, `transport` stands in for the network. Nothing is
    sent yet. Raises ValueError for a url, hash or token that cannot be one.
    """
    async with opened(url, store_hash, token, clock=clock, sleep=sleep, roll=roll, transport=transport) as connection:
        yield Store(connection)
