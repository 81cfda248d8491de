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
from itertools import chain
from typing import Any, TypeVar

import httpx
from pydantic import BaseModel

from bot.bigcommerce import endpoints, responses
from bot.bigcommerce.concurrency import gather_bounded
from bot.bigcommerce.connection import LONGEST_WRITE, open_connection
from bot.bigcommerce.errors import NotFound, StoreError
from bot.bigcommerce.models import (
    AddedMembers,
    CreatedProfiles,
    Customer,
    NewCustomer,
    NewSegment,
    Profile,
    Promotion,
    Segment,
    SegmentChange,
)
from bot.bigcommerce.reader import Reader
from bot.bigcommerce.wire_format import Request, batches

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
        return await self._write(Segment, endpoints.create_segments((first, *rest)))

    async def update_segment(
        self,
        id: str,  # noqa: A002 - as in `promotion`
        draft: Callable[[Segment], SegmentChange | None],
    ) -> None:
        """Change a segment's name and description to what `draft` makes of it as it is, read before each attempt.

        `draft` returns None if nothing is (or is left) to be changed. Raises DuplicateName and NotFound.
        """

        async def drafted() -> Request | None:
            found = [one async for one in self.segments((id,))]
            if not found:
                raise NotFound
            change = draft(found[0])
            return endpoints.update_segment(change) if change else None

        if sent := await self._connection.send_draft(drafted, self._caller):
            responses.decode(sent.request, self._noted(sent.response))

    async def delete_segments(self, first: str, *rest: str) -> None:
        """Delete segments; their profiles stay. Deleting one that no longer exists is not an error."""
        await self._delete(endpoints.delete_segments((first, *rest)))

    async def add_members(self, segment_id: str, first: str, *rest: str) -> AddedMembers:
        """Add profiles to a segment; return which were added, already members, or missing. Raises NotFound."""
        jobs = [partial(self._add, segment_id, batch) for batch in _batches((first, *rest))]
        done = [batch async for batch in gather_bounded(jobs, changing=True)]
        return AddedMembers(
            tuple(chain.from_iterable(batch.added for batch in done)),
            tuple(chain.from_iterable(batch.already for batch in done)),
            tuple(chain.from_iterable(batch.missing for batch in done)),
        )

    async def remove_members(self, segment_id: str, first: str, *rest: str) -> None:
        """Remove profiles from a segment; the profiles stay. Removing a non-member is not an error."""
        await self._delete(endpoints.remove_members(segment_id, (first, *rest)))

    async def create_profiles(self, first: int, *rest: int) -> CreatedProfiles:
        """Create profiles for customers, by customer id; return the new ones, and those that customers already had.

        Raises NotFound, Conflict or Invalid, as the store responds, for an unknown customer.
        """
        jobs = [partial(self._create, batch) for batch in _batches((first, *rest))]
        done = [batch async for batch in gather_bounded(jobs, changing=True)]
        return CreatedProfiles(
            tuple(chain.from_iterable(batch.created for batch in done)),
            tuple(chain.from_iterable(batch.already for batch in done)),
        )

    async def delete_profiles(self, first: str, *rest: str) -> None:
        """Delete profiles and all their memberships; the customers stay."""
        await self._delete(endpoints.delete_profiles((first, *rest)))

    async def create_customers(self, first: NewCustomer, *rest: NewCustomer) -> tuple[Customer, ...]:
        """Register customers and return them with their ids. Raises Invalid."""
        return await self._write(Customer, endpoints.create_customers((first, *rest)))

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
        return responses.decode_one(sent.request, self._noted(sent.response), Promotion) if sent else None

    async def _write(self, kind: type[M], requests: Iterable[Request]) -> tuple[M, ...]:
        jobs = [partial(self._written, kind, request) for request in requests]
        return tuple([item async for batch in gather_bounded(jobs, changing=True) for item in batch])

    async def _written(self, kind: type[M], request: Request) -> tuple[M, ...]:
        return responses.decode_many(request, await self._send(request), kind)

    async def _delete(self, requests: Iterable[Request]) -> None:
        jobs = [partial(self._deleted, request) for request in requests]
        async for _ in gather_bounded(jobs, changing=True):
            pass

    async def _deleted(self, request: Request) -> None:
        responses.decode(request, await self._send(request))

    async def _add(self, segment_id: str, batch: Sequence[str]) -> AddedMembers:
        """Add at most 50. The store adds all or none; retry without those that it names as members or missing."""
        waiting, already, missing, lost = batch, tuple[str, ...](), tuple[str, ...](), tuple[str, ...]()
        while waiting:
            request = endpoints.add_members(segment_id, waiting)
            response = await self._send(request)
            lost = tuple(waiting) if response.repeated else lost
            members = responses.already_members(response, waiting)
            unknown = responses.missing_profiles(response, waiting)
            if not members and not unknown:
                responses.decode(request, replace(response, repeated=bool(lost)))
                return AddedMembers(tuple(waiting), already, missing)
            already, missing = already + members, missing + unknown
            waiting = _without(waiting, {*members, *unknown})
        # If all the profiles of an attempt without a response are members now, that attempt added them.
        added = lost if set(lost) <= set(already) else ()
        return AddedMembers(added, _without(already, added), missing)

    async def _create(self, batch: Sequence[int]) -> CreatedProfiles:
        """Create at most 50. The store creates all or none; retry without customers who have a profile."""
        waiting, already = batch, tuple[Profile, ...]()
        while waiting:
            request = endpoints.create_profiles(waiting)
            response = await self._send(request)
            refused = response.status in (409, 422)
            taken = await self._with_profile(waiting, doubtful=response.repeated) if refused else ()
            if not taken:
                return CreatedProfiles(responses.decode_many(request, response, Profile), already)
            profiles = tuple(
                Profile(id=customer.shopper_profile_id, customer_id=customer.id)
                for customer in taken
                if customer.shopper_profile_id
            )
            waiting = _without(waiting, {customer.id for customer in taken})
            # A profile that is in a segment is older than an attempt whose response was lost a moment ago.
            if response.repeated and not waiting and not any(customer.segment_ids for customer in taken):
                return CreatedProfiles(profiles, already)
            already += profiles
        return CreatedProfiles(already=already)

    async def _with_profile(self, ids: Sequence[int], *, doubtful: bool) -> tuple[Customer, ...]:
        """Return those of these customers who have a profile; none if any of them is unknown.

        `doubtful`: an attempt without a response may just have created some, which a failing look-up must report.
        """
        try:
            known = {customer.id: customer async for customer in self.customers(ids=ids)}
        except StoreError as error:
            error.maybe_done = doubtful
            raise
        found = [known.get(each) for each in ids]
        return () if None in found else tuple(each for each in found if each and each.shopper_profile_id)


def _batches(ids: Iterable[T]) -> Iterable[Sequence[T]]:
    return batches(dict.fromkeys(ids), endpoints.MEMBERS_AT_ONCE)


def _without(ids: Iterable[T], some: Collection[T]) -> tuple[T, ...]:
    return tuple(each for each in ids if each not in some)


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
) -> AsyncIterator[Store]:
    """Open a store; requests go to `{url}/stores/{store_hash}/v3/…`, and `API_URL` is the vendor's own URL.

    `clock` counts seconds, `jitter` returns a random number from 0 to 1, `transport` replaces the network, and a write
    is given up after `longest_write` seconds. Nothing is sent yet. Raises ValueError for an invalid URL, hash or token.
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
    ) as connection:
        yield Store(connection)
