"""Faults of calls of Slack's Web API."""

from typing import Annotated, ClassVar

from pydantic import Field

from bot.sandbox.faults import Fault


class MethodFault(Fault):
    """An error for calls of a method ("*": any).

    `error` is Slack's error code in a response with status 200; a `status` of 429 has Retry-After: `retry_after`
    seconds. With `after`, the call is carried out first.
    """

    SELECTORS: ClassVar[tuple[str, ...]] = ("method",)

    method: str
    error: str | None = None
    after: bool = False
    retry_after: Annotated[int, Field(ge=0)] = 1

    def strikes(self, *request: str) -> bool:
        """Return whether the fault applies to a call of this method."""
        return self.method in ("*", *request)

    @property
    def lets_through(self) -> bool:
        """Whether the call is carried out: if it is only delayed, or only its response is lost."""
        return self.after or (self.error is None and self.status is None and not self.drop)
