"""Long lines of junk: reading them takes work that grows as they do, or a sentence says that they are too long."""

import sys
from contextlib import suppress
from time import thread_time

import pytest

from bot.bigcommerce import NewSegment
from bot.core.command import Call
from bot.core.errors import Misuse, Refusal
from bot.core.resolution import resolve
from bot.core.store_view.cached_shop import Shop
from bot.core.understanding import understand
from commands import GROUPS
from tests.engine.bench import Bench, bench

JUNK = (
    *(" ", ",", "x", ":", "@", '"', "a/", "1", "_", "\u200b", "a\n", "1,234", "1 "),
    *(" a", " a,", " (", " <", " <a@b|", ' "', ' "a b"', " 'ab", " a:b", " a@b", " x =", " - a", " #1", " the new"),
    *(" to a", " VIPs", " VIPs and", " add VIPs", " not a or", " Ada Byron,", " name:x"),
    *(" until:friday", " Segment: x"),
)
PATHS = (
    *("segment", "segment add", "segment create", "segment rename VIPs to", "segment import VIPs add"),
    *("shopper register a@b.c Ada", "shopper find", "promotion target", "change except 1", "audit recent"),
)
LINES = (
    ("promotion target", "1,234"),
    ("promotion target", " a 'b"),
    ("promotion target", " add VIPs"),
    ("segment delete", " and rename"),
    ("segment delete", " VIPs"),
    ("segment add", " to a"),
    ("segment add", " VIPs and"),
    ("segment add", " - ("),
    ("segment combine", " name:x"),
    ("segment combine", " and delete"),
    ("segment combine", " the new name"),
    ("segment rename VIPs to", " instead of VIPs"),
    ("shopper register a@b.c Ada", " a"),
    ("shopper register a@b.c Ada", " the"),
    ("shopper why", " 1 2"),
)


def work(path: str, line: str) -> float:
    """Return how long a line is read before it is acknowledged, in seconds of this thread."""
    began = thread_time()
    with suppress(Misuse):
        understand(GROUPS, f"{path} {line}")
    return thread_time() - began


@pytest.mark.parametrize("path", PATHS)
def test_four_times_as_many_characters_are_understood_with_about_four_times_the_work(path: str, deep: bool) -> None:
    def grows_as_it_does(unit: str) -> bool:
        short, long = (unit * (size // len(unit)) for size in (1_000, 4_000))
        return any(work(path, long) < 9 * work(path, short) for _ in range(5))

    assert [unit for unit in JUNK[:: 1 if deep else 7] if not grows_as_it_does(unit)] == []


async def calls(machine: Bench, line: str) -> int:
    """Return how many functions are called to read a line with the names of the store."""
    call, count = understand(GROUPS, line), 0
    assert isinstance(call, Call)

    def tally(_frame: object, event: str, _arg: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(tally)
    try:
        await resolve(call, Shop(machine.client))
    except Refusal:
        pass
    finally:
        sys.setprofile(None)
    return count


async def test_four_times_as_many_words_are_read_with_about_four_times_the_work(deep: bool) -> None:
    async with bench(customers=5) as machine:
        await machine.client.create_segments(NewSegment(name="Loyal Customers of the Year"))
        for path, unit in LINES[:: 1 if deep else 6]:
            few, many = [await calls(machine, f"{path} {unit * size}") for size in (200, 800)]
            assert many < 7 * few, (path, unit)
