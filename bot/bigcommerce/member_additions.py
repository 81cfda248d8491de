"""Adding one batch of profiles to a segment: from each answer, who is in it by now, and who is still to be sent."""

from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import replace
from functools import partial
from itertools import chain

from bot.bigcommerce import endpoints, responses
from bot.bigcommerce.concurrency import gather_bounded
from bot.bigcommerce.errors import Ignored, StoreError
from bot.bigcommerce.models import AddedMembers
from bot.bigcommerce.responses import Response
from bot.bigcommerce.wire_format import Request, halved

Send = Callable[[Request], Awaitable[Response]]
MembersAmong = Callable[[str, Collection[str]], Awaitable[frozenset[str]]]
"""Asks the store which of these profiles are in a segment."""


async def add_members(send: Send, members_among: MembersAmong, segment_id: str, batch: Sequence[str]) -> AddedMembers:
    """Add at most 50 profiles. Where the store refuses some, retry without those; raise StoreError for anything else.

    Whether it added the others then, and those whom a 201 does not list, is read or asked, not assumed.
    """
    waiting, added, already, missing = tuple(batch), tuple[str, ...](), tuple[str, ...](), tuple[str, ...]()
    lost, unlisted = tuple[str, ...](), tuple[str, ...]()
    while waiting:
        request = endpoints.add_members(segment_id, waiting)
        response = await send(request)
        if endpoints.is_too_much(request, response.status) and len(waiting) > 1:
            halves = [partial(add_members, send, members_among, segment_id, half) for half in halved(waiting)]
            parts = [part async for part in gather_bounded(halves, changing=True)]
            return together(AddedMembers(added, already, missing), *parts)
        lost = waiting if response.repeated else lost
        members = responses.already_members(response, waiting)
        unknown = responses.missing_profiles(response, waiting)
        rest = without(waiting, {*members, *unknown})
        if rest == waiting:
            responses.decode(request, replace(response, repeated=bool(lost or unlisted)))
        listed = responses.carried_out(response, rest)
        left_out = rest if listed is None else without(rest, listed) if response.is_success else ()
        inside = await _asked(members_among, segment_id, left_out) if left_out else frozenset()
        done = tuple(each for each in rest if each in (listed or ()) or each in inside)
        already, missing, added = already + members, missing + unknown, added + done
        if response.is_success and not done and waiting == unlisted:
            raise Ignored(maybe_done=True)
        waiting = without(rest, done)
        unlisted = waiting if response.is_success else ()
    # If all the profiles of an attempt without a response are members now, that attempt added them.
    by_lost = lost if set(lost) <= set(already) else ()
    return AddedMembers(by_lost + added, without(already, by_lost), missing)


async def _asked(members_among: MembersAmong, segment_id: str, ids: Collection[str]) -> frozenset[str]:
    """Ask who is in the segment, once some may have been added; that fails in doubt."""
    try:
        return await members_among(segment_id, ids)
    except StoreError as error:
        error.maybe_done = True
        raise


def together(*parts: AddedMembers) -> AddedMembers:
    """Return what came of several batches."""
    return AddedMembers(
        tuple(chain.from_iterable(part.added for part in parts)),
        tuple(chain.from_iterable(part.already for part in parts)),
        tuple(chain.from_iterable(part.missing for part in parts)),
    )


def without(ids: Collection[str], some: Collection[str]) -> tuple[str, ...]:
    """Return the ids that are not among these."""
    return tuple(each for each in ids if each not in some)
