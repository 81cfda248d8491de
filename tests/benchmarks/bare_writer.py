"""What bare httpx takes for the requests of an import: as fast as anything can be that asks the same of the store."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TypeVar

import httpx

BATCH, PAGE = 50, 249
T = TypeVar("T")


@dataclass(frozen=True)
class Writes:
    """Profiles to make for these customers, and to add to a segment with those that are there; so many at once.

    ``looked_up``: the ids of those who are looked up before, as is done at a click that approves an import.
    """

    url: str
    segment_id: str
    customers: tuple[int, ...]
    profiles: tuple[str, ...]
    at_once: int
    looked_up: Sequence[int] = ()

    @property
    def shoppers(self) -> int:
        """How many are added."""
        return len(self.customers) + len(self.profiles)


def shoppers_per_second(writes: Writes) -> float:
    """Send them, and return how many shoppers a second that were. For a process of its own."""
    return asyncio.run(_send(writes))


async def _send(writes: Writes) -> float:
    headers = {"X-Auth-Token": "sandbox-token"}
    async with httpx.AsyncClient(base_url=f"{writes.url}/stores/sandbox/v3/", headers=headers, timeout=60) as http:
        made: list[str] = []

        async def look_up(customers: tuple[int, ...]) -> None:
            asked: dict[str, str | int] = {
                "id:in": ",".join(map(str, customers)),
                "limit": 250,
                "include": "shopper_profile_id,segment_ids",
            }
            (await http.get("customers", params=asked)).raise_for_status()

        async def make(customers: tuple[int, ...]) -> None:
            response = await http.post("shopper-profiles", json=[{"customer_id": one} for one in customers])
            made.extend(one["id"] for one in response.raise_for_status().json()["data"])

        async def add(profiles: tuple[str, ...]) -> None:
            (await http.post(f"segments/{writes.segment_id}/shopper-profiles", json=profiles)).raise_for_status()

        began = time.perf_counter()
        await _all(look_up, _batches(writes.looked_up, PAGE), writes.at_once)
        await _all(make, _batches(writes.customers, BATCH), writes.at_once)
        await _all(add, _batches((*writes.profiles, *made), BATCH), writes.at_once)
        return writes.shoppers / (time.perf_counter() - began)


async def _all(send: Callable[[tuple[T, ...]], Awaitable[None]], work: Iterator[tuple[T, ...]], at_once: int) -> None:
    """Send each, so many at once: whoever is done takes the next one."""

    async def one_after_the_other() -> None:
        for batch in work:
            await send(batch)

    await asyncio.gather(*(one_after_the_other() for _ in range(at_once)))


def _batches(items: Iterable[T], most: int) -> Iterator[tuple[T, ...]]:
    rest = iter(items)
    while batch := tuple(islice(rest, most)):
        yield batch
