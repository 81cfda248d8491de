"""How what serves starts, and shares its time."""

import asyncio
import gc
import sys
from collections.abc import Iterator

import pytest

from bot.garbage import starting
from bot.serving import stopped


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    """The process that runs the tests shares its time as before."""
    switches_every = sys.getswitchinterval()
    yield
    sys.setswitchinterval(switches_every)


async def test_garbage_is_collected_once_it_serves() -> None:
    with starting():
        assert not gc.isenabled()
        serving = asyncio.create_task(stopped())
        await asyncio.sleep(0)
        assert gc.isenabled()
        assert gc.get_freeze_count()
        serving.cancel()
