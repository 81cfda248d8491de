"""What of a request's words is confirmed, so that the audit log may store it: it outlives a shopper's erasure. Pure.

People mistype and paste: a name, an address or a telephone number may stand in any field. So a word is stored once the
store, or the record, was found to have what it names; until then the log has a sign in its place.
"""

from collections.abc import Mapping, Set
from dataclasses import dataclass, field

from bot.core.language.normal_form import normal_form
from bot.core.language.shopper_list import read_shoppers

UNCONFIRMED = "[…]"


@dataclass(frozen=True)
class Confirmed:
    """The ids that the store knew of those named. ``customers``: by address; ``segments``: names, by name and by id.

    Addresses are in lower case, names in their normal form. ``changes``: numbers on record. ``planned``: planning
    succeeded, so that all words were understood which may be stored.
    """

    customers: Mapping[str, int] = field(default_factory=dict)
    customer_ids: Set[int] = frozenset()
    profile_ids: Set[str] = frozenset()
    segments: Mapping[str, str] = field(default_factory=dict)
    changes: Set[int] = frozenset()
    planned: bool = False

    def segment(self, word: str) -> str:
        """Return the name of the segment that the word names; UNCONFIRMED if it is not known to name one."""
        return self.segments.get(normal_form(word), UNCONFIRMED)

    def shoppers(self, words: tuple[str, ...]) -> tuple[tuple[int, ...], tuple[str, ...], bool]:
        """Return the confirmed ids of customers and of profiles in lists of shoppers, and whether that is all."""
        named = read_shoppers(words)
        found = [self.customers.get(email.casefold()) for email in named.emails]
        customers = (*filter(None, found), *(one for one in named.customer_ids if one in self.customer_ids))
        profiles = tuple(one for one in named.profile_ids if one in self.profile_ids)
        return customers, profiles, len(customers) + len(profiles) == len(named.words)


NOTHING = Confirmed()
"""Before planning, nothing is confirmed."""
