"""What can go wrong with requests to the emulated store."""

import re
from typing import Any, ClassVar

from bot.sandbox.faults import Fault


class StoreFault(Fault):
    """What goes wrong with requests of a method and path.

    `*` is any method; in a path `*` is anything and `{…}` one part, as in `/segments/{id}/shopper-profiles`; the path
    is counted from behind `/v3`, without its query. `status` is answered with `body`, if given, else with the vendor's
    error shape (429 without rate-limit headers, which is how an overloaded platform answers). With `carried_out` the
    request does its work nevertheless: a lost answer.
    """

    SELECTORS: ClassVar[tuple[str, ...]] = ("method", "path")

    method: str = "*"
    path: str = "*"
    carried_out: bool = False
    body: dict[str, Any] | list[Any] | None = None

    def strikes(self, *request: str) -> bool:
        """Say whether a request (its method and path) is meant."""
        method, path = request
        return self.method.upper() in ("*", method) and _pattern(self.path).fullmatch(path) is not None

    def may_strike(self, method: str, path: str) -> bool:
        """Say whether any request to an endpoint, whose path has `{…}` for what varies, can be meant."""
        return self.method.upper() in ("*", method) and _meet(self.path.split("/"), path.split("/"))

    @property
    def lets_through(self) -> bool:
        """Whether the request does its work: where only time is lost, or only the answer."""
        return self.carried_out or (self.status is None and not self.drop)


def _pattern(path: str) -> re.Pattern[str]:
    parts = re.split(r"(\*|\{[^}]*\})", path)
    shapes = [".*" if part == "*" else "[^/]+" if part.startswith("{") else re.escape(part) for part in parts]
    return re.compile("".join(shapes))


def _meet(wanted: list[str], path: list[str]) -> bool:
    """Say whether two patterns, in parts, have a path in common; a part with a `*` may stand for several."""
    if not wanted or not path:
        return wanted == path
    (head, *later), (part, *further) = wanted, path
    varies = part.startswith("{")
    if (varies or _pattern(head).fullmatch(part)) and _meet(later, further):
        return True
    before, star, _ = head.partition("*")
    return bool(star) and (varies or part.startswith(before)) and _meet(["*", *later], further)
