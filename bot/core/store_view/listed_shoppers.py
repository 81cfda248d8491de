"""Shoppers of a list. There may be 250,000 of them, so each takes a few bytes instead of an object."""

from array import array
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple, overload

from bot.bigcommerce import Customer
from bot.bigcommerce.wire_format import check_uuid
from bot.core.store_view.people_meant import full_name

_NO_PROFILE = bytes(16)


class Listed(NamedTuple):
    """A shopper of a list. ``is_in``: in the segment that the list is for. No profile, or no customer: None.

    ``at``: their place among the ListedShoppers.
    """

    customer_id: int | None
    profile_id: str | None
    is_in: bool
    label: str
    at: int = 0


class ListedShoppers(Sequence[Listed]):
    """Shoppers, with which of some segments each is in. ``segment_id``: the segment that the list is for.

    ``others``: the segments that are noted beside it. Of profiles whose customers are not known, none of them is.
    """

    def __init__(self, segment_id: str, others: Collection[str] = ()) -> None:
        self.segment_id = segment_id
        self._noted = frozenset((segment_id, *others))
        self._customers = array("q")
        self._profiles = bytearray()
        self._combinations: dict[frozenset[str], int] = {}
        self._inside, self._kinds_inside = array("L"), set[int]()
        self._words, self._ends = bytearray(), array("L", (0,))
        self.are_known = True

    def add(self, customer: Customer) -> int:
        """Add a customer, and return their place."""
        inside = self._noted.intersection(customer.segment_ids)
        return self._add(customer.id, customer.shopper_profile_id, inside, f"{full_name(customer)}\0{customer.email}")

    def add_profile(self, profile_id: str, *, is_in: bool) -> int:
        """Add a profile of which nobody knows the customer, and return its place."""
        self.are_known = False
        return self._add(0, profile_id, frozenset({self.segment_id} if is_in else ()), "\0")

    def _add(self, customer_id: int, profile_id: str | None, inside: frozenset[str], words: str) -> int:
        self._customers.append(customer_id)
        self._profiles += bytes.fromhex(check_uuid(profile_id).replace("-", "")) if profile_id else _NO_PROFILE
        kind = self._combinations.setdefault(inside, len(self._combinations))
        if self.segment_id in inside:
            self._kinds_inside.add(kind)
        self._inside.append(kind)
        self._words += words.encode(errors="surrogatepass")
        self._ends.append(len(self._words))
        return len(self) - 1

    def __len__(self) -> int:
        return len(self._customers)

    @overload
    def __getitem__(self, at: int) -> Listed: ...
    @overload
    def __getitem__(self, at: slice) -> tuple[Listed, ...]: ...
    def __getitem__(self, at: int | slice) -> Listed | tuple[Listed, ...]:
        if isinstance(at, slice):
            return tuple(self[one] for one in range(*at.indices(len(self))))
        profile_id, (name, email) = self.profile_id(at), self._name_and_address(at)
        label = f"{name} ({email})" if name else email or profile_id or ""
        return Listed(self._customers[at] or None, profile_id, self.is_in(at), label, at)

    def is_in(self, at: int) -> bool:
        """Return whether a shopper is in the segment that the list is for."""
        return self._inside[at] in self._kinds_inside

    def customer_id(self, at: int) -> int:
        """Return a shopper's customer id; 0 if it is not known."""
        return self._customers[at]

    def has_profile(self, at: int) -> bool:
        """Return whether a shopper has a profile."""
        return self._profiles[16 * at : 16 * at + 16] != _NO_PROFILE

    def profile_id(self, at: int) -> str | None:
        """Return a shopper's profile id."""
        found = self._profiles[16 * at : 16 * at + 16].hex()
        parts = (found[:8], found[8:12], found[12:16], found[16:20], found[20:])
        return "-".join(parts) if self.has_profile(at) else None

    def address(self, at: int) -> str:
        """Return a customer's address; an empty text if the customer is not known."""
        return self._name_and_address(at)[1]

    def _name_and_address(self, at: int) -> tuple[str, str]:
        words = bytes(self._words[self._ends[at] : self._ends[at + 1]])
        name, _, address = words.decode(errors="surrogatepass").rpartition("\0")
        return name, address

    def count_memberships(self, places: Iterable[int]) -> dict[frozenset[str], int]:
        """Count these shoppers by the noted segments that they are in."""
        kinds = list(self._combinations)
        return {kinds[kind]: count for kind, count in Counter(map(self._inside.__getitem__, places)).items()}
