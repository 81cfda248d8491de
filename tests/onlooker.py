"""Drives a running sandbox over its control API, and waits by its event stream."""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import aiohttp

Json = dict[str, Any]
SECONDS = 15


class Onlooker:
    """Acts as people do in the sandbox at ``url``, and sees what they see."""

    def __init__(self, session: aiohttp.ClientSession, url: str) -> None:
        self._session = session
        self._url = url

    async def act(self, what: str, **fields: object) -> Json:
        """``POST /control/<what>``."""
        async with self._session.post(f"{self._url}/control/{what}", json=fields) as answer:
            done: Json = await answer.json()
            return done

    async def type(self, user: str, text: str) -> Json:
        """Type in #segments; asserts that it was acknowledged."""
        done = await self.act("type", user=user, channel="#segments", text=text)
        assert done["ok"], done
        return done

    async def until(self, user: str, event: str, holds: Callable[[Json], bool]) -> Json:
        """The first ``event`` (state, store or log) of this person's stream for which ``holds`` is true."""
        timeout = aiohttp.ClientTimeout(total=SECONDS)
        async with self._session.get(f"{self._url}/control/events", params={"user": user}, timeout=timeout) as stream:
            kind = ""
            async for line in stream.content:
                name, _, value = line.decode().rstrip("\n").partition(": ")
                kind = value if name == "event" else kind
                if name == "data" and kind == event and holds(seen := json.loads(value)):
                    found: Json = seen
                    return found
        raise AssertionError(f"the stream ended before {event} was as expected")

    async def card(self, user: str, change: int, *words: str) -> Json:
        """The card of a change once it holds all these words."""

        def cards(state: Json) -> list[Json]:
            messages = state["channels"]["#approvals"] + state["channels"]["#segments"]
            return [
                one
                for one in messages
                if one["text"].startswith(f"Change {change}:")
                and not one["ephemeral"]
                and all(word in json.dumps(one["blocks"], ensure_ascii=False) for word in words)
            ]

        return cards(await self.until(user, "state", lambda state: bool(cards(state))))[0]

    async def sizes(self, holds: Callable[[dict[str, int]], bool]) -> dict[str, int]:
        """Shoppers by segment name, once they are so."""

        def by_name(store: Json) -> dict[str, int]:
            return {one["name"]: one["shoppers"] for one in store["segments"]}

        return by_name(await self.until("ana", "store", lambda store: holds(by_name(store))))


@asynccontextmanager
async def onlooker(url: str) -> AsyncIterator[Onlooker]:
    """An onlooker of the sandbox at ``url``."""
    async with aiohttp.ClientSession() as session:
        yield Onlooker(session, url)
