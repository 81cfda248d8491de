"""Faults of requests to the emulated store."""

import re
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from bot.sandbox.faults import Fault


class StoreFault(Fault):
    """An error for requests with a method and path.

    `*` is any method; in a path, `*` matches anything and `{…}` one part, as in `/segments/{id}/shopper-profiles`; the
    path starts after `/v3`, without its query. A `status` is sent with `body` (a text is HTML, as of a firewall), if
    given, else with the vendor's error shape, and with these `headers` (429 without rate-limit headers, like an
    overloaded platform's). With `carried_out`, the request is carried out nevertheless: a lost response.

    `pages` makes a page of a list wrong: "alone" is a full page that claims to be the only one, "empty" has no rows
    beside the true count ("hidden": beside a count of none), "twice" has its first row again in place of the last
    ("uncounted": and no count), and the first member on one that is "shrinking" is gone before the next page is asked
    for ("swapping": for another one).
    `trickle`: an answer's bytes come one at a time, with so many seconds between them.
    """

    SELECTORS: ClassVar[tuple[str, ...]] = ("method", "path")

    method: str = "*"
    path: str = "*"
    carried_out: bool = False
    body: dict[str, Any] | list[Any] | str | None = None
    headers: dict[str, str] | None = None
    pages: Literal["alone", "empty", "hidden", "twice", "uncounted", "shrinking", "swapping"] | None = None
    trickle: Annotated[float, Field(ge=0, le=3600)] = 0.0

    def strikes(self, *request: str) -> bool:
        """Return whether the fault applies to a request (its method and path)."""
        method, path = request
        return self.method.upper() in ("*", method) and _pattern(self.path).fullmatch(path) is not None

    def may_strike(self, method: str, path: str) -> bool:
        """Return whether the fault can apply to an endpoint, in whose path `{…}` stands for parameters."""
        return self.method.upper() in ("*", method) and _meet(self.path.split("/"), path.split("/"))

    @property
    def lets_through(self) -> bool:
        """Whether the request is carried out: if it is only delayed, or only its response is lost."""
        return self.carried_out or (self.status is None and not self.drop)


def _pattern(path: str) -> re.Pattern[str]:
    parts = re.split(r"(\*|\{[^}]*\})", path)
    shapes = [".*" if part == "*" else "[^/]+" if part.startswith("{") else re.escape(part) for part in parts]
    return re.compile("".join(shapes))


def _meet(wanted: list[str], path: list[str]) -> bool:
    """Return whether two patterns, split into parts, can match the same path; a `*` may match several parts."""
    if not wanted or not path:
        return wanted == path
    (head, *later), (part, *further) = wanted, path
    varies = part.startswith("{")
    if (varies or _pattern(head).fullmatch(part)) and _meet(later, further):
        return True
    before, star, _ = head.partition("*")
    return bool(star) and (varies or part.startswith(before)) and _meet(["*", *later], further)
