"""The store, as its users see it: `Reader` can only ask, `Store` can also change.

Every method raises `StoreError`, whose text is for the user. Ids of segments and profiles are UUIDs; one that
is not is refused (`Invalid`) before anything is sent.
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
from bot.bigcommerce.bounded import abreast
from bot.bigcommerce.connection import opened
from bot.bigcommerce.errors import StoreError
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
from bot.bigcommerce.wire import Request, batches

M = TypeVar("M", bound=BaseModel)
T = TypeVar("T")

API_URL = "https://api.bigcommerce.com"


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
        """Make profiles members of a segment; say who was before, and which profiles are gone. Raises NotFound."""
        jobs = [partial(self._add, segment_id, batch) for batch in _batches((first, *rest))]
        done = [batch async for batch in abreast(jobs, changing=True)]
        return AddedMembers(
            tuple(chain.from_iterable(batch.added for batch in done)),
            tuple(chain.from_iterable(batch.already for batch in done)),
            tuple(chain.from_iterable(batch.missing for batch in done)),
        )

    async def remove_members(self, segment_id: str, first: str, *rest: str) -> None:
        """Take profiles out of a segment; the profiles stay. Removing who is no member is no error."""
        await self._delete(endpoints.remove_members(segment_id, (first, *rest)))

    async def create_profiles(self, first: int, *rest: int) -> CreatedProfiles:
        """Create profiles for customers, by customer id, and say who had one before.

        Raises what the store says (NotFound, Conflict, Invalid) where it does not know a customer.
        """
        jobs = [partial(self._create, batch) for batch in _batches((first, *rest))]
        done = [batch async for batch in abreast(jobs, changing=True)]
        return CreatedProfiles(
            tuple(chain.from_iterable(batch.created for batch in done)),
            tuple(chain.from_iterable(batch.already for batch in done)),
        )

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
        return responses.one(request, await self._send(request), Promotion)

    async def _write(self, kind: type[M], requests: Iterable[Request]) -> tuple[M, ...]:
        jobs = [partial(self._written, kind, request) for request in requests]
        return tuple([item async for batch in abreast(jobs, changing=True) for item in batch])

    async def _written(self, kind: type[M], request: Request) -> tuple[M, ...]:
        return responses.several(request, await self._send(request), kind)

    async def _delete(self, requests: Iterable[Request]) -> None:
        jobs = [partial(self._deleted, request) for request in requests]
        async for _ in abreast(jobs, changing=True):
            pass

    async def _deleted(self, request: Request) -> None:
        responses.decipher(request, await self._send(request))

    async def _add(self, segment_id: str, batch: Sequence[str]) -> AddedMembers:
        """Add at most 50. The store adds all or none; where it names members or missing ones, send the rest again."""
        waiting, already, missing, lost = batch, tuple[str, ...](), tuple[str, ...](), tuple[str, ...]()
        while waiting:
            request = endpoints.add_members(segment_id, waiting)
            answer = await self._send(request)
            lost = tuple(waiting) if answer.echo else lost
            members, unknown = responses.already_members(answer, waiting), responses.missing_profiles(answer, waiting)
            if not members and not unknown:
                responses.decipher(request, replace(answer, echo=bool(lost)))
                return AddedMembers(tuple(waiting), already, missing)
            already, missing = already + members, missing + unknown
            waiting = _without(waiting, {*members, *unknown})
        # All that an attempt without an answer named are members: it was that attempt that added them.
        ours = lost if set(lost) <= set(already) else ()
        return AddedMembers(ours, _without(already, ours), missing)

    async def _create(self, batch: Sequence[int]) -> CreatedProfiles:
        """Create at most 50. The store creates all or none; where some have a profile, send the rest again."""
        waiting, already = batch, tuple[Profile, ...]()
        while waiting:
            request = endpoints.create_profiles(waiting)
            answer = await self._send(request)
            taken = await self._with_profile(waiting, doubtful=answer.echo) if answer.status in (409, 422) else ()
            if not taken:
                return CreatedProfiles(responses.several(request, answer, Profile), already)
            profiles = tuple(
                Profile(id=customer.shopper_profile_id, customer_id=customer.id)
                for customer in taken
                if customer.shopper_profile_id
            )
            waiting = _without(waiting, {customer.id for customer in taken})
            # A profile that is in a segment is older than an attempt whose answer was lost a moment ago.
            if answer.echo and not waiting and not any(customer.segment_ids for customer in taken):
                return CreatedProfiles(profiles, already)
            already += profiles
        return CreatedProfiles(already=already)

    async def _with_profile(self, ids: Sequence[int], *, doubtful: bool) -> tuple[Customer, ...]:
        """Find who of these customers has a profile; nobody where one of them is unknown.

        `doubtful`: they may just have been given one, which a look-up that fails has to say.
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
    roll: Callable[[], float] = random.random,
    transport: httpx.AsyncBaseTransport | None = None,
) -> AsyncIterator[Store]:
    """Open a store; requests go to `{url}/stores/{store_hash}/v3/…`, and `API_URL` is the vendor's own url.

    `clock` counts seconds, `roll` gives jitter from 0 to 1, `transport` stands in for the network. Nothing is
    sent yet. Raises ValueError for a url, hash or token that cannot be one.
    """
    async with opened(url, store_hash, token, clock=clock, sleep=sleep, roll=roll, transport=transport) as connection:
        yield Store(connection)
