"""Whom the rows of a list name: looked up in the store, many at once, and each shopper once."""

import asyncio
from collections.abc import AsyncIterator, Collection, Iterable, Sequence
from contextlib import suppress
from typing import TypeVar

from bot.bigcommerce import Customer, NotFound
from bot.core.list_files.rows import Row
from bot.core.store_view.cached_shop import Shop
from bot.core.store_view.listed_shoppers import Listed, ListedShoppers

K = TypeVar("K")
_ONE_BY_ONE = 200
"""Up to so many profiles are asked for one by one; of more, all profiles of the store are listed."""
_NOBODY = -1


class NamedShoppers:
    """The shoppers whom rows may name, by what rows say: addresses (in lower case), ids beside them, and profiles."""

    def __init__(self, shoppers: ListedShoppers) -> None:
        self.shoppers = shoppers
        self._by_email: dict[str, int] = {}
        self._spelled: dict[str, str] = {}
        self._more: dict[str, list[int]] = {}
        self._by_id: dict[int, int] = {}
        self._by_profile: dict[str, int] = {}
        self._has_ids = self._has_profiles = False

    def with_email(self, email: str) -> Sequence[Listed]:
        """Return the accounts with this address."""
        folded = email.casefold()
        at = self._by_email.get(folded, _NOBODY)
        return [self.shoppers[one] for one in (at, *self._more.get(folded, ()))] if at != _NOBODY else ()

    def with_id(self, customer_id: int | None) -> Listed | None:
        """Return the customer with this id, whom no address beside it named."""
        at = self._by_id.get(customer_id or 0)
        return None if at is None else self.shoppers[at]

    def with_profile(self, profile_id: str) -> Listed | None:
        """Return whoever has this profile, if nothing beside it named them."""
        at = self._by_profile.get(profile_id)
        return None if at is None else self.shoppers[at]

    async def look_up(self, rows: Iterable[Row], shop: Shop) -> None:
        """Look up the customers by address, then by id those who are left, then profiles. ``rows`` are read often."""
        await asyncio.to_thread(self._note_words, rows)
        async for customer in shop.each_customer(emails=[self._spelled.get(one, one) for one in self._by_email]):
            self._add(customer)
        if self._has_ids:
            await asyncio.to_thread(self._note_ids, rows)
            async for customer in shop.each_customer(ids=[id_ for id_, at in self._by_id.items() if at == _NOBODY]):
                self._by_id[customer.id] = self._add(customer)
            self._by_id = _found(self._by_id)
        if self._has_profiles:
            await asyncio.to_thread(self._note_profiles, rows)
            unknown = [id_ for id_, at in self._by_profile.items() if at == _NOBODY]
            async for profile_id, is_in in find_profiles(unknown, self.shoppers.segment_id, shop):
                self._by_profile[profile_id] = self.shoppers.add_profile(profile_id, is_in=is_in)
            self._by_profile = _found(self._by_profile)

    def _note_words(self, rows: Iterable[Row]) -> None:
        for row in rows:
            self._has_ids = self._has_ids or bool(row.customer_id)
            self._has_profiles = self._has_profiles or bool(row.profile_id)
            if row.email and "," not in row.email:
                folded = row.email.casefold()
                self._by_email.setdefault(folded, _NOBODY)
                if not folded.isascii():
                    self._spelled[folded] = row.email

    def _add(self, customer: Customer) -> int:
        at, email = self.shoppers.add(customer), customer.email.casefold()
        if self._by_email.get(email) == _NOBODY:
            self._by_email[email] = at
        elif email in self._by_email:
            self._more.setdefault(email, []).append(at)
        return at

    def _note_ids(self, rows: Iterable[Row]) -> None:
        """Note the ids that stand beside no address that says the same."""
        ids = {row.customer_id for row in rows if row.customer_id and not self._says_id(row)}
        self._by_id = dict.fromkeys(sorted(filter(None, ids)), _NOBODY)
        self._by_id |= {id_: at for at in range(len(self.shoppers)) if (id_ := self.shoppers.customer_id(at)) in ids}

    def _says_id(self, row: Row) -> bool:
        return any(one.customer_id == row.customer_id for one in self.with_email(row.email))

    def _note_profiles(self, rows: Iterable[Row]) -> None:
        """Note the profiles that stand beside nothing by which the store knows somebody."""
        ids = {row.profile_id for row in rows if row.profile_id and not self._is_known(row)}
        self._by_profile = dict.fromkeys(sorted(ids), _NOBODY)
        for at in range(len(self.shoppers)) if ids else ():
            if (id_ := self.shoppers.profile_id(at)) in ids:
                self._by_profile[id_] = at

    def _is_known(self, row: Row) -> bool:
        return bool(self.with_email(row.email)) or self.with_id(row.customer_id) is not None


async def find_listed(
    customer_ids: Sequence[int], profile_ids: Collection[str], shoppers: ListedShoppers, shop: Shop
) -> None:
    """Find shoppers by the ids that they were found by before; whoever is gone is left out."""
    async for customer in shop.each_customer(ids=customer_ids):
        shoppers.add(customer)
    async for profile_id, is_in in find_profiles(profile_ids, shoppers.segment_id, shop):
        shoppers.add_profile(profile_id, is_in=is_in)


async def find_profiles(ids: Collection[str], segment_id: str, shop: Shop) -> AsyncIterator[tuple[str, bool]]:
    """Yield those of these profiles that the store has, whose customers it cannot be asked for, and who is inside."""
    inside = await shop.members_among(segment_id, tuple(ids)) if ids else frozenset[str]()
    others = sorted(one for one in ids if one not in inside)
    if len(others) > _ONE_BY_ONE:
        known = {one.id async for one in shop.reader.profiles()}.intersection(others)
    else:
        exist = await asyncio.gather(*(_exists(one, shop) for one in others))
        known = {one for one, does in zip(others, exist, strict=True) if does}
    for one in (*sorted(inside), *sorted(known)):
        yield one, one in inside


async def _exists(profile_id: str, shop: Shop) -> bool:
    with suppress(NotFound):
        await anext(shop.reader.segments_of(profile_id), None)
        return True
    return False


def _found(places: dict[K, int]) -> dict[K, int]:
    return {key: at for key, at in places.items() if at != _NOBODY}
