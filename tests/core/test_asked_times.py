"""When what is asked for is to run."""

from datetime import timedelta

import pytest

from bot.core.asked_times import with_due
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
            assert await with_due(same, ctx) == (same, None)
        later, due_at = await with_due(call(at="in 3 hours"), ctx)
        assert due_at == ctx.now.replace(second=0, microsecond=0) + timedelta(hours=3)
        assert later.values == {"name": "Gold", "at": f"{due_at:%Y-%m-%d %H:%M}"}
        assert await with_due(later, ctx) == (later, due_at)


async def test_a_time_that_is_none_or_several_is_refused_or_asked_about() -> None:
    async with bench(customers=1) as machine:
        ctx = machine.engine.planner.context("UANA")
        with pytest.raises(Question) as asked:
            await with_due(call(at="tomorrow"), ctx)
        assert [one.values["at"][-5:] for one in asked.value.readings] == ["00:00", "09:00"]
        with pytest.raises(Misuse, match="couldn't read “soon”"):
            await with_due(call(at="soon"), ctx)
