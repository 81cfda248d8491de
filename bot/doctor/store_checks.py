"""Checks of what the store says: the token, its scopes, the store's plan, and its limit."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus

from bot.bigcommerce import StoreError, endpoints
from bot.bigcommerce.errors import (
    Forbidden,
    MalformedResponse,
    NotFound,
    RateLimited,
    ServerError,
    TimedOut,
    Unauthorized,
    Unreachable,
)
from bot.bigcommerce.wire_format import Listing
from bot.doctor.case import Case
from bot.doctor.findings import Check, Finding, NotChecked, left_open

_NO_SEGMENT = "00000000-0000-4000-8000-000000000000"
"""A segment that no store has: whether its shoppers may be asked for is told before that it is missing."""
_CUSTOMERS = "Give the API account the scope Customers: modify, and set BIGCOMMERCE_ACCESS_TOKEN to its token."
_MARKETING = "Give the API account the scope Marketing: modify, and set BIGCOMMERCE_ACCESS_TOKEN to its token."
_PLAN = "Have BigCommerce add customer segmentation to the store: it is part of the plan Enterprise."
_Words = tuple[tuple[type[StoreError], str], ...]
_FIXES: _Words = (
    (Unauthorized, "Set BIGCOMMERCE_ACCESS_TOKEN to the token of an API account of this very store."),
    (NotFound, "Set BIGCOMMERCE_STORE_HASH to what stands behind /stores/ in the API account's path."),
    (Forbidden, _CUSTOMERS),
    (RateLimited, "Wait a minute; if it lasts, see which other apps use up the store's limit."),
    (ServerError, "Wait, and see status.bigcommerce.com."),
    (MalformedResponse, "Check BIGCOMMERCE_API_URL: something else answered there, a proxy or a firewall."),
    (Unreachable, "Check BIGCOMMERCE_API_URL and this machine's way to the internet."),
    (StoreError, "Do what the store says, or ask BigCommerce's support about it."),
)
_NO_ANSWER: _Words = (
    (TimedOut, "It did not answer in time."),
    (MalformedResponse, "Its answer cannot be read."),
    (StoreError, "It cannot be reached."),
)


def _told(error: StoreError) -> str:
    if not error.status:
        return next(told for kind, told in _NO_ANSWER if isinstance(error, kind))
    asked = f"It answered {error.status}{_phrase(error.status)} to {error.asked}"
    return f"{asked}: {error.detail.rstrip('.')}." if error.detail else f"{asked}."


def _phrase(status: int) -> str:
    """Return what this status means, in brackets; nothing of one that no standard has, as of a CDN before the store."""
    return f" ({HTTPStatus(status).phrase})" if status in set(HTTPStatus) else ""


def found_in(error: StoreError, fix: str = "") -> tuple[Finding]:
    """Return what an answer of the store says, with its fix, unless there is another one."""
    return (Finding(_told(error), fix or next(fix for kind, fix in _FIXES if isinstance(error, kind))),)


async def _store(case: Case) -> Sequence[Finding]:
    try:
        await case.store.customers()
    except StoreError as error:
        return found_in(error)
    return (Finding(f"{case.settings.BIGCOMMERCE_STORE_HASH} answers, and takes the token."),)


async def _plan(case: Case) -> Sequence[Finding]:
    await case.store.reached()
    try:
        await case.store.segments()
    except Forbidden as error:
        return found_in(error, _PLAN)
    except StoreError as error:
        return found_in(error)
    return (Finding("It has customer segmentation."),)


async def _scopes(case: Case) -> Sequence[Finding]:
    await case.store.reached()
    return [
        *await _may_change_customers(case),
        *await _may_read(case, endpoints.promotions(), "promotions", _MARKETING),
    ]


async def _may_change_customers(case: Case) -> Sequence[Finding]:
    """Ask for what only those may read who may write."""
    try:
        await case.store.segments()
    except StoreError:
        return (left_open("Customers: modify, since segments cannot be read."),)
    return await _may_read(case, endpoints.members(_NO_SEGMENT), "shoppers", _CUSTOMERS)


async def _may_read(case: Case, listing: Listing, what: str, fix: str) -> Sequence[Finding]:
    try:
        await case.store.read(listing)
    except NotFound:
        pass
    except StoreError as error:
        return found_in(error, fix if isinstance(error, Forbidden) else "")
    return (Finding(f"The token's scopes are enough for {what}."),)


async def _quota(case: Case) -> Sequence[Finding]:
    return (limit_of((await case.store.reached()).headers),)


def limit_of(headers: Mapping[str, str]) -> Finding:
    """Tell what an answer says about the store's limit. Raises NotChecked if it says nothing."""
    left, quota = (headers.get(f"x-rate-limit-requests-{name}") for name in ("left", "quota"))
    if left is None or quota is None:
        raise NotChecked("the store did not tell its limit.")
    return Finding(f"{left} of {quota} requests are left in this window.")


STORE_CHECKS = (
    Check("store", _store),
    Check("store plan", _plan),
    Check("store scopes", _scopes),
    Check("store limit", _quota),
)
