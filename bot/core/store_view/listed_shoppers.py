"""Shoppers of a list, row by row: each row names one, or is told why not. Lists are long, so little of each is kept."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import NamedTuple

from bot.bigcommerce import Customer, NotFound
from bot.core.language.addresses import find_address
from bot.core.language.visible import visible
from bot.core.list_files.row_classes import RowClass
from bot.core.list_files.rows import Row
from bot.core.store_view.cached_shop import Shop
from bot.core.store_view.people_meant import describe_customer

_ONE_BY_ONE = 200
"""Up to so many profiles are asked for one by one; of more, all profiles of the store are listed."""


class Listed(NamedTuple):
    """A shopper of a list. ``is_in``: in the segment that the list is for. No profile, or no customer: None."""

    customer_id: int | None
    profile_id: str | None
    is_in: bool
    label: str

    @property
    def key(self) -> object:
        """What tells them from others."""
        return self.profile_id or self.customer_id


class JudgedRow(NamedTuple):
    """A row, and the shopper that it names, or the class of those that name none, and why."""

    row: Row
    shopper: Listed | None = None
    kind: RowClass | None = None
    why: str = ""


@dataclass
class _Found:
    """What the store has of those named; addresses in lower case."""

    segment_id: str
    by_email: defaultdict[str, list[Listed]] = field(default_factory=lambda: defaultdict(list))
    by_id: dict[int, Listed] = field(default_factory=dict)
    by_profile: dict[str, Listed] = field(default_factory=dict)
    addresses: dict[int, str] = field(default_factory=dict)

    def add(self, customer: Customer) -> None:
        """Add a customer."""
        one = _listed(customer, self.segment_id)
        self.by_id[customer.id] = one
        self.by_email[customer.email.casefold()].append(one)
        self.addresses[customer.id] = customer.email
        if one.profile_id:
            self.by_profile[one.profile_id] = one


def _listed(customer: Customer, segment_id: str) -> Listed:
    inside = segment_id in customer.segment_ids
    return Listed(customer.id, customer.shopper_profile_id, inside, describe_customer(customer))


async def judge_rows(rows: Sequence[Row], segment_id: str, shop: Shop) -> list[JudgedRow]:
    """Find whom each row names: customers by address, then by id what is left, then profiles."""
    found = _Found(segment_id)
    emails = {row.email.casefold(): row.email for row in rows if row.email and "," not in row.email}
    async for customer in shop.each_customer(emails=list(emails.values())):
        found.add(customer)
    ids = {row.customer_id for row in rows if row.customer_id and _is_open(row, found)} - found.by_id.keys()
    async for customer in shop.each_customer(ids=sorted(one for one in ids if one)):
        found.add(customer)
    profiles = {row.profile_id for row in rows if row.profile_id and _is_unknown(row, found)} - found.by_profile.keys()
    async for listed in find_profiles(profiles, segment_id, shop):
        found.by_profile[str(listed.profile_id)] = listed
    return _each_once(_judge(row, found) for row in rows)


async def find_listed(
    customer_ids: Sequence[int], profile_ids: Collection[str], segment_id: str, shop: Shop
) -> list[Listed]:
    """Find shoppers by the ids that they were found by before; whoever is gone is left out."""
    found = [_listed(one, segment_id) async for one in shop.each_customer(ids=customer_ids)]
    return found + [one async for one in find_profiles(profile_ids, segment_id, shop)]


async def find_profiles(ids: Collection[str], segment_id: str, shop: Shop) -> AsyncIterator[Listed]:
    """Yield the profiles that the store has of these, whose customers it cannot be asked for."""
    inside = await shop.members_among(segment_id, tuple(ids)) if ids else frozenset[str]()
    others = sorted(one for one in ids if one not in inside)
    if len(others) > _ONE_BY_ONE:
        known = {one.id async for one in shop.reader.profiles()}.intersection(others)
    else:
        exist = await asyncio.gather(*(_exists(one, shop) for one in others))
        known = {one for one, does in zip(others, exist, strict=True) if does}
    for one in (*sorted(inside), *sorted(known)):
        yield Listed(None, one, one in inside, one)


async def _exists(profile_id: str, shop: Shop) -> bool:
    with suppress(NotFound):
        await anext(shop.reader.segments_of(profile_id), None)
        return True
    return False


def _is_open(row: Row, found: _Found) -> bool:
    """Return whether the row's address does not say, or not alone, who its customer id is."""
    return row.customer_id not in [one.customer_id for one in found.by_email.get(row.email.casefold(), ())]


def _is_unknown(row: Row, found: _Found) -> bool:
    return row.customer_id not in found.by_id and row.email.casefold() not in found.by_email


def _judge(row: Row, found: _Found) -> JudgedRow:
    if row.fault:
        return JudgedRow(row, kind=RowClass.UNREADABLE, why=row.fault)
    accounts = found.by_email.get(row.email.casefold(), []) if row.email else []
    mine = found.by_id.get(row.customer_id) if row.customer_id else None
    if mine and (not row.email or mine in accounts or _has_address(mine, row.email, found.addresses)):
        return JudgedRow(row, mine)
    if not accounts and (profile := _profile(row, mine, found)):
        return JudgedRow(row, profile)
    if refusal := _refusal(row, accounts, mine):
        return JudgedRow(row, kind=RowClass.REFUSED, why=refusal)
    if accounts and not row.customer_id:
        return JudgedRow(row, accounts[0])
    return JudgedRow(row, kind=RowClass.UNKNOWN, why="Not in the store")


def _profile(row: Row, mine: Listed | None, found: _Found) -> Listed | None:
    """Return the profile that a row names by its id, which no other shop has: its address is nobody's any more."""
    is_theirs = mine is None or mine.profile_id == row.profile_id
    return found.by_profile.get(row.profile_id) if is_theirs else None


def _refusal(row: Row, accounts: Sequence[Listed], mine: Listed | None) -> str:
    """Return why a row is refused, though the store may know whom it names."""
    ids = ", ".join(str(one.customer_id) for one in accounts)
    if accounts and row.customer_id:
        return f"The address is that of customer {ids}, not of customer {row.customer_id}"
    if mine:
        return f"Customer {row.customer_id} has another address"
    if len(accounts) > 1:
        return f"Several accounts: customers {ids}"
    return "The store cannot look up an email with a comma" if "," in row.email else ""


def _has_address(one: Listed, email: str, addresses: Mapping[int, str]) -> bool:
    """Return whether a customer's address reads like this: in exports, what nobody sees has signs."""
    address = addresses.get(one.customer_id or 0, "")
    return (find_address(visible(address)) or "").casefold() == email.casefold()


def _each_once(judged: Iterable[JudgedRow]) -> list[JudgedRow]:
    """Make duplicates of the rows that name a shopper, or say the very same, once more."""
    lines: dict[object, int] = {}
    rows = list[JudgedRow]()
    for one in judged:
        row = one.row
        key = one.shopper.key if one.shopper else (row.email.casefold(), row.customer_id, row.profile_id)
        if row.fault or key not in lines:
            lines[key] = row.line
            rows.append(one)
        else:
            rows.append(JudgedRow(row, kind=RowClass.DUPLICATE, why=f"The same as line {lines[key]}"))
    return rows
