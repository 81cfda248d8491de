"""Values that the tests of the core start from."""

from datetime import UTC, datetime, timedelta
from typing import Any

from bot.core.approval.changes import Change
from bot.core.approval.need import Need
from bot.core.invocation import Clicked, Edited, Invocation, Typed
from bot.core.people import Place
from bot.core.planning.plan import Plan
from bot.core.planning.steps import AddMembers, AnyStep, DeleteSegment, SegmentRef

NOW = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)
VIPS = SegmentRef(name="VIPs", id="6a8e0f62-0000-4000-8000-000000000001")


def uuid(number: int) -> str:
    return f"{number:08x}-0000-4000-8000-000000000000"


def delete(name: str = "VIPs", **fields: Any) -> DeleteSegment:
    return DeleteSegment(segment=VIPS.model_copy(update={"name": name}), **fields)


def add(count: int, segment: SegmentRef = VIPS) -> AddMembers:
    return AddMembers(segment=segment, profile_ids=tuple(map(uuid, range(count))))


def plan(*steps: AnyStep, undoes: int | None = None) -> Plan:
    return Plan(steps=steps or (delete(),), undoes=undoes)


def change(**fields: Any) -> Change:
    basis: dict[str, Any] = {
        "number": 42,
        "nonce": "5eed5eed5eed5eed",
        "requester": "UANA",
        "place": Place(channel="C1"),
        "command": "segment delete",
        "verb": "Delete Segment",
        "args": {"segments": ["VIPs"]},
        "plan": plan(),
        "need": Need(approvals=1, why="needs 1 approval: deletes a segment"),
        "created_at": NOW,
        "updated_at": NOW,
        "expires_at": NOW + timedelta(hours=24),
    }
    return Change(**basis | fields)


def invocation(id_: str, actor: str, command: str, **fields: Any) -> Invocation:
    """Somebody's invocation: a click where a decision is given, an edit where a change is, else a typed line."""
    kind = Clicked if "decision" in fields else Edited if "edits" in fields else Typed
    said = fields["decision"].recorded_text if "decision" in fields else f"/{command}"
    basis: dict[str, Any] = {"id": id_, "actor": actor, "command": command, "said": said}
    return kind(**{**basis, "place": Place(channel="CSEGMENTS"), **fields})


def remaining_steps(change: Change) -> tuple[AnyStep, ...]:
    """What a change did not do, as it is tried again."""
    return tuple(step.resolved(change.created_ids) for step in change.steps_left)
