"""The store as its users see it: a `Reader` can only read, a `Store` can also write.

Every method raises `StoreError`, whose text is for people. Ids of segments and profiles are UUIDs; any other id is
refused (`NoId`) before anything is sent.
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
from bot.bigcommerce.errors import Ignored, NotFound
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
from bot.bigcommerce.read_back import in_doubt, members_among
from bot.bigcommerce.reader import Reader
from bot.bigcommerce.received_text import sound
from bot.bigcommerce.shares import Share
from bot.bigcommerce.turns import LEFT_BY_LONG_RUNS
from bot.bigcommerce.wire_format import Request, batches, is_uuid

M = TypeVar("M", bound=BaseModel)
T = TypeVar("T")

API_URL = "https://api.bigcommerce.com"
NO_CONTENT = 204
"""The documented answer to a DELETE."""


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
        if len(created) < len(names):  # an answer that does not list them all, or others
            created = await self._until_there(
                lambda: (one async for one in self.segments() if one.name in names), len(names)
            )
        if len(created) < len(names):
            raise Ignored(maybe_done=True)
        self._recent.segments.add({one.id: one for one in created})
        return created

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
            found = await self.segment(id)
            if found is None:
                raise NotFound
            change = draft(found)
            if change is None:
                return None
            asked.append(found.model_copy(update=change.model_dump(exclude_none=True, exclude={"id"})))
            return endpoints.update_segment(change)

        asked = list[Segment]()
        sent = await self._connection.send_draft(drafted, self._caller)
        return await self._updated(sent, asked[-1]) if sent else None

    async def _updated(self, sent: Sent, asked: Segment) -> Segment:
        """Return the segment that an answer lists as changed; it is read where the answer does not."""
        listed = responses.listed(sent.request, self._noted(sent.response), Segment)
        found = [one for one in listed if one.id == asked.id]
        self._recent.segments.add({asked.id: (*found, asked)[0]})
        with in_doubt():
            if found := found or [one async for one in self.segments((asked.id,))]:
                return found[0]
        raise NotFound(maybe_done=True)

    async def delete_segments(self, first: str, *rest: str) -> None:
        """Delete segments; their profiles stay. Deleting one that no longer exists is not an error."""
        await self._delete(endpoints.delete_segments((first, *rest), self._room))
        self._recent.note_gone(segments=(first, *rest))

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
            responses.check(sent.request, self._noted(sent.response))
            self._recent.note_gone(segments=(segment_id,))

    async def add_members(self, segment_id: str, first: str, *rest: str) -> AddedMembers:
        """Add profiles to a segment; return which were added, already members, or missing. Raises NotFound."""
        jobs = [partial(self._added, segment_id, batch) for batch in _batches((first, *rest))]
        return member_additions.together(*[batch async for batch in gather_bounded(jobs, changing=True)])

    async def _added(self, segment_id: str, batch: Sequence[str]) -> AddedMembers:
        done = await add_members(self._send, self._members_added, segment_id, batch)
        self._recent.note_members(segment_id, done.added, inside=True)
        return done

    async def remove_members(self, segment_id: str, first: str, *rest: str) -> tuple[str, ...]:
        """Remove profiles from a segment; the profiles stay. Removing a non-member is not an error.

        Return by whom one sees that it was done: the last one, and one of each batch with an undocumented answer.
        """
        requests = endpoints.remove_members(segment_id, (first, *rest), self._room)
        unusual = await self._delete(requests)
        self._recent.note_members(segment_id, (first, *rest), inside=False)
        return (*unusual, *requests[-1].ids[-1:])

    async def create_profiles(self, first: int, *rest: int) -> CreatedProfiles:
        """Create profiles for customers, by customer id; return the new ones, and those that customers already had.

        Raises NotFound, Conflict or Invalid, as the store responds, for an unknown customer.
        """
        jobs = [partial(self._created, batch) for batch in _batches((first, *rest))]
        return profile_creations.together(*[batch async for batch in gather_bounded(jobs, changing=True)])

    async def _created(self, batch: Sequence[int]) -> CreatedProfiles:
        done = await create_profiles(self._send, self._accounts, batch)
        self._recent.profiles.add({one.id: one.customer_id for one in done.created})
        return done

    async def delete_profiles(self, first: str, *rest: str) -> None:
        """Delete profiles and all their memberships; the customers stay."""
        await self._delete(endpoints.delete_profiles((first, *rest), self._room))
        self._recent.note_gone(profiles=(first, *rest))

    async def create_customers(self, first: NewCustomer, *rest: NewCustomer) -> tuple[Customer, ...]:
        """Register customers and return them with their ids. Raises Invalid, and Ignored."""
        answered = await self._write(Customer, endpoints.create_customers((first, *rest)))
        emails = {one.email.casefold() for one in (first, *rest)}
        created = tuple(one for one in answered if one.email.casefold() in emails)
        if len(created) < len(emails):
            created = await self._until_there(lambda: self.customers(emails=emails), len(emails))
        if len(created) < len(emails):
            raise Ignored(maybe_done=True)
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
        if sent is None:
            return None
        updated = responses.decode_promotion(sent.request, self._noted(sent.response), id)
        self._recent.promotions.add({id: updated})
        return updated

    async def _until_there(self, rows: Callable[[], AsyncIterator[T]], count: int) -> tuple[T, ...]:
        """Return these rows, read until there are so many, or as the last of several readings has them."""

        async def read() -> tuple[T, ...]:
            return tuple([one async for one in rows()])

        with in_doubt():
            return await self._recent.shown_by(read, lambda found, _: len(found) < count)

    async def _write(self, kind: type[M], requests: Iterable[Request]) -> tuple[M, ...]:
        jobs = [partial(self._written, kind, request) for request in requests]
        return tuple([item async for batch in gather_bounded(jobs, changing=True) for item in batch])

    async def _written(self, kind: type[M], request: Request) -> tuple[M, ...]:
        response = await self._send(request)
        if endpoints.is_too_much(request, response.status) and request.halves:
            return await self._write(kind, request.halves)
        return responses.listed(request, response, kind)

    async def _delete(self, requests: Iterable[Request]) -> tuple[str, ...]:
        """Delete what the requests name; return one id of each whose answer is not the documented 204."""
        jobs = [partial(self._deleted, request) for request in requests]
        return tuple([id_ async for batch in gather_bounded(jobs, changing=True) for id_ in batch])

    async def _deleted(self, request: Request) -> tuple[str, ...]:
        response = await self._send(request)
        if endpoints.is_too_much(request, response.status) and request.halves:
            return await self._delete(request.halves)
        responses.check(request, response)
        return () if response.status == NO_CONTENT else request.ids[-1:]

    async def _members_added(self, segment_id: str, profile_ids: Collection[str]) -> frozenset[str]:
        """Return which of these are in the segment, of whom an answer leaves open whether it added them."""
        self._recent.note_members(segment_id, profile_ids, inside=True)
        return await members_among(self, segment_id, profile_ids)

    async def _accounts(self, ids: Collection[int], have_profiles: bool) -> dict[int, Customer]:
        async def read() -> dict[int, Customer]:
            return {customer.id: customer async for customer in self.customers(ids=ids)}

        def lacks_some(found: dict[int, Customer], _: float) -> bool:
            return have_profiles and not all(one.shopper_profile_id for one in found.values())

        return await self._recent.shown_by(read, lacks_some)


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
