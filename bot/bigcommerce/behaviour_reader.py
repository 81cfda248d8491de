"""Reading what rules over behaviour need: `BehaviourReader`, which is `Reader.behaviour`."""

from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import TypeVar

from bot.bigcommerce import behaviour_endpoints as endpoints
from bot.bigcommerce.behaviour import (
    INCOMPLETE,
    Attribute,
    AttributeValue,
    CustomerGroup,
    CustomerTraits,
    Order,
    OrderCount,
    Subscriber,
)
from bot.bigcommerce.behaviour_responses import decode_cursor_page, decode_row, decode_rows
from bot.bigcommerce.keyset import Part, Position, check_whole, next_customers, next_orders, see_once
from bot.bigcommerce.list_reader import ListReader
from bot.bigcommerce.wire_format import PAGE_LIMIT, Request

T = TypeVar("T")
START = Position()


class BehaviourReader(ListReader):
    """Reads orders, and what customers are like.

    `orders` and `customers` come page by page, each with the position from which another reading can go on, also in
    another process. Where such a reading ends without an error, it was whole: the store counts no more than it listed.
    `since` asks for what was modified then or later; deletions are not seen. It needs the
    scopes ORDERS_READ and CUSTOMERS_READ.
    """

    async def orders(self, *, since: datetime | None = None, at: Position = START) -> AsyncGenerator[Part[Order], None]:
        """Yield all orders by their ids, lowest first. Raises OrdersForbidden.

        Raises Contradiction for a reading that is not whole. Deleted orders are left out or marked, as the store does.
        """

        async def fetch(position: Position) -> Part[Order]:
            request = endpoints.orders(since, after=int(position.cursor or 0))
            return next_orders(decode_rows(request, await self._send(request), Order), position)

        count = partial(self.order_count, since=since)
        if at.counted is None:
            at = replace(at, counted=await count())
        async with aclosing(_parts(fetch, count, at)) as parts:
            async for part in parts:
                yield part

    async def order_count(self, *, since: datetime | None = None) -> int:
        """Count orders without incomplete ones, with one small request, or two if the store counts no statuses."""
        everything = await self._order_count(endpoints.order_count(since))
        incomplete = everything.incomplete
        if incomplete is None:
            incomplete = (await self._order_count(endpoints.order_count(since, INCOMPLETE))).count
        return everything.count - incomplete

    async def customers(
        self, *, since: datetime | None = None, at: Position = START
    ) -> AsyncGenerator[Part[CustomerTraits], None]:
        """Yield all customers with their attributes and countries. Raises Contradiction.

        Whether an attribute or an address that changes also changes its customer's time is not documented.
        """
        seen = set[int]()

        async def fetch(position: Position) -> Part[CustomerTraits]:
            request = endpoints.customers(since, position.cursor)
            page = decode_cursor_page(request, await self._send(request), CustomerTraits)
            return next_customers(page, position, seen)

        count = partial(self._count, endpoints.all_customers(since))
        async with aclosing(_parts(fetch, count, at)) as parts:
            async for part in parts:
                yield part

    def attributes(self) -> AsyncIterator[Attribute]:
        """List the attributes that customers may have."""
        return self._list(Attribute, (endpoints.attributes(),))

    def attribute_values(self, *, since: datetime | None = None) -> AsyncIterator[AttributeValue]:
        """List the values of customers' attributes, page by page on demand; see `Reader` for Contradiction."""
        return self._walk(AttributeValue, endpoints.attribute_values(since))

    async def groups(self) -> AsyncIterator[CustomerGroup]:
        """List the customer groups; the store counts them nowhere. Raises Contradiction."""
        number, is_full, seen = 0, True, set[int]()
        while is_full:
            number += 1
            request = endpoints.groups(number)
            groups = decode_rows(request, await self._send(request), CustomerGroup)
            see_once(groups, seen)
            for group in groups:
                yield group
            is_full = len(groups) >= PAGE_LIMIT

    def subscribers(self, *, since: datetime | None = None) -> AsyncIterator[Subscriber]:
        """List who subscribed to something of the store's, page by page on demand; see `Reader` for Contradiction."""
        return self._walk(Subscriber, endpoints.subscribers(since))

    async def _order_count(self, request: Request) -> OrderCount:
        return decode_row(request, await self._send(request), OrderCount)


async def _parts(
    fetch: Callable[[Position], Awaitable[Part[T]]], count: Callable[[], Awaitable[int]], position: Position
) -> AsyncGenerator[Part[T], None]:
    """Yield page after page until nothing follows. Raises Contradiction if that is not the end."""
    while True:
        part = await fetch(position)
        position = part.position
        if part.items:
            yield part
        if part.is_last:
            return
        if not part.items:
            check_whole(position, await count())
            return
