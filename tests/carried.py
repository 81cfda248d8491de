"""What httpx's transports answer, in place of the network: the store's side of a test is written in httpx's words."""

from dataclasses import dataclass

import httpx

from bot.bigcommerce.network import HttpRequest, LetOut, NoAnswer
from bot.bigcommerce.responses import Response


@dataclass
class Carried:
    """A network on which one transport answers everything."""

    transport: httpx.AsyncBaseTransport

    async def send(self, request: HttpRequest, let_out: LetOut) -> Response:
        await let_out()
        asked = httpx.Request(request.method, request.url, headers=request.headers, content=request.body)
        try:
            response = await self.transport.handle_async_request(asked)
            body = await response.aread()
        except httpx.RequestError as error:
            is_sent = not isinstance(error, httpx.ConnectError | httpx.ConnectTimeout)
            raise NoAnswer(str(error), is_sent=is_sent, is_late=isinstance(error, httpx.TimeoutException)) from error
        names = {name.lower(): value for name, value in response.headers.items()}
        return Response(response.status_code, names, body)

    async def aclose(self) -> None:
        await self.transport.aclose()
