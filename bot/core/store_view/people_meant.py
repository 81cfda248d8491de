"""Names that stand where shoppers belong: whom they may mean is asked, and nobody is taken before."""

from collections.abc import Awaitable, Callable, Mapping, Sequence

from bot.bigcommerce import Customer
from bot.core.errors import Question, Reading
from bot.core.language.phrases import listing
from bot.core.language.shopper_list import ShopperWords
from bot.core.store_view.cached_shop import Shop
from bot.core.store_view.shopper_search import customers_called

OFFERED, WORDS_OF_A_NAME, NAMES = 10, 5, 5
"""How many shoppers a name is asked about, how many words a name has at most, and of how many names."""
BESIDE_NAMES = frozenset(
    {"please", "thanks", "thank", "you", "me", "the", "a", "an", "and", "to", "for", "of", "in", "from", "now", "all"}
    | {"at", "by", "on", "with", "is", "it", "or", "my", "show", "find", "mr", "mrs", "called", "named", "name"}
    | {"email", "customer", "customers", "shopper", "shoppers", "these", "those", "them", "that", "then", "also"}
)
"""Words that are no one's name where they stand beside one."""


def names_in(named: ShopperWords) -> tuple[str, ...]:
    """Return what may be names, of a list short enough to have been typed."""
    return named.phrases if len(named.phrases) <= NAMES else ()


async def ask_whom(named: ShopperWords, shop: Shop, field: str) -> None:
    """Raise Question if shoppers of the store are called like other words of a list.

    Beside addresses and ids, a word is a name only as a whole, and of none who is in the list already.
    """
    names = names_in(named) if shop.can_ask else ()
    is_reversed = len(names) == 2 and not any(" " in one for one in names)
    for way in ((" ".join(names),), names) if is_reversed else (names,):  # “Byron, Ada” is one person, if there is one
        alike = [await _called(one, named, shop) for one in way]
        if found := {name: each for name, each in zip(way, alike, strict=True) if each}:
            raise _question(named, found, [one for one in way if one not in found], field)
    if not named.count:
        await _ask_about_parts(names, named, shop, field)


async def _ask_about_parts(names: Sequence[str], named: ShopperWords, shop: Shop, field: str) -> None:
    """Raise Question if some words of a name are a shopper's, as in “Ada please”: the most that are one's together."""
    if found := await parts_called(" ".join(names), lambda part: _called(part, named, shop)):
        raise _question(named, found, (), field)


async def parts_called(
    name: str, called: Callable[[str], Awaitable[Sequence[Customer]]]
) -> Mapping[str, Sequence[Customer]]:
    """Return who is called like some words of a name, by these: the most words that are one's together."""
    words = name.split()
    for length in range(len(words) - 1, 0, -1) if len(words) <= WORDS_OF_A_NAME else ():
        parts = [words[at : at + length] for at in range(len(words) - length + 1)]
        telling = [" ".join(part) for part in parts if not {part[0].casefold(), part[-1].casefold()} & BESIDE_NAMES]
        alike = [await called(part) for part in telling]
        if found := {part: each for part, each in zip(telling, alike, strict=True) if each}:
            return found
    return {}


async def _called(name: str, named: ShopperWords, shop: Shop) -> Sequence[Customer]:
    """Return who is called like this, unless one of them is in the list already."""
    emails, is_short = {one.casefold() for one in named.emails}, len(name.split()) <= WORDS_OF_A_NAME
    alike = await customers_called(name, shop.reader, OFFERED, whole=bool(named.count)) if is_short else ()
    in_list = any(one.id in named.customer_ids or one.email.casefold() in emails for one in alike)
    return () if in_list else alike


def _question(
    named: ShopperWords, found: Mapping[str, Sequence[Customer]], unknown: Sequence[str], field: str
) -> Question:
    """Ask about the first name that several have; where each is one person's, about all at once."""
    several = next((name for name, alike in found.items() if len(alike) > 1), None)
    asked = {several: found[several]} if several else found
    chosen = [[one] for one in found[several]] if several else [[alike[0] for alike in found.values()]]
    rest = [*(one for one in found if one not in asked), *unknown]
    called, people = listing([f"“{name}”" for name in asked]), [one for alike in asked.values() for one in alike]
    texts = [listed(named.line, " ".join(f"#{one.id}" for one in each), *rest) for each in chosen]
    readings = [Reading({field: text}, _label(each)) for text, each in zip(texts, chosen, strict=True)]
    if named.count or rest:
        readings.append(Reading({field: listed(named.line, *rest)}, f"Leave {called} Out"))
    return which_one(people, field=field, called=f" by {called}", readings=readings)


def _label(customers: Sequence[Customer]) -> str:
    if len(customers) == 1:
        return describe_customer(customers[0])
    return listing([full_name(one) or one.email for one in customers])


def which_one(alike: Sequence[Customer], *, field: str, called: str = "", readings: Sequence[Reading] = ()) -> Question:
    """Ask which of these shoppers is meant."""
    who = listing([f"{describe_customer(one)} #{one.id}" for one in alike])
    return Question(
        f"Whom did you mean{called}: {who}? Nothing was done yet.",
        readings or [Reading({field: f"#{one.id}"}, describe_customer(one)) for one in alike[:OFFERED]],
        field=field,
        for_log="Several shoppers may be meant, and none of them was chosen yet.",
    )


def listed(*parts: str) -> str:
    """Write parts of a list in one line, so that each is read by itself."""
    return ", ".join(filter(None, parts))


def full_name(customer: Customer) -> str:
    """Write ``Ada Byron``; an empty text if the store has no name."""
    return f"{customer.first_name} {customer.last_name}".strip()


def describe_customer(customer: Customer) -> str:
    """Write ``Ada Byron (ada@example.com)``."""
    name = full_name(customer)
    return f"{name} ({customer.email})" if name else customer.email
