"""Trouble with Slack's Web API on request: an error, a status, a delay or no answer for the next n calls."""

from dataclasses import asdict, dataclass
from typing import Any

from bot.sandbox.workspace.refusals import Json, Misuse


@dataclass
class MethodFault:
    """What goes wrong with `method` ("*": any) the next `times` calls.

    `error` is Slack's word in an answer of 200; `status` an HTTP status (429 comes with Retry-After:
    `retry_after` seconds); `delay` seconds before the answer; `drop` closes the connection unanswered, and
    `after` lets the call be carried out first.
    """

    method: str
    error: str | None = None
    status: int | None = None
    delay: float = 0.0
    drop: bool = False
    after: bool = False
    times: int = 1
    retry_after: int = 1


class MethodFaults:
    """The faults that are switched on, oldest first."""

    def __init__(self) -> None:
        self._faults: list[MethodFault] = []

    def add(self, method: str, **fields: Any) -> None:
        """Switch a fault on; Misuse where it is none."""
        try:
            fault = MethodFault(method, **fields)
        except TypeError:
            known = ", ".join(MethodFault.__dataclass_fields__)
            raise Misuse(f"A fault of Slack has these fields: {known}.") from None
        self._faults.append(fault)

    def clear(self) -> None:
        """Switch all off."""
        self._faults.clear()

    def take(self, method: str) -> MethodFault | None:
        """Return the fault for this call, and count it."""
        fault = next((one for one in self._faults if one.method in (method, "*")), None)
        if fault is not None:
            fault.times -= 1
            self._faults = [one for one in self._faults if one.times > 0]
        return fault

    def listed(self) -> list[Json]:
        """Return what is switched on."""
        return [asdict(one) for one in self._faults]
