"""Shoppers, named by e-mail address, customer id or profile id, and found with as few requests as possible."""

import asyncio
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from bot.bigcommerce import Contradiction, Customer, NotFound, is_uuid
from bot.core.errors import Misuse, NothingToDo
from bot.core.language.phrases import and_list, counted, listing, tallied
from bot.core.language.tokenizer import split
from bot.core.store_view.cached_shop import Shop

_CUSTOMER = re.compile(r"#?0*([1-9]\d{0,17})")
_EMAIL = re.compile(r"[^\s@]+@[^\s@]+|\"[^\"]+\"@[^\s@]+")
AROUND = "<>()[];'"
"""Characters around an address copied from an e-mail: ``Ada <ada@example.com>;``."""


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


@dataclass(frozen=True)
class ShopperWords:
    """Words for shoppers, by what each can be, without duplicates; addresses keep their case."""

    emails: tuple[str, ...] = ()
    customer_ids: tuple[int, ...] = ()
    profile_ids: tuple[str, ...] = ()
    others: tuple[str, ...] = ()

    @property
    def count(self) -> int:
        """The number of shoppers named."""
        return len(self.emails) + len(self.customer_ids) + len(self.profile_ids)

    @property
    def description(self) -> str:
        """What was recognised: ``3 shoppers recognised: 2 e-mails and 1 customer id``."""
        kinds = (("email", self.emails), ("customer id", self.customer_ids), ("profile id", self.profile_ids))
        counts = listing([counted(len(words), noun) for noun, words in kinds if words])
        recognised = f"{counted(self.count, 'shopper')} recognised{f': {counts}' if counts else ''}."
        return f"{recognised} Not understood: {listing(self.others)}." if self.others else recognised


@dataclass(frozen=True)
class ResolvedShoppers:
    """The shoppers that words resolve to, without duplicates, in the order found; and remarks on the other words."""

    shoppers: tuple[Shopper, ...]
    remarks: tuple[str, ...]

    @property
    def not_found(self) -> Misuse:
        """The error to raise if nobody was found."""
        remarks = " ".join(self.remarks) or "Which shoppers?"
        sentence = f"{remarks} A shopper is an email, a customer id or a profile id."
        return Misuse(sentence, field="shoppers", for_log="No shopper was recognised.")


def nobody_left(remarks: Iterable[str]) -> NothingToDo:
    """Build the error to raise if there is nothing to do for anyone named."""
    return NothingToDo(" ".join(remarks), field="shoppers", for_log="There is nothing to do for those who are named.")


def split_words(value: object) -> object:
    """Split a typed or pasted list into words; any other type is returned unchanged, for validation to refuse it."""
    words = [word.whole for word in split(value)] if isinstance(value, str) else value
    return _pieces(words) if isinstance(words, list | tuple) else value


def _pieces(words: Sequence[object]) -> tuple[str, ...]:
    pieces = (piece.strip(AROUND).removeprefix("mailto:") for word in words for piece in str(word).split(";"))
    return tuple(filter(None, pieces))


def classify(words: Iterable[str]) -> ShopperWords:
    """Classify words by what they can be: e-mail, customer id, profile id, or none of these."""
    emails: dict[str, str] = {}
    customers: dict[int, None] = {}
    profiles: dict[str, None] = {}
    others: dict[str, None] = {}
    for word in words:
        if is_uuid(word):
            profiles[word.lower()] = None
        elif _EMAIL.fullmatch(word):
            emails.setdefault(word.casefold(), word)
        elif number := _CUSTOMER.fullmatch(word):
            customers[int(number[1])] = None
        else:
            others[word] = None
    return ShopperWords(tuple(emails.values()), tuple(customers), tuple(profiles), tuple(others))


def classify_fields(values: Iterable[str]) -> ShopperWords:
    """Classify the words in fields for shoppers, each of which may hold several."""
    return classify(_pieces([word.whole for value in values for word in split(value)]))


async def resolve(words: Iterable[str], shop: Shop) -> ResolvedShoppers:
    """Find the shoppers that the words name: customers in batches, each profile by itself, as the store has no filter.

    An address with a comma cannot be looked up (the store would take it for two); a remark says so.
    """
    named = classify(words)
    askable = tuple(one for one in named.emails if "," not in one)
    accounts = _accounts(await shop.customers(ids=named.customer_ids, emails=askable))
    profiles = await asyncio.gather(*(_profile(id_, shop) for id_ in named.profile_ids))
    matches = {word: accounts[word.casefold()] for word in (*askable, *map(str, named.customer_ids))}
    shoppers = [*(_of(word, found[0]) for word, found in matches.items() if len(found) == 1), *filter(None, profiles)]
    unknown = [word for word, found in matches.items() if not found]
    unknown += [id_ for id_, found in zip(named.profile_ids, profiles, strict=True) if not found]
    ambiguous = {word: found for word, found in matches.items() if len(found) > 1}
    return ResolvedShoppers(_each_once(shoppers), _remarks(named, unknown, ambiguous))


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
    return Shopper(profile_id, None, profile_id, frozenset(segments))


def _of(word: str, customer: Customer) -> Shopper:
    return Shopper(word, customer, customer.shopper_profile_id, frozenset(customer.segment_ids))


def _each_once(shoppers: list[Shopper]) -> tuple[Shopper, ...]:
    """Drop duplicates: a shopper may be named in three ways. The first one stays, whose customer is known."""
    found: dict[object, Shopper] = {}
    for one in shoppers:
        found.setdefault(one.profile_id or (one.customer and one.customer.id), one)
    return tuple(found.values())


def _remarks(named: ShopperWords, unknown: list[str], several: dict[str, list[Customer]]) -> tuple[str, ...]:
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
    return (*remarks, *_skipped(named.others))


def _skipped(words: Sequence[str]) -> tuple[str, ...]:
    were = "was" if len(words) == 1 else "were"
    return (f"{counted(len(words), 'word')} {were} skipped: {and_list(words)}.",) if words else ()


async def fetch_owners(profile_ids: Collection[str], shop: Shop) -> dict[str, Customer]:
    """Fetch the owners of these profiles, by profile id. The store has no filter: all profiles are listed."""
    wanted, ids = set(profile_ids), list[int]()
    if not wanted:
        return {}
    with suppress(Contradiction):  # more profiles came or went meanwhile: who was found is theirs all the same
        async for profile in shop.reader.profiles():
            if profile.id in wanted:
                wanted.discard(profile.id)
                ids.append(profile.customer_id)
            if not wanted:
                break
    return {str(one.shopper_profile_id): one for one in await shop.customers(ids=ids)}


def describe_customer(customer: Customer) -> str:
    """Write ``Ada Byron (ada@example.com)``."""
    name = f"{customer.first_name} {customer.last_name}".strip()
    return f"{name} ({customer.email})" if name else customer.email
