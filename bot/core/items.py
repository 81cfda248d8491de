"""What a Step, a Change or an audit log entry is about: typed items of the store, and their text form."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Annotated, NamedTuple, Self, TypeAlias

from pydantic import BeforeValidator, PlainSerializer

from bot.bigcommerce import is_uuid
from bot.core.kept_lists import KeptList

CustomerKey: TypeAlias = int | str
"""A customer's id, or their e-mail if an earlier Step of the same Plan registers them."""


class ItemKind(StrEnum):
    """The kinds of items."""

    PROFILE = "profile"
    CUSTOMER = "customer"
    SEGMENT = "segment"
    PROMOTION = "promotion"
    EMAIL = "email"  # of a customer whom an earlier Step of the same Plan registers


_PREFIXES = tuple(f"{kind}:" for kind in ItemKind)


class Item(NamedTuple):
    """One thing or person in the store. The same id with another kind is another item."""

    kind: ItemKind
    id: str

    def __str__(self) -> str:
        """Return the text form, as entries and changes store it: ``segment:6a8e…``, ``customer:17``."""
        return f"{self.kind}:{self.id}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Parse the text form of an item. Raises ValueError."""
        kind, colon, id_ = text.partition(":")
        if not colon:
            raise ValueError(f"“{text}” has no kind")
        return cls(ItemKind(kind), id_)

    @classmethod
    def profile(cls, id_: str) -> Self:
        """Build the item of a shopper's profile."""
        return cls(ItemKind.PROFILE, id_)

    @classmethod
    def customer(cls, key: CustomerKey) -> Self:
        """Build the item of a customer: by id if registered, else by e-mail."""
        return cls(ItemKind.CUSTOMER, str(key)) if isinstance(key, int) else cls(ItemKind.EMAIL, key)

    @classmethod
    def segment(cls, id_: str) -> Self:
        """Build the item of a segment."""
        return cls(ItemKind.SEGMENT, id_)

    @classmethod
    def promotion(cls, id_: int) -> Self:
        """Build the item of a promotion."""
        return cls(ItemKind.PROMOTION, str(id_))

    @property
    def is_known_shopper(self) -> bool:
        """Whether it is a shopper with an id, so that the log may name them: it never names anyone by address."""
        return self.kind in (ItemKind.PROFILE, ItemKind.CUSTOMER)


ItemKey: TypeAlias = str | int | Item
"""What tells an item from others, cheap to make for 100,000: a profile's id, a customer's number, else the item."""


def item_key(item: Item) -> ItemKey:
    """Return what tells this item from others."""
    if item.kind is ItemKind.CUSTOMER and item.id.isdecimal():
        return int(item.id)
    return item.id if item.kind is ItemKind.PROFILE else item


def item_keys(items: Iterable[Item]) -> dict[ItemKey, Item]:
    """Return these items by their keys."""
    return {item_key(item): item for item in items}


def customer_keys(customers: Iterable[CustomerKey]) -> tuple[ItemKey, ...]:
    """Return the key of each customer's item: those who are not registered yet have no number."""
    return tuple([one if isinstance(one, int) else Item.customer(one) for one in customers])


def named_by_address(customers: Iterable[CustomerKey]) -> dict[Item, str]:
    """Return the addresses of those customers who are not registered yet, by their items."""
    if isinstance(customers, KeptList):  # it names nobody by address, and need not be read for that
        return {}
    return {Item.customer(one): one for one in customers if isinstance(one, str)}


def texts(items: Iterable[Item]) -> tuple[str, ...]:
    """Return the text form of each item."""
    return tuple(map(str, items))


def _decode(text: str) -> tuple[Item, ...]:
    """Decode the stored text of an item.

    Earlier versions stored bare ids, which matched items of any kind. Such an id is decoded to every item that it could
    have meant.
    """
    if text.startswith(_PREFIXES):
        return (Item.parse(text),)
    if is_uuid(text):
        return (Item.profile(text), Item.segment(text))
    if text.isdecimal():
        return (Item(ItemKind.CUSTOMER, text), Item(ItemKind.PROMOTION, text))
    return (Item.customer(text),)


def _decode_all(value: object) -> object:
    if not isinstance(value, list | tuple):
        return value
    return tuple(item for one in value for item in (_decode(one) if isinstance(one, str) else (one,)))


StoredItems = Annotated[tuple[Item, ...], BeforeValidator(_decode_all), PlainSerializer(texts)]
"""Items, stored in their text form."""
