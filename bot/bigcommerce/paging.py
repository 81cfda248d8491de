"""Which pages of a list to fetch, and whether they can be trusted: what was read has to be what the store counts. Pure.

`meta.pagination` was seen to be wrong: a full page with `total_pages: 1`, a page without rows beside a `total` of 200.
So `total_pages` is not read at all. A full page is followed by one more request, pages are bounded by `total`, and
where they contradict each other the reading starts again. Vendor: segments.v3.yml, CollectionMeta
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from typing import Generic, Protocol, TypeVar

from bot.bigcommerce.errors import Contradiction
from bot.bigcommerce.models import Page

READINGS = 3
"""How often a list is read before its contradictions are an error."""
SAMPLED = 10
"""The most pages that are read of a list of which some are enough: as many as the store answers at once."""


class Identified(Protocol):
    """Anything that a store lists."""

    @property
    def id(self) -> str | int:
        """Its id in the store."""


T = TypeVar("T", bound=Identified)


class Reading(Generic[T]):
    """One reading of a list, page by page in order. `limit`: rows on a full page; `most`: no more can exist."""

    def __init__(self, limit: int, most: int | None = None) -> None:
        self._limit = limit
        self._most = most
        self._total: int | None = None
        self._pages = 0
        self._rows_of_first = self._rows_of_last = 0
        self._ids: set[str | int] = set()

    @property
    def following(self) -> range:
        """The numbers of the pages to fetch next, none at the end of the list."""
        if not self._goes_on():
            return range(0)
        last = self._total // max(1, self._rows_of_first) + 1 if self._total and self._pages else 1
        return range(self._pages + 1, max(last, self._pages + 1) + 1)

    def add(self, page: Page[T]) -> None:
        """Take the next page in. Raises Contradiction as soon as no further page can mend it."""
        if self._pages:
            check_same_total(self._total, page.total)
        self._pages += 1
        self._total = page.total
        self._rows_of_first = self._rows_of_first or len(page.items)
        self._rows_of_last = len(page.items)
        self._take([one.id for one in page.items])

    def _take(self, ids: Sequence[str | int]) -> None:
        read = len(self._ids) + len(ids)
        self._ids.update(ids)
        if len(self._ids) < read:
            raise Contradiction("It lists the same one twice")
        if self._total is None or self._is_complete():
            return
        if read > self._total or (not ids and read < self._total):
            raise Contradiction(f"It counts {self._total:,} and lists {read:,}")

    def _goes_on(self) -> bool:
        if not self._pages:
            return True
        if not self._rows_of_last or self._is_complete():
            return False
        is_full = self._rows_of_last >= self._limit
        return is_full or (self._total is not None and len(self._ids) < self._total)

    def _is_complete(self) -> bool:
        return self._most is not None and len(self._ids) >= self._most


def check_alone(page: Page[T], number: int, limit: int) -> None:
    """Raise Contradiction if a page, fetched by itself, has not as many rows as the store's count leaves for it."""
    if page.total is None:
        return
    rows = min(limit, max(0, page.total - (number - 1) * limit))
    if len(page.items) != rows:
        raise Contradiction(f"It counts {page.total:,} and lists {len(page.items):,} on page {number:,}, not {rows:,}")


def check_asked(page: Page[T], ids: Collection[str] | None) -> None:
    """Raise Contradiction if a page of those with some ids lists others: who was asked for may be on any later page."""
    if ids is not None and not all(str(one.id) in ids for one in page.items):
        raise Contradiction("It lists others than those it was asked for")


def only_asked(page: Page[T], asked: Callable[[str], Collection[str] | None]) -> Page[T]:
    """Return a page without customers of other addresses, companies or phones than those that were asked for.

    `asked` returns the values of a filter, if there is one: a store may ignore what it does not know.
    """
    for field in ("email", "company", "phone"):
        values = asked(f"{field}:in")
        if values is not None:
            bare = {_bare(field, value) for value in values}
            items = tuple(one for one in page.items if _bare(field, getattr(one, field, "")) in bare)
            return replace(page, items=items)
    return page


def _bare(field: str, text: str) -> str:
    return "".join(filter(str.isdigit, text)) if field == "phone" else " ".join(text.split()).casefold()


def check_not_emptied(expected: int, count: int) -> None:
    """Raise Contradiction if nobody is listed of whom people were told a moment ago: nobody could be brought back."""
    if expected and not count:
        raise Contradiction(f"It listed {expected:,} a moment ago, and lists no one now")


def spread(pages: int) -> frozenset[int]:
    """Return the numbers of up to SAMPLED of so many pages, spread evenly, the first and the last among them."""
    most = min(pages, SAMPLED)
    return frozenset(1 + at * (pages - 1) // max(1, most - 1) for at in range(most))


def check_same_total(first: int | None, later: int | None) -> None:
    """Raise Contradiction if a list was counted differently on two of its pages."""
    if first != later:
        raise Contradiction(f"It counted {_figure(first)} at first, and {_figure(later)} later")


def _figure(total: int | None) -> str:
    return "nothing" if total is None else f"{total:,}"
