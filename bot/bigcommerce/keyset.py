"""Reading a long list forward from where it was left (keyset pagination), and whether it was read whole. Pure.

What changes elsewhere moves no row from one page to another, so that a reading survives changes, and a process that
ends. Numbered pages do not: `paging` has them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from bot.bigcommerce.behaviour import INCOMPLETE, CustomerGroup, CustomerTraits, Order
from bot.bigcommerce.errors import Contradiction
from bot.bigcommerce.wire_format import PAGE_LIMIT

T = TypeVar("T")


@dataclass(frozen=True)
class Position:
    """Where a reading stands: what the next page follows, how much was read, and how much the store counted at first.

    Incomplete orders are in neither figure: whether the store lists and counts them is not documented.
    """

    cursor: str = ""
    read: int = 0
    counted: int | None = None


@dataclass(frozen=True)
class CursorPage(Generic[T]):
    """One page, the cursor of its end, and how many the store counts in all; only the first page says so."""

    items: tuple[T, ...]
    cursor: str
    total: int | None


@dataclass(frozen=True)
class Part(Generic[T]):
    """The rows of one page, and the position after them, from which another reading may go on."""

    items: tuple[T, ...]
    position: Position

    @property
    def is_last(self) -> bool:
        """Whether nothing follows: it is not full, and as much was read as the store counted."""
        return len(self.items) < PAGE_LIMIT and self.position.read >= (self.position.counted or 0)


def next_orders(orders: Sequence[Order], before: Position) -> Part[Order]:
    """Return a page of orders after a position. Raises Contradiction if they are not those that were asked for."""
    ids = [int(before.cursor or 0), *(one.id for one in orders)]
    if ids != sorted(set(ids)):
        raise Contradiction("It lists orders in another order than that of their ids")
    read = before.read + sum(one.status_id != INCOMPLETE for one in orders)
    return Part(tuple(orders), Position(str(ids[-1]), read, before.counted))


def next_customers(page: CursorPage[CustomerTraits], before: Position, seen: set[int]) -> Part[CustomerTraits]:
    """Return a page of customers after a position, and add them to those seen. Raises Contradiction for one of them."""
    see_once(page.items, seen)
    counted = page.total if before.counted is None else before.counted
    if counted is None:
        raise Contradiction("It lists customers and does not count them")
    return Part(page.items, Position(page.cursor or before.cursor, before.read + len(page.items), counted))


def see_once(rows: Sequence[CustomerTraits | CustomerGroup], seen: set[int]) -> None:
    """Add rows to those seen. Raises Contradiction for one of them: pages that are all the same would never end."""
    ids = {one.id for one in rows}
    if len(ids) < len(rows) or not seen.isdisjoint(ids):
        raise Contradiction("It lists the same one twice")
    seen |= ids


def check_whole(position: Position, counted: int) -> None:
    """Raise Contradiction where nothing follows a position, and the store still counts more than was read.

    It may count less than at first: what was deleted meanwhile.
    """
    if position.read < counted:
        raise Contradiction(f"It counts {counted:,} and lists {position.read:,}")
