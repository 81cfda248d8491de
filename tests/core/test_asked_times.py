"""When what is asked for is to run, and to end."""

from datetime import timedelta

import pytest

from bot.core.asked_times import AskedTimes, says_until, with_times
from bot.core.command import Call, find
from bot.core.errors import Misuse, Question
from commands import GROUPS
from tests.engine.bench import bench


def call(path: str = "segment create", **values: object) -> Call:
    return Call(find(GROUPS, path), {"name": "Gold", **values})


async def test_a_time_is_kept_as_the_moment_that_it_is_and_without_one_nothing_is() -> None:
    async with bench(customers=1) as machine:
        ctx = machine.engine.planner.context("UANA")
        for same in (call(), call(at=""), call("segment show", segment="VIPs", at="monday")):
            assert await with_times(same, ctx) == (same, AskedTimes())
        later, times = await with_times(call(at="in 3 hours"), ctx)
        due_at = times.due_at
        assert due_at == ctx.now.replace(second=0, microsecond=0) + timedelta(hours=3)
        assert later.values == {"name": "Gold", "at": f"{due_at:%Y-%m-%d %H:%M}"}
        assert await with_times(later, ctx) == (later, times)


async def test_a_time_that_is_none_or_several_is_refused_or_asked_about() -> None:
    async with bench(customers=1) as machine:
        ctx = machine.engine.planner.context("UANA")
        with pytest.raises(Question) as asked:
            await with_times(call(at="tomorrow"), ctx)
        assert [one.values["at"][-5:] for one in asked.value.readings] == ["00:00", "09:00"]
        with pytest.raises(Misuse, match="couldn't read “soon”"):
            await with_times(call(at="soon"), ctx)


def adding(**values: object) -> Call:
    return Call(find(GROUPS, "segment add"), {"segment": ("VIPs",), "shoppers": ("#1",), **values})


async def test_an_end_is_kept_as_the_moment_that_it_is() -> None:
    async with bench(customers=1) as machine:
        ctx = machine.engine.planner.context("UANA")
        ending, times = await with_times(adding(until="in 3 hours"), ctx)
        assert (says_until(adding()), says_until(ending)) == (False, True)
        assert times.until == ctx.now.replace(second=0, microsecond=0) + timedelta(hours=3)
        assert ending.values["until"] == f"{times.until:%Y-%m-%d %H:%M}"


async def test_an_end_that_is_not_after_the_beginning_is_refused() -> None:
    async with bench(customers=1) as machine:
        ctx = machine.engine.planner.context("UANA")
        for until in ("in 3 hours", "in 2 hours"):
            with pytest.raises(Misuse, match="Say a later time") as refused:
                await with_times(adding(at="in 3 hours", until=until), ctx)
            assert refused.value.field == "until"
        _, times = await with_times(adding(at="in 3 hours", until="in 4 hours"), ctx)
        assert times.due_at
        assert times.until == times.due_at + timedelta(hours=1)
