"""Which blocks this workspace takes, as it turns out; kept for the rest of the process."""

import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from bot.slack.blocks import Block
from bot.slack.older_blocks import types_in
from bot.slack.slack_errors import NOT_ANSWERED, REFUSED_BLOCKS, TOO_LONG, error_code


class Version(Protocol):
    """One way to say something."""

    @property
    def blocks(self) -> list[Block]:
        """Its blocks; none if it is text alone."""


T = TypeVar("T")
V = TypeVar("V", bound=Version)
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Sent(Generic[T]):
    """Slack's response, and whether it took the first version."""

    result: T
    is_whole: bool


class AcceptedBlocks:
    """Sends the best version of each message that the workspace takes."""

    def __init__(self) -> None:
        self._accepted: frozenset[str] = frozenset()
        self._refused: frozenset[str] = frozenset()

    async def send(self, versions: Sequence[V], send: Callable[[V], Awaitable[T]]) -> Sent[T]:
        """Send the first version; where its blocks are refused, the next, simpler one. Raises NOT_ANSWERED.

        What was refused in one version and is missing in the one that was taken is not sent again by this process,
        unless the workspace took it before: then it was this message's own fault.
        """
        known = [one for one in versions if not types_in(one.blocks) & self._refused]
        *others, simplest = known or versions[-1:]
        suspects: frozenset[str] = frozenset()
        for version in others:
            try:
                result = await send(version)
            except NOT_ANSWERED as error:
                code = error_code(error)
                if code not in REFUSED_BLOCKS | TOO_LONG:
                    raise
                log.warning("Slack refused blocks (%s): %s", code, ", ".join(sorted(types_in(version.blocks))))
                suspects |= types_in(version.blocks) if code in REFUSED_BLOCKS else frozenset()
            else:
                self._learn(version, suspects)
                return Sent(result, version is versions[0])
        result = await send(simplest)
        self._learn(simplest, suspects)
        return Sent(result, simplest is versions[0])

    def _learn(self, version: Version, suspects: frozenset[str]) -> None:
        self._accepted |= types_in(version.blocks)
        self._refused |= suspects - self._accepted
