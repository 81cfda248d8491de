"""The way to the database of PostgreSQL that holds the ledger, if one does."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

from bot.core.ledger_address import LedgerAddress, ServerAddress
from bot.core.threads import in_thread
from bot.doctor.findings import NotChecked, Once
from bot.doctor.machine import Machine
from bot.ledger.errors import UnusableLedger
from bot.ledger.ports.checkup import Server

DRIVER = "psycopg"


class ServerSide:
    """The database, as the bot reaches it. ``url`` is empty where the ledger is in a file."""

    def __init__(self, address: LedgerAddress, machine: Machine) -> None:
        self.url = address.url if isinstance(address, ServerAddress) else ""
        self._machine = machine
        self._turn = asyncio.Lock()
        self.look = Once(self._look)
        self.clock_ahead = timedelta(0)
        """How far its clock was ahead of this machine's when it was looked at."""

    async def seen(self) -> Server:
        """Return what the server is like. Raises NotChecked where it cannot be reached: one check tells of that."""
        try:
            return await self.look()
        except UnusableLedger as error:
            raise NotChecked("the database cannot be reached.") from error

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Wait until no other check reads the ledger: each takes connections, of which few may be left.

        Raises NotChecked if it cannot be read.
        """
        server = await self.seen()
        if server.lacking or server.held:
            raise NotChecked("the bot is kept from the tables.")
        async with self._turn:
            yield

    async def _look(self) -> Server:
        if not self._machine.is_installed(DRIVER):
            raise NotChecked("PostgreSQL's driver is not installed.")
        from bot.ledger.postgres.server import look_at_server

        server = await in_thread(lambda: look_at_server(self.url))
        self.clock_ahead = server.time - self._machine.clock()
        return server
