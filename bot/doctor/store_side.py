"""The way to the store: requests that are sent once, and those that several checks ask for."""

import asyncio
import random
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus

from bot.bigcommerce import StoreError, endpoints
from bot.bigcommerce import responses as decoding
from bot.bigcommerce.connection import Connection, open_connection
from bot.bigcommerce.errors import MalformedResponse
from bot.bigcommerce.responses import Response
from bot.bigcommerce.turns import LEFT_BY_LONG_RUNS
from bot.bigcommerce.wire_format import Listing, Request
from bot.doctor.findings import NotChecked, Once
from bot.settings import Settings


class StoreSide:
    """The store, as the bot reaches it. Only GETs are sent, of one row each."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        (accounts,), (segments,) = endpoints.customers(), endpoints.segments()
        self.customers = Once(lambda: self.read(accounts))
        self.segments = Once(lambda: self.read(segments))

    async def read(self, listing: Listing) -> Response:
        """Return the response to the first row of a list. Raises StoreError unless it succeeded."""
        return await self.send(listing.page(1, limit=1))

    async def send(self, request: Request) -> Response:
        """Return the response to a GET. Raises StoreError unless it succeeded."""
        response = await self._connection.try_once(request)
        if response.status == HTTPStatus.FORBIDDEN and "json" not in response.headers.get("content-type", ""):
            raise MalformedResponse  # no words of the store's, but a firewall's page
        decoding.decode(request, response)
        return response

    async def reached(self) -> Response:
        """Return the store's answer to the simplest request. Raises NotChecked: one check tells of what it says."""
        try:
            return await self.customers()
        except StoreError as error:
            raise NotChecked("the store did not answer as it should.") from error


@asynccontextmanager
async def open_store(settings: Settings, answer_seconds: float) -> AsyncIterator[StoreSide]:
    """Open connections to the store; nothing is sent yet."""
    async with open_connection(
        settings.BIGCOMMERCE_API_URL,
        settings.BIGCOMMERCE_STORE_HASH,
        settings.BIGCOMMERCE_ACCESS_TOKEN,
        clock=time.monotonic,
        sleep=asyncio.sleep,
        jitter=random.random,
        transport=None,
        longest_write=answer_seconds,
        longest_read=answer_seconds,
        left_by_long_runs=LEFT_BY_LONG_RUNS,
    ) as connection:
        yield StoreSide(connection)
