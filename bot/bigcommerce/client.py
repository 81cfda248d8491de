"""The store as its users see it: a `Reader` can only read, a `Store` can also write.

Every method raises `StoreError`, whose text is for people. Ids of segments and profiles are UUIDs; any other id is
refused (`Invalid`) before anything is sent.
"""

import asyncio
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial
from typing import Any, TypeVar

import httpx
from pydantic import BaseModel

from bot.bigcommerce import endpoints, member_additions, profile_creations, responses
from bot.bigcommerce.concurrency import gather_bounded
from bot.bigcommerce.connection import LONGEST_READ, LONGEST_WRITE, Heard, Sent, open_connection, unheard
from bot.bigcommerce.errors import NotFound, PartlyFailed, StoreError
from bot.bigcommerce.member_additions import add_members
from bot.bigcommerce.models import (
    AddedMembers,
    CreatedProfiles,
    Customer,
    NewCustomer,
    NewSegment,
    Promotion,
    Segment,
    SegmentChange,
)
from bot.bigcommerce.profile_creations import create_profiles
from bot.bigcommerce.reader import Reader
from bot.bigcommerce.received_text import sound
from bot.bigcommerce.shares import Share
from bot.bigcommerce.turns import LEFT_BY_LONG_RUNS
from bot.bigcommerce.wire_format import Request, batches, is_uuid

M = TypeVar("M", bound=BaseModel)
T = TypeVar("T")

API_URL = "https://api.bigcommerce.com"


class Store(Reader):
    """A client that reads and writes. Writes name each item that they touch, so that none can mean "all" by mistake.

    A write of many items is sent in batches, up to ten at once. When one fails, no other is started, and the error's
    `maybe_done` is True if anything was, or may have been, changed.
    """

    async def create_segments(self, first: NewSegment, *rest: NewSegment) -> tuple[Segment, ...]:
        """Create segments and return them with their ids. Raises DuplicateName."""
        answered = await self._write(Segment, endpoints.create_segments((first, *rest)))
        names = {one.name for one in (first, *rest)}
        spelt = set(map(_spelt, names))
        created = tuple(one for one in answered if _spelt(one.name) in spelt and is_uuid(one.id))
        if len(created) == len(names):
            return created
        try:  # an answer that does not list them all, or others
            found = [one async for one in self.segments() if one.name in names]
        except StoreError as error:
            error.maybe_done = True
            raise
        if len(found) < len(names):
            raise PartlyFailed(maybe_done=True)
        return tuple(found)

    async def update_segment(
        self,
        id: str,  # noqa: A002 - as in `promotion`
        draft: Callable[[Segment], SegmentChange | None],
    ) -> Segment | None:
        """Change a segment's name and description to what `draft` makes of it as it is, read before each attempt.

        Return it as the store has it then, or None if `draft` returned None, since nothing is (or is left) to be
        changed. Raises DuplicateName and NotFound.
        """

        async def drafted() -> Request | None:
            found = [one async for one in self.segments((id,))]
            if not found:
                raise NotFound
            change = draft(found[0])
            return endpoints.update_segment(change) if change else None

        sent = await self._connection.send_draft(drafted, self._caller)
        return await self._updated(sent, id) if sent else None

    async def _updated(self, sent: Sent, segment_id: str) -> Segment:
        """Return the segment that an answer lists as changed; it is read where the answer does not."""
        listed = responses.listed(sent.request, self._noted(sent.response), Segment)
        if found := [one for one in listed if one.id == segment_id.lower()]:
            return found[0]
        try:
            if found := [one async for one in self.segments((segment_id,))]:
                return found[0]
        except StoreError as error:
            error.maybe_done = True
            raise
        raise NotFound(maybe_done=True)

    async def delete_segments(self, first: str, *rest: str) -> None:
        """Delete segments; their profiles stay. Deleting one that no longer exists is not an error."""
        await self._delete(endpoints.delete_segments((first, *rest), self._room))

    async def delete_segment_as_read(
        self, segment_id: str, check: Callable[[Collection[Promotion], int], None]
    ) -> None:
        """Delete a segment unless `check` raises, given all promotions and the number of its members.

        Both are read before each attempt, the members last. One that no longer exists is left alone.
        """

        async def drafted() -> Request | None:
            promotions = tuple([one async for one in self.promotions()])
            try:
                members = await self.checked_member_count(segment_id)
            except NotFound:
                return None
            check(promotions, members)
            (request,) = endpoints.delete_segments((segment_id,))
            return replace(request, whole=True)

        if sent := await self._connection.send_draft(drafted, self._caller):
            responses.decode(sent.request, self._noted(sent.response))

    async def add_members(self, segment_id: str, first: str, *rest: str) -> AddedMembers:
        """Add profiles to a segment; return which were added, already members, or missing. Raises NotFound."""
        among = self._members_among
        jobs = [partial(add_members, self._send, among, segment_id, batch) for batch in _batches((first, *rest))]
        return member_additions.together(*[batch async for batch in gather_bounded(jobs, changing=True)])

    async def remove_members(self, segment_id: str, first: str, *rest: str) -> None:
        """Remove profiles from a segment; the profiles stay. Removing a non-member is not an error."""
        await self._delete(endpoints.remove_members(segment_id, (first, *rest), self._room))

    async def create_profiles(self, first: int, *rest: int) -> CreatedProfiles:
        """Create profiles for customers, by customer id; return the new ones, and those that customers already had.

        Raises NotFound, Conflict or Invalid, as the store responds, for an unknown customer.
        """
        jobs = [partial(create_profiles, self._send, self._accounts, batch) for batch in _batches((first, *rest))]
        return profile_creations.together(*[batch async for batch in gather_bounded(jobs, changing=True)])

    async def delete_profiles(self, first: str, *rest: str) -> None:
        """Delete profiles and all their memberships; the customers stay."""
        await self._delete(endpoints.delete_profiles((first, *rest), self._room))

    async def create_customers(self, first: NewCustomer, *rest: NewCustomer) -> tuple[Customer, ...]:
        """Register customers and return them with their ids. Raises Invalid."""
        answered = await self._write(Customer, endpoints.create_customers((first, *rest)))
        emails = {one.email.casefold() for one in (first, *rest)}
        created = tuple(one for one in answered if one.email.casefold() in emails)
        if len(created) < len(emails):
            raise PartlyFailed("it does not list everyone it registered", maybe_done=True)
        return created

    async def update_promotion(
        self,
        id: int,  # noqa: A002 - as in `promotion`
        draft: Callable[[Promotion], dict[str, Any] | None],
    ) -> Promotion | None:
        """Replace a promotion's document by what `draft` makes of it as it is, read before each attempt.

        See `Promotion.with_targeting` and `with_status`. Return it, or None if `draft` found nothing (more) to change.
        Raises NotFound.
        """

        async def drafted() -> Request | None:
            document = draft(await self.promotion(id))
            return None if document is None else endpoints.update_promotion(id, document)

        sent = await self._connection.send_draft(drafted, self._caller)
        return responses.decode_promotion(sent.request, self._noted(sent.response), id) if sent else None

    async def _write(self, kind: type[M], requests: Iterable[Request]) -> tuple[M, ...]:
        jobs = [partial(self._written, kind, request) for request in requests]
        return tuple([item async for batch in gather_bounded(jobs, changing=True) for item in batch])

    async def _written(self, kind: type[M], request: Request) -> tuple[M, ...]:
        response = await self._send(request)
        if endpoints.is_too_much(request, response.status) and request.halves:
            return await self._write(kind, request.halves)
        return responses.decode_many(request, response, kind)

    async def _delete(self, requests: Iterable[Request]) -> None:
        jobs = [partial(self._deleted, request) for request in requests]
        async for _ in gather_bounded(jobs, changing=True):
            pass

    async def _deleted(self, request: Request) -> None:
        response = await self._send(request)
        if endpoints.is_too_much(request, response.status) and request.halves:
            await self._delete(request.halves)
        else:
            responses.decode(request, response)

    async def _members_among(self, segment_id: str, profile_ids: Collection[str]) -> frozenset[str]:
        jobs = [partial(self._is_member, segment_id, each) for each in profile_ids]
        found = [is_in async for is_in in gather_bounded(jobs)]
        return frozenset(each for each, is_in in zip(profile_ids, found, strict=True) if is_in)

    async def _is_member(self, segment_id: str, profile_id: str) -> bool:
        try:
            return segment_id.lower() in [each.id async for each in self.segments_of(profile_id)]
        except NotFound:
            return False

    async def _accounts(self, ids: Collection[int]) -> dict[int, Customer]:
        return {customer.id: customer async for customer in self.customers(ids=ids)}


def _spelt(name: str) -> str:
    """Return a name without what a store may change in it: blanks around and within it, and case."""
    return " ".join(sound(name).split()).casefold()


def _batches(ids: Iterable[T]) -> Iterable[Sequence[T]]:
    return batches(dict.fromkeys(ids), endpoints.MEMBERS_AT_ONCE)


@asynccontextmanager
async def connect(
    url: str,
    store_hash: str,
    token: str,
    *,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    jitter: Callable[[], float] = random.random,
    transport: httpx.AsyncBaseTransport | None = None,
    longest_write: float = LONGEST_WRITE,
    longest_read: float = LONGEST_READ,
    left_by_long_runs: float = LEFT_BY_LONG_RUNS,
    heard: Heard = unheard,
    share: Share | None = None,
) -> AsyncIterator[Store]:
    """Open a store; requests go to `{url}/stores/{store_hash}/v3/…`, and `API_URL` is the vendor's own URL.

    `clock` counts seconds, `jitter` returns a random number from 0 to 1, `transport` replaces the network, a write is
    given up after `longest_write` seconds, and a read after `longest_read`. `left_by_long_runs` is the share of the
    store's quota that long runs leave to others. `heard` is told what became of each attempt at a request. `share` is
    this process's part of what the store takes at once, if other processes use it, too. Nothing is sent yet. Raises
    ValueError for an invalid URL, hash or token.
    """
    async with open_connection(
        url,
        store_hash,
        token,
        clock=clock,
        sleep=sleep,
        jitter=jitter,
        transport=transport,
        longest_write=longest_write,
        longest_read=longest_read,
        left_by_long_runs=left_by_long_runs,
        heard=heard,
        share=share,
    ) as connection:
        yield Store(connection)
