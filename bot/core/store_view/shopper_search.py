"""Shoppers, searched for by what the store can filter: a part of a name, or a whole address, id, company or phone."""

import asyncio
import re
import unicodedata
from collections.abc import AsyncIterator

from bot.bigcommerce import Customer, Reader
from bot.core.language.normal_form import normal_form
from bot.core.language.pasted_text import plain
from bot.core.language.shopper_list import SAYING_SO, ShopperWords, read_shoppers

_PHONE = re.compile(r"[+(]?[\d ().\-/]{5,}\d")
_SIGNS = re.compile("['-]")
"""What stands in a normal form for quotes and hyphens of any kind."""


async def search_shoppers(words: str, reader: Reader, most: int) -> tuple[Customer, ...]:
    """Return up to ``most`` customers whom the words may mean, each once."""
    text, named = " ".join(plain(words).split()), read_shoppers((words,))
    ids = (*named.customer_ids, *_numbers_said_to_be_ids(named))
    keys = [reader.customers(ids=ids), reader.customers(emails=named.emails)]
    texts = [reader.customers(company=text)] if named.others and "," not in text else []
    if _PHONE.fullmatch(text):
        numbers = dict.fromkeys((text, re.sub(r"\D", "", text)))
        texts += [reader.customers(phone=number) for number in numbers]
    names = [customers_called(text, reader, most)] if named.others else []
    found = await asyncio.gather(*(_some(one, most) for one in keys), *names, *(_some(one, most) for one in texts))
    return tuple({one.id: one for customers in found for one in customers}.values())[:most]


def _numbers_said_to_be_ids(named: ShopperWords) -> tuple[int, ...]:
    """Return the numbers beside words that only say what they are: ``customer 17``, not ``ida page 2``."""
    return named.numbers if {one.strip(".").casefold() for one in named.others} <= SAYING_SO else ()


async def customers_called(name: str, reader: Reader, most: int, *, whole: bool = False) -> tuple[Customer, ...]:
    """Return up to ``most`` customers with all these words in their names; ``whole``: not only as parts of words.

    The store takes one part of a name, and does not say what stands between first and last name. It compares letter by
    letter, so it is asked for a part without signs that have several forms, and for both ways to write an accent.
    """
    bare = (word.strip("'") for word in _comparable(name.replace(",", " ")).split())
    words = [word for word in bare if word]
    part = max((part for word in words for part in _SIGNS.split(word)), key=len, default="")
    found = list[Customer]()
    for like in dict.fromkeys(unicodedata.normalize(form, part) for form in ("NFC", "NFD")):
        alike = reader.customers(name_like=like)
        found += await _some((one async for one in alike if _is_called(one, words, whole=whole)), most)
    return tuple({one.id: one for one in found}.values())[:most]


def _comparable(name: str) -> str:
    return normal_form(plain(name))


def _is_called(customer: Customer, words: list[str], *, whole: bool) -> bool:
    name = _comparable(f"{customer.first_name} {customer.last_name}")
    parts = name.split() if whole else name
    return all(word in parts for word in words)


async def _some(customers: AsyncIterator[Customer], most: int) -> tuple[Customer, ...]:
    found = list[Customer]()
    async for one in customers:
        found.append(one)
        if len(found) >= most:
            break
    return tuple(found)
