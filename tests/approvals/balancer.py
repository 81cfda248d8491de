"""A load balancer before bots in HTTP mode: what Slack sends goes to those who say that they are ready, in turn."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import ClientError, ClientSession, web

LOOK = 0.1
"""Seconds between two looks whether a bot is ready."""
_PASSED_ON = ("Content-Type", "X-Slack-Request-Timestamp", "X-Slack-Signature")


@dataclass(eq=False)
class Behind:
    """A bot behind it."""

    url: str
    readyz: str
    is_ready: asyncio.Event = field(default_factory=asyncio.Event)


class Balancer:
    """Passes each request on to one bot, once. ``url``: its own address."""

    def __init__(self, session: ClientSession) -> None:
        self.url = ""
        self._session = session
        self._behind: list[Behind] = []

    @asynccontextmanager
    async def watched(self, bot: Behind) -> AsyncIterator[Behind]:
        """Pass on to this bot as well; yield it when it is ready."""
        self._behind.append(bot)
        watching = asyncio.create_task(self._watch(bot))
        try:
            await bot.is_ready.wait()
            yield bot
        finally:
            watching.cancel()
            self._behind.remove(bot)

    async def _watch(self, bot: Behind) -> None:
        while True:
            (bot.is_ready.set if await self._says_ready(bot) else bot.is_ready.clear)()
            await asyncio.sleep(LOOK)

    async def _says_ready(self, bot: Behind) -> bool:
        try:
            async with self._session.get(bot.readyz) as answer:
                return answer.status == 200
        except ClientError:
            return False

    async def pass_on(self, request: web.Request) -> web.Response:
        """Answer as a bot that was ready when it was last asked."""
        bot = next(one for one in self._behind if one.is_ready.is_set())
        self._behind.append(self._behind.pop(self._behind.index(bot)))
        headers = {name: request.headers[name] for name in _PASSED_ON}
        try:
            async with self._session.post(
                f"{bot.url}{request.path}", data=await request.read(), headers=headers
            ) as answer:
                body = await answer.read()
            return web.Response(status=answer.status, body=body, content_type=answer.content_type)
        except ClientError:
            return web.Response(status=502)


@asynccontextmanager
async def balancing() -> AsyncIterator[Balancer]:
    """A balancer with nobody behind it yet."""
    app = web.Application()
    async with ClientSession() as session:
        balancer = Balancer(session)
        app.add_routes([web.post("/{path:.*}", balancer.pass_on)])
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        balancer.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        try:
            yield balancer
        finally:
            await runner.cleanup()
