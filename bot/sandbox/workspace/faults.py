"""Faults of calls of Slack's Web API."""

from collections.abc import Collection
from typing import Annotated, ClassVar

from pydantic import Field

from bot.sandbox.faults import Fault


class MethodFault(Fault):
    """An error for calls of a method ("*": any; "response_url": messages to a response URL).

    "upload" and "download" are the content of a file, to Slack and from it.

    `error` is Slack's error code in a response with status 200 (from a response URL, 400); a `status` of 429 has
    Retry-After: `retry_after` seconds. With `after`, the call is carried out first. With `block`, only calls are struck
    whose message or view holds a block of this type, as in a workspace that does not know it.
    """

    SELECTORS: ClassVar[tuple[str, ...]] = ("method",)

    method: str
    error: str | None = None
    after: bool = False
    block: str | None = None
    retry_after: Annotated[int, Field(ge=0)] = 1

    def strikes(self, *request: str) -> bool:
        """Return whether the fault applies to a call of this method, with blocks of these types."""
        method, *blocks = request
        return self.method in ("*", method) and self.block in (None, *blocks)

    def may_strike(self, method: str, known_blocks: Collection[str]) -> bool:
        """Return whether the fault may ever apply to a call of this method."""
        return self.method in ("*", method) and (self.block is None or self.block in known_blocks)

    @property
    def lets_through(self) -> bool:
        """Whether the call is carried out: if it is only delayed, or only its response is lost."""
        return self.after or (self.error is None and self.status is None and not self.drop)
