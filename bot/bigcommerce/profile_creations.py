"""Creating profiles for one batch of customers: from each answer, who has one by now, and who is still to be sent."""

from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import replace
from functools import partial
from itertools import chain

from bot.bigcommerce import endpoints, responses
from bot.bigcommerce.concurrency import gather_bounded
from bot.bigcommerce.errors import Ignored, StoreError
from bot.bigcommerce.models import CreatedProfiles, Customer, Profile
from bot.bigcommerce.responses import Response
from bot.bigcommerce.wire_format import Request, halved, is_uuid

Send = Callable[[Request], Awaitable[Response]]
Accounts = Callable[[Collection[int], bool], Awaitable[dict[int, Customer]]]
"""Asks the store for customers, by id, who should have profiles by now, or not; unknown ones are left out."""


async def create_profiles(send: Send, accounts: Accounts, batch: Sequence[int]) -> CreatedProfiles:
    """Create profiles for at most 50 customers. Where the store refuses some, retry without those who have one.

    Whom an answer does not list is asked about, not assumed. Raises StoreError, also for an unknown customer.
    """
    waiting, asked_before = tuple(batch), tuple[int, ...]()
    done = CreatedProfiles()
    while waiting:
        request = endpoints.create_profiles(waiting)
        response = await send(request)
        answered = responses.listed_profiles(request, response)
        listed = tuple(one for one in answered if one.customer_id in waiting and is_uuid(one.id))
        done = together(done, CreatedProfiles(created=listed))
        rest = _without(waiting, {profile.customer_id for profile in listed})
        is_refused = response.status in (207, 409, 422)
        known = await _known(accounts, rest, response) if rest and (is_refused or response.is_success) else {}
        taken = [known[each] for each in rest if known[each].shopper_profile_id] if len(known) == len(rest) else []
        if rest and not taken and not response.is_success:
            is_told_which = len(known) < len(rest) and response.status == 422
            if endpoints.is_too_much(request, response.status) and halved(rest) and not is_told_which:
                jobs = [partial(create_profiles, send, accounts, half) for half in halved(rest)]
                return together(done, *[part async for part in gather_bounded(jobs, changing=True)])
            responses.decode(request, replace(response, repeated=response.repeated or bool(asked_before)))
        waiting = _without(rest, {one.id for one in taken})
        if waiting and waiting == asked_before:
            raise Ignored(maybe_done=True)
        asked_before = waiting if response.is_success else ()
        done = together(done, _had(taken, response, is_all=not waiting))
    return done


def together(*parts: CreatedProfiles) -> CreatedProfiles:
    """Return what came of several batches."""
    return CreatedProfiles(
        tuple(chain.from_iterable(part.created for part in parts)),
        tuple(chain.from_iterable(part.already for part in parts)),
    )


def _had(taken: Sequence[Customer], response: Response, *, is_all: bool) -> CreatedProfiles:
    profiles = tuple(Profile(id=str(one.shopper_profile_id), customer_id=one.id) for one in taken)
    # A profile that is in a segment is older than an attempt whose response was lost a moment ago.
    by_lost = response.repeated and is_all and not any(one.segment_ids for one in taken)
    return CreatedProfiles(created=profiles) if by_lost or response.is_success else CreatedProfiles(already=profiles)


async def _known(accounts: Accounts, ids: Sequence[int], response: Response) -> dict[int, Customer]:
    """Ask for the customers whom an answer left open; that fails in doubt if the request may have been carried out."""
    try:
        return await accounts(ids, response.is_success)
    except StoreError as error:
        error.maybe_done = response.repeated or response.is_success or response.status == 207
        raise


def _without(ids: Collection[int], some: Collection[int]) -> tuple[int, ...]:
    return tuple(each for each in ids if each not in some)
