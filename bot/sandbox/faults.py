"""Fault injection: errors for the next requests, to the store's API or to Slack's."""

from abc import abstractmethod
from typing import Annotated, Any, ClassVar, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError


class Fault(BaseModel):
    """An injected error, and the number of requests that it strikes.

    `delay` seconds pass first. Then `drop` closes the connection without a response, or the response has this `status`.
    `times` is the number of requests it strikes; None strikes until cleared.
    """

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False, defer_build=True)
    SELECTORS: ClassVar[tuple[str, ...]]
    """The fields that select requests, in the order of the arguments of `strikes`."""

    status: Annotated[int, Field(ge=200, le=599)] | None = None
    delay: Annotated[float, Field(ge=0, le=3600)] = 0.0
    drop: bool = False
    times: Annotated[int, Field(ge=1)] | None = 1

    @abstractmethod
    def strikes(self, *request: str) -> bool:
        """Return whether the fault applies to a request."""


F = TypeVar("F", bound=Fault)


class Faults(Generic[F]):
    """The active faults, in order; one request meets at most one of them."""

    def __init__(self, kind: type[F]) -> None:
        self._kind = kind
        self._faults: list[F] = []

    def build(self, *selectors: str, **what: Any) -> F:
        """Build a fault from its fields, the selectors first. Raises ValueError with a sentence for an invalid one."""
        try:
            return self._kind.model_validate({**dict(zip(self._kind.SELECTORS, selectors, strict=False)), **what})
        except ValidationError as error:
            wrong = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors())
            known = ", ".join(self._kind.model_fields)
            raise ValueError(f"That is no fault: {wrong}. A fault has these fields: {known}.") from None

    def put(self, fault: F) -> None:
        """Activate a fault."""
        self._faults.append(fault)

    def add(self, *selectors: str, **what: Any) -> None:
        """Build a fault and activate it."""
        self.put(self.build(*selectors, **what))

    def clear(self) -> None:
        """Remove all faults."""
        self._faults.clear()

    def listed(self) -> list[dict[str, Any]]:
        """Return the active faults as JSON objects; `times` is how many requests are left."""
        return [fault.model_dump() for fault in self._faults]

    def strike(self, *request: str) -> F | None:
        """Return the fault that strikes a request, and count it; None if there is none."""
        for index, fault in enumerate(self._faults):
            if fault.strikes(*request):
                left = None if fault.times is None else fault.times - 1
                self._faults[index : index + 1] = [] if left == 0 else [fault.model_copy(update={"times": left})]
                return fault
        return None
