"""Shoppers, named by e-mail address, customer id or profile id, and found with as few requests as possible."""

import asyncio
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from bot.bigcommerce import Contradiction, Customer, NotFound
from bot.core.errors import Misuse, NothingToDo, Question, Reading
from bot.core.items import Item
from bot.core.language.normal_form import normal_form
from bot.core.language.phrases import counted, listing, tallied
from bot.core.language.shopper_list import SAYING_SO, ShopperWords, read_shoppers
from bot.core.store_view.cached_shop import Shop
from bot.core.store_view.people_meant import (
    ask_whom,
    describe_customer,
    full_name,
    listed,
    names_in,
)
from bot.core.store_view.telling_words import ask_about_words

LEFT_OUT = 3
"""How many of the words that name nobody are shown: pasted columns have hundreds."""


@dataclass(frozen=True)
class Shopper:
    """A shopper, and the word that named them. ``profile_id`` is None if they have no profile.

    ``customer`` is None if only the profile is known, since the store cannot be asked for its owner.
    """

    word: str
    customer: Customer | None
    profile_id: str | None
    segment_ids: frozenset[str]

    @property
    def label(self) -> str:
        """Name and address, or the word that named them."""
        return describe_customer(self.customer) if self.customer else self.word

    @property
    def item(self) -> Item | None:
        """The shopper as an item of a plan: the profile, or the customer who has none yet."""
        if self.profile_id:
            return Item.profile(self.profile_id)
        return Item.customer(self.customer.id) if self.customer else None


@dataclass(frozen=True)
class ResolvedShoppers:
    """The shoppers that words resolve to, without duplicates, in the order found.

    ``unresolved`` says which words are known to be shoppers' and resolve to none; ``others`` are no shoppers at all.
    ``field`` is the field that the words came from.
    """

    shoppers: tuple[Shopper, ...]
    unresolved: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    field: str = "shoppers"

    @property
    def remarks(self) -> tuple[str, ...]:
        """What people should know of the words that name nobody."""
        details = " Details lists them." if len(self.others) > LEFT_OUT else ""
        return (*self.unresolved, *(f"{sentence}{details}" for sentence in _left_out("other word", self.others)))

    @property
    def not_found(self) -> Misuse:
        """The error to raise if nobody was found."""
        remarks = " ".join((*self.unresolved, *_left_out("word", self.others))) or "Which shoppers?"
        sentence = f"{remarks} A shopper is an email, a customer id or a profile id."
        return Misuse(sentence, field=self.field, for_log="No shopper was recognised.")


def _left_out(noun: str, others: Sequence[str]) -> tuple[str, ...]:
    were = "was" if len(others) == 1 else "were"
    return (f"{counted(len(others), noun)} {were} left out: {listing(others, LEFT_OUT)}.",) if others else ()


def nobody_left(remarks: Iterable[str]) -> NothingToDo:
    """Build the error to raise if there is nothing to do for anyone named."""
    return NothingToDo(" ".join(remarks), field="shoppers", for_log="There is nothing to do for those who are named.")


async def resolve(
    texts: Iterable[str], shop: Shop, *, field: str = "shoppers", is_one: bool = False
) -> ResolvedShoppers:
    """Find the shoppers that the lists name: customers in batches, each profile by itself, as the store has no filter.

    An address with a comma cannot be looked up (the store would take it for two); a remark says so. Raises Question
    about words that may mean something else; ``field`` is the field that the lists came from, and ``is_one`` says that
    it takes one shopper only.
    """
    lists = tuple(texts)
    named = read_shoppers(lists)
    if shop.can_ask:
        ask_about_words(lists, named, field, is_one=is_one)
    await ask_about_people(named, shop, field)
    askable = tuple(one for one in named.emails if "," not in one)
    accounts = _accounts(await shop.customers(ids=named.customer_ids, emails=askable))
    profiles = await asyncio.gather(*(_profile(id_, shop) for id_ in named.profile_ids))
    matches = {word: accounts[word.casefold()] for word in (*askable, *map(str, named.customer_ids))}
    shoppers = [*(_of(word, found[0]) for word, found in matches.items() if len(found) == 1), *filter(None, profiles)]
    unknown = [word for word, found in matches.items() if not found]
    unknown += [id_ for id_, found in zip(named.profile_ids, profiles, strict=True) if not found]
    ambiguous = {word: found for word, found in matches.items() if len(found) > 1}
    others = _without_own_names(named.others, shoppers)
    return ResolvedShoppers(_each_once(shoppers), _unresolved(named, unknown, ambiguous), others, field)


async def ask_about_people(named: ShopperWords, shop: Shop, field: str) -> None:
    """Raise Question if numbers beside other words, or names, of a list may be shoppers."""
    if named.numbers:
        raise _are_customers(named, field)
    await ask_whom(named, shop, field)


def _are_customers(named: ShopperWords, field: str) -> Question:
    """Ask whether numbers beside other words are customers."""
    marked = tuple(f"#{one}" for one in named.numbers)
    names = tuple(one for one in names_in(named) if one.casefold() not in SAYING_SO)
    are = f"Is {named.numbers[0]} a customer?" if len(marked) == 1 else f"Are {_numbers(named.numbers)} customers?"
    without = (Reading({field: listed(named.line, *names)}, "Leave the Numbers Out"),) if named.count or names else ()
    yes = "They Are Customers" if len(marked) > 1 else "It Is a Customer"
    return Question(
        f"{are} Beside other words, a number counts as a customer id only as {marked[0]}. Nothing was done yet.",
        (*without, Reading({field: listed(named.line, " ".join(marked), *names)}, yes)),
        field=field,
        for_log="A number may be a customer's id or not.",
    )


def _without_own_names(others: Sequence[str], shoppers: Iterable[Shopper]) -> tuple[str, ...]:
    """Return other words but for the names of the shoppers beside whose addresses they stand."""
    own = {part for one in shoppers if one.customer for part in normal_form(full_name(one.customer)).split()}
    return tuple(one for one in others if not all(part.strip("()") in own for part in normal_form(one).split()))


def _numbers(numbers: Sequence[int]) -> str:
    return listing([str(one) for one in numbers], LEFT_OUT)


def _accounts(customers: tuple[Customer, ...]) -> defaultdict[str, list[Customer]]:
    """Index customers by id and by address, in lower case; one address may have several accounts."""
    found: defaultdict[str, list[Customer]] = defaultdict(list)
    for one in dict.fromkeys(customers):
        found[str(one.id)].append(one)
        found[one.email.casefold()].append(one)
    return found


async def _profile(profile_id: str, shop: Shop) -> Shopper | None:
    try:
        segments = [segment.id async for segment in shop.reader.segments_of(profile_id)]
    except NotFound:
        return None
    shop.findings.profiles.add(profile_id)
    return Shopper(profile_id, None, profile_id, frozenset(segments))


def _of(word: str, customer: Customer) -> Shopper:
    return Shopper(word, customer, customer.shopper_profile_id, frozenset(customer.segment_ids))


def _each_once(shoppers: list[Shopper]) -> tuple[Shopper, ...]:
    """Drop duplicates: a shopper may be named in three ways. The first one stays, whose customer is known."""
    found: dict[object, Shopper] = {}
    for one in shoppers:
        found.setdefault(one.profile_id or (one.customer and one.customer.id), one)
    return tuple(found.values())


def _unresolved(named: ShopperWords, unknown: list[str], several: dict[str, list[Customer]]) -> tuple[str, ...]:
    commas = [one for one in named.emails if "," in one]
    remarks = [
        f"“{email}” has several accounts: name one by its customer id ({', '.join(str(one.id) for one in found)})."
        for email, found in several.items()
    ]
    if unknown:
        guests = " Guests have no profile until `/shopper register`." if any("@" in word for word in unknown) else ""
        remarks.append(f"{tallied('Not in the store', unknown)}{guests}")
    if commas:
        remarks.append(f"{tallied('The store cannot look up an email with a comma', commas)} Use the customer id.")
    return tuple(remarks)


async def fetch_owners(profile_ids: Collection[str], shop: Shop) -> dict[str, Customer]:
    """Fetch the owners of these profiles, by profile id."""
    owners = await find_owners(profile_ids, shop)
    return {str(one.shopper_profile_id): one for one in await shop.customers(ids=tuple(owners.values()))}


async def find_owners(profile_ids: Collection[str], shop: Shop) -> dict[str, int]:
    """Find the customers' ids of these profiles. The store has no filter: all profiles are listed."""
    wanted, owners = set(profile_ids), dict[str, int]()
    if not wanted:
        return {}
    with suppress(Contradiction):  # more profiles came or went meanwhile: who was found is theirs all the same
        async for profile in shop.reader.profiles():
            if profile.id in wanted:
                wanted.discard(profile.id)
                owners[profile.id] = profile.customer_id
            if not wanted:
                break
    return owners
