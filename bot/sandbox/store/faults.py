"""Bad days on order: what goes wrong with the next requests to the emulated store."""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

_TYPES: dict[str, tuple[type, ...]] = {
    "method": (str,),
    "path": (str,),
    "status": (int, type(None)),
    "delay": (int, float),
    "drop": (bool,),
    "carried_out": (bool,),
    "body": (dict, list, type(None)),
    "times": (int, type(None)),
}


@dataclass(frozen=True)
class Fault:
    """What goes wrong, with which requests, and how often.

    `method` and `path` select: `*` is any method; in a path `*` is anything and `{…}` one part, as in
    `/segments/{id}/shopper-profiles`; the path is counted from behind `/v3`, without its query.
    `delay` seconds pass first. Then `drop` closes the connection without an answer, or `status` is answered
    (with `body`, if given, else with the vendor's error shape; 429 without rate-limit headers, which is how
    an overloaded platform answers). With `carried_out` the request does its work nevertheless: a lost answer.
    `times` is the number of requests it strikes; None strikes until cleared.
    """

    method: str = "*"
    path: str = "*"
    status: int | None = None
    delay: float = 0.0
    drop: bool = False
    carried_out: bool = False
    body: Any = None
    times: int | None = 1

    def strikes(self, method: str, path: str) -> bool:
        """Say whether a request is meant."""
        return self.method.upper() in ("*", method) and _pattern(self.path).fullmatch(path) is not None

    @property
    def lets_through(self) -> bool:
        """Whether the request does its work: where only time is lost, or only the answer."""
        return self.carried_out or (self.status is None and not self.drop)


class Faults:
    """The faults in force, first come first served; one request meets at most one of them."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []

    def add(self, method: str = "*", path: str = "*", **what: Any) -> Fault:
        """Put a Fault in force; keywords as in Fault. Raises ValueError with a sentence for a wrong one."""
        return self.order({"method": method, "path": path, **what})

    def order(self, document: object) -> Fault:
        """Put in force what a JSON object asks for, its keys being those of Fault. Raises ValueError."""
        if not isinstance(document, Mapping):
            raise ValueError("A fault is a JSON object.")
        fault = Fault(**_checked(document))
        self._faults.append(fault)
        return fault

    def clear(self) -> None:
        """End all faults."""
        self._faults.clear()

    def listed(self) -> list[dict[str, Any]]:
        """Return the faults still in force as JSON objects; `times` is what is left."""
        return [asdict(fault) for fault in self._faults]

    def strike(self, method: str, path: str) -> Fault | None:
        """Return the fault that meets a request, and count it; None if nothing goes wrong."""
        for i, fault in enumerate(self._faults):
            if fault.strikes(method, path):
                self._use(i)
                return fault
        return None

    def _use(self, i: int) -> None:
        times = self._faults[i].times
        if times == 1:
            del self._faults[i]
        elif times is not None:
            self._faults[i] = replace(self._faults[i], times=times - 1)


def _checked(document: Mapping[Any, Any]) -> dict[str, Any]:
    names = [field.name for field in fields(Fault)]
    for key, value in document.items():
        if key not in names:
            raise ValueError(f"A fault has no `{key}`; it has {', '.join(names)}.")
        if not isinstance(value, _TYPES[key]) or (isinstance(value, bool) and bool not in _TYPES[key]):
            raise ValueError(f"`{key}` of a fault cannot be {value!r}.")
    _check_ranges(document)
    return {str(key): value for key, value in document.items()}


def _check_ranges(document: Mapping[Any, Any]) -> None:
    status, times = document.get("status"), document.get("times", 1)
    if status is not None and not 200 <= status <= 599:
        raise ValueError("`status` of a fault is from 200 to 599.")
    if times is not None and times < 1:
        raise ValueError("`times` of a fault is 1 or more, or null for ever.")
    if not 0 <= document.get("delay", 0) <= 3600:
        raise ValueError("`delay` of a fault is in seconds, from 0 to 3600.")


def _pattern(path: str) -> re.Pattern[str]:
    parts = re.split(r"(\*|\{[^}]*\})", path)
    shapes = [".*" if part == "*" else "[^/]+" if part.startswith("{") else re.escape(part) for part in parts]
    return re.compile("".join(shapes))
