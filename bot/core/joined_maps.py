"""Several maps as one, of which a ledger may keep some: each is read once it is needed."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import TypeVar

from bot.core.kept_lists import KeptMap

K = TypeVar("K")
V = TypeVar("V")


class JoinedMaps(Mapping[K, V]):
    """Several maps as one, each read once a key is looked for in it."""

    def __init__(self, maps: Iterable[Mapping[K, V]]) -> None:
        self._maps = [one for one in maps if one]

    def __getitem__(self, key: K) -> V:
        return self.among((key,))[key]

    def among(self, keys: Iterable[K]) -> dict[K, V]:
        """Return those of these keys that there are, with their values: each map is looked through once for all."""
        missing, found = set(keys), dict[K, V]()
        for at in range(len(self._maps)):
            if not missing:
                break
            one = self._read(at)
            found |= {key: one[key] for key in missing.intersection(one)}
            missing -= found.keys()
        return found

    async def fetch(self) -> None:
        """Read the maps ahead; the event loop goes on meanwhile."""
        for at, one in enumerate(self._maps):
            if isinstance(one, KeptMap):
                await one.fetch()
                self._read(at)

    def _read(self, at: int) -> Mapping[K, V]:
        one = self._maps[at]
        self._maps[at] = one.content if isinstance(one, KeptMap) else one
        return self._maps[at]

    def __len__(self) -> int:
        return sum(map(len, self._maps))

    def __iter__(self) -> Iterator[K]:
        return chain.from_iterable(self._maps)
