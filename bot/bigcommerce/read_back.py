"""Looking whether the store did what it said, where an answer proves nothing: a deletion's lists no rows."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from functools import partial

from bot.bigcommerce.concurrency import gather_bounded
from bot.bigcommerce.errors import Ignored, NotFound, StoreError
from bot.bigcommerce.reader import Reader
from bot.bigcommerce.wire_format import PAGE_LIMIT


async def confirm_deleted(reader: Reader, segment_id: str) -> None:
    """Raise Ignored if a segment is still there."""
    with in_doubt():
        if [one async for one in reader.segments((segment_id,))]:
            raise Ignored


async def confirm_removed(reader: Reader, segment_id: str, profile_ids: Collection[str]) -> None:
    """Raise Ignored if any of these profiles is still in a segment. Of one that is gone, too, nobody is."""
    with in_doubt():
        if await members_among(reader, segment_id, frozenset(profile_ids)):
            raise Ignored


async def confirm_no_profiles(reader: Reader, customer_ids: Collection[int], profile_ids: Collection[str]) -> None:
    """Raise Ignored if any of these customers still has one of these profiles."""
    with in_doubt():
        if [one async for one in reader.customers(ids=customer_ids) if one.shopper_profile_id in profile_ids]:
            raise Ignored


async def members_among(reader: Reader, segment_id: str, profile_ids: Collection[str]) -> frozenset[str]:
    """Return which of these profiles are in a segment: with one request each, or from its list if that is less."""
    if len(profile_ids) > 2 and await reader.member_count(segment_id) < PAGE_LIMIT * (len(profile_ids) - 1):
        members = {one.id async for one in reader.members(segment_id)}
        return frozenset(each for each in profile_ids if each.lower() in members)
    jobs = [partial(is_member, reader, segment_id, each) for each in profile_ids]
    found = [is_in async for is_in in gather_bounded(jobs)]
    return frozenset(each for each, is_in in zip(profile_ids, found, strict=True) if is_in)


async def is_member(reader: Reader, segment_id: str, profile_id: str) -> bool:
    """Return whether a profile is in a segment; one that is gone is in none."""
    try:
        return segment_id.lower() in [each.id async for each in reader.segments_of(profile_id)]
    except NotFound:
        return False


@contextmanager
def in_doubt() -> Iterator[None]:
    """Let what fails here fail in doubt: something was written before."""
    try:
        yield
    except StoreError as error:
        error.maybe_done = True
        raise
