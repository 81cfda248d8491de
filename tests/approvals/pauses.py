"""Where a process is stopped, as by SIGSTOP, until it goes on, as by SIGCONT."""

import asyncio


class Pauses:
    """Stops one process at its ways out: to the store and to the ledger's file. Nothing else of it can be seen."""

    def __init__(self) -> None:
        self._goes_on, self.stops = asyncio.Event(), asyncio.Event()
        self._left, self._kind = 0, ""

    @property
    def is_stopped(self) -> bool:
        """Whether it does nothing just now."""
        return self.stops.is_set()

    def stop(self, after: int = 0, kind: str = "") -> None:
        """Stop it at once, or once it has come past so many places: of this kind (``unsent``, ``write``), or any."""
        self._left, self._kind = after, kind
        if not after:
            self._stop()

    def go_on(self) -> None:
        """Let it go on; if it was to be stopped later, it is not."""
        self._left = 0
        self.stops.clear()
        self._goes_on.set()

    async def here(self, kind: str = "") -> bool:
        """Come past such a place; return whether it was stopped there."""
        if self._left and self._kind in ("", kind):
            self._left -= 1
            if not self._left:
                self._stop()
        was_stopped = self.is_stopped
        while self.is_stopped:
            await self._goes_on.wait()
        return was_stopped

    def _stop(self) -> None:
        self._left = 0
        self._goes_on.clear()
        self.stops.set()
