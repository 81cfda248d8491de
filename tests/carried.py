"""Transports that stand in for the network, and ask as it does whether a request may go out."""

from dataclasses import dataclass

import httpx

from bot.bigcommerce.network import LET_OUT


@dataclass
class Carried(httpx.AsyncBaseTransport):
    """A network on which one transport answers everything."""

    transport: httpx.AsyncBaseTransport

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        await request.extensions[LET_OUT]()
        return await self.transport.handle_async_request(request)

    async def aclose(self) -> None:
        await self.transport.aclose()


class Broken(Carried):
    """A network that breaks, in a way that nobody foresaw, under requests of this ``method``; before it sends them."""

    method = ""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if request.method == self.method:
            raise ZeroDivisionError("a bug")
        return await super().handle_async_request(request)
