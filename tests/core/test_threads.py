"""Work in threads: what it returns and raises is had, and nobody who stops waits for it."""

import asyncio
import subprocess
import sys
import threading
from contextvars import ContextVar

import pytest

from bot.core.threads import end, in_thread

LEFT_BEHIND = """
import asyncio, sys, threading
from pydantic import BaseModel, field_validator
from bot.core.threads import end, in_thread

begun = threading.Event()

class Long(BaseModel):
    numbers: list[int]

    @field_validator("numbers", mode="before")
    @classmethod
    def read(cls, numbers):
        begun.set()
        while True:
            numbers = list(numbers)

async def main():
    asyncio.create_task(in_thread(lambda: Long(numbers=[1, 2])))
    while not begun.is_set():
        await asyncio.sleep(0)

asyncio.run(main())
print("told")
sys.exit(end(3))
"""
"""A program that ends while a thread computes for ever within pydantic."""
asked_by = ContextVar("asked_by", default="")


async def test_what_it_returns_is_had_and_it_knows_for_whom_it_works() -> None:
    asked_by.set("ana")
    assert await in_thread(lambda: (asked_by.get(), threading.current_thread() is not threading.main_thread())) == (
        "ana",
        True,
    )


@pytest.mark.parametrize("error", [ValueError("odd"), KeyboardInterrupt()])
async def test_what_it_raises_is_raised_where_it_is_waited_for(error: BaseException) -> None:
    def fails() -> None:
        raise error

    with pytest.raises(type(error)) as raised:
        await in_thread(fails)
    assert raised.value is error


async def test_the_end_of_an_iterator_is_an_error_like_others() -> None:
    with pytest.raises(RuntimeError, match="StopIteration"):
        await in_thread(lambda: next(iter(())))


async def test_whoever_is_cancelled_leaves_it_behind(caplog: pytest.LogCaptureFixture) -> None:
    begun, go_on, over = threading.Event(), threading.Event(), threading.Event()

    def work() -> None:
        begun.set()
        go_on.wait(10)
        over.set()

    task = asyncio.create_task(in_thread(work))
    assert await asyncio.to_thread(begun.wait, 10)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not over.is_set()
    go_on.set()
    assert await asyncio.to_thread(over.wait, 10)
    assert caplog.records == []


def test_a_process_ends_beside_what_it_left_behind() -> None:
    ended = subprocess.run([sys.executable, "-c", LEFT_BEHIND], capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout, ended.stderr) == (3, "told\n", "")


async def test_it_ends_at_once_only_where_work_was_left_behind() -> None:
    at_once, go_on = list[int](), threading.Event()
    assert end(1, at_once=at_once.append) == 1
    working = asyncio.create_task(in_thread(lambda: go_on.wait(10)))
    await asyncio.sleep(0)
    assert end(2, at_once=at_once.append) == 2
    go_on.set()
    assert await working
    assert at_once == [2]
