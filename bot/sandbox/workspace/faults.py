"""What can go wrong with calls of Slack's Web API."""

from typing import Annotated, ClassVar

from pydantic import Field

from bot.sandbox.faults import Fault


class MethodFault(Fault):
    """What goes wrong with calls of a method ("*": any).

    `error` is Slack's word in an answer of 200; a `status` of 429 comes with Retry-After: `retry_after` seconds.
    With `after` the call is carried out first.
    """

    SELECTORS: ClassVar[tuple[str, ...]] = ("method",)

    method: str
    error: str | None = None
    after: bool = False
    retry_after: Annotated[int, Field(ge=0)] = 1

    def strikes(self, *request: str) -> bool:
        """Say whether a call of this method is meant."""
        return self.method in ("*", *request)

    @property
    def lets_through(self) -> bool:
        """Whether the call is carried out: where only time is lost, or only the answer."""
        return self.after or (self.error is None and self.status is None and not self.drop)
