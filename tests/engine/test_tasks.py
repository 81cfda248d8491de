import asyncio
import logging

import pytest

from bot.engine.tasks import FINISH_SECONDS, Tasks
from tests.jumping_loop import run_at_once


async def test_settled_waits_for_work_that_work_started() -> None:
    tasks, done = Tasks(), []

    async def second() -> None:
        done.append("second")

    async def first() -> None:
        await asyncio.sleep(0)
        tasks.start(second())
        done.append("first")

    tasks.start(first())
    await tasks.settled()
    assert done == ["first", "second"]


async def test_work_that_breaks_is_logged_and_stops_nobody(caplog: pytest.LogCaptureFixture) -> None:
    tasks = Tasks()

    async def breaks() -> None:
        raise RuntimeError("the disk is full")

    with caplog.at_level(logging.ERROR):
        tasks.start(breaks())
        await tasks.settled()
    assert "Work under way broke" in caplog.text
    assert "the disk is full" in caplog.text


async def test_stopping_cancels_what_is_under_way_and_what_it_leaves_behind() -> None:
    tasks, cleaned = Tasks(), []

    async def clean() -> None:
        await asyncio.Event().wait()

    async def waits() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            cleaned.append(tasks.start(clean()))

    held = tasks.start(waits())
    await asyncio.sleep(0)
    await tasks.stop()
    assert held.cancelled()
    assert cleaned[0].cancelled()


def test_finishing_waits_for_what_is_under_way_but_not_for_long() -> None:
    async def story() -> tuple[list[float], float]:
        tasks, done = Tasks(), list[float]()

        async def ends_after(seconds: float) -> None:
            await asyncio.sleep(seconds)
            done.append(seconds)

        async def goes_on() -> None:
            await ends_after(1)
            tasks.start(ends_after(0.5))

        tasks.start(goes_on())
        await tasks.finish()
        assert tasks.are_ending
        at = asyncio.get_running_loop().time()
        tasks.start(ends_after(10))
        await tasks.finish()
        await tasks.stop()
        return done, asyncio.get_running_loop().time() - at

    assert run_at_once(story) == ([1, 0.5], FINISH_SECONDS)
