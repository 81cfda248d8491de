"""A Plan: what is going to be done to the store, exactly."""

import hashlib
from itertools import groupby

from pydantic import BaseModel, ConfigDict, Field

from bot.core.shop import Shop
from bot.core.steps import AnyStep, DeleteSegment, RemoveMembers, SegmentRef

MAX_HEADLINE_LINES = 2


class Plan(BaseModel):
    """Steps in their order. ``undoes``: the number of the change that this one undoes."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    steps: tuple[AnyStep, ...] = Field(min_length=1)
    undoes: int | None = None

    @property
    def fingerprint(self) -> str:
        """SHA-256 (hex) of everything in the plan: two plans with one fingerprint do the same to the same store."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()

    @property
    def lines(self) -> tuple[str, ...]:
        """What it does, a line for each thing: batches of one membership are told together."""
        groups = [list(steps) for _, steps in groupby(self.steps, key=lambda step: step.topic)]
        return tuple(steps[0].told(sum(step.shoppers for step in steps)) for steps in groups)

    @property
    def headline(self) -> str:
        """The plan in one line, whatever its length."""
        shown, more = self.lines[:MAX_HEADLINE_LINES], len(self.lines) - MAX_HEADLINE_LINES
        text = " · ".join(shown) + (f" · and {more} more" if more > 0 else "")
        return f"Undo change {self.undoes}: {text}" if self.undoes else text

    @property
    def shoppers(self) -> int:
        """Shoppers moved in all."""
        return sum(step.shoppers for step in self.steps)

    @property
    def destructive(self) -> bool:
        """Whether any Step of it hurts."""
        return any(step.danger for step in self.steps)


async def observed(steps: tuple[AnyStep, ...], shop: Shop, *, undoes: int | None = None) -> Plan:
    """The Plan of these Steps as the store is now. Raises Impossible."""
    return Plan(steps=tuple([await step.observed(shop) for step in steps]), undoes=undoes)


def inverse_of(done: tuple[tuple[AnyStep, ...], ...]) -> tuple[AnyStep, ...]:
    """The Steps that undo what ran, last thing first. ``done``: the way back of each Step that ran, in its order.

    Nobody is taken out of a segment that the same undo deletes.
    """
    steps = [step for undo in reversed(done) for step in undo]
    deleted = {step.segment.id for step in steps if isinstance(step, DeleteSegment)}
    return tuple(step for step in steps if not (isinstance(step, RemoveMembers) and step.segment.id in deleted))


def _ids(plan: Plan) -> dict[str, str]:
    """Ids of the segments that a plan touches, by name."""
    refs = [getattr(step, "segment", None) for step in plan.steps]
    return {ref.name: ref.id for ref in refs if isinstance(ref, SegmentRef) and ref.id}


def drift(before: Plan, after: Plan) -> tuple[str, ...]:
    """What differs between two plans, in lines for people."""
    ids = _ids(after)
    others = [name for name, id_ in _ids(before).items() if ids.get(name, id_) != id_]
    if others:
        return tuple(
            f"Another segment is called “{name}” now. It is not the one that this was asked for." for name in others
        )
    was = [line for line in before.lines if line not in after.lines]
    now = [line for line in after.lines if line not in before.lines]
    if not was and not now:
        return ("What the plan touches has changed: descriptions, shoppers or promotions.",)
    return tuple(f"Was: {line}" for line in was) + tuple(f"Now: {line}" for line in now)
