"""Keeps as many connections to Slack as this process is to have."""

import asyncio
import logging
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

from aiohttp import ClientSession, ClientWSTimeout
from slack_bolt.async_app import AsyncApp, AsyncBoltRequest

from bot.engine.tasks import Tasks
from bot.slack.slack_errors import NOT_ANSWERED, error_code
from bot.slack.socket_mode.connection import Connection
from bot.slack.socket_mode.messages import Envelope, acknowledgement
from bot.slack.socket_mode.upkeep import Open, Stage, next_step

PING_SECONDS = 10.0
"""How often Slack is asked for a pong; without one in half that time a connection is over."""
CLOSE_SECONDS = 3.0
"""How long Slack's half of the closing handshake is waited for."""
LOOK_SECONDS = 1.0
"""How often the number that is wanted is looked at."""
LONGEST_WAIT = 60.0
"""The longest wait between attempts to open a connection: each failure doubles it, from a second on; jitter
takes off up to half."""
STEADY_SECONDS = 10.0
"""A connection that lasted for less counts as a failed attempt; the first one is followed by another at once."""
log = logging.getLogger(__name__)


class Connections:
    """The connections of one process. ``wanted``: returns how many there are to be; ``pause`` waits for so long."""

    def __init__(
        self,
        app: AsyncApp,
        app_token: str,
        *,
        wanted: Callable[[], int],
        elapsed: Callable[[], float],
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._app, self._app_token = app, app_token
        self._wanted, self._elapsed, self._pause, self._jitter = wanted, elapsed, pause, jitter
        self._tasks, self._closings = Tasks(), Tasks()
        self._running: dict[Connection, asyncio.Task[None]] = {}
        self._moved, self._reached = asyncio.Event(), asyncio.Event()
        self._failures = 0

    @property
    def is_reached(self) -> bool:
        """Whether Slack said hello over one of them, and was heard over it within 40 s."""
        return any(one.is_heard for one in self._running)

    @asynccontextmanager
    async def kept(self) -> AsyncIterator[None]:
        """Keep them while the context lasts, which begins when Slack said hello; what was sent is taken at its end."""
        async with ClientSession() as session:
            keeping = self._tasks.start(self._keep(session))
            try:
                await self._reached.wait()
                yield
            finally:
                keeping.cancel()
                self._upkeep(session, 0)
                await self._closings.settled()

    async def _keep(self, session: ClientSession) -> None:
        while True:
            self._moved.clear()
            self._upkeep(session, self._wanted())
            # wait_for would swallow the end of the context, where a connection moves at the same moment.
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_SECONDS):
                    await self._moved.wait()

    def _upkeep(self, session: ClientSession, wanted: int) -> None:
        """Begin all that is to be done now for so many to be open."""
        while (step := next_step([one.stage for one in self._running], wanted)) is not None:
            if isinstance(step, Open):
                connection = Connection(self._answer, self._note, self._elapsed)
                self._running[connection] = self._tasks.start(self._run(session, connection))
            else:
                connection = list(self._running)[step]
                connection.stage = Stage.CLOSING
                self._closings.start(self._close(connection))

    async def _run(self, session: ClientSession, connection: Connection) -> None:
        began = float("inf")
        try:
            if self._failures > 1:
                await self._pause(_wait(self._failures) * (1 + self._jitter()) / 2)
            began = self._elapsed()
            await self._attend(session, connection)
        except NOT_ANSWERED as error:
            log.warning("Slack is not reached (%s)", error_code(error))
        finally:
            if connection.stage is not Stage.CLOSING:
                self._failures = self._failures + 1 if self._elapsed() - began < STEADY_SECONDS else 0
            del self._running[connection]
            self._moved.set()

    async def _attend(self, session: ClientSession, connection: Connection) -> None:
        client = self._app.client
        url = str((await client.apps_connections_open(app_token=self._app_token))["url"])
        async with session.ws_connect(
            url,
            autoclose=False,  # after the bot's close frame what Slack sends is read on
            autoping=False,  # each pong shows that Slack is there
            heartbeat=PING_SECONDS,
            timeout=ClientWSTimeout(ws_close=CLOSE_SECONDS),
            proxy=client.proxy,
            ssl=client.ssl or True,
        ) as socket:
            await connection.attend(socket)

    async def _close(self, connection: Connection) -> None:
        running = self._running[connection]
        if await connection.close():
            await asyncio.wait({running}, timeout=CLOSE_SECONDS)
        running.cancel()
        await asyncio.wait({running})
        await connection.answered()

    async def _answer(self, envelope: Envelope) -> str | None:
        response = await self._app.async_dispatch(AsyncBoltRequest(mode="socket_mode", body=envelope.payload))
        if response.status != 200:
            log.warning("A delivery is nothing that the bot listens to (%s)", response.status)
            return None
        return acknowledgement(envelope, response)

    def _note(self) -> None:
        self._moved.set()
        self._reached.set()  # Slack said hello, or warns of an end afterwards


def _wait(failures: int) -> float:
    """Return how long is waited after so many failures in a row."""
    return min(2.0 ** (failures - 2), LONGEST_WAIT)
