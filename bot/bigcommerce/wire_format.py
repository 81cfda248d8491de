"""The wire format, as pure values: requests, quoting, packing, and the rule that no DELETE is sent without ids.

The endpoints are in `endpoints`; responses are decoded in `responses`.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Literal, TypeVar
from urllib.parse import quote, unquote

from bot.bigcommerce.errors import NoId, Unsent

T = TypeVar("T")

PAGE_LIMIT = 250
"""Items on a page, the vendor's maximum."""
URL_ROOM = 2_000
"""The most characters of a URL to begin with. The vendor documents no limit for sure; where 414 says that it is lower,
URLs become half as long."""
SHORTEST_URL_ROOM = 400
"""Room for one id or address, whatever the store says."""
BASE_ROOM = 400
"""The most characters of a URL before its path."""
TARGET_ROOM = URL_ROOM - BASE_ROOM
"""The most characters of path and query, quoted, where the base is not known."""

UUID = r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
"""The pattern of the ids of segments and profiles, in either case."""
_WHOLE_UUID = re.compile(UUID)
_ADDRESSED = re.compile(rf"[a-z/-]+(?:{UUID}/[a-z-]+)?\?id:in={UUID}(?:,{UUID})*")

Method = Literal["GET", "POST", "PUT", "DELETE"]
Version = Literal["v2", "v3"]


@dataclass(frozen=True)
class Request:
    """One request, relative to `/stores/{store_hash}/{version}/`.

    `target` is path and query, quoted; `body` is JSON or None; `repeatable` (idempotent) means that sending it twice
    has the same result as once; `about` is the noun for "no such …". `whole`: it replaces or deletes what was read, so
    that no attempt, not even one that was refused, is followed by another before the store was read again. Raises
    ValueError for a DELETE whose target does not name ids: it would wipe everything.
    """

    method: Method
    target: str
    body: object = field(default=None, repr=False)  # may hold a shopper's name and e-mail
    repeatable: bool = True
    about: str = "segment"
    whole: bool = False
    version: Version = "v3"

    def __post_init__(self) -> None:
        if self.method == "DELETE" and not _ADDRESSED.fullmatch(self.target):
            raise ValueError(f"A DELETE must name the ids that it deletes; {self.target!r} would wipe everything.")

    def url(self, base: str) -> str:
        """Return its URL; `base` is that of version 3's endpoints."""
        return f"{base.removesuffix('v3/')}{self.version}/{self.target}"

    @property
    def writes(self) -> bool:
        """Whether it may change the store."""
        return self.method != "GET"

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids that a DELETE names."""
        return tuple(self.target.partition("?id:in=")[2].split(","))

    @property
    def halves(self) -> "tuple[Request, ...]":
        """Two requests that together do the same, for a store to which it is too large; none for a single item."""
        if isinstance(self.body, list):
            return tuple(replace(self, body=list(half)) for half in halved(self.body))
        path, listed, ids = self.target.partition("?id:in=")
        targets = (f"{path}{listed}{','.join(half)}" for half in halved(ids.split(",")))
        return tuple(replace(self, target=target) for target in targets)


@dataclass(frozen=True)
class Listing:
    """A list of the store, to be fetched page by page. The values in `filters` are already quoted."""

    path: str
    filters: tuple[tuple[str, str], ...] = ()
    about: str = "segment"
    version: Version = "v3"

    def page(self, number: int, limit: int = PAGE_LIMIT) -> Request:
        """Build the request for one page; the first is 1."""
        target = f"{self.path}?{'&'.join(filter(None, (f'page={number}&limit={limit}', self.query)))}"
        return Request("GET", target, about=self.about, version=self.version)

    @property
    def query(self) -> str:
        """Its filters, as they stand in a URL."""
        return "&".join(f"{name}={value}" for name, value in self.filters)

    def filtered(self, name: str, value: str) -> "Listing":
        """Add a filter; the value is already quoted."""
        return replace(self, filters=(*self.filters, (name, value)))

    def asked(self, name: str) -> frozenset[str] | None:
        """Return what this filter lets through, without case; None if there is no such filter."""
        values = dict(self.filters).get(name)
        return None if values is None else frozenset(unquote(each).casefold() for each in values.split(","))

    def room(self, name: str, room: int) -> int:
        """Return how many characters the value of this filter may take if path and query may take `room`."""
        return room - len(self.filtered(name, "").page(99_999).target)

    @property
    def halves(self) -> "tuple[Listing, ...]":
        """Two lists that together are the same, for a store to which its URL is too long; none for a single value."""
        *others, (name, values) = self.filters or (("", ""),)
        lists = halved(values.split(",")) if name.endswith(":in") else ()
        return tuple(replace(self, filters=(*others, (name, ",".join(half)))) for half in lists)


def is_uuid(text: str) -> bool:
    """Return whether this has the form of the store's ids for segments and profiles."""
    return _WHOLE_UUID.fullmatch(text) is not None


def check_uuid(uuid: str) -> str:
    """Return an id that is a UUID, and so can neither escape its place in a path nor be empty.

    Raises NoId for anything else, before a URL exists.
    """
    if not is_uuid(uuid):
        raise NoId(f"It is “{uuid[:60]}”" if uuid else "It is empty")
    return uuid


def quote_text(text: str) -> str:
    """Quote free text for a query. Raises Unsent if it is too long for a URL, or not valid text."""
    try:
        quoted = quote(text, safe="")
    except UnicodeEncodeError:  # half of a surrogate pair, which no encoding can carry
        raise Unsent("The words hold a character that does not exist") from None
    if len(quoted) > TARGET_ROOM // 2:
        raise Unsent("The words are too long to search for")
    return quoted


def pack(values: Iterable[str], room: int, most: int = PAGE_LIMIT) -> Iterator[str]:
    """Join quoted values with commas into lists of at most `room` characters and `most` values, on demand.

    Each is sent exactly once, in order. They are distinct, and none is longer than `room`.
    """
    packed: list[str] = []
    size = 0
    for value in values:
        if packed and (size + len(value) > room or len(packed) == most):
            yield ",".join(packed)
            packed, size = [], 0
        packed.append(value)
        size += len(value) + 1
    if packed:
        yield ",".join(packed)


def halved(items: Sequence[T]) -> tuple[Sequence[T], ...]:
    """Return both halves of several items, in order; nothing for one item or none."""
    middle = (len(items) + 1) // 2
    return (items[:middle], items[middle:]) if len(items) > 1 else ()


def batches(items: Iterable[T], most: int) -> Iterator[tuple[T, ...]]:
    """Split the items into tuples of at most `most`, in order."""
    rest = iter(items)
    while batch := tuple(islice(rest, most)):
        yield batch
