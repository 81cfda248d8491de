"""Work in threads that may take hours, and that a process leaves behind when it ends."""

import asyncio
import logging
import os
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextvars import copy_context
from typing import TypeVar

_APART = "apart"
"""What the threads are called."""
T = TypeVar("T")


async def in_thread(work: Callable[[], T]) -> T:
    """Return the result of ``work``, done in a thread: it may compute for long, or hang with its disk.

    Whoever is cancelled leaves it behind, and so does the process at its ``end``; for what ``asyncio.to_thread`` does,
    both would wait.
    """
    future = Future[T]()
    future.set_running_or_notify_cancel()  # from now on, nobody can cancel it

    def run() -> None:
        try:
            future.set_result(work())
        except StopIteration as error:  # none can be raised where something is awaited
            future.set_exception(RuntimeError(f"work in a thread raised {error!r}"))
        except BaseException as error:  # noqa: BLE001 - raised where it is waited for
            future.set_exception(error)

    threading.Thread(target=copy_context().run, args=(run,), name=_APART, daemon=True).start()
    return await asyncio.wrap_future(future)


def end(status: int, *, at_once: Callable[[int], object] = os._exit) -> int:
    """Return this exit status; if work was left behind, end the process with it here, ``at_once``.

    Python's own end stops such a thread wherever it is, and in the midst of pydantic's code that crashes the process.
    """
    if any(one.name == _APART for one in threading.enumerate()):
        logging.shutdown()
        sys.stdout.flush()
        sys.stderr.flush()
        at_once(status)
    return status
