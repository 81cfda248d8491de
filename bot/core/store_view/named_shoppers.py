"""Whom the rows of a list name: looked up in the store, many at once, and each shopper once."""

import asyncio
from collections.abc import Collection, Iterable, Sequence
from contextlib import suppress
from typing import TypeVar

from bot.bigcommerce import Customer, NotFound
from bot.bigcommerce.wire_format import PAGE_LIMIT
from bot.core.list_files.rows import Row
from bot.core.store_view.cached_shop import Shop
from bot.core.store_view.listed_shoppers import Listed, ListedShoppers

K = TypeVar("K")
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
            self._by_profile = _found(self._by_profile | await _find_profiles(unknown, self.shoppers, shop))

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
    await _find_profiles(profile_ids, shoppers, shop)


async def _find_profiles(ids: Collection[str], shoppers: ListedShoppers, shop: Shop) -> dict[str, int]:
    """Add those of these profiles that the store has, and return their places, by id.

    The store cannot be asked for profiles by id. If looking through all of them takes fewer requests than asking what
    each is in, their customers are known by that, who can be asked for at any time.
    """
    if len(ids) > 1 and -(-await shop.reader.profile_count() // PAGE_LIMIT) < len(ids):
        wanted = frozenset(ids)
        owners = {one.customer_id: one.id async for one in shop.reader.profiles() if one.id in wanted}
        return {owners[one.id]: shoppers.add(one) async for one in shop.each_customer(ids=sorted(owners))}
    inside = await asyncio.gather(*(_is_inside(one, shoppers.segment_id, shop) for one in ids))
    there = ((id_, is_in) for id_, is_in in zip(ids, inside, strict=True) if is_in is not None)
    return {id_: shoppers.add_profile(id_, is_in=is_in) for id_, is_in in there}


async def _is_inside(profile_id: str, segment_id: str, shop: Shop) -> bool | None:
    """Return whether a profile is in the segment; None if there is no such profile."""
    with suppress(NotFound):
        return segment_id in [one.id async for one in shop.reader.segments_of(profile_id)]
    return None


def _found(places: dict[K, int]) -> dict[K, int]:
    return {key: at for key, at in places.items() if at != _NOBODY}
