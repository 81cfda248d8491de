"""Whether a list is believed that lacks what it should have: something else of the store is asked.

An empty list has nothing in it that could contradict itself.
"""

import asyncio
from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from itertools import islice

from bot.bigcommerce import Contradiction, Customer, MalformedResponse, NotFound, Reader, Segment, is_uuid

CHECKED = 3
"""The most segments and shoppers that are asked for one by one: what is wrong about all is wrong about some."""


class EmptyLists:
    """What speaks against empty lists, fetched once for one planning: the segments that some customers are in.

    Where the store does not tell what customers are in, its lists are believed.
    """

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._occupied: frozenset[str] | None = None
        self._left_out: dict[str, Segment | None] = {}

    async def check_members(self, segment_id: str, count: int) -> None:
        """Raise Contradiction if customers are in this segment, of which no members are counted."""
        if not count and segment_id in await self._occupied_segments():
            raise Contradiction("It lists no one in a segment that customers are in")

    async def check_segments(self, count: int) -> None:
        """Raise Contradiction if customers are in segments, of which none are listed."""
        if not count and await self._occupied_segments():
            raise Contradiction("It lists no segments, and customers who are in some")

    async def left_out(self, segment_id: str) -> Segment | None:
        """Return the segment with this id, which a list of all leaves out; None if there is none. Asked for once."""
        if segment_id not in self._left_out:
            self._left_out[segment_id] = await self._reader.segment(segment_id) if is_uuid(segment_id) else None
        return self._left_out[segment_id]

    async def check_listed(self, segment_ids: Iterable[str], listed: Collection[str]) -> None:
        """Raise Contradiction if one of these segments is there, and a list of all leaves it out."""
        for one in segment_ids:
            if one not in listed and await self.left_out(one):
                raise Contradiction("It lists all segments without one that is there")

    async def check_sizes(self, sizes: Mapping[str, int]) -> None:
        """Raise Contradiction if by what customers are in all segments are empty, and not by their own counts."""
        some = [] if any(sizes.values()) else list(sizes)[:CHECKED]
        if any(await asyncio.gather(*map(self._reader.member_count, some))):
            raise Contradiction("It lists customers without the segments that they are in")

    async def check_memberships(self, customers: Iterable[Customer]) -> None:
        """Raise Contradiction if some of these are in a segment that the list of customers leaves out."""
        for one in islice(customers, CHECKED):
            with suppress(NotFound):
                inside = {segment.id async for segment in self._reader.segments_of(one.shopper_profile_id or "")}
                if not inside <= set(one.segment_ids):
                    raise Contradiction("It lists a shopper without a segment that they are in")

    async def _occupied_segments(self) -> frozenset[str]:
        if self._occupied is None:
            self._occupied = frozenset()
            with suppress(MalformedResponse):
                self._occupied = await self._reader.segments_of_some()
        return self._occupied
