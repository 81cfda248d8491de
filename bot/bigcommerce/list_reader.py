"""Reading what the store lists: what all readers of it share."""

from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterable
from contextlib import aclosing, suppress
from functools import partial
from itertools import chain
from typing import TypeVar

from bot.bigcommerce import responses
from bot.bigcommerce.concurrency import gather_bounded
from bot.bigcommerce.connection import Connection
from bot.bigcommerce.errors import Contradiction, TooLarge
from bot.bigcommerce.fence import Caller
from bot.bigcommerce.models import Listed, Page
from bot.bigcommerce.paging import READINGS, Reading, check_alone, check_asked, only_asked
from bot.bigcommerce.recent_writes import RecentWrites
from bot.bigcommerce.responses import Response
from bot.bigcommerce.wire_format import PAGE_LIMIT, Listing, Request

M = TypeVar("M", bound=Listed)
T = TypeVar("T")


class ListReader:
    """Sends requests for one caller, and reads lists page by page; its `request_ids` are those of the responses."""

    def __init__(self, connection: Connection, caller: Caller | None = None) -> None:
        self._connection = connection
        self._caller = caller or Caller()
        self.request_ids: list[str] = []

    @property
    def _recent(self) -> RecentWrites:
        return self._connection.recent

    @property
    def _room(self) -> int:
        return self._connection.target_room

    async def _send(self, request: Request) -> Response:
        return self._noted(await self._connection.send(request, self._caller))

    def _noted(self, response: Response) -> Response:
        if self._caller.correlation_id and (id_ := response.headers.get("x-request-id")):
            self.request_ids.append(id_)
        return response

    async def _list(self, kind: type[M], listings: Iterable[Listing]) -> AsyncIterator[M]:
        wholes = (partial(self._whole, kind, listing) for listing in listings)
        async with aclosing(gather_bounded(wholes)) as found:
            async for items in found:
                for item in items:
                    yield item

    async def _whole(self, kind: type[M], listing: Listing) -> tuple[M, ...]:
        async def read() -> tuple[M, ...]:
            return tuple(chain.from_iterable([page.items async for page in self._pages(kind, listing)]))

        try:
            return await self._recent.shown_by(
                partial(read_again, read), partial(self._recent.are_lacking, kind, listing)
            )
        except TooLarge as error:
            halves = listing.halves if error.status == 414 else ()
            if not halves:
                raise
        return tuple([item async for item in self._list(kind, halves)])

    async def _walk(self, kind: type[M], listing: Listing) -> AsyncGenerator[M, None]:
        """Yield what is listed, page after page on demand. Raises Contradiction as `_pages` does."""
        async with aclosing(self._pages(kind, listing)) as pages:
            async for page in pages:
                for item in page.items:
                    yield item

    async def _pages(self, kind: type[M], listing: Listing) -> AsyncGenerator[Page[M], None]:
        """Fetch page after page on demand. Raises Contradiction at the first page that does not fit the others."""
        ids = listing.asked("id:in")
        reading = Reading[M](PAGE_LIMIT, None if ids is None else len(ids))
        while numbers := reading.following:
            jobs = (partial(self._page, kind, listing, number) for number in numbers)
            async with aclosing(gather_bounded(jobs)) as pages:
                async for page in pages:
                    reading.add(page)
                    check_asked(page, ids)
                    yield only_asked(page, listing.asked)

    async def _page(self, kind: type[M], listing: Listing, number: int, limit: int = PAGE_LIMIT) -> Page[M]:
        request = listing.page(number, limit)
        return responses.decode_page(request, await self._send(request), kind, number, limit)

    async def _page_alone(self, kind: type[M], listing: Listing, number: int, limit: int) -> Page[M]:
        page = await self._page(kind, listing, number, limit)
        check_alone(page, number, limit)
        return page

    async def _count(self, listing: Listing) -> int:
        request = listing.page(1, limit=1)

        async def count() -> int:
            return responses.decode_count(request, await self._send(request))

        too_few = partial(self._recent.are_too_few, listing.path)
        return await self._recent.shown_by(partial(read_again, count), too_few)


async def read_again(read: Callable[[], Awaitable[T]]) -> T:
    """Read a list until it does not contradict itself, anew up to READINGS times in all. Raises Contradiction."""
    for _ in range(READINGS - 1):
        with suppress(Contradiction):
            return await read()
    return await read()
