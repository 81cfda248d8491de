"""The state of one emulated store: its rows, its settings, the active faults, and its requests."""

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from bot.sandbox.faults import Faults
from bot.sandbox.store import outside
from bot.sandbox.store.api.access import Quota
from bot.sandbox.store.api.endpoint import CUSTOMERS, MARKETING, ORDERS
from bot.sandbox.store.database import Shop
from bot.sandbox.store.faults import StoreFault
from bot.sandbox.store.settings import StoreSettings

REMEMBERED_REQUESTS = 10_000


class Store:
    """One emulated store. `path` is its file, opened or created; `":memory:"` keeps it in memory.

    Can be set at any time: `quota` (requests in a window, None for unlimited), `scopes` (of the token), `plan`
    ("Enterprise" has segmentation, any other does not), and `settings`, for what the vendor leaves open, by `set`.
    `version` increases with each write; `changed` waits for it. `faults` holds the active faults.
    """

    def __init__(
        self,
        path: str | Path,
        *,
        store_hash: str = "sandbox",
        token: str = "sandbox-token",  # noqa: S107 - the sandbox's token is public
        quota: int | None = None,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self.shop = Shop(path, clock=clock)
        self.store_hash, self.token = store_hash, token
        self.scopes: set[str] = {CUSTOMERS, MARKETING, f"{ORDERS}_read_only"}
        self.plan = "Enterprise"
        self.in_flight = 0
        self.faults = Faults(StoreFault)
        self.version = 0
        self.sleep = sleep
        self._quota = Quota(quota, clock, lambda: self.settings.window_seconds)
        self._requests: deque[dict[str, Any]] = deque(maxlen=REMEMBERED_REQUESTS)
        self._asked = 0
        self._change = asyncio.Event()

    def close(self) -> None:
        """Close the file."""
        self.shop.close()

    @property
    def settings(self) -> StoreSettings:
        """How it answers what the vendor leaves open."""
        return self.shop.settings

    def set(self, **fields: Any) -> None:
        """Change settings. Raises ValueError with a sentence for what cannot be set."""
        self.shop.settings = self.settings.changed(fields)

    def act(self, act: str = "", **fields: Any) -> dict[str, Any]:
        """Let something happen in the shop beside the API; see `outside`. Raises ValueError with a sentence."""
        happening = outside.build({"act": act, **fields})
        self.shop.keep_for_readers()
        with self.shop.db:
            found = dict(happening.happen(self.shop))
        self.note_write()
        return found

    @property
    def at_once(self) -> int:
        """Requests at once; more are refused."""
        return self.settings.at_once

    @at_once.setter
    def at_once(self, requests: int) -> None:
        self.set(at_once=requests)

    @property
    def quota(self) -> int | None:
        """Requests in a window; None is unlimited."""
        return self._quota.quota

    @quota.setter
    def quota(self, quota: int | None) -> None:
        self._quota.quota = quota

    @property
    def empty(self) -> bool:
        """Whether it has no rows yet."""
        tables = ("customers", "segments", "promotions")
        return not any(self.shop.count(f"SELECT EXISTS (SELECT 1 FROM {table})") for table in tables)  # noqa: S608

    def spend(self) -> dict[str, str]:
        """Count a request against the quota; return the rate-limit headers. Raises TooMany."""
        return self._quota.spend()

    def note_write(self) -> None:
        """Wake those who wait for a change of the store."""
        self.version += 1
        self._change.set()
        self._change = asyncio.Event()

    async def changed(self, since: int) -> int:
        """Wait until `version` is above `since`, and return it."""
        while self.version <= since:
            await self._change.wait()
        return self.version

    def note_request(self, method: str, path: str, status: int | None, milliseconds: float) -> None:
        """Record a completed request; status None is a dropped connection."""
        self._asked += 1
        entry = {"number": self._asked, "method": method, "path": path, "status": status}
        self._requests.append({**entry, "milliseconds": round(milliseconds, 3)})

    def requests(self, since: int = 0) -> list[dict[str, Any]]:
        """Return the requests with a number above `since`, oldest first, out of the last 10,000."""
        return [entry for entry in self._requests if entry["number"] > since]

    def overview(self) -> dict[str, Any]:
        """Return the segments with numbers of shoppers and promotions, and the number of all other rows."""
        segments = self.shop.rows("""SELECT id, name, description, updated_at,
            (SELECT count(*) FROM members WHERE segment = position) AS shoppers,
            (SELECT count(*) FROM targets WHERE segment_id = segments.id) AS promotions
            FROM segments ORDER BY position""")
        [counts] = self.shop.rows("""SELECT (SELECT count(*) FROM customers) AS customers,
            (SELECT count(*) FROM profiles) AS profiles, (SELECT count(*) FROM promotions) AS promotions""")
        return {"segments": segments, **counts}
