"""An event loop whose time goes on only while nothing else does: a minute takes milliseconds, over real sockets."""

import asyncio
import selectors
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

ARRIVING = 0.002
"""Real seconds in which what is on its way over the loopback surely arrives."""
T = TypeVar("T")


class _Jumping(selectors.DefaultSelector):
    """Waits for what is on its way; where nothing is, the wait is over at once, and so much later."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        found: list[tuple[selectors.SelectorKey, int]] = super().select(
            None if timeout is None else min(timeout, ARRIVING)
        )
        if not found and timeout:
            self.now += timeout
        return found


class JumpingLoop(asyncio.SelectorEventLoop):
    """The loop."""

    def __init__(self) -> None:
        self._jumping = _Jumping()
        super().__init__(self._jumping)

    def time(self) -> float:
        return self._jumping.now


def run_at_once(main: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Run ``main`` to its end, whatever it waits for."""
    with asyncio.Runner(loop_factory=JumpingLoop) as runner:
        return runner.run(main())
