"""Work on lists so long that others need their turns meanwhile: in a thread, which no single call keeps for long."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Collection, Iterable, Iterator, Sequence
from itertools import chain
from typing import Any, TypeVar

AT_ONCE = 5_000
"""So many are worked on in one go."""
T = TypeVar("T")


async def made_of(many: Collection[object], make: Callable[[], T]) -> T:
    """Return what ``make`` makes of these: in a thread, if they are many."""
    return await asyncio.to_thread(make) if len(many) > AT_ONCE else make()


async def in_batches(many: AsyncIterator[T], most: int) -> AsyncIterator[Sequence[T]]:
    """Yield them in batches of at most this many, in order."""
    batch = list[T]()
    async for one in many:
        batch.append(one)
        if len(batch) == most:
            yield batch
            batch = []
    if batch:
        yield batch


def in_pieces(many: Iterable[T], key: Callable[[T], Any], piece: Callable[[Any], Any]) -> Iterator[T]:
    """Sort them by ``key``, piece by piece: to sort all at once would keep the other threads from their turns.

    ``piece``: of which piece a key is, which grows with the keys.
    """
    pieces: defaultdict[Any, list[T]] = defaultdict(list)
    for one in many:
        pieces[piece(key(one))].append(one)
    return chain.from_iterable(sorted(pieces[at], key=key) for at in sorted(pieces))
